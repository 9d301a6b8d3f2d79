//! All of it is the answer.

use crate::Event;
use crate::lossy::Lossy;

/// Most blank space that is held back to see whether anything follows it.
const HELD: usize = 4096;

/// Makes text of bytes. Blank space at the end is no part of an answer.
#[derive(Default)]
pub(in crate::command) struct Text {
    bytes: Lossy,
    /// Blank space that waits for something to follow.
    blank: String,
}

impl Text {
    pub(super) fn push(&mut self, bytes: &[u8]) -> Option<Event> {
        let text = self.bytes.push(bytes);
        self.say(&text)
    }

    pub(super) fn end(&mut self) -> Option<Event> {
        let text = self.bytes.end();
        self.say(text)
    }

    fn say(&mut self, text: &str) -> Option<Event> {
        let mut whole = std::mem::take(&mut self.blank) + text;
        let end = whole.trim_end().len();
        if whole.len() - end <= HELD {
            self.blank = whole.split_off(end);
        }
        (!whole.is_empty()).then_some(Event::Text(whole))
    }
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
    fn blank_space_in_between_stays_and_at_the_end_goes() {
        for size in 1..=12 {
            assert_eq!(
                in_pieces_of(size, "a\n\n b\r\n\n".as_bytes()),
                "a\n\n b",
                "pieces of {size}"
            );
            assert_eq!(in_pieces_of(size, b" \n\n \n"), "", "pieces of {size}");
            assert_eq!(in_pieces_of(size, b"a \xE4"), "a \u{FFFD}", "pieces of {size}");
        }
    }

    #[test]
    fn endless_blank_space_is_not_gathered() {
        let mut text = Text::default();
        let said = (0..10).filter_map(|_| text.push(&[b'\n'; 1000])).count();
        assert_eq!(said, 2);
        assert!(text.blank.len() <= HELD);
    }
}
