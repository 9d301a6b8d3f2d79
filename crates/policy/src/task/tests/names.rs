use rstest::rstest;

use super::*;

/// What a name stands for among some Tasks.
fn found(typed: &str) -> String {
    let tasks = [
        ("74h9", "Tea", State::Active),
        ("k7qd", "morning news", State::Paused),
        ("b2bb", "run", State::Active),
        ("c2cc", "Run", State::Paused),
        ("d2dd", "walk", State::Done),
        ("f2ff", "walk", State::Active),
        ("g2gg", "sleep", State::Done),
        ("h2hh", "ÄPFEL", State::Active),
    ]
    .map(|(id, name, state)| Candidate { id, name, state });
    match named(typed, &tasks) {
        Named::One(id) => id.to_owned(),
        Named::None(meant) => format!("none: {}", meant.join(", ")),
    }
}

#[rstest]
#[case::its_name("Tea", "74h9")]
#[case::in_other_letters("tEA", "74h9")]
#[case::beyond_ascii("äpfel", "h2hh")]
#[case::several_words(" Morning  NEWS ", "k7qd")]
#[case::the_only_one_that_is_not_done("walk", "f2ff")]
#[case::one_that_is_done("sleep", "g2gg")]
#[case::doubled("run", "none: b2bb (run), c2cc (Run)")]
#[case::a_slip("teh", "none: 74h9 (Tea)")]
#[case::two_slips("mornin newz", "none: k7qd (morning news)")]
#[case::another_name("coffee", "none: ")]
#[case::nothing("", "none: ")]
fn names_of_tasks(#[case] typed: &str, #[case] expected: &str) {
    assert_eq!(found(typed), expected);
}

#[rstest]
#[case("k7qd", true)]
#[case("K7QD", true)]
#[case("news", false)]
#[case("k7qde", false)]
#[case("k7q", false)]
#[case("k7-d", false)]
fn ids_are_no_words(#[case] word: &str, #[case] expected: bool) {
    assert_eq!(is_like_id(word), expected);
}
