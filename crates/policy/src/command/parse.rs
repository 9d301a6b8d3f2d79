//! From texts to commands.

use super::table::{Entry, Form, Word};
use super::verbs::{Activating, AgentVerb, Edit, PairingVerb, SessionVerb, TaskVerb};
use super::words::{entry_of, form_of, plain, split_word, trim, words};
use super::{Command, TABLE, UsageError};
use crate::access::Activation;
use crate::near::nearest;
use crate::pairing::CODE_LEN;
use crate::schedule;

/// The most runs that are listed at once.
const MAX_RUNS_LISTED: u32 = 50;

/// Reads a command. `None` for a text that is none, exactly where [`super::is_command`] says no.
#[must_use]
pub fn parse(text: &str) -> Option<Result<Command, UsageError>> {
    let (entry, rest) = entry_of(text)?;
    Some(read(entry, rest))
}

fn read(entry: &'static Entry, rest: &str) -> Result<Command, UsageError> {
    if asks_for_help(entry, rest) {
        return Ok(Command::Help(Some(entry)));
    }
    match entry.word {
        Word::Help => topic(entry, rest).map(Command::Help),
        Word::Status => nothing(entry, rest).map(|()| Command::Status),
        Word::New => nothing(entry, rest).map(|()| Command::New),
        // Whoever wants it to stop gets that, whatever else they say.
        Word::Stop => Ok(Command::Stop),
        Word::Activation => activation(entry, rest).map(Command::Activation),
        Word::Agent => agent(entry, rest).map(Command::Agent),
        Word::Session => session(entry, rest).map(Command::Session),
        Word::Pairing => pairing(entry, rest).map(Command::Pairing),
        Word::Task => task(entry, rest).map(Command::Task),
        Word::Tasks => all(entry, rest).map(|all| Command::Task(TaskVerb::List { all })),
    }
}

/// `/task help`. Whoever wants it to stop gets that instead.
fn asks_for_help(entry: &Entry, rest: &str) -> bool {
    let word = plain(rest);
    !matches!(entry.word, Word::Help | Word::Stop)
        && matches!(word.as_str(), "help" | "?" | "-help" | "/help")
}

fn topic(entry: &'static Entry, rest: &str) -> Result<Option<&'static Entry>, UsageError> {
    let Some(word) = words(rest)
        .first()
        .map(|word| plain(word.trim_start_matches('/')))
    else {
        return Ok(None);
    };
    let found = TABLE.iter().find(|topic| topic.names.contains(&word.as_str()));
    found.map(Some).ok_or_else(|| {
        let names: Vec<&str> = TABLE.iter().map(Entry::name).collect();
        UsageError {
            found: format!(
                "There is no command {}.{}",
                shown(&format!("/{word}")),
                did_you_mean(&word, TABLE.iter().flat_map(|topic| topic.names.iter().copied()))
            ),
            right: format!("Right: /{} <{}>", entry.name(), names.join("|")),
        }
    })
}

fn activation(entry: &'static Entry, rest: &str) -> Result<Activating, UsageError> {
    let (form, rest) = chosen(entry, rest)?;
    only(entry, form, rest)?;
    match form.verb {
        "" => Ok(Activating::Show),
        "mention" => Ok(Activating::Set(Activation::Mention)),
        "always" => Ok(Activating::Set(Activation::Always)),
        "default" => Ok(Activating::Default),
        _unread => Err(unknown(entry, form.verb)),
    }
}

fn agent(entry: &'static Entry, rest: &str) -> Result<AgentVerb, UsageError> {
    let (form, rest) = chosen(entry, rest)?;
    match form.verb {
        "list" => only(entry, form, rest).map(|()| AgentVerb::List),
        "current" => only(entry, form, rest).map(|()| AgentVerb::Current),
        "switch" => some(entry, form, rest).map(AgentVerb::Switch),
        _unread => Err(unknown(entry, form.verb)),
    }
}

fn session(entry: &'static Entry, rest: &str) -> Result<SessionVerb, UsageError> {
    let (form, rest) = chosen(entry, rest)?;
    match form.verb {
        "list" => only(entry, form, rest).map(|()| SessionVerb::List),
        "current" => only(entry, form, rest).map(|()| SessionVerb::Current),
        "new" => Ok(SessionVerb::New(
            (!rest.is_empty()).then(|| words(rest).join(" ")),
        )),
        "switch" => some(entry, form, rest).map(SessionVerb::Switch),
        "close" => only(entry, form, rest).map(|()| SessionVerb::Close),
        _unread => Err(unknown(entry, form.verb)),
    }
}

fn pairing(entry: &'static Entry, rest: &str) -> Result<PairingVerb, UsageError> {
    let (form, rest) = chosen(entry, rest)?;
    match form.verb {
        "list" => only(entry, form, rest).map(|()| PairingVerb::List),
        "approve" => code(entry, form, rest).map(PairingVerb::Approve),
        "deny" => code(entry, form, rest).map(PairingVerb::Deny),
        _unread => Err(unknown(entry, form.verb)),
    }
}

/// A code, also where it was typed in pieces. What follows a whole one is too much.
fn code(entry: &'static Entry, form: &Form, rest: &str) -> Result<String, UsageError> {
    let mut code = String::new();
    for piece in words(rest) {
        if !code.is_empty() && code.chars().chain(piece.chars()).count() > CODE_LEN {
            return Err(too_much(entry, form, piece));
        }
        code.push_str(piece);
    }
    if code.is_empty() {
        return Err(missing(entry, form));
    }
    Ok(code)
}

fn task(entry: &'static Entry, rest: &str) -> Result<TaskVerb, UsageError> {
    let (form, rest) = chosen(entry, rest)?;
    match form.verb {
        // The text keeps its lines; what it has to say is read elsewhere.
        "new" if rest.is_empty() => Err(missing(entry, form)),
        "new" => Ok(TaskVerb::New(rest.to_owned())),
        "list" => all_of(entry, form, rest).map(|all| TaskVerb::List { all }),
        "show" => called(entry, form, rest).map(TaskVerb::Show),
        "run" => called(entry, form, rest).map(TaskVerb::Run),
        "runs" => runs(entry, form, rest),
        "last" => called(entry, form, rest).map(TaskVerb::Last),
        "pause" => called(entry, form, rest).map(TaskVerb::Pause),
        "resume" => called(entry, form, rest).map(TaskVerb::Resume),
        "edit" => edit(entry, form, rest),
        // Keyboards part words, too.
        "cancel" if plain(split_word(rest).0) == "run" => {
            let form = form_of(entry, "cancel-run").map_or(form, |(form, _rest)| form);
            cancel_run(entry, form, trim(split_word(rest).1))
        }
        "cancel" => called(entry, form, rest).map(TaskVerb::Cancel),
        "cancel-run" => cancel_run(entry, form, rest),
        _unread => Err(unknown(entry, form.verb)),
    }
}

fn runs(entry: &'static Entry, form: &Form, rest: &str) -> Result<TaskVerb, UsageError> {
    let mut parts = words(rest).into_iter();
    let id = parts.next().ok_or_else(|| missing(entry, form))?;
    let count = match (parts.next(), parts.next()) {
        (None, _) => None,
        (Some(count), None) => {
            let count: Option<u32> = count
                .parse()
                .ok()
                .filter(|count| (1..=MAX_RUNS_LISTED).contains(count));
            let right = || wrong(entry, form, &format!("It lists 1 to {MAX_RUNS_LISTED} runs."));
            Some(count.ok_or_else(right)?)
        }
        (Some(_), Some(more)) => return Err(too_much(entry, form, more)),
    };
    Ok(TaskVerb::Runs {
        id: id.to_owned(),
        count,
    })
}

fn edit(entry: &'static Entry, form: &Form, rest: &str) -> Result<TaskVerb, UsageError> {
    let (id, rest) = split_word(rest);
    let (what, new) = split_word(trim(rest));
    let new = trim(new);
    let edit = match plain(what).as_str() {
        // A schedule says itself what is to change.
        _when if schedule::is_meant(rest) => Edit::Schedule(trim(rest).to_owned()),
        _words if new.is_empty() => return Err(missing(entry, form)),
        "name" if matches!(plain(new).as_str(), "none" | "-") => Edit::Name(None),
        "name" => Edit::Name(Some(words(new).join(" "))),
        "prompt" | "text" => Edit::Prompt(new.to_owned()),
        "schedule" | "when" => Edit::Schedule(new.to_owned()),
        _another => {
            let found = format!("There is no {} to change.", shown(what));
            return Err(wrong(entry, form, &found));
        }
    };
    Ok(TaskVerb::Edit {
        id: id.to_owned(),
        edit,
    })
}

fn cancel_run(entry: &'static Entry, form: &Form, rest: &str) -> Result<TaskVerb, UsageError> {
    let id = one(entry, form, rest)?;
    let number = id
        .trim_start_matches('#')
        .parse()
        .ok()
        .filter(|number: &i64| *number > 0);
    let found = || format!("{} is no run; runs have numbers.", shown(&id));
    number
        .map(TaskVerb::CancelRun)
        .ok_or_else(|| wrong(entry, form, &found()))
}

/// The form that was chosen, and what follows its word.
fn chosen<'t>(entry: &'static Entry, rest: &'t str) -> Result<(&'static Form, &'t str), UsageError> {
    form_of(entry, rest).ok_or_else(|| unknown(entry, split_word(rest).0))
}

/// A command without a word after it.
fn nothing(entry: &'static Entry, rest: &str) -> Result<(), UsageError> {
    match (rest.is_empty(), entry.forms.first()) {
        (true, _) | (false, None) => Ok(()),
        (false, Some(form)) => Err(too_much(entry, form, rest)),
    }
}

fn only(entry: &'static Entry, form: &Form, rest: &str) -> Result<(), UsageError> {
    if rest.is_empty() {
        Ok(())
    } else {
        Err(too_much(entry, form, rest))
    }
}

/// One word.
fn one(entry: &'static Entry, form: &Form, rest: &str) -> Result<String, UsageError> {
    let mut parts = words(rest).into_iter();
    match (parts.next(), parts.next()) {
        (Some(word), None) => Ok(word.to_owned()),
        (None, _) => Err(missing(entry, form)),
        (Some(_), Some(more)) => Err(too_much(entry, form, more)),
    }
}

/// The id or the name of a Task. Only a name has several words.
fn called(entry: &'static Entry, form: &Form, rest: &str) -> Result<String, UsageError> {
    if crate::task::is_like_id(split_word(rest).0) {
        return one(entry, form, rest);
    }
    some(entry, form, rest)
}

/// Some words, with single spaces.
fn some(entry: &'static Entry, form: &Form, rest: &str) -> Result<String, UsageError> {
    if rest.is_empty() {
        return Err(missing(entry, form));
    }
    Ok(words(rest).join(" "))
}

fn all(entry: &'static Entry, rest: &str) -> Result<bool, UsageError> {
    entry
        .forms
        .first()
        .map_or(Ok(false), |form| all_of(entry, form, rest))
}

fn all_of(entry: &'static Entry, form: &Form, rest: &str) -> Result<bool, UsageError> {
    match plain(rest).as_str() {
        "" => Ok(false),
        "all" => Ok(true),
        more => Err(too_much(entry, form, more)),
    }
}

fn missing(entry: &'static Entry, form: &Form) -> UsageError {
    wrong(entry, form, "Something is missing.")
}

fn too_much(entry: &'static Entry, form: &Form, more: &str) -> UsageError {
    wrong(
        entry,
        form,
        &format!("I do not know what to do with {}.", shown(more)),
    )
}

fn wrong(entry: &'static Entry, form: &Form, found: &str) -> UsageError {
    UsageError {
        found: found.to_owned(),
        right: format!("Right: {}", form.usage(entry)),
    }
}

/// None of the forms was meant.
fn unknown(entry: &'static Entry, word: &str) -> UsageError {
    let forms: Vec<String> = entry.forms.iter().map(|form| form.usage(entry)).collect();
    UsageError {
        found: if word.is_empty() {
            format!("/{} wants to know more.", entry.name())
        } else {
            let verbs = entry.forms.iter().map(|form| form.verb);
            let others = entry.forms.iter().flat_map(|form| form.also.iter().copied());
            let meant = did_you_mean(&plain(word), verbs.chain(others));
            format!("/{} does not know {}.{meant}", entry.name(), shown(word))
        },
        right: format!("Right:\n{}", forms.join("\n")),
    }
}

/// Names the word that was meant, if there is one.
fn did_you_mean(typed: &str, words: impl Iterator<Item = &'static str>) -> String {
    nearest(typed, words.filter(|word| !word.is_empty()))
        .map_or_else(String::new, |meant| format!(" Did you mean {meant}?"))
}

/// What somebody typed, for a message: on one line and short.
fn shown(text: &str) -> String {
    const MOST: usize = 30;
    let line = crate::name::one_line(text, MOST).unwrap_or_default();
    format!("\"{line}\"")
}
