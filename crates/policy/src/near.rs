//! What somebody may have meant by a word that they mistyped.

/// The shortest words of which two slips are forgiven: in shorter ones they make another word.
const LONG: usize = 5;
/// Longer words than anybody mistypes are not looked at.
const MAX_CHARS: usize = 64;

/// Is one of the words a slip of the other: a letter that is missing, too much, wrong, or two that changed places; of
/// words of five letters and more, two of these? Words are compared as they are; equal ones are no slip.
#[must_use]
pub fn is_slip(typed: &str, meant: &str) -> bool {
    let most = if length(typed).min(length(meant)) < LONG {
        1
    } else {
        2
    };
    is_within(typed, meant, most)
}

/// The candidate that a word is most likely a slip of: the nearest, the first of those that are equally near.
#[must_use]
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .filter(|meant| is_slip(typed, meant))
        .min_by_key(|meant| strsim::osa_distance(typed, meant))
}

/// Do they differ, by so many slips at most?
pub(crate) fn is_within(typed: &str, meant: &str, most: usize) -> bool {
    let (one, other) = (length(typed), length(meant));
    one.abs_diff(other) <= most
        && one.max(other) <= MAX_CHARS
        && (1..=most).contains(&strsim::osa_distance(typed, meant))
}

fn length(word: &str) -> usize {
    word.chars().count()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::wrong("halp", Some("help"))]
    #[case::missing("hlp", Some("help"))]
    #[case::too_much("helpp", Some("help"))]
    #[case::changed_places("hepl", Some("help"))]
    #[case::two_in_a_long_word("sesion1", Some("session"))]
    #[case::two_in_a_short_word("hall", None)]
    #[case::another_word("foo", None)]
    #[case::itself("help", None)]
    #[case::the_nearest("sessions", Some("session"))]
    #[case::nothing("", None)]
    fn what_was_meant(#[case] typed: &str, #[case] meant: Option<&str>) {
        assert_eq!(nearest(typed, ["help", "seasons", "session"]), meant);
    }

    #[test]
    fn no_long_text_is_compared() {
        let long = "a".repeat(10_000);
        assert!(!is_slip(&long, &format!("{long}b")));
    }
}
