//! Accounts whose Tasks do not run.

use crate::config::AccountConfig;

/// Why the Tasks of an account do not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It is not configured, or could not be started.
    Gone,
    /// It is switched off.
    Off,
    /// It only observes, and would have nothing to say.
    ObserveOnly,
}

impl Held {
    /// Why they do not run, if they do not.
    #[must_use]
    pub fn of(config: Option<&AccountConfig>) -> Option<Self> {
        match config {
            None => Some(Self::Gone),
            Some(config) if !config.enabled => Some(Self::Off),
            Some(config) if config.observe_only => Some(Self::ObserveOnly),
            Some(_) => None,
        }
    }

    /// In one word, for the record.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Gone => "account_gone",
            Self::Off => "account_off",
            Self::ObserveOnly => "observe_only",
        }
    }

    /// In words.
    #[must_use]
    pub fn sentence(self, account: &str) -> String {
        match self {
            Self::Gone => format!("account {account} is not configured"),
            Self::Off => format!("account {account} is switched off"),
            Self::ObserveOnly => format!("account {account} only observes, so it sends nothing"),
        }
    }
}
