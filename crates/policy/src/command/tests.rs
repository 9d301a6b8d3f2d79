//! Which texts are commands.

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
#[case::with_a_mark("/status!", false)]
#[case::slash_alone("/", false)]
#[case::space_after_slash("/ status", false)]
#[case::in_a_sentence("please /status", false)]
#[case::path("/usr/bin", false)]
#[case::nothing("", false)]
fn commands(#[case] text: &str, #[case] expected: bool) {
    assert_eq!(is_command(text), expected);
}
