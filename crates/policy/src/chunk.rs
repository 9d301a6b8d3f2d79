//! A long answer, cut into messages that each read well alone.
//!
//! What is cut are the lines that Markdown was read into, not the finished text: each part of a line is written
//! with marks of its own, so a style or a fence that is cut ends in one message and begins again in the next. A cluster
//! of characters that is seen as one is never cut, unless it alone is longer than a message may be. Below
//! [`PLAIN`] units there is no room for marks, so a line that has to be cut is cut without them; a character of two
//! units is one message even where the limit is one.

use crate::format::model::{Doc, units};
use crate::format::{self, Tables};

mod cut;
mod pack;
mod raw;

#[cfg(test)]
mod tests;

/// Where a text that is too long may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// At the end of a paragraph, else of a line, a sentence or a word, else anywhere. The first of these that fills
    /// a quarter of the message is taken.
    #[default]
    Length,
    /// At blank lines only, unless a paragraph alone is too long.
    Newline,
}

/// How an answer becomes messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options<'a> {
    /// Longest message in UTF-16 units; 0 counts as 1.
    pub limit: usize,
    /// Where to cut.
    pub mode: Mode,
    /// How tables are written.
    pub tables: Tables,
    /// Put before the first message and counted with it: on its line, or on one of its own before a list, a quote
    /// or code. A prefix of half a message or more is a message of its own.
    pub prefix: Option<&'a str>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            limit: DEFAULT_LIMIT,
            mode: Mode::default(),
            tables: Tables::default(),
            prefix: None,
        }
    }
}

/// Longest message unless the config says otherwise, in UTF-16 units.
pub const DEFAULT_LIMIT: usize = 4_000;

/// Below this many units, a line that has to be cut loses its marks.
pub const PLAIN: usize = 32;

/// The messages that a Markdown text becomes, in order. None when nothing in it can be seen.
#[must_use]
pub fn chunks(markdown: &str, options: &Options<'_>) -> Vec<String> {
    let doc = format::read(markdown, options.tables);
    let limit = options.limit.max(1);
    let prefix = options.prefix.map(str::trim).filter(|prefix| !prefix.is_empty());
    if doc.lines.is_empty() {
        return Vec::new();
    }
    match prefix {
        Some(prefix) if units(prefix) >= limit / 2 => {
            let mut chunks = chunks_raw(prefix, limit, options.mode);
            chunks.extend(pack::pack(doc, limit, options.mode, None));
            chunks
        }
        Some(_) | None => pack::pack(doc, limit, options.mode, prefix),
    }
}

/// A text as it stands, cut into messages. None when nothing in it can be seen. Fences are closed and opened again;
/// otherwise nothing but the white space at a cut is lost.
#[must_use]
pub fn chunks_raw(text: &str, limit: usize, mode: Mode) -> Vec<String> {
    let limit = limit.max(1);
    if text.trim().is_empty() {
        return Vec::new();
    }
    if units(text) <= limit {
        return vec![text.to_owned()];
    }
    pack::pack(raw::read(text, limit), limit, mode, None)
}

/// A text that is not cut.
pub(crate) fn whole(doc: Doc) -> String {
    pack::pack(doc, usize::MAX, Mode::Length, None)
        .pop()
        .unwrap_or_default()
}
