//! Whether an answer quotes what it answers, and how that is told.

use std::borrow::Cow;

#[cfg(test)]
mod tests;

/// Longest text of a quote, in characters: phones show some lines of it.
pub const MOST_QUOTED: usize = 1_000;

/// Does the first message of an answer quote? In a group it does, since others talk too; alone with somebody only when
/// they wrote on meanwhile, so that it is clear what is answered.
#[must_use]
pub fn quotes(in_group: bool, newer_came: bool) -> bool {
    in_group || newer_came
}

/// What a quote repeats of a message: its text, else what kind of thing it was.
#[must_use]
pub fn quoted_text(text: Option<&str>, kind: &str) -> String {
    let text = text.map_or(Cow::Borrowed(""), |text| Cow::Borrowed(text.trim()));
    if text.is_empty() {
        return format!("<media:{kind}>");
    }
    match text.char_indices().nth(MOST_QUOTED) {
        None => text.into_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
