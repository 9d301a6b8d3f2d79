//! Answers that many verbs give.

use fased_protocol::control::{ControlError, ControlResponse, ErrorCode};

use crate::store::{Fault, is_storage_fault};

/// It was done.
pub(super) fn done(message: &str) -> ControlResponse {
    ControlResponse::Done {
        message: message.to_owned(),
    }
}

/// A defect or the machine, as an answer.
pub(crate) fn internal(error: &anyhow::Error) -> ControlError {
    let (message, next) = match is_storage_fault(error) {
        Some(fault) => (
            format!("the store cannot be used, {}: {error:#}", fault.why()),
            match fault {
                Fault::Damaged => "see the way out: fased doctor".to_owned(),
                Fault::Full
                | Fault::Quota
                | Fault::ReadOnly
                | Fault::Denied
                | Fault::Locked
                | Fault::NotOpened
                | Fault::Failing => format!("{}, then try again; nothing was changed", fault.remedy()),
            },
        ),
        None => (format!("{error:#}"), "see the gateway's log".to_owned()),
    };
    ControlError {
        code: ErrorCode::Internal,
        message,
        next,
    }
}
