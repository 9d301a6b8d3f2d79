//! A long answer, cut into messages that each read well alone.

use crate::format::Tables;

/// Where a text that is too long may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// At the end of a paragraph, else of a line, a sentence or a word, else anywhere.
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
    /// Put before the first message and counted with it.
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

/// The messages that a Markdown text becomes, in order. None when nothing in it can be seen.
#[must_use]
pub fn chunks(markdown: &str, options: &Options<'_>) -> Vec<String> {
    let mut chunks = chunks_raw(markdown, options.limit, options.mode);
    if let (Some(first), Some(prefix)) = (chunks.first_mut(), options.prefix) {
        *first = format!("{prefix} {first}");
    }
    chunks
}

/// A text as it stands, cut into messages. None when nothing in it can be seen.
#[must_use]
pub fn chunks_raw(text: &str, limit: usize, mode: Mode) -> Vec<String> {
    let (Mode::Length | Mode::Newline) = mode;
    let mut chunks = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let mut units = 0;
        let end = rest
            .char_indices()
            .find(|(_, character)| {
                units += character.len_utf16();
                units > limit.max(2)
            })
            .map_or(rest.len(), |(place, _)| place);
        chunks.push(rest[..end].to_owned());
        rest = rest[end..].trim_start();
    }
    chunks
}
