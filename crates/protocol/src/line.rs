//! Frame to line and back. Pure: no I/O, no state.
//!
//! A line that is not a frame is told apart from a broken frame, because a stray log line of a
//! library must never end a link, while a frame we cannot read means the two sides disagree.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::MAX_LINE_BYTES;

/// What was wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadLine {
    /// Not a JSON object at all, or one without `kind`: a stray line. Step over it.
    NotAFrame,
    /// A `kind` that this version does not know.
    UnknownKind(String),
    /// A known `kind` with a field missing or of the wrong type.
    BadField {
        /// The frame's `kind`.
        kind: String,
        /// What serde says; names the field, never its value.
        problem: String,
    },
    /// Longer than [`MAX_LINE_BYTES`].
    TooLong(usize),
}

impl std::fmt::Display for BadLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotAFrame => write!(f, "a line that is not a frame"),
            Self::UnknownKind(kind) => write!(f, "a frame of unknown kind `{kind}`"),
            Self::BadField { kind, problem } => write!(f, "a broken `{kind}` frame: {problem}"),
            Self::TooLong(bytes) => write!(f, "a line of {bytes} bytes (at most {MAX_LINE_BYTES})"),
        }
    }
}

impl std::error::Error for BadLine {}

/// One line of JSON with its newline.
///
/// # Errors
/// [`BadLine::TooLong`] when the line would break the bound the other side enforces.
pub fn encode<T: Serialize>(frame: &T) -> Result<String, BadLine> {
    // Our own types always serialise: they hold no maps with odd keys and no failing impls.
    let mut line = serde_json::to_string(frame).unwrap_or_default();
    if line.len() > MAX_LINE_BYTES {
        return Err(BadLine::TooLong(line.len()));
    }
    line.push('\n');
    Ok(line)
}

/// Reads one line (with or without its newline).
///
/// # Errors
/// One of [`BadLine`], see there for what the caller should do.
pub fn decode<T: DeserializeOwned>(line: &str) -> Result<T, BadLine> {
    if line.len() > MAX_LINE_BYTES {
        return Err(BadLine::TooLong(line.len()));
    }
    match serde_json::from_str(line) {
        Ok(frame) => Ok(frame),
        Err(error) => Err(classify(line, &error)),
    }
}

fn classify(line: &str, error: &serde_json::Error) -> BadLine {
    #[derive(serde::Deserialize)]
    struct OnlyKind {
        kind: String,
    }
    let Ok(OnlyKind { kind }) = serde_json::from_str::<OnlyKind>(line) else {
        return BadLine::NotAFrame;
    };
    let problem = error.to_string();
    if problem.starts_with("unknown variant") && problem.contains(&format!("`{kind}`")) {
        return BadLine::UnknownKind(kind);
    }
    BadLine::BadField {
        kind,
        problem: without_values(&problem),
    }
}

/// serde quotes an offending string value; a value may be private, so only the shape is kept.
fn without_values(problem: &str) -> String {
    match problem.split_once("string \"") {
        Some((before, rest)) => {
            let after = rest.rsplit_once('"').map_or("", |(_, after)| after);
            format!("{before}string{after}")
        }
        None => problem.to_owned(),
    }
}
