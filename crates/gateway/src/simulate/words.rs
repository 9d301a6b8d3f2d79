//! Words, quoted texts and durations of a script line.

use std::time::Duration;

/// Splits at blanks; a text in double quotes is one word and keeps its opening quote, so that it
/// is told from a bare word.
pub(super) fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let end = if let Some(text) = rest.strip_prefix('"') {
            text.find('"')
                .ok_or(format!("the closing quote is missing: {rest}"))?
                + 1
        } else {
            rest.find(char::is_whitespace).unwrap_or(rest.len())
        };
        words.push(rest[..end].to_owned());
        rest = rest[end..].trim_start_matches('"').trim_start();
    }
    Ok(words)
}

/// The text of a word, quoted or not.
pub(super) fn quoted(word: &str) -> String {
    word.strip_prefix('"').unwrap_or(word).to_owned()
}

/// `500ms`, `2s`, `1m`.
pub(super) fn duration(word: &str) -> Result<Duration, String> {
    let wrong = || format!("`{word}` is no duration like 500ms, 2s or 1m");
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let amount: u64 = digits.parse().map_err(|_| wrong())?;
    match &word[digits.len()..] {
        "ms" => Ok(Duration::from_millis(amount)),
        "s" => Ok(Duration::from_secs(amount)),
        "m" => Ok(Duration::from_secs(amount.saturating_mul(60))),
        _ => Err(wrong()),
    }
}

/// The known word that a mistyped one is near to.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    let allowed = (word.chars().count() + 1) / 3;
    known
        .iter()
        .map(|candidate| (distance(&word, candidate), *candidate))
        .filter(|(distance, _)| *distance <= allowed.max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters have to be put in, taken out, changed or swapped with the next one.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=to.len()).collect()];
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let changed = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut least = changed.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            let swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
            if swapped {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_word_is_recognised_and_a_strange_one_is_not() {
        let known = ["approve", "as", "kill", "group", "groups", "expect"];
        for (typed, meant) in [
            ("aprove", Some("approve")),
            ("klil", Some("kill")),
            ("Groups", Some("groups")),
            ("exepct", Some("expect")),
            ("sa", Some("as")),
            ("hello", None),
            ("xyz", None),
        ] {
            assert_eq!(nearest(typed, &known), meant, "{typed}");
        }
    }
}
