use rstest::rstest;

use super::*;

#[rstest]
#[case::a_wrong_letter("/halp", "There is no command /halp. Did you mean /help?")]
#[case::one_too_many("/agents", "There is no command /agents. Did you mean /agent?")]
#[case::changed_places("/taks list", "There is no command /taks. Did you mean /task?")]
#[case::in_capitals("/HALP", "There is no command /halp. Did you mean /help?")]
#[case::two_in_a_long_word(
    "/activasion1 always",
    "There is no command /activasion1. Did you mean /activation?"
)]
#[case::a_gap("/ help", "There is no command / help. Did you mean /help?")]
#[case::a_gap_and_words("/ Task list", "There is no command / task. Did you mean /task?")]
#[case::another_name("/rest", "There is no command /rest. Did you mean /reset?")]
#[case::with_a_mark("/stpo!", "There is no command /stpo. Did you mean /stop?")]
#[case::marked("\u{200e}/halp", "There is no command /halp. Did you mean /help?")]
fn what_was_meant_as_a_command_is_named(#[case] text: &str, #[case] told: &str) {
    assert!(is_meant(text) && !is_command(text));
    assert_eq!(slip(text).map(|slip| slip.to_string()).as_deref(), Some(told));
}

#[rstest]
#[case::near_nothing("/foo")]
#[case::a_path("/etc/hosts has two lines")]
#[case::a_folder("/usr/bin is full")]
#[case::a_short_folder("/tmp is full")]
#[case::another_folder("/opt")]
#[case::home("/home")]
#[case::a_path_near_a_command("/halp/me")]
#[case::a_file("/tasks.md")]
#[case::two_slashes("//help")]
#[case::a_slash("/")]
#[case::a_slash_and_words("/ or not")]
#[case::a_gap_and_a_slip("/ halp")]
#[case::within("see /halp")]
#[case::no_slash("halp")]
#[case::long("/helpfulness")]
fn what_comes_near_no_command_is_text(#[case] text: &str) {
    assert_eq!(slip(text), None);
    assert!(!is_meant(text));
}

#[test]
fn a_command_is_no_slip() {
    for entry in &TABLE {
        for name in entry.names {
            for text in [format!("/{name}"), format!("/{name}."), format!("/{name}! now")] {
                assert!(is_command(&text) && slip(&text).is_none(), "{text}");
            }
        }
    }
}

#[rstest]
#[case::a_verb("/task lst", "/task does not know \"lst\". Did you mean list?")]
#[case::two_slips(
    "/activation allways",
    "/activation does not know \"allways\". Did you mean always?"
)]
#[case::changed_places(
    "/session swithc work",
    "/session does not know \"swithc\". Did you mean switch?"
)]
#[case::another_word("/task delte k7qd", "/task does not know \"delte\". Did you mean delete?")]
#[case::nothing_near("/task frobnicate", "/task does not know \"frobnicate\".")]
#[case::a_topic("/help taks", "There is no command \"/taks\". Did you mean task?")]
#[case::a_topic_with_its_slash("/help /sesion", "There is no command \"/sesion\". Did you mean session?")]
#[case::no_topic("/help me", "There is no command \"/me\".")]
fn slips_behind_a_command_are_named(#[case] text: &str, #[case] told: &str) {
    let wrong = parse(text).expect("a command").expect_err("a wrong one");
    assert_eq!(wrong.found, told);
}

#[rstest]
#[case("/task help", "task")]
#[case("/Task Help.", "task")]
#[case("/session ?", "session")]
#[case("/task --help", "task")]
#[case("/status help", "status")]
fn help_about_a_command_can_be_asked_of_itself(#[case] text: &str, #[case] topic: &str) {
    let Some(Ok(Command::Help(Some(entry)))) = parse(text) else {
        panic!("{text}");
    };
    assert_eq!(entry.name(), topic);
}

#[test]
fn whoever_says_stop_gets_it() {
    assert_eq!(parse("/stop. help"), Some(Ok(Command::Stop)));
    assert_eq!(parse("/stop help"), Some(Ok(Command::Stop)));
}
