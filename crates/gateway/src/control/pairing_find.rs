//! Finds the pairing request that a person means, by its code or by its sender.

use fased_policy::ids::{AllowEntry, Identity};
use fased_protocol::control::{ControlError, ErrorCode, PairingWho};

use super::internal;
use crate::clock;
use crate::store::{PairingRow, Store};

pub(super) async fn find(
    store: &Store,
    account: Option<&str>,
    who: &PairingWho,
) -> Result<PairingRow, ControlError> {
    let rows = store
        .pending_pairings(account, clock::now_ms())
        .await
        .map_err(|error| internal(&error))?;
    let next = "list the requests that wait: fased pairing list".to_owned();
    match who {
        PairingWho::Code(code) => {
            let wanted = code.trim();
            let found = rows.into_iter().find(|row| {
                row.code
                    .as_deref()
                    .is_some_and(|code| code.eq_ignore_ascii_case(wanted))
            });
            found.ok_or_else(|| ControlError {
                code: ErrorCode::NotFound,
                message: format!("No pending pairing request found for code: {code}"),
                next,
            })
        }
        PairingWho::Sender(sender) => {
            let wanted = match AllowEntry::parse(sender) {
                Ok(AllowEntry::Phone(phone)) => Identity::from(phone),
                Ok(AllowEntry::Lid(lid)) => Identity::from(lid),
                Ok(AllowEntry::Anyone) => {
                    return Err(usage("`*` is not a sender".to_owned()));
                }
                Err(error) => return Err(usage(error.to_string())),
            };
            let found = rows.into_iter().find(|row| row.identity().matches(&wanted));
            found.ok_or_else(|| ControlError {
                code: ErrorCode::NotFound,
                message: format!("No pending pairing request found for sender: {sender}"),
                next,
            })
        }
    }
}

fn usage(message: String) -> ControlError {
    ControlError {
        code: ErrorCode::Usage,
        message,
        next: "name a number such as +15550100002, or a hidden id such as 100200300@lid".to_owned(),
    }
}
