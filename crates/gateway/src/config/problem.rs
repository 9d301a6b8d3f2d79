//! What is wrong with a config, in words and with the line it is in.

use std::ops::Range;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::Serialize;

/// More than this many are not told at once: they are likely to have one cause.
const MAX_TOLD: usize = 20;

/// What is said of a key that there is not.
pub(super) const UNKNOWN_KEY: &str = "there is no such key";

/// Lines longer than this are not shown.
const MAX_LINE: usize = 500;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Line, from 1; 0 when it is about the file as a whole.
    pub line: usize,
    /// Column in characters, from 1; 0 when it is about the file as a whole.
    pub column: usize,
    /// Key path, as [`super::join`] writes it; empty when it is about the file.
    pub path: String,
    /// What was found and what is allowed.
    pub message: String,
    /// What to do, if that is not plain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Where in the text.
    #[serde(skip)]
    pub(super) span: Range<usize>,
}

/// Line and column, from 1, of a byte offset.
pub(super) fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    (line, before[start..].chars().count() + 1)
}

/// Where the lines begin, for the many keys of a large file.
#[derive(Debug)]
pub(super) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self {
            starts: ends.map(|(end, _)| end + 1).collect(),
        }
    }

    /// The line, from 1, of a byte offset.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset) + 1
    }
}

impl Problem {
    pub(super) fn new(
        text: &str,
        span: Range<usize>,
        path: &str,
        message: String,
        hint: Option<String>,
    ) -> Self {
        let (line, column) = place(text, span.start);
        Self {
            line,
            column,
            path: path.to_owned(),
            message,
            hint,
            span,
        }
    }

    /// About the file as a whole.
    pub(super) fn of_file(message: String) -> Self {
        Self {
            line: 0,
            column: 0,
            path: String::new(),
            message,
            hint: None,
            span: 0..0,
        }
    }

    fn told(&self, file: &Path, text: &str) -> String {
        let file = file.display();
        let path = if self.path.is_empty() {
            String::new()
        } else {
            format!("{}: ", self.path)
        };
        if self.line == 0 {
            return format!("{file}: {path}{}", self.message);
        }
        let mut told = format!("{file}:{}:{}: {path}{}", self.line, self.column, self.message);
        if let Some(snippet) = self.snippet(text) {
            told.push('\n');
            told.push_str(&snippet);
        }
        if let Some(hint) = &self.hint {
            told.push_str(&format!("\n  hint: {hint}"));
        }
        told
    }

    /// The line, with a mark below what is meant. A line that may hold a secret is not shown.
    fn snippet(&self, text: &str) -> Option<String> {
        let start = text.get(..self.span.start)?.rfind('\n').map_or(0, |end| end + 1);
        let length = text[start..].find(['\n', '\r']).unwrap_or(text.len() - start);
        let line = &text[start..start + length];
        let folded = line.to_lowercase();
        let secret = [
            "token", "secret", "password", "apikey", "api_key", "baseurl", "env:", "env\":", "webhook",
        ]
        .iter()
        .any(|word| folded.contains(word))
            || [".baseUrl", ".env.", "alerts.webhook"]
                .iter()
                .any(|key| self.path.contains(key));
        if secret || line.len() > MAX_LINE || line.contains(|c: char| c.is_control() && c != '\t') {
            return None;
        }
        // What stands behind a lone carriage return is in no line that could be shown.
        let from = self.span.start - start;
        if from > line.len() {
            return None;
        }
        let to = (self.span.end - start).min(line.len()).max(from);
        let group = Group::with_level(Level::ERROR).element(
            Snippet::source(line)
                .line_start(self.line)
                .annotation(AnnotationKind::Primary.span(from..to)),
        );
        Some(Renderer::plain().render(&[group]).trim_end().to_owned())
    }
}

/// All of them, for people. The first line stands for itself.
pub(super) fn told(problems: &[Problem], file: &Path, text: &str) -> String {
    // What follows from a key that was meant otherwise is not what is to be corrected.
    let (typos, others): (Vec<_>, Vec<_>) = problems
        .iter()
        .partition(|problem| problem.message == UNKNOWN_KEY);
    let mut parts: Vec<String> = typos
        .into_iter()
        .chain(others)
        .take(MAX_TOLD)
        .map(|problem| problem.told(file, text))
        .collect();
    if problems.len() > MAX_TOLD {
        parts.push(format!("and {} more", problems.len() - MAX_TOLD));
    }
    parts.join("\n")
}
