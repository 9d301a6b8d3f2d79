//! Mention patterns of the config, each judged for itself so that every wrong one is named.

use fased_policy::mention::{MAX_PATTERNS, Patterns};

/// Which are wrong, and why.
pub(super) fn problems(patterns: &[&str]) -> Vec<(usize, String)> {
    // Of a list that is too long the first patterns are enough to look at.
    let mut wrong: Vec<(usize, String)> = patterns
        .iter()
        .take(MAX_PATTERNS)
        .enumerate()
        .filter_map(|(index, pattern)| {
            let error = Patterns::new(&[pattern]).err()?;
            Some((index, format!("{pattern:?} cannot be used: {}", error.problem)))
        })
        .collect();
    if wrong.is_empty()
        && let Err(error) = Patterns::new(patterns)
    {
        wrong.push((error.index, format!("the list cannot be used: {}", error.problem)));
    }
    wrong
}
