//! Closes an account's link and opens it again, with a new process.

use fased_policy::lifecycle::Status;
use fased_protocol::control::{ControlError, ControlResponse, ErrorCode};

use super::{Live, done, internal};
use crate::account::View;

pub(super) async fn answer(live: &Live, id: &str) -> Result<ControlResponse, ControlError> {
    let account = live.account(id).await?;
    if let Some(refused) = refused(id, &account.view()) {
        return Err(refused);
    }
    account.restart().await.map_err(|error| internal(&error))?;
    Ok(done(&format!(
        "the link of account {id} is closed and is being opened again, with a new process; what is to be sent waits"
    )))
}

/// Why there is nothing to be restarted. Whatever else an account is in, another attempt may help.
fn refused(id: &str, view: &View) -> Option<ControlError> {
    let is = |status: Status| status.as_str() == view.stored.state;
    let (code, why, next) = if !view.enabled {
        let why = "it is switched off in the config";
        let next = "switch it on: fased config set channels.whatsapp.enabled true (and the account's own)";
        (ErrorCode::Refused, why, next.to_owned())
    } else if is(Status::Linking) {
        let why = "a login is under way, which would end";
        let next = format!("see how far it is: fased channels status --account {id}");
        (ErrorCode::Refused, why, next)
    } else if is(Status::Unlinked) || is(Status::LoggedOut) || is(Status::Forbidden) {
        let why = "no phone is linked to it, so there is no link to open";
        let next = format!("link one: fased channels login --account {id}");
        (ErrorCode::NotReady, why, next)
    } else {
        return None;
    };
    Some(ControlError {
        code,
        message: format!("account {id} cannot be restarted: {why}"),
        next,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoredAccount;

    #[test]
    fn only_what_has_a_login_and_may_run_is_restarted() {
        let refused_in = |enabled: bool, state: &str| {
            let stored = StoredAccount {
                state: state.to_owned(),
                ..StoredAccount::default()
            };
            refused("work", &View::at_rest(enabled, stored))
        };
        for state in [
            "ready",
            "degraded",
            "connecting",
            "backing_off",
            "replaced",
            "suspended",
            "client_outdated",
            "storage_failed",
            "breaker_open",
        ] {
            assert_eq!(refused_in(true, state), None, "{state}");
        }
        for (enabled, state, code, next) in [
            (false, "disabled", ErrorCode::Refused, "fased config set"),
            (
                true,
                "linking",
                ErrorCode::Refused,
                "fased channels status --account work",
            ),
            (
                true,
                "unlinked",
                ErrorCode::NotReady,
                "fased channels login --account work",
            ),
            (
                true,
                "logged_out",
                ErrorCode::NotReady,
                "fased channels login --account work",
            ),
            (
                true,
                "forbidden",
                ErrorCode::NotReady,
                "fased channels login --account work",
            ),
        ] {
            let error = refused_in(enabled, state).expect(state);
            assert_eq!(error.code, code, "{state}");
            assert!(error.next.contains(next), "{state}: {}", error.next);
        }
    }
}
