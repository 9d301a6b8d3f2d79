//! Words of a command, forgiving of what keyboards of phones make of them.

use super::table::{Entry, Form, TABLE};
use crate::name::is_invisible;

/// What stands between words, and what nobody sees.
fn is_gap(character: char) -> bool {
    character.is_whitespace() || is_invisible(character)
}

/// The command that a text begins with, and what follows it. Marks that end a sentence are no part of its word.
pub(super) fn entry_of(text: &str) -> Option<(&'static Entry, &str)> {
    let rest = behind_slash(text)?;
    let (word, rest) = split_word(rest);
    Some((named(word)?, trim(rest)))
}

/// What follows the slash that a text begins with.
pub(super) fn behind_slash(text: &str) -> Option<&str> {
    text.trim_start_matches(is_gap).strip_prefix('/')
}

/// The command of this name.
pub(super) fn named(word: &str) -> Option<&'static Entry> {
    let word = word.trim_end_matches(['.', '!', '?', ',', ';', ':', '…']);
    TABLE
        .iter()
        .find(|entry| entry.names.iter().any(|name| name.eq_ignore_ascii_case(word)))
}

/// The first word, and what follows it. What begins with a gap has an empty first word.
pub(super) fn split_word(text: &str) -> (&str, &str) {
    let end = text.find(is_gap).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    (word, rest)
}

pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(is_gap)
}

/// All words.
pub(super) fn words(text: &str) -> Vec<&str> {
    text.split(is_gap).filter(|word| !word.is_empty()).collect()
}

/// The form that a text begins with, and what follows its word.
pub(super) fn form_of<'t>(entry: &'static Entry, text: &'t str) -> Option<(&'static Form, &'t str)> {
    let (word, rest) = split_word(text);
    let said = plain(word);
    let found = entry
        .forms
        .iter()
        .find(|form| form.verb == said || form.also.contains(&said.as_str()))?;
    Some((found, trim(rest)))
}

/// In small letters, with plain dashes, without the mark that a keyboard puts at the end.
pub(super) fn plain(word: &str) -> String {
    let small: String = word.to_lowercase();
    small
        .trim_end_matches([':', ',', '.'])
        .replace(['‐', '‑', '‒', '–', '—', '−'], "-")
        .replace("--", "-")
}
