use rstest::rstest;

use super::*;
use crate::access::Activation;

fn read(text: &str) -> Command {
    parse(text).expect("a command").expect("a right one")
}

fn task(verb: TaskVerb) -> Command {
    Command::Task(verb)
}

#[rstest]
#[case::help("/help", Command::Help(None))]
#[case::status("/Status ", Command::Status)]
#[case::new("/new", Command::New)]
#[case::reset("/RESET", Command::New)]
#[case::stop("/stop", Command::Stop)]
#[case::stop_whatever_follows("/stop please, now", Command::Stop)]
#[case::activation("/activation", Command::Activation(Activating::Show))]
#[case::mention(
    "/activation Mention",
    Command::Activation(Activating::Set(Activation::Mention))
)]
#[case::always(
    "/activation always",
    Command::Activation(Activating::Set(Activation::Always))
)]
#[case::default("/activation default.", Command::Activation(Activating::Default))]
#[case::agents("/agent list", Command::Agent(AgentVerb::List))]
#[case::agent("/agent current", Command::Agent(AgentVerb::Current))]
#[case::switch("/agent switch Work  Horse", Command::Agent(AgentVerb::Switch("Work Horse".into())))]
#[case::switch_no_break("/agent\u{a0}switch\u{a0}work", Command::Agent(AgentVerb::Switch("work".into())))]
#[case::sessions("/session list", Command::Session(SessionVerb::List))]
#[case::session("/session current", Command::Session(SessionVerb::Current))]
#[case::session_new("/session new", Command::Session(SessionVerb::New(None)))]
#[case::session_named("/session new trip to Rome", Command::Session(SessionVerb::New(Some("trip to Rome".into()))))]
#[case::session_switch("/session switch trip", Command::Session(SessionVerb::Switch("trip".into())))]
#[case::session_close("/session close", Command::Session(SessionVerb::Close))]
#[case::pairing("/pairing list", Command::Pairing(PairingVerb::List))]
#[case::approve("/pairing approve abcd2345", Command::Pairing(PairingVerb::Approve("abcd2345".into())))]
#[case::approve_in_pieces("/pairing approve ABCD 2345", Command::Pairing(PairingVerb::Approve("ABCD2345".into())))]
#[case::approve_spelt("/pairing deny A B C D 2 3 4 5", Command::Pairing(PairingVerb::Deny("ABCD2345".into())))]
#[case::letters_that_are_joined("/agent switch n\u{200c}a\u{200d}m", Command::Agent(AgentVerb::Switch("n\u{200c}a\u{200d}m".into())))]
#[case::deny("/Pairing Deny ABCD2345", Command::Pairing(PairingVerb::Deny("ABCD2345".into())))]
fn commands_with_their_words(#[case] text: &str, #[case] expected: Command) {
    assert_eq!(read(text), expected);
}

#[rstest]
#[case::new("/task new every 2h look", task(TaskVerb::New("every 2h look".into())))]
#[case::new_lines("/task new every 2h\nfirst\n  second\n", task(TaskVerb::New("every 2h\nfirst\n  second".into())))]
#[case::add("/Task Add: look", task(TaskVerb::New("look".into())))]
#[case::list("/task list", task(TaskVerb::List { all: false }))]
#[case::list_all("/task list all", task(TaskVerb::List { all: true }))]
#[case::tasks("/tasks", task(TaskVerb::List { all: false }))]
#[case::tasks_all("/tasks All", task(TaskVerb::List { all: true }))]
#[case::show("/task show k7qd", task(TaskVerb::Show("k7qd".into())))]
#[case::run("/task run k7qd", task(TaskVerb::Run("k7qd".into())))]
#[case::runs("/task runs k7qd", task(TaskVerb::Runs { id: "k7qd".into(), count: None }))]
#[case::runs_counted("/task runs k7qd 5", task(TaskVerb::Runs { id: "k7qd".into(), count: Some(5) }))]
#[case::last("/task last k7qd", task(TaskVerb::Last("k7qd".into())))]
#[case::pause("/task  pause   k7qd ", task(TaskVerb::Pause("k7qd".into())))]
#[case::resume("/task resume k7qd", task(TaskVerb::Resume("k7qd".into())))]
#[case::cancel("/task cancel k7qd", task(TaskVerb::Cancel("k7qd".into())))]
#[case::delete("/task delete k7qd", task(TaskVerb::Cancel("k7qd".into())))]
#[case::cancel_run("/task cancel-run 12", task(TaskVerb::CancelRun(12)))]
#[case::cancel_run_short_dash("/task cancel–run #12", task(TaskVerb::CancelRun(12)))]
#[case::cancel_run_long_dash("/task Cancel—run 12", task(TaskVerb::CancelRun(12)))]
#[case::cancel_run_apart("/task cancel run 12", task(TaskVerb::CancelRun(12)))]
#[case::name("/task edit k7qd name Water  me", edit(Edit::Name(Some("Water me".into()))))]
#[case::no_name("/task edit k7qd name none", edit(Edit::Name(None)))]
#[case::prompt("/task edit k7qd prompt: drink\na glass", edit(Edit::Prompt("drink\na glass".into())))]
#[case::schedule_alone("/task edit k7qd every 2h", edit(Edit::Schedule("every 2h".into())))]
#[case::schedule_in_a_word("/task edit k7qd Hourly", edit(Edit::Schedule("Hourly".into())))]
#[case::schedule_of_days("/task edit k7qd mondays at 9", edit(Edit::Schedule("mondays at 9".into())))]
#[case::schedule_of_two_days("/task edit k7qd mon and thu at 18:00", edit(Edit::Schedule("mon and thu at 18:00".into())))]
#[case::schedule_of_a_date("/task edit k7qd 2026-12-24 09:00", edit(Edit::Schedule("2026-12-24 09:00".into())))]
#[case::schedule_with_a_slip("/task edit k7qd tomorrow", edit(Edit::Schedule("tomorrow".into())))]
#[case::a_name("/task pause morning  news", task(TaskVerb::Pause("morning news".into())))]
#[case::no_schedule("/task edit k7qd none", edit(Edit::Schedule("none".into())))]
#[case::schedule("/task edit k7qd Schedule daily at 9:00", edit(Edit::Schedule("daily at 9:00".into())))]
fn tasks(#[case] text: &str, #[case] expected: Command) {
    assert_eq!(read(text), expected);
}

fn edit(edit: Edit) -> Command {
    task(TaskVerb::Edit {
        id: "k7qd".into(),
        edit,
    })
}

#[rstest]
#[case::nothing_follows("/status now", "I do not know what to do with \"now\".\nRight: /status")]
#[case::new_with_words(
    "/new what is up?",
    "I do not know what to do with \"what is up?\".\nRight: /new"
)]
#[case::no_such_verb(
    "/agent swich work",
    "/agent does not know \"swich\". Did you mean switch?\nRight:\n/agent list\n/agent current\n/agent switch <name>"
)]
#[case::no_verb(
    "/session",
    "/session wants to know more.\nRight:\n/session list\n/session current\n/session new [name]\n/session switch <name>\n/session close"
)]
#[case::no_name("/agent switch", "Something is missing.\nRight: /agent switch <name>")]
#[case::no_code("/pairing approve", "Something is missing.\nRight: /pairing approve <code>")]
#[case::two_codes(
    "/pairing approve ABCD2345 WXYZ6789",
    "I do not know what to do with \"WXYZ6789\".\nRight: /pairing approve <code>"
)]
#[case::two_codes_in_pieces(
    "/pairing approve ABCD 2345 WXYZ 6789",
    "I do not know what to do with \"WXYZ\".\nRight: /pairing approve <code>"
)]
#[case::no_run_in_two_words("/task cancel run", "Something is missing.\nRight: /task cancel-run <run>")]
#[case::edit_to_now(
    "/task edit k7qd now: look",
    "There is no \"now:\" to change.\nRight: /task edit <id> name|prompt|schedule <new>"
)]
#[case::no_id("/task show", "Something is missing.\nRight: /task show <id>")]
#[case::two_ids(
    "/task pause k7qd k7qe",
    "I do not know what to do with \"k7qe\".\nRight: /task pause <id>"
)]
#[case::no_task(
    "/task new",
    "Something is missing.\nRight: /task new every 2h [name:] <what>"
)]
#[case::no_count("/task runs k7qd many", "It lists 1 to 50 runs.\nRight: /task runs <id> [n]")]
#[case::count_of_none("/task runs k7qd 0", "It lists 1 to 50 runs.\nRight: /task runs <id> [n]")]
#[case::list_of_what(
    "/task list mine",
    "I do not know what to do with \"mine\".\nRight: /task list [all]"
)]
#[case::no_edit(
    "/task edit k7qd",
    "Something is missing.\nRight: /task edit <id> name|prompt|schedule <new>"
)]
#[case::edit_what(
    "/task edit k7qd colour red",
    "There is no \"colour\" to change.\nRight: /task edit <id> name|prompt|schedule <new>"
)]
#[case::no_run(
    "/task cancel-run k7qd",
    "\"k7qd\" is no run; runs have numbers.\nRight: /task cancel-run <run>"
)]
#[case::run_of_none(
    "/task cancel-run 0",
    "\"0\" is no run; runs have numbers.\nRight: /task cancel-run <run>"
)]
#[case::activation(
    "/activation sometimes",
    "/activation does not know \"sometimes\".\nRight:\n/activation\n/activation mention\n/activation always\n/activation default"
)]
#[case::activation_of_two(
    "/activation mention always",
    "I do not know what to do with \"always\".\nRight: /activation mention"
)]
#[case::no_topic(
    "/help taks",
    "There is no command \"/taks\". Did you mean task?\nRight: /help <help|status|new|stop|activation|agent|session|pairing|task|tasks>"
)]
fn errors_name_the_right_form(#[case] text: &str, #[case] expected: &str) {
    let wrong = parse(text).expect("a command").expect_err("a wrong one");
    assert_eq!(wrong.to_string(), expected);
}

#[test]
fn every_form_of_the_table_is_read() {
    for entry in &TABLE {
        for name in entry.names {
            for form in entry.forms {
                for verb in std::iter::once(&form.verb).chain(form.also) {
                    let takes = form
                        .takes
                        .replace("<id> name|prompt|schedule <new>", "k7qd name Water")
                        .replace("<run>", "12")
                        .replace(" [n]", " 3")
                        .replace("[command]", "/task")
                        .replace("[all]", "all")
                        .replace(['<', '>', '[', ']'], "");
                    let text = format!("/{name} {verb} {takes}");
                    assert!(matches!(parse(&text), Some(Ok(_))), "{text}");
                }
            }
        }
    }
}
