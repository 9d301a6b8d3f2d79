//! Echoes that no id gives away, and loops.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

const AT: i64 = 1_800_000_000_000;

#[rstest]
#[case::row_3_same_words("Hello, you", "hello,   YOU", true)]
#[case::row_3_formatting_is_gone("*Hello*, _you_", "Hello, you", true)]
#[case::row_3_code_and_lines("```ls\n-l```", "ls -l", true)]
#[case::row_3_a_part_of_a_longer_one("the answer is 42", "the answer is 42, as I said", true)]
#[case::row_3_a_piece_of_it("the answer is 42, as I said", "the answer is 42", true)]
#[case::row_3_short_words_are_everybodys("ok", "ok then", false)]
#[case::row_3_short_and_the_same("ok", "OK", true)]
#[case::row_3_other_words("the answer is 42", "the question is 42", false)]
fn words(#[case] ours: &str, #[case] theirs: &str, #[case] alike: bool) {
    assert_eq!(are_alike(&folded(ours), &folded(theirs)), alike);
}

#[rstest]
#[case::row_3_at_once(0, 0, true)]
#[case::row_3_late_but_stamped_in_time(500_000, 120, true)]
#[case::row_3_stamped_before_it_was_written(500_000, -2, true)]
#[case::row_3_stamped_long_before(500_000, -3, false)]
#[case::row_3_the_last_moment(120_000, 300, true)]
#[case::row_3_too_late(120_001, 121, false)]
fn window(#[case] now_after_ms: i64, #[case] stamped_after_s: i64, #[case] inside: bool) {
    assert_eq!(
        is_in_window(AT, AT / 1000 + stamped_after_s, AT + now_after_ms),
        inside
    );
}

#[test]
fn the_fourth_turn_that_our_words_would_start_is_one_too_many() {
    let mut turns = Turns::default();
    for _ in 0..LOOP_TURNS {
        assert!(!turns.next(true));
        assert!(!turns.is_first_broken());
    }
    assert!(turns.next(true));
    assert!(turns.is_first_broken());
    assert!(turns.next(true));
    assert!(!turns.is_first_broken(), "the owner is told once");
}

#[test]
fn words_of_somebody_end_a_loop() {
    let mut turns = Turns::default();
    for _ in 0..10 {
        turns.next(true);
    }
    assert!(!turns.next(false));
    assert_eq!(turns, Turns::default());
    assert!(!turns.next(true));
}

proptest! {
    #[test]
    fn likeness_goes_both_ways(ours in "(?s).{0,30}", theirs in "(?s).{0,30}", cut in 0_usize..30) {
        let (ours, theirs) = (folded(&ours), folded(&theirs));
        prop_assert_eq!(are_alike(&ours, &theirs), are_alike(&theirs, &ours));
        let piece: String = ours.chars().take(cut).collect();
        prop_assert_eq!(are_alike(&ours, &piece), are_alike(&piece, &ours));
        prop_assert!(are_alike(&ours, &ours));
    }

    #[test]
    fn folding_twice_is_folding_once(text in "(?s).{0,60}") {
        let once = folded(&text);
        prop_assert_eq!(folded(&once), once);
    }

    #[test]
    fn no_time_makes_the_window_stumble(written in any::<i64>(), stamped in any::<i64>(), now in any::<i64>()) {
        let inside = is_in_window(written, stamped, now);
        if now == written {
            prop_assert!(inside);
        }
    }
}
