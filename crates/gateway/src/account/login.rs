//! What someone who waits for a login is told.

use fased_policy::lifecycle::{DegradedReason, Status};
use fased_protocol::control::{ControlError, ErrorCode, LoginEvent};

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
