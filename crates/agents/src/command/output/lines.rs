//! One JSON object a line.

use serde::Deserialize;
use serde_json::Value;

use crate::{Event, Failure};

/// Longest line.
const LONGEST: usize = 1024 * 1024;

/// Makes events of lines. What a line says is in none of its errors.
#[derive(Default)]
pub(in crate::command) struct Lines {
    /// The beginning of a line.
    begun: Vec<u8>,
    /// Lines that are complete.
    complete: usize,
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    text: Value,
}

impl Lines {
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, Failure> {
        let mut events = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.begun.extend_from_slice(piece);
            if self.begun.len() > LONGEST {
                return Err(self.bad(&format!("is longer than {LONGEST} bytes")));
            }
            if self.begun.ends_with(b"\n") {
                events.extend(self.line()?);
                self.complete += 1;
            }
        }
        Ok(events)
    }

    pub(super) fn end(&mut self) -> Result<Vec<Event>, Failure> {
        self.line()
    }

    fn line(&mut self) -> Result<Vec<Event>, Failure> {
        let line = std::mem::take(&mut self.begun);
        let line = line.trim_ascii();
        if line.is_empty() {
            return Ok(Vec::new());
        }
        let line: Line = serde_json::from_slice(line).map_err(|error| {
            self.bad(match error.classify() {
                serde_json::error::Category::Data => "is no object with a \"type\"",
                serde_json::error::Category::Syntax
                | serde_json::error::Category::Eof
                | serde_json::error::Category::Io => "is no JSON",
            })
        })?;
        let text = match line.kind.as_str() {
            "reply" | "progress" => match line.text {
                Value::String(text) => text,
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                    return Err(self.bad(&format!("is a {} without a text", line.kind)));
                }
            },
            _ => {
                tracing::debug!(line = self.complete + 1, "a line of a type that is not known");
                return Ok(Vec::new());
            }
        };
        Ok(match line.kind.as_str() {
            _ if text.trim().is_empty() => Vec::new(),
            "reply" => vec![Event::Text(text), Event::PartEnd],
            _ => vec![Event::Progress(text)],
        })
    }

    fn bad(&self, what: &str) -> Failure {
        Failure::BadAnswer(format!("line {} of its output {what}", self.complete + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Events in short, or the failure.
    fn read(size: usize, text: &str) -> Result<Vec<String>, String> {
        let mut lines = Lines::default();
        let mut events = Vec::new();
        for piece in text.as_bytes().chunks(size) {
            events.extend(lines.push(piece).map_err(|failure| failure.to_string())?);
        }
        events.extend(lines.end().map_err(|failure| failure.to_string())?);
        Ok(events
            .into_iter()
            .map(|event| match event {
                Event::Text(text) => text,
                Event::PartEnd => "|".to_owned(),
                Event::Progress(text) => format!("({text})"),
            })
            .collect())
    }

    #[test]
    fn parts_and_progress_in_order_however_they_are_cut() {
        let text = concat!(
            "{\"type\":\"progress\",\"text\":\"looking\"}\n\r\n",
            "{\"type\":\"reply\",\"text\":\"één\"}\r\n",
            "{\"type\":\"usage\",\"text\":{\"tokens\":3}}\n",
            "{\"type\":\"reply\",\"text\":\" \"}\n",
            "{\"type\":\"reply\",\"text\":\"two\",\"more\":1}",
        );
        for size in 1..=text.len() {
            let events = read(size, text).unwrap();
            assert_eq!(events, ["(looking)", "één", "|", "two", "|"], "pieces of {size}");
        }
    }

    #[test]
    fn an_error_names_the_line_and_not_what_it_says() {
        let cases = [
            (
                "\n{\"type\":\"reply\",\"text\":\"a\"}\nsecret words\n",
                "line 3 of its output is no JSON",
            ),
            (
                "{\"type\":\"reply\",\"text\":\"secr",
                "line 1 of its output is no JSON",
            ),
            (
                "\"secret\"\n",
                "line 1 of its output is no object with a \"type\"",
            ),
            (
                "{\"text\":\"secret\"}\n",
                "line 1 of its output is no object with a \"type\"",
            ),
            (
                "{\"type\":\"reply\",\"text\":[\"secret\"]}\n",
                "line 1 of its output is a reply without a text",
            ),
        ];
        for (text, why) in cases {
            let failure = read(7, text).unwrap_err();
            assert_eq!(failure, format!("what it answered is no answer: {why}"));
        }
    }

    #[test]
    fn a_line_has_an_end() {
        let failure = read(4096, &"x".repeat(LONGEST + 1)).unwrap_err();
        assert!(
            failure.contains("line 1 of its output is longer than"),
            "{failure}"
        );
    }
}
