//! What waits for more, and what it becomes.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

#[rstest]
#[case::words("hello", true)]
#[case::a_command_inside("please /stop", true)]
#[case::the_word_inside("stop that", true)]
#[case::a_slash_that_is_no_command("/etc is a folder", true)]
#[case::command("/status", false)]
#[case::command_with_words("/task list", false)]
#[case::command_after_spaces("  /New", false)]
#[case::stop("stop", false)]
#[case::stop_with_force(" STOP!! ", false)]
#[case::abort("abort.", false)]
#[case::nothing("  ", false)]
fn plain_texts(#[case] text: &str, #[case] waits: bool) {
    assert_eq!(may_wait(true, false, text), waits);
    assert!(!may_wait(true, true, text), "a reply never waits");
    assert!(!may_wait(false, false, text), "more than text never waits");
}

#[test]
fn together_by_when_they_were_written_then_by_when_they_came() {
    let mut messages = [(200, 5, "third"), (100, 6, "second"), (100, 4, "first")];
    sort(&mut messages, |(written, came, _text)| (*written, *came));
    let texts = messages.map(|(_written, _came, text)| text);
    assert_eq!(joined(texts), "first\nsecond\nthird");
}

proptest! {
    #[test]
    fn sorting_loses_nothing(mut keys in proptest::collection::vec((0_i64..5, 0_i64..5), 0..20)) {
        let mut expected = keys.clone();
        sort(&mut keys, |key| *key);
        expected.sort_unstable();
        prop_assert_eq!(keys, expected);
    }
}
