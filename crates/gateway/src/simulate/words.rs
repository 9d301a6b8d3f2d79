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

/// The words of a command, as a POSIX shell splits them; nothing is replaced or expanded.
pub(super) fn arguments(line: &str) -> Result<Vec<String>, String> {
    shlex::split(line).ok_or_else(|| {
        format!(
            "a closing quote or the character behind a \\ is missing: {}",
            line.trim()
        )
    })
}

/// The text of a word, quoted or not.
pub(super) fn quoted(word: &str) -> String {
    word.strip_prefix('"').unwrap_or(word).to_owned()
}

/// `500ms`, `2s`, `1m`, `3h`, `1d`.
pub(super) fn duration(word: &str) -> Result<Duration, String> {
    let wrong = || format!("`{word}` is no duration like 500ms, 2s, 1m, 3h or 1d");
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let amount: u64 = digits.parse().map_err(|_| wrong())?;
    match &word[digits.len()..] {
        "ms" => Ok(Duration::from_millis(amount)),
        "s" => Ok(Duration::from_secs(amount)),
        "m" => Ok(Duration::from_secs(amount.saturating_mul(60))),
        "h" => Ok(Duration::from_secs(amount.saturating_mul(3_600))),
        "d" => Ok(Duration::from_secs(amount.saturating_mul(86_400))),
        _ => Err(wrong()),
    }
}
