//! A line, or a part of one, with WhatsApp's marks.
//!
//! WhatsApp takes a mark as one only at the edge of a word and with no space inside of it, and it ends every style
//! with the line. So spaces are moved outside, and a style that begins or ends within a word is left out.

use std::ops::Range;

use super::model::{Doc, Kind, Line, Style};

/// Keeps the backticks of a code apart that would end it; nobody sees it.
pub(crate) const JOINER: char = '\u{2060}';

/// A character of the result that WhatsApp could take for a mark.
struct Seen {
    place: usize,
    mark: char,
    /// May get a backslash, because it was meant literally.
    literal: bool,
}

/// Writes a part of a line without what leads it.
pub(crate) fn write(doc: &Doc, line: &Line, part: Range<usize>, out: &mut String) {
    let text = &doc.text[part.clone()];
    let block = looks_like_a_block(doc, line, part.start);
    if !line.marked {
        if block {
            out.push('\\');
        }
        out.push_str(text);
        return;
    }
    let mut body = String::with_capacity(text.len() + 16);
    let mut seen = Vec::new();
    let regions = regions(doc, line, part.clone());
    let mut events = marks(&regions).into_iter().peekable();
    let mut place = part.start;
    for (span, text) in doc.pieces(line, part) {
        let mut from = 0;
        loop {
            // Marks stand at the ends of pieces, or within one where a space was moved outside.
            while let Some((_, mark)) = events.next_if(|(at, _)| *at <= place + from) {
                seen.push(Seen {
                    place: body.len(),
                    mark,
                    literal: false,
                });
                body.push(mark);
            }
            let to = events
                .peek()
                .map_or(text.len(), |(at, _)| (at - place).min(text.len()));
            if to == from {
                break;
            }
            piece(span.kind, &text[from..to], &mut body, &mut seen);
            from = to;
            if from == text.len() {
                break;
            }
        }
        place += text.len();
    }
    for (_, mark) in events {
        seen.push(Seen {
            place: body.len(),
            mark,
            literal: false,
        });
        body.push(mark);
    }
    if block && starts_a_block(&body) {
        out.push('\\');
    }
    escape(&body, &seen, out);
}

fn piece(kind: Kind, text: &str, body: &mut String, seen: &mut Vec<Seen>) {
    match kind {
        Kind::Text | Kind::Exact => {
            for (place, mark) in text.match_indices(['*', '_', '~', '`']) {
                seen.push(Seen {
                    place: body.len() + place,
                    mark: mark.chars().next().unwrap_or('*'),
                    literal: kind == Kind::Text,
                });
            }
            body.push_str(text);
        }
        Kind::Code => {
            let inner = text.trim();
            let start = text.len() - text.trim_start().len();
            body.push_str(&text[..start]);
            if !inner.is_empty() {
                code(inner, body);
            }
            body.push_str(&text[start + inner.len()..]);
        }
    }
}

/// A code within a line; with three backticks around it if there is one in it.
fn code(text: &str, out: &mut String) {
    if !text.contains('`') {
        out.push('`');
        out.push_str(text);
        out.push('`');
        return;
    }
    out.push_str("```");
    if text.starts_with('`') {
        out.push(JOINER);
    }
    apart(text, out);
    if text.ends_with('`') {
        out.push(JOINER);
    }
    out.push_str("```");
}

/// Code whose runs of backticks cannot be taken for its end.
pub(crate) fn apart(text: &str, out: &mut String) {
    let mut run = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        if run == 3 {
            out.push(JOINER);
            run = 1;
        }
        out.push(character);
    }
}

/// Where a style holds.
#[derive(Debug, Clone, Copy)]
struct Region {
    start: usize,
    end: usize,
    /// Its place in [`Style::MARKS`].
    style: usize,
}

/// The styles of a part of a line that WhatsApp can show.
fn regions(doc: &Doc, line: &Line, part: Range<usize>) -> Vec<Region> {
    let mut regions = Vec::new();
    for (style, (bit, _)) in Style::MARKS.iter().enumerate() {
        let mut open: Option<usize> = None;
        let mut place = part.start;
        for (span, text) in doc.pieces(line, part.clone()) {
            match (span.style.has(*bit), open) {
                (true, None) => open = Some(place),
                (false, Some(start)) => {
                    regions.extend(shown(doc, &part, start..place, style));
                    open = None;
                }
                (true, Some(_)) | (false, None) => {}
            }
            place += text.len();
        }
        if let Some(start) = open {
            regions.extend(shown(doc, &part, start..place, style));
        }
    }
    regions
}

/// Without the spaces at its ends; `None` within a word, and after a backslash, which could be taken to be meant
/// for the mark.
fn shown(doc: &Doc, part: &Range<usize>, range: Range<usize>, style: usize) -> Option<Region> {
    let text = &doc.text[range.clone()];
    let start = range.start + text.len() - text.trim_start().len();
    let end = range.start + text.trim_end().len();
    if start >= end {
        return None;
    }
    let before = doc.text[part.start..start].chars().next_back();
    let after = doc.text[end..part.end].chars().next();
    let fits = !before.is_some_and(|character| is_word(character) || character == '\\')
        && !after.is_some_and(is_word)
        && !doc.text[start..end].ends_with('\\');
    fits.then_some(Region { start, end, style })
}

/// Letters and digits: next to one of them WhatsApp takes no mark.
pub(crate) fn is_word(character: char) -> bool {
    character.is_alphanumeric()
}

/// The marks in the order in which they are written, each with its place in the text.
fn marks(regions: &[Region]) -> Vec<(usize, char)> {
    let mut order: Vec<Region> = regions.to_vec();
    order.sort_by(|a, b| (a.start, b.end, a.style).cmp(&(b.start, a.end, b.style)));
    let mut marks = Vec::with_capacity(order.len() * 2);
    let mut open: Vec<Region> = Vec::new();
    let close = |open: &mut Vec<Region>, marks: &mut Vec<(usize, char)>, until: usize| {
        while let Some(region) = open.pop_if(|region| region.end <= until) {
            marks.push((region.end, Style::MARKS[region.style].1));
        }
    };
    for region in order {
        close(&mut open, &mut marks, region.start);
        // Two styles that only overlap cannot be written; the second one is left out.
        if open.last().is_none_or(|outer| region.end <= outer.end) {
            marks.push((region.start, Style::MARKS[region.style].1));
            open.push(region);
        }
    }
    close(&mut open, &mut marks, usize::MAX);
    marks
}

/// Does a line, or the part of it from here on, begin with words that need a backslash?
pub(crate) fn looks_like_a_block(doc: &Doc, line: &Line, from: usize) -> bool {
    starts_a_block(&doc.text[from..line.text.end])
        && doc
            .pieces(line, from..line.text.end)
            .next()
            .is_some_and(|(span, _)| span.kind == Kind::Text)
}

/// Would this, at the head of a line, be taken for an item of a list or a quote?
pub(crate) fn starts_a_block(text: &str) -> bool {
    matches!(text.as_bytes(), [b'-' | b'*' | b'>', b' ', ..])
}

/// Puts a backslash before what was meant literally and WhatsApp would take for a mark, and only there.
fn escape(body: &str, seen: &[Seen], out: &mut String) {
    if !seen.iter().any(|seen| seen.literal) {
        out.push_str(body);
        return;
    }
    let runs = runs(seen);
    let mut first_open = [usize::MAX; 4];
    let mut last_close = [0; 4];
    for (seen, run) in seen.iter().zip(&runs) {
        let kind = kind_of(seen.mark);
        if can_open(body, seen, run) {
            first_open[kind] = first_open[kind].min(seen.place);
        }
        if can_close(body, seen, run) {
            last_close[kind] = last_close[kind].max(seen.place);
        }
    }
    let mut done = 0;
    for (seen, run) in seen.iter().zip(&runs).filter(|(seen, _)| seen.literal) {
        let kind = kind_of(seen.mark);
        let pairs = (can_open(body, seen, run) && last_close[kind] > seen.place)
            || (can_close(body, seen, run) && first_open[kind] < seen.place)
            || (seen.mark == '`' && is_run(body, seen.place));
        if pairs && !in_address(body, seen.place) {
            out.push_str(&body[done..seen.place]);
            out.push('\\');
            done = seen.place;
        }
    }
    out.push_str(&body[done..]);
}

fn kind_of(mark: char) -> usize {
    match mark {
        '*' => 0,
        '_' => 1,
        '~' => 2,
        _ => 3,
    }
}

/// For each mark, from where to where the same one stands in a row.
fn runs(seen: &[Seen]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::with_capacity(seen.len());
    for row in seen.chunk_by(|one, next| one.mark == next.mark && one.place + 1 == next.place) {
        let run = row[0].place..row[0].place + row.len();
        runs.extend(std::iter::repeat_n(run, row.len()));
    }
    runs
}

/// Within a row of marks, what counts is what is on its other side.
fn can_open(body: &str, seen: &Seen, run: &Range<usize>) -> bool {
    let before = body[..seen.place].chars().next_back();
    let after = body[run.end..].chars().next();
    let edge = seen.mark == '`' || !before.is_some_and(is_word);
    edge && after.is_some_and(|character| !character.is_whitespace())
}

fn can_close(body: &str, seen: &Seen, run: &Range<usize>) -> bool {
    let before = body[..run.start].chars().next_back();
    let after = body[seen.place + 1..].chars().next();
    let edge = seen.mark == '`' || !after.is_some_and(is_word);
    edge && before.is_some_and(|character| !character.is_whitespace())
}

/// One of three backticks or more, which could pair with those of a fence below.
fn is_run(body: &str, place: usize) -> bool {
    let bytes = body.as_bytes();
    let before = bytes[..place]
        .iter()
        .rev()
        .take(2)
        .take_while(|byte| **byte == b'`')
        .count();
    let after = bytes[place + 1..]
        .iter()
        .take(2)
        .take_while(|byte| **byte == b'`')
        .count();
    before + after >= 2
}

/// How far back the beginning of an address is looked for.
const ADDRESS: usize = 512;

/// Within an address, which a backslash would break.
pub(crate) fn in_address(body: &str, place: usize) -> bool {
    let bytes = &body.as_bytes()[place.saturating_sub(ADDRESS)..place];
    let word = bytes
        .iter()
        .rposition(u8::is_ascii_whitespace)
        .map_or(bytes, |space| &bytes[space + 1..]);
    word.windows(3).any(|three| three == b"://") || word.starts_with(b"www.")
}
