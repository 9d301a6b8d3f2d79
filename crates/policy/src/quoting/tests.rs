use rstest::rstest;

use super::*;

#[rstest]
#[case::a_group(true, false, true)]
#[case::a_group_that_talks_on(true, true, true)]
#[case::alone_and_at_once(false, false, false)]
#[case::alone_and_late(false, true, true)]
fn when(#[case] in_group: bool, #[case] newer_came: bool, #[case] expected: bool) {
    assert_eq!(quotes(in_group, newer_came), expected);
}

#[rstest]
#[case::words(Some("what is this?"), "text", "what is this?")]
#[case::a_caption(Some(" look "), "image", "look")]
#[case::only_a_file(None, "image", "<media:image>")]
#[case::an_empty_caption(Some("  "), "voice", "<media:voice>")]
fn told(#[case] text: Option<&str>, #[case] kind: &str, #[case] expected: &str) {
    assert_eq!(quoted_text(text, kind), expected);
}

#[test]
fn a_long_text_is_cut_between_characters() {
    let long = "ä".repeat(MOST_QUOTED);
    assert_eq!(quoted_text(Some(&long), "text"), long);
    assert_eq!(quoted_text(Some(&format!("{long}b")), "text"), format!("{long}…"));
}
