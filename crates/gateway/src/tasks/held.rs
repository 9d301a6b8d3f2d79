//! Accounts whose Tasks do not run.

use fased_policy::lifecycle::Status;

use crate::account::next_action;
use crate::config::AccountConfig;

/// Why the Tasks of an account do not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It is not configured.
    Gone,
    /// It is configured, and could not be started, which is tried again.
    Failed,
    /// It is switched off.
    Off,
    /// It only observes, and would have nothing to say.
    ObserveOnly,
    /// No phone is linked, so nobody would get what comes of them.
    Unlinked,
    /// Its link was paused by a command.
    Paused,
}

impl Held {
    /// Why they do not run, if that is by the config.
    #[must_use]
    pub fn of(config: &AccountConfig) -> Option<Self> {
        match config {
            config if !config.enabled => Some(Self::Off),
            config if config.observe_only => Some(Self::ObserveOnly),
            _sends => None,
        }
    }

    /// Why they do not run, if that is by the state of the link. One that comes back by itself holds nothing up.
    #[must_use]
    pub fn of_link(state: &str) -> Option<Self> {
        let is = |status: Status| status.as_str() == state;
        if is(Status::Unlinked) || is(Status::LoggedOut) {
            Some(Self::Unlinked)
        } else if is(Status::Suspended) {
            Some(Self::Paused)
        } else {
            None
        }
    }

    /// In one word, for the record.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Gone => "account_gone",
            Self::Failed => "account_failed",
            Self::Off => "account_off",
            Self::ObserveOnly => "observe_only",
            Self::Unlinked => "account_unlinked",
            Self::Paused => "account_paused",
        }
    }

    /// In words.
    #[must_use]
    pub fn sentence(self, account: &str) -> String {
        match self {
            Self::Gone => format!("account {account} is not configured"),
            Self::Failed => format!("account {account} could not be started, which is tried again"),
            Self::Off => format!("account {account} is switched off"),
            Self::ObserveOnly => format!("account {account} only observes, so it sends nothing"),
            Self::Unlinked => format!("no phone is linked to account {account}"),
            Self::Paused => format!("account {account} is paused"),
        }
    }

    /// What to do about it, on the command line.
    #[must_use]
    pub fn next(self, account: &str) -> String {
        match self {
            Self::Gone => "list the accounts: fased channels list".to_owned(),
            Self::Failed => "see why: fased gateway status".to_owned(),
            Self::Off => {
                format!("switch it on: fased config set channels.whatsapp.accounts.{account}.enabled true")
            }
            Self::ObserveOnly => {
                "let it send: fased config set channels.whatsapp.observeOnly false".to_owned()
            }
            Self::Unlinked => next_action(Status::Unlinked, account),
            Self::Paused => next_action(Status::Suspended, account),
        }
    }
}
