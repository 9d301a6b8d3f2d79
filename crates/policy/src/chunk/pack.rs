//! Lines → messages.

use super::Mode;
use super::PLAIN;
use super::cut::{Class, Cut, Room, cut};
use crate::format::line;
use crate::format::model::{Doc, Lead, Line, units};

/// A place in a text: a line, and a place in its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct At {
    line: usize,
    place: usize,
}

/// A whole line as it is written.
struct Row {
    start: usize,
    end: usize,
    units: usize,
}

struct Packer {
    doc: Doc,
    limit: usize,
    mode: Mode,
    rows: Vec<Row>,
    written: String,
}

/// Below this many units a fence takes more room than what is in it.
const FENCED: usize = 16;

pub(super) fn pack(mut doc: Doc, limit: usize, mode: Mode, prefix: Option<&str>) -> Vec<String> {
    if limit < FENCED {
        for line in &mut doc.lines {
            line.fence = None;
        }
    }
    let mut written = String::with_capacity(doc.text.len() + doc.text.len() / 8);
    let mut rows = Vec::with_capacity(doc.lines.len());
    for line in &doc.lines {
        let start = written.len();
        if line.fence.is_none() {
            line.lead.write(&mut written);
        }
        line::write(&doc, line, line.text.clone(), &mut written);
        let end = written.len();
        rows.push(Row {
            start,
            end,
            units: units(&written[start..]),
        });
    }
    let packer = Packer {
        doc,
        limit,
        mode,
        rows,
        written,
    };
    packer.chunks(prefix)
}

impl Packer {
    fn chunks(&self, prefix: Option<&str>) -> Vec<String> {
        let mut chunks = Vec::new();
        let mut head = prefix.map(|prefix| {
            let first = self.doc.lines.first();
            let own_line = first.is_some_and(|line| line.fence.is_some() || line.lead != Lead::default());
            format!("{prefix}{}", if own_line { '\n' } else { ' ' })
        });
        let mut start = self.at(0);
        while let Some(from) = self.seen_from(start) {
            let taken = head.take().unwrap_or_default();
            let (end, next) = self.end(from, units(&taken));
            let chunk = self.write(from, end, taken);
            if !chunk.trim().is_empty() {
                chunks.push(chunk);
            }
            start = next;
        }
        chunks
    }

    fn at(&self, line: usize) -> At {
        let place = self.doc.lines.get(line).map_or(0, |line| line.text.start);
        At { line, place }
    }

    /// From the next line on of which something can be seen.
    fn seen_from(&self, mut at: At) -> Option<At> {
        while let Some(line) = self.doc.lines.get(at.line) {
            if !self.doc.text[at.place..line.text.end].trim().is_empty() {
                return Some(at);
            }
            at = self.at(at.line + 1);
        }
        None
    }

    /// Where the message ends that begins here, and where the next one begins.
    fn end(&self, start: At, head: usize) -> (At, At) {
        let quarter = self.limit / 4;
        let mut used = head;
        let mut fence = None;
        let (mut paragraph, mut line_end, mut gap) = (None, None, None);
        for (number, line) in self.doc.lines.iter().enumerate().skip(start.line) {
            let first = number == start.line;
            if !first {
                let before = &self.doc.lines[number - 1];
                let whole = line.breaks >= 2 && (line.fence.is_none() || line.fence != before.fence);
                let filled = used >= quarter && !before.heading;
                match self.mode {
                    Mode::Length if whole && filled => paragraph = Some(number),
                    Mode::Newline if whole => paragraph = Some(number),
                    Mode::Length | Mode::Newline => {}
                }
                if filled {
                    line_end = Some(number);
                }
                gap = Some(number);
            }
            let mut around = if first { 0 } else { line.breaks };
            if line.fence != fence {
                around += line.fence.map_or(0, |fence| self.fence_units(fence));
                fence = line.fence;
            }
            let from = if first { start.place } else { line.text.start };
            let left = self.limit.saturating_sub(used.saturating_add(around));
            match self.size(number, line, from) {
                Some(size) if used.saturating_add(around).saturating_add(size) <= self.limit => {
                    used += around + size;
                    continue;
                }
                Some(_) | None => {}
            }
            if let Some(number) = paragraph {
                return self.before(number);
            }
            if let Some(number) = self.fence_fits_later(number, start.line) {
                return self.before(number);
            }
            if let Some(number) = line_end {
                return self.before(number);
            }
            let plain = self.limit < PLAIN;
            let lead = if plain || line.fence.is_some() {
                0
            } else {
                self.lead_units(line, from)
            };
            let room = Room {
                most: left.saturating_sub(lead),
                least: quarter.saturating_sub(used),
                plain,
                forced: gap.is_none(),
            };
            return match (cut(&self.doc, line, from, room), gap) {
                (
                    None
                    | Some(Cut {
                        class: Class::Anywhere,
                        ..
                    }),
                    Some(number),
                ) => self.before(number),
                (None, None) => self.before(number + 1),
                (Some(cut), _) => {
                    let end = At {
                        line: number,
                        place: cut.end,
                    };
                    (
                        end,
                        At {
                            place: cut.next,
                            ..end
                        },
                    )
                }
            };
        }
        self.before(self.doc.lines.len())
    }

    fn before(&self, line: usize) -> (At, At) {
        (self.at(line), self.at(line))
    }

    /// Units of a line from here on; `None` when it is surely too long.
    fn size(&self, number: usize, line: &Line, from: usize) -> Option<usize> {
        if from == line.text.start {
            return Some(self.rows[number].units);
        }
        // A unit takes three bytes at most.
        if (line.text.end - from) / 3 > self.limit {
            return None;
        }
        let mut part = String::new();
        self.part(line, from, line.text.end, &mut part);
        Some(units(&part))
    }

    fn fence_units(&self, fence: usize) -> usize {
        let fence = &self.doc.fences[fence];
        units(&fence.open) + units(&fence.close) + 2
    }

    /// What leads the line, unless it would take more than a quarter of the message.
    fn lead_units(&self, line: &Line, from: usize) -> usize {
        let mut lead = String::new();
        if from == line.text.start {
            line.lead
        } else {
            line.lead.continued()
        }
        .write(&mut lead);
        let lead = units(&lead);
        if lead > self.limit / 4 { 0 } else { lead }
    }

    /// The first line of the fence that this line is in, if all of it fits into the next message.
    fn fence_fits_later(&self, number: usize, start: usize) -> Option<usize> {
        let fence = self.doc.lines[number].fence?;
        let in_fence = |number: &usize| self.doc.lines[*number].fence == Some(fence);
        let first = (start..=number)
            .rev()
            .take_while(in_fence)
            .last()
            .filter(|first| *first > start)?;
        let mut size = self.fence_units(fence);
        for inner in (first..self.doc.lines.len()).take_while(in_fence) {
            size += self.rows[inner].units + usize::from(inner > first);
            if size > self.limit {
                return None;
            }
        }
        Some(first)
    }

    /// A part of a line, with what leads it.
    fn part(&self, line: &Line, from: usize, to: usize, out: &mut String) {
        if self.limit < PLAIN {
            out.push_str(&self.doc.text[from..to]);
            return;
        }
        if line.fence.is_none() && self.lead_units(line, from) > 0 {
            if from == line.text.start {
                line.lead
            } else {
                line.lead.continued()
            }
            .write(out);
        }
        line::write(&self.doc, line, from..to, out);
    }

    fn write(&self, start: At, end: At, head: String) -> String {
        let mut out = head;
        let mut fence: Option<usize> = None;
        let mut last = end.line;
        if self
            .doc
            .lines
            .get(last)
            .is_none_or(|line| end.place <= line.text.start)
            || (last == start.line && end.place <= start.place)
        {
            last = last.saturating_sub(1);
        }
        // Blank lines at the end of a cut fence are not seen.
        while last > start.line && self.doc.text[self.doc.lines[last].text.clone()].trim().is_empty() {
            last -= 1;
        }
        for number in start.line..=last {
            let line = &self.doc.lines[number];
            if line.fence != fence
                && let Some(fence) = fence
            {
                out.push('\n');
                out.push_str(&self.doc.fences[fence].close);
            }
            if number > start.line {
                out.extend(std::iter::repeat_n('\n', line.breaks));
            }
            if line.fence != fence
                && let Some(fence) = line.fence
            {
                out.push_str(&self.doc.fences[fence].open);
                out.push('\n');
            }
            fence = line.fence;
            let from = if number == start.line {
                start.place
            } else {
                line.text.start
            };
            let to = if number == end.line {
                end.place
            } else {
                line.text.end
            };
            if from == line.text.start && number < end.line {
                out.push_str(&self.written[self.rows[number].start..self.rows[number].end]);
            } else {
                self.part(line, from, to, &mut out);
            }
        }
        if let Some(fence) = fence {
            out.push('\n');
            out.push_str(&self.doc.fences[fence].close);
        }
        out
    }
}
