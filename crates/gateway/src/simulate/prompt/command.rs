//! One line at the prompt: a step as in scripts, or a question.

use crate::simulate::script::{STEPS, Step, number, step};
use fased::nearest::nearest;

#[derive(Debug, PartialEq)]
pub(super) enum Command {
    Step(Step),
    Groups,
    Pending,
    Status,
    Explain(Which),
    Help,
    Quit,
    Nothing,
}

/// Which message to explain.
#[derive(Debug, PartialEq)]
pub(super) enum Which {
    /// The last one that anybody wrote.
    Last,
    /// The last one of this contact.
    LastOf(String),
    Id(String),
}

const QUESTIONS: [&str; 7] = ["groups", "pending", "status", "explain", "help", "quit", "exit"];

/// What a line means, or what is wrong with it.
pub(super) fn parse(line: &str) -> Result<Command, String> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(Command::Nothing);
    }
    if let Some(command) = line.strip_prefix("fased ") {
        // What has no word here is carried out as it is.
        return parse(&as_typed_here(command)).or_else(|_| step(line).map(Command::Step));
    }
    let (verb, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    if !rest.is_empty() && QUESTIONS.contains(&verb) && !matches!(verb, "explain" | "help") {
        return Err(format!("`{verb}` stands alone"));
    }
    match verb {
        "groups" => Ok(Command::Groups),
        "pending" => Ok(Command::Pending),
        "status" => Ok(Command::Status),
        "help" | "?" => Ok(Command::Help),
        "quit" | "exit" => Ok(Command::Quit),
        "explain" if rest.is_empty() => Ok(Command::Explain(Which::Last)),
        "explain" if rest.starts_with('+') => Ok(Command::Explain(Which::LastOf(number(rest)?))),
        "explain" => Ok(Command::Explain(Which::Id(
            rest.trim_matches(['[', ']']).to_owned(),
        ))),
        _ if STEPS.contains(&verb) => step(line).map(Command::Step),
        _ => Err(unknown(verb, line)),
    }
}

/// A command as messages name it, such as `pairing approve whatsapp CODE`, in the words used here.
fn as_typed_here(command: &str) -> String {
    const LEFT_OUT: [&str; 7] = [
        "pairing",
        "channels",
        "gateway",
        "whatsapp",
        "--channel",
        "--sender",
        "list",
    ];
    let words = command.split_whitespace().filter(|word| !LEFT_OUT.contains(word));
    let words: Vec<&str> = words.collect();
    match words.as_slice() {
        [] if command.contains("pairing") => "pending".to_owned(),
        words => words.join(" "),
    }
}

fn unknown(verb: &str, line: &str) -> String {
    if number(verb).is_ok() {
        return format!("who writes goes after `as`: as {line}");
    }
    match nearest(verb, STEPS.iter().chain(&QUESTIONS).copied()) {
        Some(meant) => format!("`{verb}` is not known; did you mean `{meant}`? `help` lists all"),
        None => {
            format!("`{verb}` is not known; `help` lists what is. To write a message: as +15550100002 {line}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_questions_are_told_apart() {
        assert_eq!(parse("  "), Ok(Command::Nothing));
        assert_eq!(parse("# a remark"), Ok(Command::Nothing));
        assert_eq!(parse("pause"), Ok(Command::Step(Step::Pause)));
        assert_eq!(parse("groups"), Ok(Command::Groups));
        assert_eq!(parse("explain"), Ok(Command::Explain(Which::Last)));
        assert_eq!(
            parse("explain [3AFF]"),
            Ok(Command::Explain(Which::Id("3AFF".to_owned())))
        );
        let of = Which::LastOf("+15550100002".to_owned());
        assert_eq!(parse("explain +15550100002"), Ok(Command::Explain(of)));
        assert_eq!(parse(" exit "), Ok(Command::Quit));
        assert_eq!(
            parse("fased pairing approve whatsapp ABCD2345"),
            parse("approve ABCD2345")
        );
        assert_eq!(parse("fased channels pause --channel whatsapp"), parse("pause"));
        assert_eq!(parse("fased pairing list"), Ok(Command::Pending));
        let listed = Step::Fased(vec!["tasks".to_owned(), "list".to_owned()]);
        assert_eq!(parse("fased tasks list"), Ok(Command::Step(listed)));
    }

    #[test]
    fn what_is_not_known_is_answered_with_what_was_meant() {
        for (line, part) in [
            ("aprove ABCD2345", "did you mean `approve`"),
            ("exlpain", "did you mean `explain`"),
            ("good morning", "as +15550100002 good morning"),
            ("+15550100002 hi", "as +15550100002 hi"),
            ("as 555 hi", "no number"),
            ("as +15550100002", "the text is missing"),
            ("me to +15550100002", "me to +15550100002 TEXT"),
            ("status now", "stands alone"),
            ("kill node", "kill sidecar"),
        ] {
            let error = parse(line).expect_err(line);
            assert!(error.contains(part), "{line}: {error}");
        }
    }
}
