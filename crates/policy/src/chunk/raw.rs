//! A text as lines that stay as they are.

use crate::format::model::{Doc, Fence, Kind, Lead, Line, Span, Style, units};

/// Reads lines, blank lines between them, and fences of which a message has room for both ends twice.
pub(super) fn read(text: &str, limit: usize) -> Doc {
    let mut doc = Doc {
        text: text.to_owned(),
        ..Doc::default()
    };
    let mut breaks = 0;
    let mut open: Option<Opened> = None;
    let mut start = 0;
    for words in text.split('\n') {
        let range = start..start + words.trim_end_matches('\r').len();
        start += words.len() + 1;
        if open.as_ref().is_some_and(|open| open.closed_by(words)) {
            open = None;
            if doc.lines.last().is_some_and(|line| line.fence.is_some()) {
                breaks = 1;
                continue;
            }
        } else if open.is_none()
            && let Some(opened) = Opened::read(words)
        {
            let (filled, close) = opened.inside(text.get(start..).unwrap_or_default());
            let both = units(&words[..range.len()]) + close.len() + 2;
            if filled && both <= limit / 2 {
                doc.fences.push(Fence {
                    open: text[range].to_owned(),
                    close: close.to_owned(),
                });
                open = Some(Opened {
                    fence: Some(doc.fences.len() - 1),
                    ..opened
                });
                // The first line of code carries the breaks before its fence.
                continue;
            }
            open = Some(opened);
        }
        let fence = open.as_ref().and_then(|open| open.fence);
        let inner = fence.is_some() && doc.lines.last().is_some_and(|line| line.fence == fence);
        if fence.is_none() && words.trim().is_empty() {
            breaks += 1;
            continue;
        }
        doc.spans.push(Span {
            start: range.start,
            style: Style::default(),
            kind: Kind::Exact,
        });
        doc.lines.push(Line {
            text: range,
            spans: doc.spans.len() - 1..doc.spans.len(),
            lead: Lead::default(),
            breaks: if doc.lines.is_empty() {
                0
            } else if inner {
                1
            } else {
                breaks.max(1)
            },
            heading: false,
            fence,
            marked: false,
        });
        breaks = 1;
    }
    doc
}

/// A fence of which only the beginning was read.
struct Opened {
    mark: String,
    fence: Option<usize>,
}

impl Opened {
    fn read(line: &str) -> Option<Self> {
        let words = line.trim_start_matches(' ');
        let first = words.chars().next().filter(|first| matches!(first, '`' | '~'))?;
        let mark = &words[..words.len() - words.trim_start_matches(first).len()];
        let language = &words[mark.len()..];
        let fits = mark.len() >= 3 && !(first == '`' && language.contains('`'));
        fits.then(|| Self {
            mark: mark.to_owned(),
            fence: None,
        })
    }

    fn closed_by(&self, line: &str) -> bool {
        let words = line.trim();
        words.len() >= self.mark.len() && words.starts_with(&self.mark) && {
            let first = &self.mark[..1];
            words.trim_start_matches(first).is_empty()
        }
    }

    /// Is there anything to see between here and the end of the fence, and what ends it? An end may be longer than its
    /// beginning, and is kept so.
    fn inside<'t>(&'t self, rest: &'t str) -> (bool, &'t str) {
        let mut filled = false;
        for line in rest.split('\n') {
            if self.closed_by(line) {
                return (filled, line.trim());
            }
            filled |= !line.trim().is_empty();
        }
        (filled, &self.mark)
    }
}
