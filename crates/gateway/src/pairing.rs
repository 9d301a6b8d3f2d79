//! Strangers let in or turned away: what the control socket and the chat commands have in common. Codes are made in
//! `inbound`, and what counts as an approval is decided in `fased_policy::access`.

mod approve;
mod find;

use fased_protocol::control::{ControlError, ErrorCode};

use crate::control::internal;

pub(crate) use approve::approval;
pub(crate) use find::{Found, one_account, parse, person, request, sender};

/// Why nobody was found, or not the one who is meant.
#[derive(Debug)]
pub(crate) enum Problem {
    /// Nobody waits with this code.
    NoCode(String),
    /// Nobody waits under this number or hidden id.
    NoSender(String),
    /// More than one account knows them.
    ManyAccounts {
        /// What was named.
        named: String,
        /// Those accounts.
        accounts: Vec<String>,
    },
    /// It names no single person.
    NotAPerson(String),
    /// What the store said.
    Store(anyhow::Error),
}

impl Problem {
    /// In one sentence.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::NoCode(code) => format!("No pending pairing request found for code: {code}"),
            Self::NoSender(sender) => format!("No pending pairing request found for sender: {sender}"),
            Self::ManyAccounts { named, accounts } => {
                format!(
                    "{named} is known to more than one account: {}",
                    accounts.join(", ")
                )
            }
            Self::NotAPerson(why) => why.clone(),
            Self::Store(error) => format!("{error:#}"),
        }
    }
}

impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Self {
        Self::Store(error)
    }
}

impl From<Problem> for ControlError {
    fn from(problem: Problem) -> Self {
        let (code, next) = match &problem {
            Problem::NoCode(_) | Problem::NoSender(_) => (
                ErrorCode::NotFound,
                "list the requests that wait: fased pairing list".to_owned(),
            ),
            Problem::ManyAccounts { accounts, .. } => {
                let first = accounts.first().map_or("ID", String::as_str);
                (ErrorCode::Usage, format!("name one of them: --account {first}"))
            }
            Problem::NotAPerson(_) => (
                ErrorCode::Usage,
                "name a number such as +15550100002, or a hidden id such as 100200300@lid".to_owned(),
            ),
            Problem::Store(error) => return internal(error),
        };
        Self {
            code,
            message: problem.sentence(),
            next,
        }
    }
}
