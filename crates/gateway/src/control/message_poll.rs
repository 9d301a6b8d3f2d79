//! Asks a question with answers to choose from.

use std::collections::HashSet;

use fased_protocol::control::{ControlError, ControlResponse, Destination};
use fased_protocol::private::Private;
use fased_protocol::sidecar::Outgoing;

use super::message_where::usage;
use super::{Live, message_queue, message_where};

/// How many answers a poll has.
const OPTIONS: std::ops::RangeInclusive<usize> = 2..=12;

pub(super) async fn answer(
    live: &Live,
    to: &Destination,
    question: &Private,
    options: &[Private],
    selectable: u32,
) -> Result<ControlResponse, ControlError> {
    let options = checked(question, options, selectable)?;
    let (account, to) = message_where::find(live, to).await?;
    let text = question.0.trim().to_owned();
    let poll = Outgoing::Poll {
        question: Private(text.clone()),
        options,
        selectable,
    };
    message_queue::ready(&account, &to, poll, text).await
}

fn checked(question: &Private, options: &[Private], selectable: u32) -> Result<Vec<Private>, ControlError> {
    if question.0.trim().is_empty() {
        return Err(usage(
            "the poll has no question".to_owned(),
            "add --question TEXT",
        ));
    }
    if !OPTIONS.contains(&options.len()) {
        return Err(usage(
            format!("a poll has 2 to 12 options, not {}", options.len()),
            "add --option once for each answer",
        ));
    }
    let trimmed: Vec<String> = options.iter().map(|option| option.0.trim().to_owned()).collect();
    let different: HashSet<&String> = trimmed.iter().filter(|option| !option.is_empty()).collect();
    // A vote names what it chose by a hash of the words, so two alike could not be told apart.
    if different.len() != trimmed.len() {
        return Err(usage(
            "an option of the poll is empty, or two are the same".to_owned(),
            "give each option words of its own",
        ));
    }
    if selectable as usize > trimmed.len() {
        return Err(usage(
            format!("{selectable} of {} options cannot be chosen", trimmed.len()),
            "give a smaller --selectable, or 0 for any number",
        ));
    }
    Ok(trimmed.into_iter().map(Private).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(options: &[&str]) -> Vec<Private> {
        options.iter().map(|option| Private::from(*option)).collect()
    }

    #[test]
    fn a_poll_has_a_question_and_different_options() {
        let question = Private::from("Lunch?");
        let taken = checked(&question, &options(&[" Pizza ", "Pasta"]), 1).expect("a poll");
        assert_eq!(taken, options(&["Pizza", "Pasta"]));
        for (question, given, selectable, part) in [
            (" ", vec!["a", "b"], 1, "no question"),
            ("?", vec!["a"], 1, "2 to 12"),
            ("?", vec!["a"; 13], 1, "2 to 12"),
            ("?", vec!["a", "a "], 1, "the same"),
            ("?", vec!["a", ""], 1, "empty"),
            ("?", vec!["a", "b"], 3, "cannot be chosen"),
        ] {
            let error = checked(&Private::from(question), &options(&given), selectable).expect_err("refused");
            assert!(error.message.contains(part), "{}", error.message);
        }
    }
}
