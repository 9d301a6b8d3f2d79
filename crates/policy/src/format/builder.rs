//! Lines in the making: which styles hold, in which quote and list, and what stands between two lines.

use super::line;
use super::model::{Doc, Fence, Kind, Lead, Line, Marker, Span, Style};

/// Quotes within quotes that are marked; what is deeper looks like the last.
const QUOTES: usize = 3;
/// Lists within lists that are indented; what is deeper looks like the last.
const LISTS: usize = 6;

/// A piece of text taken out again, to be put elsewhere.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub(super) pieces: Vec<(String, Style, Kind)>,
}

impl Cell {
    pub(super) fn text(&self) -> String {
        self.pieces.iter().map(|(text, ..)| text.as_str()).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pieces.iter().all(|(text, ..)| text.trim().is_empty())
    }
}

/// How often each style was begun and not ended.
#[derive(Debug, Default)]
struct Depths([usize; 3]);

impl Depths {
    fn add(&mut self, style: Style) {
        for (depth, (bit, _)) in self.0.iter_mut().zip(Style::MARKS) {
            *depth += usize::from(style.has(bit));
        }
    }

    fn take(&mut self, style: Style) {
        for (depth, (bit, _)) in self.0.iter_mut().zip(Style::MARKS) {
            *depth = depth.saturating_sub(usize::from(style.has(bit)));
        }
    }

    fn style(&self) -> Style {
        self.0
            .iter()
            .zip(Style::MARKS)
            .filter(|(depth, _)| **depth > 0)
            .fold(Style::default(), |style, (_, (bit, _))| style.with(bit))
    }
}

#[derive(Debug, Default)]
pub(super) struct Builder {
    doc: Doc,
    /// Of Markdown, and of HTML, where an end may be missing.
    depths: Depths,
    html: Depths,
    html_code: bool,
    heading: bool,
    /// How many lists there were at the beginning of each quote.
    quotes: Vec<usize>,
    lists: Vec<Option<u64>>,
    marker: Marker,
    breaks: usize,
    /// Where in the text of this line a character had a backslash.
    escaped: Vec<usize>,
    line_text: usize,
    line_spans: usize,
    code: bool,
    cell: bool,
}

impl Builder {
    pub(super) fn new(size: usize) -> Self {
        let mut builder = Self::default();
        builder.doc.text.reserve(size + size / 8);
        builder
    }

    pub(super) fn finish(mut self) -> Doc {
        self.end_line();
        self.doc
    }

    pub(super) fn push(&mut self, text: &str, kind: Kind) {
        let kind = if self.html_code { Kind::Code } else { kind };
        let style = match kind {
            Kind::Text | Kind::Code => self.style(),
            Kind::Exact => Style::default(),
        };
        self.push_styled(text, style, kind);
    }

    pub(super) fn push_styled(&mut self, text: &str, style: Style, kind: Kind) {
        let start = self.doc.text.len();
        let text = if start == self.line_text {
            text.trim_start()
        } else {
            text
        };
        if text.is_empty() {
            return;
        }
        let last = self.doc.spans[self.line_spans..].last();
        let same = last.is_some_and(|last| last.style == style && last.kind == kind && kind != Kind::Code);
        if !same {
            self.doc.spans.push(Span { start, style, kind });
        }
        self.doc.text.push_str(text);
    }

    fn style(&self) -> Style {
        let style = Style(self.depths.style().0 | self.html.style().0);
        if self.heading {
            style.with(Style::BOLD)
        } else {
            style
        }
    }

    pub(super) fn style_start(&mut self, style: Style) {
        self.depths.add(style);
    }

    pub(super) fn style_end(&mut self, style: Style) {
        self.depths.take(style);
    }

    pub(super) fn html_style(&mut self, style: Style, begins: bool) {
        if begins {
            self.html.add(style);
        } else {
            self.html.take(style);
        }
    }

    pub(super) fn html_code(&mut self, begins: bool) {
        self.html_code = begins;
    }

    pub(super) fn heading(&mut self, is: bool) {
        self.heading = is;
    }

    /// Where the text ends now.
    pub(super) fn place(&self) -> usize {
        self.doc.text.len()
    }

    pub(super) fn since(&self, place: usize) -> &str {
        self.doc.text.get(place..).unwrap_or_default()
    }

    /// What was written since then is an address.
    pub(super) fn exact_since(&mut self, place: usize) {
        for span in self.doc.spans[self.line_spans..].iter_mut().rev() {
            if span.start < place {
                break;
            }
            (span.style, span.kind) = (Style::default(), Kind::Exact);
        }
    }

    /// A line ends within a paragraph; in a cell of a table there are no lines.
    pub(super) fn line_break(&mut self) {
        if self.cell {
            self.push(" ", Kind::Text);
        } else {
            self.end_line();
        }
    }

    pub(super) fn end_block(&mut self) {
        self.end_line();
        self.html = Depths::default();
        self.html_code = false;
    }

    pub(super) fn end_line(&mut self) {
        if self.cell {
            return;
        }
        let end = self.line_text + self.doc.text[self.line_text..].trim_end().len();
        self.doc.text.truncate(end);
        for sign in ["||", "**"] {
            if self.doc.text[self.line_text..].contains(sign) {
                self.pairs(sign);
            }
        }
        self.escaped.clear();
        let end = self.doc.text.len();
        if end > self.line_text {
            let lead = self.lead();
            self.marker = Marker::None;
            self.line(lead, None, end);
        } else {
            self.doc.spans.truncate(self.line_spans);
        }
    }

    /// Takes pairs out that the parser left: bars around what is hidden elsewhere until it is touched, which WhatsApp
    /// cannot, and stars that are no bold in Markdown because a word touches them, as in `**Note:**text`.
    fn pairs(&mut self, sign: &str) {
        let line = &self.doc.text[self.line_text..];
        let spans = &self.doc.spans[self.line_spans..];
        let (mut signs, mut open) = (Vec::new(), None);
        for (place, _) in line.match_indices(sign) {
            let at = self.line_text + place;
            let span = spans.partition_point(|span| span.start <= at).checked_sub(1);
            let words = span.is_some_and(|span| spans[span].kind == Kind::Text);
            let next = self.escaped.partition_point(|escaped| *escaped < at);
            if !words || self.escaped.get(next).is_some_and(|escaped| *escaped <= at + 1) {
                continue;
            }
            let before = line[..place].chars().next_back();
            let after = line[place + 2..].chars().next();
            let touches =
                |character: Option<char>| character.is_some_and(|character| !character.is_whitespace());
            let within = [before, after]
                .iter()
                .all(|side| side.is_some_and(|side| side.is_ascii_alphanumeric()));
            match open {
                Some(begun) if touches(before) && !within && place > begun + 2 => {
                    signs.extend([begun, place]);
                    open = None;
                }
                Some(_) | None => {
                    let opens =
                        touches(after) && !before.is_some_and(|before| before.is_ascii_alphanumeric());
                    open = opens.then_some(place).or(open);
                }
            }
        }
        if signs.is_empty() {
            return;
        }
        let mut kept = String::with_capacity(line.len());
        let mut done = 0;
        for sign in &signs {
            kept.push_str(&line[done..*sign]);
            done = sign + 2;
        }
        kept.push_str(&line[done..]);
        for span in &mut self.doc.spans[self.line_spans..] {
            let before = signs.partition_point(|sign| self.line_text + sign < span.start);
            span.start -= 2 * before;
        }
        self.doc.text.truncate(self.line_text);
        self.doc.text.push_str(kept.trim_end());
    }

    /// The next character that is pushed was meant literally.
    pub(super) fn escaped(&mut self) {
        self.escaped.push(self.doc.text.len());
    }

    fn line(&mut self, lead: Lead, fence: Option<usize>, end: usize) {
        let spans = self.line_spans..self.doc.spans.len();
        let pieces = &self.doc.spans[spans.clone()];
        let text = &self.doc.text[self.line_text..end];
        let marked = fence.is_none()
            && (pieces
                .iter()
                .any(|span| span.style != Style::default() || span.kind == Kind::Code)
                || text.bytes().any(|byte| matches!(byte, b'*' | b'_' | b'~' | b'`')));
        let breaks = if self.doc.lines.is_empty() {
            0
        } else {
            self.breaks.max(1)
        };
        self.doc.lines.push(Line {
            text: self.line_text..end,
            spans,
            lead,
            breaks,
            heading: self.heading,
            fence,
            marked,
        });
        self.breaks = 0;
        self.line_text = end;
        self.line_spans = self.doc.spans.len();
    }

    fn lead(&self) -> Lead {
        let depth = self.lists.len() - self.quotes.last().copied().unwrap_or(0).min(self.lists.len());
        let depth = depth.min(LISTS);
        let indent = match self.marker {
            Marker::None => depth,
            Marker::Bullet | Marker::Nested | Marker::Number(_) | Marker::Task(_) => depth.saturating_sub(1),
        };
        Lead {
            quotes: u8::try_from(self.quotes.len().min(QUOTES)).unwrap_or(0),
            indent: u8::try_from(2 * indent).unwrap_or(0),
            marker: self.marker,
        }
    }

    /// Line breaks before the next line: at least these.
    pub(super) fn breaks(&mut self, breaks: usize) {
        self.breaks = self.breaks.max(breaks);
    }

    pub(super) fn quote_start(&mut self) {
        self.marker_alone();
        self.quotes.push(self.lists.len());
    }

    pub(super) fn quote_end(&mut self) {
        self.quotes.pop();
    }

    pub(super) fn list_start(&mut self, first: Option<u64>) {
        self.end_line();
        self.lists.push(first);
    }

    pub(super) fn list_end(&mut self) {
        self.lists.pop();
    }

    pub(super) fn item_start(&mut self) {
        let base = self.quotes.last().copied().unwrap_or(0);
        let outer = self.lists.len() <= base + 1;
        self.marker = match self.lists.last_mut() {
            Some(Some(number)) => {
                let this = *number;
                *number = number.saturating_add(1);
                Marker::Number(this)
            }
            Some(None) if outer => Marker::Bullet,
            Some(None) | None => Marker::Nested,
        };
    }

    pub(super) fn item_end(&mut self) {
        self.marker = Marker::None;
    }

    pub(super) fn marker(&mut self, marker: Marker) {
        self.marker = marker;
    }

    /// The number of an item that begins with code or a quote gets a line of its own; a bullet can go.
    fn marker_alone(&mut self) {
        if let Marker::Number(number) = self.marker {
            self.marker = Marker::None;
            let mut lead = self.lead();
            lead.indent = lead.indent.saturating_sub(2);
            let start = self.doc.text.len();
            self.doc.spans.push(Span {
                start,
                style: Style::default(),
                kind: Kind::Text,
            });
            self.doc.text.push_str(&format!("{number}."));
            self.line(lead, None, self.doc.text.len());
        }
        self.marker = Marker::None;
    }

    pub(super) fn in_code(&self) -> bool {
        self.code
    }

    /// Lines of code stand at the very left, also in a list or a quote, so that they can be copied as they are.
    pub(super) fn code_start(&mut self) {
        self.marker_alone();
        self.code = true;
        self.doc.fences.push(Fence {
            open: "```".to_owned(),
            close: "```".to_owned(),
        });
    }

    pub(super) fn code_text(&mut self, text: &str) {
        let mut lines = text.split('\n').peekable();
        while let Some(words) = lines.next() {
            if words.contains("```") {
                line::apart(words, &mut self.doc.text);
            } else {
                self.doc.text.push_str(words);
            }
            if lines.peek().is_some() {
                self.code_line();
            }
        }
    }

    fn code_line(&mut self) {
        let fence = self.doc.fences.len() - 1;
        let end = self.doc.text.len();
        if end > self.line_text
            || self
                .doc
                .lines
                .last()
                .is_some_and(|line| line.fence == Some(fence))
        {
            self.doc.spans.push(Span {
                start: self.line_text,
                style: Style::default(),
                kind: Kind::Exact,
            });
            self.line(Lead::default(), Some(fence), end);
        }
    }

    pub(super) fn code_end(&mut self) {
        if self.doc.text.len() > self.line_text {
            self.code_line();
        }
        self.code = false;
        let fence = self.doc.fences.len() - 1;
        // Blank lines at the end are not seen, nor is a fence with nothing in it.
        while let Some(line) = self.doc.lines.last()
            && line.fence == Some(fence)
            && self.doc.text[line.text.clone()].trim().is_empty()
        {
            self.breaks = line.breaks;
            self.doc.lines.pop();
        }
    }

    pub(super) fn cell_start(&mut self) {
        self.cell = true;
    }

    pub(super) fn cell_end(&mut self) -> Cell {
        self.cell = false;
        self.html = Depths::default();
        self.html_code = false;
        let spans = &self.doc.spans[self.line_spans..];
        let mut pieces = Vec::with_capacity(spans.len());
        for (place, span) in spans.iter().enumerate() {
            let end = spans
                .get(place + 1)
                .map_or(self.doc.text.len(), |next| next.start);
            pieces.push((self.doc.text[span.start..end].to_owned(), span.style, span.kind));
        }
        self.doc.spans.truncate(self.line_spans);
        self.doc.text.truncate(self.line_text);
        Cell { pieces }
    }
}
