//! What someone who waits for a login is told.

use fased_policy::lifecycle::{DegradedReason, Status};
use fased_protocol::control::{ControlError, ErrorCode, LoginEvent};

use crate::sidecar::CannotStart;

/// The error that ends a login in this status, if it does. `sentence` and `next` are what its status
/// says, `detail` is what was said last.
pub(super) fn error_in(
    status: Status,
    sentence: &str,
    next: &str,
    detail: Option<&str>,
) -> Option<LoginEvent> {
    let code = match status {
        Status::Connecting
        | Status::Linking
        | Status::Ready
        | Status::Degraded(DegradedReason::CredsRestored)
        | Status::Disabled => return None,
        Status::Unlinked => ErrorCode::Expired,
        Status::BackingOff { .. } => ErrorCode::NotReady,
        Status::Suspended
        | Status::Degraded(_)
        | Status::Replaced
        | Status::LoggedOut
        | Status::Forbidden
        | Status::ClientOutdated => ErrorCode::Refused,
        Status::StorageFailed | Status::BreakerOpen => ErrorCode::NotReady,
    };
    let message = match (status, detail) {
        (Status::Unlinked, Some(detail)) => format!("the login did not succeed: {detail}"),
        (_, Some(detail)) => format!("{sentence} ({detail})"),
        (_, None) => sentence.to_owned(),
    };
    let next = match status {
        Status::Unlinked => format!("try again: {next}"),
        Status::Connecting
        | Status::Linking
        | Status::Ready
        | Status::Disabled
        | Status::BackingOff { .. }
        | Status::Suspended
        | Status::Degraded(_)
        | Status::Replaced
        | Status::LoggedOut
        | Status::Forbidden
        | Status::ClientOutdated
        | Status::StorageFailed
        | Status::BreakerOpen => next.to_owned(),
    };
    Some(LoginEvent::Error(ControlError { code, message, next }))
}

/// The error that ends a login because of another command: the account is what somebody wanted it to be.
pub(super) fn ended(why: &str, next: &str) -> LoginEvent {
    LoginEvent::Error(ControlError {
        code: ErrorCode::Refused,
        message: format!("this login was ended by somebody else: {why} meanwhile"),
        next: format!("try again: {next}"),
    })
}

/// The error that ends a login because its process cannot be started, if trying again cannot help.
pub(super) fn error_at_start(error: &anyhow::Error) -> Option<LoginEvent> {
    let cannot = error.downcast_ref::<CannotStart>()?;
    Some(LoginEvent::Error(ControlError {
        code: ErrorCode::Refused,
        message: format!("{error:#}"),
        next: cannot.next.clone(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sidecar::mended_by;

    #[test]
    fn a_login_ends_where_only_a_person_can_help() {
        let busy = anyhow::anyhow!("another process has the auth files");
        assert_eq!(error_at_start(&busy), None);
        let missing = anyhow::anyhow!("the packages are missing").context(mended_by("npm ci"));
        let Some(LoginEvent::Error(error)) = error_at_start(&missing.context("start")) else {
            panic!("it goes on");
        };
        assert_eq!((error.code, error.next.as_str()), (ErrorCode::Refused, "npm ci"));
        assert!(error.message.contains("the packages are missing"));
    }
}
