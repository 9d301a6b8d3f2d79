//! A text as lines, of which any part can be written out with its marks closed and opened again.

use std::ops::Range;

/// Marks that hold for a piece of a line, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Style(pub(crate) u8);

impl Style {
    pub(crate) const BOLD: Self = Self(1);
    pub(crate) const ITALIC: Self = Self(2);
    pub(crate) const STRIKE: Self = Self(4);
    /// Those that can hold at the same time, with their marks; the first goes outside.
    pub(crate) const MARKS: [(Self, char); 3] = [(Self::BOLD, '*'), (Self::ITALIC, '_'), (Self::STRIKE, '~')];

    pub(crate) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What a piece of a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Words, in which a mark that was meant literally is kept from taking effect.
    Text,
    /// Code within a line.
    Code,
    /// What must stay exactly as it is and has no marks: an address, a line of a fence.
    Exact,
}

/// A piece of a line: from `start` to where the next one begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) style: Style,
    pub(crate) kind: Kind,
}

/// What stands before the first word of a list's item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Marker {
    #[default]
    None,
    Bullet,
    Nested,
    Number(u64),
    Task(bool),
}

/// What stands before the words of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Lead {
    pub(crate) quotes: u8,
    pub(crate) indent: u8,
    pub(crate) marker: Marker,
}

impl Lead {
    /// For the rest of a line that was cut, at the head of another message.
    pub(crate) fn continued(self) -> Self {
        Self {
            quotes: self.quotes,
            ..Self::default()
        }
    }

    pub(crate) fn write(self, out: &mut String) {
        for _ in 0..self.quotes {
            out.push_str("> ");
        }
        for _ in 0..self.indent {
            out.push(' ');
        }
        match self.marker {
            Marker::None => {}
            Marker::Bullet => out.push_str("- "),
            Marker::Nested => out.push_str("◦ "),
            Marker::Number(number) => {
                out.push_str(&number.to_string());
                out.push_str(". ");
            }
            Marker::Task(done) => out.push_str(if done { "[x] " } else { "[ ] " }),
        }
    }
}

/// One line as it is read, however wide the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its words in [`Doc::text`].
    pub(crate) text: Range<usize>,
    /// Its pieces in [`Doc::spans`].
    pub(crate) spans: Range<usize>,
    pub(crate) lead: Lead,
    /// Line breaks before it; from two on it begins a paragraph.
    pub(crate) breaks: usize,
    /// It belongs to what follows it.
    pub(crate) heading: bool,
    /// Its fence in [`Doc::fences`].
    pub(crate) fence: Option<usize>,
    /// Holds marks of its own or characters that could be taken for some.
    pub(crate) marked: bool,
}

/// What encloses lines of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fence {
    pub(crate) open: String,
    pub(crate) close: String,
}

/// A whole text.
#[derive(Debug, Default)]
pub(crate) struct Doc {
    pub(crate) text: String,
    pub(crate) spans: Vec<Span>,
    pub(crate) lines: Vec<Line>,
    pub(crate) fences: Vec<Fence>,
}

impl Doc {
    /// The pieces of a line within a range of the text, each with its text.
    pub(crate) fn pieces(&self, line: &Line, part: Range<usize>) -> impl Iterator<Item = (Span, &str)> {
        let spans = &self.spans[line.spans.clone()];
        // Pieces are in order, so the first that matters is found without looking at all of them.
        let first = spans.partition_point(|span| span.start <= part.start).max(1) - 1;
        spans[first..]
            .iter()
            .enumerate()
            .map_while(move |(place, span)| {
                let end = spans
                    .get(first + place + 1)
                    .map_or(line.text.end, |next| next.start);
                let (start, end) = (span.start.max(part.start), end.min(part.end));
                (span.start < part.end).then(|| (*span, self.text.get(start..end).unwrap_or_default()))
            })
            .filter(|(_, text)| !text.is_empty())
    }
}

/// UTF-16 units of a text, which is how WhatsApp counts.
pub(crate) fn units(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut starts, mut pairs) = (0, 0);
    for byte in bytes {
        starts += usize::from(byte & 0xc0 != 0x80);
        pairs += usize::from(*byte >= 0xf0);
    }
    starts + pairs
}
