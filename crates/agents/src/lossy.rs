//! Text out of bytes that may be cut anywhere, in the middle of a character too.

/// Makes text of bytes as they come. What is no UTF-8 is shown as such.
#[derive(Debug, Default)]
pub(crate) struct Lossy {
    /// The beginning of a character.
    cut: Vec<u8>,
}

impl Lossy {
    /// The text that these bytes complete.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> String {
        self.cut.extend_from_slice(bytes);
        let bytes = std::mem::take(&mut self.cut);
        let mut text = String::with_capacity(bytes.len());
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            text.push_str(chunk.valid());
            let invalid = chunk.invalid();
            if chunks.peek().is_none() && may_go_on(invalid) {
                self.cut = invalid.to_vec();
            } else if !invalid.is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        text
    }

    /// What stands for a character that was never completed.
    pub(crate) fn end(&mut self) -> &'static str {
        if std::mem::take(&mut self.cut).is_empty() {
            ""
        } else {
            "\u{FFFD}"
        }
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
        let mut lossy = Lossy::default();
        let text: String = bytes.chunks(size).map(|piece| lossy.push(piece)).collect();
        text + lossy.end()
    }

    #[test]
    fn characters_may_be_cut_anywhere() {
        let whole = "grüße, 你好\n\n👩‍👧 — fin";
        for size in 1..=whole.len() {
            assert_eq!(in_pieces_of(size, whole.as_bytes()), whole, "pieces of {size}");
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
}
