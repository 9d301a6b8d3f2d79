//! Texts as words that know where they stand, so that what is no schedule stays as it was typed.

use std::borrow::Cow;

use crate::name::is_invisible;

/// A word of a text.
#[derive(Debug, Clone)]
pub(super) struct Word<'a> {
    /// As it was typed, but for what nobody sees.
    pub(super) text: Cow<'a, str>,
    /// Where it begins, in bytes.
    pub(super) start: usize,
    /// Where it ends, in bytes.
    pub(super) end: usize,
}

impl Word<'_> {
    /// In small letters, without the marks that end a clause.
    pub(super) fn plain(&self) -> String {
        self.text
            .trim_end_matches([',', '.', ';', ':', '!'])
            .to_lowercase()
    }

    /// Does a mark end the clause here: a colon, a semicolon, an exclamation mark or a full stop?
    pub(super) fn ends_clause(&self) -> bool {
        // Dots inside are those of short forms: p.m.
        self.text.ends_with([':', ';', '!'])
            || self.text.find('.').is_some_and(|dot| dot + 1 == self.text.len())
    }
}

/// All words, separated by whatever counts as white space, the kind that does not break a line among it. What nobody
/// sees makes no word.
pub(super) fn split(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut start = None;
    for (place, character) in text.char_indices() {
        if character.is_whitespace() {
            if let Some(start) = start.take() {
                push(&mut words, text, start, place);
            }
        } else if start.is_none() {
            start = Some(place);
        }
    }
    if let Some(start) = start {
        push(&mut words, text, start, text.len());
    }
    words
}

fn push<'a>(words: &mut Vec<Word<'a>>, text: &'a str, start: usize, end: usize) {
    let Some(word) = text.get(start..end) else { return };
    let text = if word.contains(is_invisible) {
        Cow::Owned(word.replace(is_invisible, ""))
    } else {
        Cow::Borrowed(word)
    };
    if !text.is_empty() {
        words.push(Word { text, start, end });
    }
}

/// A place between words, from which is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'w, 'a> {
    words: &'w [Word<'a>],
    /// How many words were read.
    pub(super) at: usize,
}

impl<'w, 'a> Cursor<'w, 'a> {
    pub(super) fn new(words: &'w [Word<'a>], at: usize) -> Self {
        Self { words, at }
    }

    /// The word that comes, in small letters and without marks at its end; empty at the end of the text.
    pub(super) fn peek(&self) -> String {
        self.word(0).map(|word| word.plain()).unwrap_or_default()
    }

    /// The word so many places further.
    pub(super) fn word(&self, further: usize) -> Option<&'w Word<'a>> {
        self.words.get(self.at.saturating_add(further))
    }

    /// Goes on by so many words.
    pub(super) fn skip(&mut self, words: usize) {
        self.at = self.at.saturating_add(words).min(self.words.len());
    }

    /// Goes on by a word if it is one of these.
    pub(super) fn take(&mut self, any_of: &[&str]) -> bool {
        let found = any_of.contains(&self.peek().as_str());
        if found {
            self.skip(1);
        }
        found
    }

    /// Did the word before this place end a clause? What comes then belongs to something else.
    pub(super) fn is_past_clause(&self) -> bool {
        self.at
            .checked_sub(1)
            .and_then(|before| self.words.get(before))
            .is_some_and(Word::ends_clause)
    }

    /// The words from this place to where it is now, on one line.
    pub(super) fn since(&self, place: usize) -> String {
        let words = self.words.get(place..self.at).unwrap_or_default();
        let words: Vec<&str> = words.iter().map(|word| &*word.text).collect();
        words.join(" ")
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.words.len()
    }
}
