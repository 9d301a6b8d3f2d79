//! What a program writes on stdout, as events.

mod lines;
mod text;

use self::lines::Lines;
use self::text::Text;
use crate::{CommandOutput, Event, Failure};

/// Makes events of bytes as they come.
pub(super) enum Output {
    Text(Text),
    Lines(Lines),
}

impl Output {
    pub(super) fn new(kind: CommandOutput) -> Self {
        match kind {
            CommandOutput::Text => Self::Text(Text::default()),
            CommandOutput::Lines => Self::Lines(Lines::default()),
        }
    }

    /// What these bytes complete.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, Failure> {
        match self {
            Self::Text(text) => Ok(text.push(bytes).into_iter().collect()),
            Self::Lines(lines) => lines.push(bytes),
        }
    }

    /// What was left when there are no more.
    pub(super) fn end(&mut self) -> Result<Vec<Event>, Failure> {
        match self {
            Self::Text(text) => Ok(text.end().into_iter().collect()),
            Self::Lines(lines) => lines.end(),
        }
    }
}
