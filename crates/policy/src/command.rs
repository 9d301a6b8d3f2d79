//! Chat commands: which texts are one, and what they ask for. One table serves the parser, [`is_command`] and `/help`.
//! What a command does is decided where it is carried out, and who may use it in [`crate::access`].

mod help;
mod parse;
mod slip;
mod table;
#[cfg(test)]
mod tests;
mod verbs;
mod words;

pub use help::help;
pub use parse::parse;
pub use slip::{Slip, slip};
pub use table::{Entry, Form, TABLE};
pub use verbs::{Activating, AgentVerb, Edit, PairingVerb, SessionVerb, TaskVerb};

/// A chat command, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// `/help`, about one command if it is named. [`help()`] gives the text.
    Help(Option<&'static Entry>),
    /// `/status`.
    Status,
    /// `/new` or `/reset`: the session forgets what was said.
    New,
    /// `/stop`.
    Stop,
    /// `/activation`.
    Activation(Activating),
    /// `/agent`.
    Agent(AgentVerb),
    /// `/session`.
    Session(SessionVerb),
    /// `/pairing`; for owners only.
    Pairing(PairingVerb),
    /// `/task`.
    Task(TaskVerb),
}

impl Command {
    /// Is it for owners only?
    #[must_use]
    pub fn is_for_owners(&self) -> bool {
        match self {
            Self::Pairing(_) => true,
            Self::Help(_)
            | Self::Status
            | Self::New
            | Self::Stop
            | Self::Activation(_)
            | Self::Agent(_)
            | Self::Session(_)
            | Self::Task(_) => false,
        }
    }
}

/// A command that cannot be read. It says what was found and which form is right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found}\n{right}")]
pub struct UsageError {
    /// What is wrong, as a sentence.
    pub found: String,
    /// The right forms, one a line.
    pub right: String,
}

/// Is this text a command: a slash and a word of [`TABLE`], in any case, perhaps with marks that end a sentence, then
/// nothing or a space?
#[must_use]
pub fn is_command(text: &str) -> bool {
    words::entry_of(text).is_some()
}

/// Is it a command, or was it plainly meant as one? Of those who may command neither is for an agent.
#[must_use]
pub fn is_meant(text: &str) -> bool {
    is_command(text) || slip(text).is_some()
}
