//! One line of the log's files.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::clock;

/// How much a line matters, most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something is broken.
    Error,
    /// Something is worth a look.
    Warn,
    /// What goes on.
    Info,
    /// What goes on within.
    Debug,
    /// Everything.
    Trace,
}

impl Level {
    /// By its word, in either case.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "error" => Self::Error,
            "warn" => Self::Warn,
            "info" => Self::Info,
            "debug" => Self::Debug,
            "trace" => Self::Trace,
            _unknown => return None,
        })
    }
}

/// One line, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    fields: Map<String, Value>,
}

/// Fields that a line begins with, or does not show to people.
const HEAD: [&str; 5] = ["timestamp", "level", "target", "message", "spans"];

impl Line {
    /// Reads a line; none where it is no object, as the rest of one that was cut off.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        match serde_json::from_str(line) {
            Ok(Value::Object(fields)) => Some(Self { fields }),
            Ok(_) | Err(_) => None,
        }
    }

    /// As it was written, for programs.
    #[must_use]
    pub fn json(&self) -> &Map<String, Value> {
        &self.fields
    }

    /// How much it matters.
    #[must_use]
    pub fn level(&self) -> Level {
        Level::parse(self.text("level")).unwrap_or(Level::Info)
    }

    /// When it was written, Unix milliseconds.
    #[must_use]
    pub fn at_ms(&self) -> Option<i64> {
        let at: Timestamp = self.text("timestamp").parse().ok()?;
        Some(at.as_millisecond())
    }

    /// Is it about this account, or this message? A line knows by itself or by what it was written within.
    #[must_use]
    pub fn is_about(&self, field: &str, value: &str) -> bool {
        let own = field != "message" && self.text(field) == value;
        own || self
            .spans()
            .any(|span| span.get(field).and_then(Value::as_str) == Some(value))
    }

    fn text(&self, field: &str) -> &str {
        self.fields.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    fn spans(&self) -> impl Iterator<Item = &Map<String, Value>> {
        let spans = self.fields.get("spans").and_then(Value::as_array);
        spans.into_iter().flatten().filter_map(Value::as_object)
    }
}

/// For people: time, level, what it was written within, what is said, and the rest.
impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:5}", self.text("timestamp"), self.text("level"))?;
        let mut shown: Vec<(&str, &Value)> = Vec::new();
        for span in self.spans() {
            let fields = span.iter().filter(|(name, _)| *name != "name");
            for (name, value) in fields {
                let field = (name.as_str(), value);
                if !shown.contains(&field) {
                    shown.push(field);
                }
            }
        }
        for (name, value) in &shown {
            write!(f, " {name}={}", plain(value))?;
        }
        write!(f, " {}", self.text("message"))?;
        for (name, value) in &self.fields {
            let field = (name.as_str(), value);
            if !HEAD.contains(&field.0) && !shown.contains(&field) {
                write!(f, " {name}={}", plain(value))?;
            }
        }
        Ok(())
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    }
}

/// Says how many lines are missing here.
pub(super) fn lost(lines: u64) -> String {
    let now = Timestamp::from_millisecond(clock::now_ms()).unwrap_or_default();
    let line = json!({
        "timestamp": now.to_string(),
        "level": "WARN",
        "target": "fased::log",
        "message": "lines of the log were lost before this one: the disk was too slow, or full",
        "lines": lines,
    });
    format!("{line}\n")
}
