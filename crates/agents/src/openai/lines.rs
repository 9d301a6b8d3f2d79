//! Lines of a stream of events.
//!
//! The reader of events looks through all that it holds for each piece that comes. It gets one whole line at a time, so that
//! neither many small pieces nor many short lines cost more than their bytes.

use super::stream::EVENT_BYTES;
use crate::Failure;
use crate::lossy::Lossy;

/// Gathers lines. Whatever their ends were, they end with a line feed.
#[derive(Default)]
pub(super) struct Lines {
    /// A broken character is shown as such. Left to the reader of events, it would hold up all that follows it.
    text: Lossy,
    line: String,
    /// The last end was a carriage return, to which a line feed may belong.
    returned: bool,
    /// Bytes of the lines of this event before this one.
    before: usize,
}

impl Lines {
    /// The lines that these bytes complete.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Vec<Result<String, Failure>> {
        let mut lines = Vec::new();
        for piece in self.text.push(bytes).split_inclusive(['\n', '\r']) {
            let rest = match piece.strip_prefix('\n') {
                Some(rest) if std::mem::take(&mut self.returned) => rest,
                Some(_) | None => piece,
            };
            if rest.is_empty() {
                continue;
            }
            self.returned = rest.ends_with('\r');
            let content = rest.trim_end_matches(['\n', '\r']);
            self.line.push_str(content);
            if self.before + self.line.len() > EVENT_BYTES {
                let why = format!("an event in it is longer than {EVENT_BYTES} bytes");
                lines.push(Err(Failure::BadAnswer(why)));
                return lines;
            }
            if content.len() < rest.len() {
                lines.extend(self.complete().map(Ok));
            }
        }
        lines
    }

    /// What is left when there are no more, with the end of its event.
    pub(super) fn end(&mut self) -> Vec<Result<String, Failure>> {
        self.line.push_str(self.text.end());
        let last = self.complete();
        last.into_iter().chain(["\n".to_owned()]).map(Ok).collect()
    }

    /// Remarks are of no use to anybody, and endless in number.
    fn complete(&mut self) -> Option<String> {
        let mut line = std::mem::take(&mut self.line);
        if line.starts_with(':') {
            return None;
        }
        self.before = if line.is_empty() {
            0
        } else {
            self.before + line.len()
        };
        line.push('\n');
        Some(line)
    }
}
