//! Words that a script takes from what it reads, such as the id of a Task, and uses in later lines as `$NAME`.

use super::play::{Instead, Player};
use super::script::{Reader, Source, Word};

impl Player {
    /// The line as it is meant: `$NAME` is what was taken under this name. Other dollars stay.
    pub(super) fn filled(&self, line: &str) -> String {
        let mut names: Vec<_> = self.names.iter().collect();
        // A name may begin as another one does.
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        names.into_iter().fold(line.to_owned(), |line, (name, word)| {
            line.replace(&format!("${name}"), word)
        })
    }

    /// Takes the word that follows a text.
    pub(super) fn take_word(&mut self, name: &str, word: &Word) -> Result<(), Instead> {
        let text = match &word.source {
            Source::Output => self.output.clone().ok_or("no command was carried out")?,
            Source::Reply(reader) => self.last_reply(reader)?,
        };
        let found = text
            .split_once(&word.after)
            .map(|(_, rest)| following(rest))
            .filter(|word| !word.is_empty());
        let Some(found) = found else {
            return Err(format!(
                "no word follows “{}” in: {}",
                word.after,
                super::log::one_line(&text)
            ));
        };
        self.names.insert(name.to_owned(), found.to_owned());
        Ok(())
    }

    /// The reply that an expectation has found.
    fn last_reply(&self, reader: &Reader) -> Result<String, Instead> {
        let seq = self.unused_from(reader);
        let found = self.replies_to(reader, seq.saturating_sub(1)).into_iter().next();
        found
            .filter(|(at, _)| *at == seq)
            .map(|(_, text)| text)
            .ok_or_else(|| {
                format!("no reply was expected yet; write: expect reply {reader} containing \"TEXT\"")
            })
    }
}

/// The first word of letters, digits and dashes.
fn following(text: &str) -> &str {
    let is_part = |c: char| c.is_alphanumeric() || c == '-';
    let text = text.trim_start_matches(|c| !is_part(c));
    &text[..text.find(|c| !is_part(c)).unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::following;

    #[test]
    fn a_word_is_taken_without_its_marks() {
        assert_eq!(following(" *a3k9*: tea"), "a3k9");
        assert_eq!(following("run-12, then"), "run-12");
        assert_eq!(following(" … "), "");
    }
}
