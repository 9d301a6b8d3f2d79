//! Changes of the config, as the command line and the gateway make them: read, change, check, write, tell.
//!
//! They are made in turn, whoever makes them, so that none undoes another. Whether a running gateway has the result in
//! force is for its callers to see to.

mod account_add;
mod draft;
mod group_change;
mod group_heard;
mod keys_set;
mod turn;

use fased_protocol::control::{ControlError, ErrorCode};

pub use account_add::{Added, account_key, add};
pub use draft::{Draft, Saved};
pub use group_change::{allow, block};
pub use keys_set::{set, told};
pub use turn::Turn;

/// What a change came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The file is another than before.
    pub changed: bool,
    /// What is written now, and where, for people.
    pub message: String,
    /// What follows from it that was not asked for; a line each.
    pub remarks: Vec<String>,
}

impl Told {
    /// All of it, with a line on whether it is in force.
    #[must_use]
    pub fn text(&self, in_force: &str) -> String {
        let mut text = self.message.clone();
        let in_force = Some(in_force).filter(|_| self.changed);
        for line in self.remarks.iter().map(String::as_str).chain(in_force) {
            text.push('\n');
            text.push_str(line);
        }
        text
    }
}

/// The error for a config that is wrong.
#[must_use]
pub fn invalid(message: String) -> ControlError {
    ControlError {
        code: ErrorCode::Config,
        message,
        next: "correct the file, then look again: fased config validate".to_owned(),
    }
}

/// The error for a key that there is not, or a value that does not fit there.
fn unknown(message: String) -> ControlError {
    ControlError {
        code: ErrorCode::Usage,
        message,
        next: "see all keys: fased config get".to_owned(),
    }
}

#[cfg(test)]
mod tests;
