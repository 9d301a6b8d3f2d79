//! Which texts are commands, and what they ask for.

mod helping;
mod reading;
mod slips;

use proptest::prelude::*;
use rstest::rstest;

use super::*;

#[rstest]
#[case::alone("/status", true)]
#[case::with_words("/activation always", true)]
#[case::with_a_line("/task\nnew", true)]
#[case::other_case("/STATUS", true)]
#[case::after_spaces("  /help", true)]
#[case::unknown("/frobnicate", false)]
#[case::longer("/statuses", false)]
#[case::with_a_mark("/status!", true)]
#[case::with_a_full_stop("/stop.", true)]
#[case::with_marks_and_words("/stop!! now", true)]
#[case::with_a_mark_before("/!status", false)]
#[case::slash_alone("/", false)]
#[case::space_after_slash("/ status", false)]
#[case::no_break_space("/status\u{a0}now", true)]
#[case::behind_what_nobody_sees("\u{200e}/status", true)]
#[case::all_words_of_the_table("/reset", true)]
#[case::near_miss("/taks list", false)]
#[case::two_slashes("//status", false)]
#[case::in_a_sentence("please /status", false)]
#[case::path("/usr/bin", false)]
#[case::nothing("", false)]
fn commands(#[case] text: &str, #[case] expected: bool) {
    assert_eq!(is_command(text), expected);
}

proptest! {
    #[test]
    fn what_is_read_is_what_counts_as_a_command(text in any_text()) {
        let read = parse(&text);
        prop_assert_eq!(read.is_some(), is_command(&text));
        prop_assert!(slip(&text).is_none() || read.is_none());
        if let Some(Err(wrong)) = read {
            prop_assert!(wrong.right.starts_with("Right:"), "{wrong}");
            prop_assert!(wrong.to_string().chars().count() < 700, "{wrong}");
        }
    }
}

fn any_text() -> impl Strategy<Value = String> {
    const WORDS: [&str; 32] = [
        "/halp",
        "/",
        "/task",
        "/Tasks",
        "/agent",
        "/session",
        "/pairing",
        "/help",
        "/stop",
        "/new",
        "/activation",
        "new",
        "list",
        "all",
        "runs",
        "edit",
        "name",
        "schedule",
        "cancel",
        "run",
        "cancel–run",
        "switch",
        "approve",
        "k7qd",
        "12",
        "always",
        "every",
        "2h",
        "\u{a0}",
        "--",
        "—",
        "look",
    ];
    let word = prop_oneof![8 => (0..WORDS.len()).prop_map(|place| WORDS[place].to_owned()), 1 => "\\PC{0,40}", 1 => any::<String>()];
    (
        proptest::collection::vec(word, 0..7),
        prop_oneof![Just(" "), Just("\n")],
    )
        .prop_map(|(words, gap)| words.join(gap))
}
