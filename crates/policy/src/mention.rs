//! Does a message in a group mean us?

use std::fmt;
use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use crate::access::Mode;
use crate::ids::{Identity, Phone};

#[cfg(test)]
mod tests;

/// Most patterns of one list, and longest pattern in characters.
pub const MAX_PATTERNS: usize = 100;
/// See [`MAX_PATTERNS`].
pub const MAX_PATTERN_LEN: usize = 500;

/// Memory that one compiled pattern may take.
const SIZE_LIMIT: usize = 256 << 10;
/// Memory that one pattern may take for what it learns while it matches.
const CACHE_LIMIT: usize = 512 << 10;

/// What was said, as far as a mention may be in it.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Text or caption.
    pub text: Option<&'a str>,
    /// Who is mentioned by address, with all that is known of them.
    pub mentions: &'a [Identity],
    /// It replies to a message that the gateway sent.
    pub quotes_gateway: bool,
    /// What counts as a name of the agent that would answer.
    pub patterns: &'a Patterns,
}

/// Regular expressions that mean us. They are matched without regard to case, in time that grows only with
/// the text.
///
/// One by one: most begin or end with something fixed that is looked for first, which a set of them all cannot do,
/// and texts with letters outside ASCII are several times slower for a set.
#[derive(Clone, Default)]
pub struct Patterns {
    each: Arc<[Regex]>,
}

/// A pattern that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("mention pattern {index} ({pattern:?}): {problem}")]
pub struct PatternError {
    /// Its place in the list, from 0.
    pub index: usize,
    /// The pattern.
    pub pattern: String,
    /// What is wrong with it, in one line.
    pub problem: String,
}

impl Patterns {
    /// Compiles a list.
    ///
    /// # Errors
    /// The first pattern that is empty, too long, matches everything, or is not understood.
    pub fn new<S: AsRef<str>>(patterns: &[S]) -> Result<Self, PatternError> {
        let wrong = |index: usize, problem: &str| PatternError {
            index,
            pattern: patterns.get(index).map_or("", AsRef::as_ref).to_owned(),
            problem: problem.to_owned(),
        };
        if patterns.is_empty() {
            return Ok(Self::default());
        }
        if patterns.len() > MAX_PATTERNS {
            return Err(wrong(MAX_PATTERNS, "at most 100 patterns are taken"));
        }
        let mut each = Vec::with_capacity(patterns.len());
        for (index, pattern) in patterns.iter().enumerate() {
            let pattern = pattern.as_ref();
            if pattern.trim().is_empty() {
                return Err(wrong(index, "it is empty, and would match every message"));
            }
            if pattern.chars().count() > MAX_PATTERN_LEN {
                return Err(wrong(index, "at most 500 characters are taken"));
            }
            let regex = compile(pattern).map_err(|error| wrong(index, &error))?;
            if regex.is_match("") {
                return Err(wrong(index, "it matches an empty text, and so every message"));
            }
            each.push(regex);
        }
        Ok(Self { each: each.into() })
    }

    /// All of these, each once.
    #[must_use]
    pub fn of_all<'a>(lists: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut each: Vec<Regex> = Vec::new();
        for regex in lists.into_iter().flat_map(|list| list.each.iter()) {
            if !each.iter().any(|known| known.as_str() == regex.as_str()) {
                each.push(regex.clone());
            }
        }
        Self { each: each.into() }
    }

    /// Does any of them match the text, or what people see of it?
    #[must_use]
    pub fn match_text(&self, text: &str) -> bool {
        let matches = |text: &str| self.each.iter().any(|regex| regex.is_match(text));
        if matches(text) {
            return true;
        }
        if !text.chars().any(is_invisible) {
            return false;
        }
        let visible: String = text
            .chars()
            .filter(|character| !is_invisible(*character))
            .collect();
        matches(&visible)
    }
}

impl fmt::Debug for Patterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let patterns: Vec<&str> = self.each.iter().map(Regex::as_str).collect();
        f.debug_tuple("Patterns").field(&patterns).finish()
    }
}

fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .case_insensitive(true)
        .size_limit(SIZE_LIMIT)
        .dfa_size_limit(CACHE_LIMIT)
        .build()
        .map_err(|error| {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            let last = last.trim_start_matches("error: ").to_owned();
            if text.contains("look-around") {
                format!("{last}; patterns are matched in linear time, so there is no look-around")
            } else {
                last
            }
        })
}

/// Characters that nobody sees: they must not keep a name from being recognised.
fn is_invisible(character: char) -> bool {
    crate::name::is_invisible(character) || matches!(character, '\u{00ad}' | '\u{200c}' | '\u{200d}')
}

/// Does it mean us, and why (or why not), for people. The first rule that decides.
#[must_use]
pub fn mentioned(said: &Said<'_>, own: &Identity, mode: Mode) -> (bool, &'static str) {
    let text = said.text.unwrap_or_default();
    let names_us = said.mentions.iter().any(|person| own.matches(person));
    if names_us && mode == Mode::Dedicated {
        return (true, "the account is mentioned by address");
    }
    if said.quotes_gateway {
        return (true, "it replies to a message of the gateway");
    }
    if said.patterns.match_text(text) {
        return (true, "a mention pattern matches");
    }
    if mode == Mode::Personal {
        return (
            false,
            "it neither matches a mention pattern nor replies to the gateway; on a personal number, naming the number means the owner",
        );
    }
    if !said.mentions.is_empty() {
        return (false, "only others are mentioned");
    }
    if own.phone.as_ref().is_some_and(|phone| holds_number(text, phone)) {
        return (true, "the number of the account is in the text");
    }
    (false, "nothing in it mentions the account")
}

/// Is this number in the text, with or without spaces, dashes, dots and parentheses inside?
fn holds_number(text: &str, phone: &Phone) -> bool {
    let digits = phone.digits();
    if text.bytes().filter(u8::is_ascii_digit).count() < digits.len() {
        return false;
    }
    text.split(|character: char| !is_of_number(character))
        .filter(|part| part.len() >= digits.len())
        .any(|part| starts_within(part, digits))
}

fn is_of_number(character: char) -> bool {
    character.is_ascii_digit()
        || matches!(
            character,
            ' ' | '\u{a0}' | '\u{202f}' | '-' | '\u{2010}' | '\u{2011}' | '.' | '(' | ')' | '+' | '/'
        )
        || is_invisible(character)
}

/// Do whole groups of digits, one after another, make up the number?
fn starts_within(part: &str, digits: &str) -> bool {
    let groups: Vec<&str> = part
        .split(|character: char| !character.is_ascii_digit())
        .filter(|group| !group.is_empty())
        .collect();
    (0..groups.len()).any(|first| {
        let mut rest = digits;
        for group in &groups[first..] {
            match rest.strip_prefix(group) {
                Some("") => return true,
                Some(more) => rest = more,
                None => return false,
            }
        }
        false
    })
}
