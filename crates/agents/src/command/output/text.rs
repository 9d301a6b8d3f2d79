//! All of it is the answer.

use crate::Event;

/// Most blank space that is held back to see whether anything follows it.
const HELD: usize = 4096;

/// Makes text of bytes: what is no UTF-8 is shown as such, characters may be cut anywhere, and blank space at the end is
/// no part of an answer.
#[derive(Default)]
pub(in crate::command) struct Text {
    /// The beginning of a character.
    cut: Vec<u8>,
    /// Blank space that waits for something to follow.
    blank: String,
}

impl Text {
    pub(super) fn push(&mut self, bytes: &[u8]) -> Option<Event> {
        self.cut.extend_from_slice(bytes);
        let bytes = std::mem::take(&mut self.cut);
        let mut whole = std::mem::take(&mut self.blank);
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            whole.push_str(chunk.valid());
            let invalid = chunk.invalid();
            if chunks.peek().is_none() && may_go_on(invalid) {
                self.cut = invalid.to_vec();
            } else if !invalid.is_empty() {
                whole.push(char::REPLACEMENT_CHARACTER);
            }
        }
        let end = whole.trim_end().len();
        if whole.len() - end <= HELD {
            self.blank = whole.split_off(end);
        }
        (!whole.is_empty()).then_some(Event::Text(whole))
    }

    pub(super) fn end(&mut self) -> Option<Event> {
        if self.cut.is_empty() {
            return None;
        }
        self.cut.clear();
        let mut last = std::mem::take(&mut self.blank);
        last.push(char::REPLACEMENT_CHARACTER);
        Some(Event::Text(last))
    }
}

/// Whether these bytes are the beginning of a character.
fn may_go_on(bytes: &[u8]) -> bool {
    !bytes.is_empty() && std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_pieces_of(size: usize, bytes: &[u8]) -> String {
        let mut text = Text::default();
        let mut said = String::new();
        let pieces: Vec<_> = bytes.chunks(size).map(|piece| text.push(piece)).collect();
        for event in pieces.into_iter().chain([text.end()]).flatten() {
            let Event::Text(piece) = event else {
                panic!("it only says text")
            };
            said.push_str(&piece);
        }
        said
    }

    #[test]
    fn characters_may_be_cut_anywhere() {
        let whole = "grüße, 你好\n\n👩‍👧 — fin\r\n\n";
        for size in 1..=whole.len() {
            assert_eq!(
                in_pieces_of(size, whole.as_bytes()),
                "grüße, 你好\n\n👩‍👧 — fin",
                "pieces of {size}"
            );
        }
    }

    #[test]
    fn what_is_no_text_is_shown_as_such() {
        for size in 1..=6 {
            assert_eq!(
                in_pieces_of(size, b"a\xFFb\xE4\xBD"),
                "a\u{FFFD}b\u{FFFD}",
                "pieces of {size}"
            );
        }
    }

    #[test]
    fn blank_output_is_no_answer() {
        assert_eq!(in_pieces_of(2, b" \n\n \n"), "");
    }

    #[test]
    fn endless_blank_space_is_not_gathered() {
        let mut text = Text::default();
        let said = (0..10).filter_map(|_| text.push(&[b'\n'; 1000])).count();
        assert_eq!(said, 2);
        assert!(text.blank.len() <= HELD);
    }
}
