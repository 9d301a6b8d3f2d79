//! Where a line is cut that is too long.

use unicode_segmentation::GraphemeCursor;

use crate::format::line::{looks_like_a_block, starts_a_block};
use crate::format::model::{Doc, Kind, Line, Style};

/// How good a place it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Sentence,
    Word,
    Anywhere,
}

/// A part of a line ends at `end`, and the next one begins at `next`, after the white space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) end: usize,
    pub(super) next: usize,
    pub(super) class: Class,
}

/// What a part of a line may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Units with all marks.
    pub(super) most: usize,
    /// Units after which the end of a sentence is worth taking.
    pub(super) least: usize,
    /// It is written without marks.
    pub(super) plain: bool,
    /// Nothing else would make a message shorter, so something has to be taken.
    pub(super) forced: bool,
}

/// The best place in a line, from `from` on. `None` when there is no room for anything.
pub(super) fn cut(doc: &Doc, line: &Line, from: usize, room: Room) -> Option<Cut> {
    let text = &doc.text[from..line.text.end];
    let window = window(doc, line, from, room) - from;
    if window == text.len() {
        return Some(Cut {
            end: line.text.end,
            next: line.text.end,
            class: Class::Sentence,
        });
    }
    let whole = |end: usize, class| Cut {
        end: from + text[..end].trim_end().len(),
        next: from + after_space(text, end),
        class,
    };
    if line.fence.is_some() {
        let space = text[..window].rfind([' ', '\t']).map(|space| space + 1);
        let space = space.filter(|space| *space > window / 4 * 3);
        let end = space.or_else(|| anywhere(text, window, room.forced))?;
        let (end, class) = (from + end, Class::Anywhere);
        return Some(Cut {
            end,
            next: end,
            class,
        });
    }
    let (least, _) = advance(text, room.least, |_| 0);
    if let Some(end) = sentence(text, window, least) {
        return Some(whole(end, Class::Sentence));
    }
    if let Some(end) = word(text, window, least)
        && (end >= least || fits_later(&text[end..], room.most))
    {
        return Some(whole(end, Class::Word));
    }
    Some(whole(anywhere(text, window, room.forced)?, Class::Anywhere))
}

/// Would the word that comes next fit into a message of its own? If not, it is cut in any case.
fn fits_later(text: &str, most: usize) -> bool {
    let text = text.trim_start();
    let (reach, _) = advance(text, most, |_| 0);
    reach == text.len() || text[..reach].contains(char::is_whitespace)
}

/// How far a part can reach at most, taking every mark and backslash to be needed.
fn window(doc: &Doc, line: &Line, from: usize, room: Room) -> usize {
    let text = &doc.text[from..line.text.end];
    let first = usize::from(!room.plain && looks_like_a_block(doc, line, from));
    let mut left = room.most.saturating_sub(first);
    if !line.marked || room.plain {
        return from + advance(text, left, |_| 0).0;
    }
    let mut before = Style::default();
    let mut place = from;
    for (span, text) in doc.pieces(line, from..line.text.end) {
        let begun = Style(span.style.0 & !before.0);
        before = span.style;
        let marks = 2 * begun.0.count_ones() as usize;
        let marks = match span.kind {
            Kind::Text | Kind::Exact => marks,
            Kind::Code if text.contains('`') => marks + 8,
            Kind::Code => marks + 2,
        };
        if marks >= left {
            break;
        }
        let extra = |character| match span.kind {
            Kind::Text => usize::from(matches!(character, '*' | '_' | '~' | '`')),
            Kind::Code => usize::from(character == '`'),
            Kind::Exact => 0,
        };
        let (taken, rest) = advance(text, left - marks, extra);
        place += taken;
        left = rest;
        if taken < text.len() {
            break;
        }
    }
    place
}

/// The bytes for which there is room, and the room that is left.
fn advance(text: &str, room: usize, extra: impl Fn(char) -> usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    let free = extra('*') + extra('`') == 0;
    if free && bytes.len() <= room && bytes.is_ascii() {
        return (bytes.len(), room - bytes.len());
    }
    if free && bytes.get(..room).is_some_and(<[u8]>::is_ascii) {
        return (room, 0);
    }
    let mut left = room;
    for (place, character) in text.char_indices() {
        let needed = character.len_utf16() + extra(character);
        if needed > left {
            return (place, left);
        }
        left -= needed;
    }
    (text.len(), left)
}

/// The last end of a sentence up to `window`, but after `least` bytes.
fn sentence(text: &str, window: usize, least: usize) -> Option<usize> {
    let mut next = text[window..].chars().next();
    let mut after_space = None;
    let mut closers_end = None;
    for (place, character) in text[..window].char_indices().rev() {
        let end = place + character.len_utf8();
        if end < least.max(1) && closers_end.is_none() {
            return None;
        }
        if next.is_some_and(char::is_whitespace) && !character.is_whitespace() {
            after_space = Some(end);
            closers_end = None;
        }
        let ends_here = closers_end.or(after_space.filter(|at| *at == end));
        let wide = matches!(character, '。' | '！' | '？' | '｡');
        if wide && !next.is_some_and(never_first) {
            return Some(ends_here.unwrap_or(end));
        }
        match ends_here {
            Some(at) if matches!(character, '.' | '!' | '?' | '…' | '؟' | '۔' | '।' | '॥') => {
                return Some(at);
            }
            Some(at)
                if matches!(
                    character,
                    ')' | ']' | '"' | '\'' | '”' | '’' | '»' | '」' | '』' | '*'
                ) =>
            {
                closers_end = Some(at);
            }
            Some(_) | None => closers_end = None,
        }
        next = Some(character);
    }
    None
}

/// The last end of a word up to `window`: outside of brackets if that is after `least` bytes.
fn word(text: &str, window: usize, least: usize) -> Option<usize> {
    let (mut outside, mut last) = (None, None);
    let mut depth = 0_usize;
    let mut before: Option<char> = None;
    for (place, character) in text.char_indices().take_while(|(place, _)| *place <= window) {
        if before.is_some_and(|before| breaks(before, character))
            && !starts_a_block(text[place..].trim_start())
        {
            last = Some(place);
            if depth == 0 {
                outside = Some(place);
            }
        }
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = Some(character);
    }
    outside.filter(|place| *place >= least).or(last)
}

fn breaks(before: char, next: char) -> bool {
    if next.is_whitespace() {
        return !before.is_whitespace();
    }
    let plain = |character: char| is_wide(character) || character.is_ascii_alphanumeric();
    (is_wide(before) || is_wide(next))
        && plain(before)
        && plain(next)
        && !never_first(next)
        && !never_last(before)
}

/// Of a script that is written without spaces, and joined to nothing before it.
fn is_wide(character: char) -> bool {
    matches!(
        character,
        '\u{2e80}'..='\u{2fdf}' | '\u{3001}'..='\u{3029}' | '\u{3031}'..='\u{3096}' | '\u{309b}'..='\u{30ff}'
            | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff60}'
            | '\u{20000}'..='\u{3ffff}'
    )
}

/// Closes something, or belongs to the letter before it.
fn never_first(character: char) -> bool {
    "、。，．：；！？）］｝」』】〉》〕”’ー々〜ぁぃぅぇぉっゃゅょァィゥェォッャュョ".contains(character)
}

fn never_last(character: char) -> bool {
    "（［｛「『【〈《〔“‘".contains(character)
}

/// The last place up to `window` that cuts no cluster of characters. If one alone is too long and something
/// has to be taken, a place within it.
fn anywhere(text: &str, window: usize, forced: bool) -> Option<usize> {
    let mut cursor = GraphemeCursor::new(window, text.len(), true);
    let at = if cursor.is_boundary(text, 0).unwrap_or(true) {
        window
    } else {
        cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0)
    };
    if at > 0 || !forced {
        return (at > 0).then_some(at);
    }
    if window > 0 {
        return Some(window);
    }
    text.chars().next().map(char::len_utf8)
}

/// Past the white space, but for one that carries a mark of its own.
fn after_space(text: &str, end: usize) -> usize {
    let rest = text[end..].trim_start();
    let next = text.len() - rest.len();
    let joined = |place| {
        !GraphemeCursor::new(place, text.len(), true)
            .is_boundary(text, 0)
            .unwrap_or(true)
    };
    if next > end && next < text.len() && joined(next) {
        return end
            + text[end..next]
                .char_indices()
                .next_back()
                .map_or(0, |(place, _)| place);
    }
    next
}
