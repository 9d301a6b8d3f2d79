//! Texts that were plainly meant as a command and are none: `/halp`, `/ help`.

use super::TABLE;
use super::words::{behind_slash, named, plain, split_word, trim};
use crate::near::nearest;

/// A command that does not exist, and the one that was meant. Its `Display` is the answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("There is no command /{typed}. Did you mean /{meant}?")]
pub struct Slip {
    /// What follows the slash, as it was typed.
    pub typed: String,
    /// The name of the command that was meant.
    pub meant: &'static str,
}

/// Finds the command that a text was meant as, though it is none: a slash and a word that is nearly the name of one, or a
/// gap between the two. A path, and a word that comes near no command, is text.
#[must_use]
pub fn slip(text: &str) -> Option<Slip> {
    let rest = behind_slash(text)?;
    let (word, behind) = split_word(rest);
    if word.is_empty() {
        let (word, _behind) = split_word(trim(behind));
        let entry = named(word)?;
        return Some(Slip {
            typed: format!(" {}", plain(word)),
            meant: entry.name(),
        });
    }
    if named(word).is_some() {
        return None;
    }
    let word = plain(word).trim_end_matches(['!', '?', ';']).to_owned();
    let names = TABLE.iter().flat_map(|entry| entry.names.iter().copied());
    let meant = nearest(&word, names)?;
    // Dots, slashes and the like are no slips: they make a path.
    word.chars()
        .all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_'))
        .then_some(Slip { typed: word, meant })
}
