//! Which patterns are taken, and what they match.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn refused(patterns: &[&str]) -> (usize, String) {
    let error = Patterns::new(patterns).unwrap_err();
    assert!(error.to_string().contains(&format!("{:?}", error.pattern)));
    (error.index, error.problem)
}

#[rstest]
#[case::empty("", "empty")]
#[case::blank("  ", "empty")]
#[case::anything(".*", "every message")]
#[case::nothing_is_enough("gatey|", "every message")]
#[case::anchors_alone("^", "every message")]
#[case::unclosed("[", "unclosed")]
#[case::look_around("(?=gatey)", "linear time")]
#[case::back_reference(r"(a)\1", "backreferences")]
#[case::huge("(?:a{1000}){1000}", "size limit")]
fn patterns_that_are_refused(#[case] pattern: &str, #[case] why: &str) {
    let (index, problem) = refused(&["fine", pattern]);
    assert_eq!(index, 1);
    assert!(problem.contains(why), "{problem}");
    assert!(!problem.contains('\n'), "{problem}");
}

#[test]
fn a_pattern_that_is_too_long_is_refused() {
    assert!(Patterns::new(&["ß".repeat(MAX_PATTERN_LEN)]).is_ok());
    let (index, problem) = refused(&[&"ß".repeat(MAX_PATTERN_LEN + 1)]);
    assert_eq!(index, 0);
    assert!(problem.contains("500"), "{problem}");
}

#[test]
fn a_list_that_is_too_long_is_refused() {
    let many: Vec<String> = (0..=MAX_PATTERNS).map(|n| format!("name{n}")).collect();
    assert!(Patterns::new(&many[..MAX_PATTERNS]).is_ok());
    let error = Patterns::new(&many).unwrap_err();
    assert_eq!((error.index, error.pattern.as_str()), (MAX_PATTERNS, "name100"));
}

#[test]
fn no_patterns_match_nothing() {
    assert!(!Patterns::new::<&str>(&[]).unwrap().match_text("gatey"));
    assert!(!Patterns::default().match_text(""));
}

/// What backtracking engines take ages for.
#[test]
fn a_pattern_that_would_take_ages_elsewhere_takes_none() {
    let patterns = Patterns::new(&["(a+)+$"]).unwrap();
    let text = format!("{}!", "a".repeat(50_000));
    assert!(!patterns.match_text(&text));
}

#[test]
fn a_log_shows_the_patterns() {
    let patterns = Patterns::new(&["gatey"]).unwrap();
    assert_eq!(format!("{patterns:?}"), r#"Patterns(["gatey"])"#);
}

/// Some pictures are joined by marks that nobody sees.
#[test]
fn a_pattern_may_hold_such_marks_itself() {
    let patterns = Patterns::new(&["\u{1f469}\u{200d}\u{1f4bb}"]).unwrap();
    assert!(patterns.match_text("hey \u{1f469}\u{200d}\u{1f4bb}, are you there?"));
    assert!(!patterns.match_text("hey \u{1f469}"));
}

proptest! {
    #[test]
    fn no_text_and_no_pattern_makes_it_stumble(
        pattern in "\\PC{0,20}|[a-z(|)*+?\\[\\]\\\\.^$]{0,12}",
        text in "(?s).{0,60}",
        own in "[1-9][0-9]{6,14}",
        personal in any::<bool>(),
    ) {
        let patterns = Patterns::new(&[pattern]).unwrap_or_default();
        let said = Said { text: Some(&text), mentions: &[], quotes_gateway: false, patterns: &patterns };
        let own = Identity::from(Phone::parse(&own).unwrap());
        let mode = if personal { Mode::Personal } else { Mode::Dedicated };
        let (yes, why) = mentioned(&said, &own, mode);
        prop_assert!(!why.is_empty());
        prop_assert_eq!(mentioned(&said, &own, mode).0, yes);
    }

    /// However it is broken up by marks, our number is our number; and with a digit before or after, it is not.
    #[test]
    fn our_number_is_found_however_it_is_written(
        digits in "[1-9][0-9]{6,14}",
        marks in proptest::collection::vec("[ .()/\u{a0}\u{200b}-]{0,2}", 15),
        before in "[a-z ]{0,5}",
    ) {
        let phone = Phone::parse(&digits).unwrap();
        let written: String = digits.chars().zip(&marks).map(|(digit, mark)| format!("{digit}{mark}")).collect();
        let text = format!("{before}+{written}!");
        prop_assert!(holds_number(&text, &phone), "{}", text);
        let text = format!("{before}{written}");
        let longer = text.trim_end_matches(|last: char| !last.is_ascii_digit());
        let after = format!("{longer}7");
        prop_assert!(!holds_number(&after, &phone), "{}", after);
        let ahead = format!("{before}9{digits}");
        prop_assert!(!holds_number(&ahead, &phone), "{}", ahead);
    }

    #[test]
    fn what_nobody_sees_hides_no_name(
        marks in proptest::collection::vec("[\u{200b}\u{200d}\u{2060}\u{feff}\u{202a}]{0,2}", 5),
    ) {
        let text: String = "gatey".chars().zip(&marks).map(|(letter, mark)| format!("{mark}{letter}")).collect();
        prop_assert!(Patterns::new(&[r"\bgatey\b"]).unwrap().match_text(&text));
    }
}
