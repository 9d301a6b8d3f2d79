//! Looks at the config file now.

use std::time::Duration;

use fased_protocol::control::{ControlError, ControlResponse, ErrorCode};
use tokio::sync::oneshot;

use super::{Live, done};

/// Accounts that end take their time.
const DEADLINE: Duration = Duration::from_secs(25);

pub(super) async fn answer(live: &Live) -> Result<ControlResponse, ControlError> {
    let Some(reload) = &live.reload else {
        return Err(ControlError {
            code: ErrorCode::Refused,
            message: "this gateway is there for one login and keeps its config".to_owned(),
            next: "start the gateway: fased gateway run".to_owned(),
        });
    };
    // It looks when the accounts are started.
    live.accounts().await?;
    let (told, tell) = oneshot::channel();
    let asked = async {
        reload.send(told).await.ok()?;
        tell.await.ok()
    };
    match tokio::time::timeout(DEADLINE, asked).await {
        Ok(Some(Ok(message))) => Ok(done(&message)),
        Ok(Some(Err(problem))) => Err(ControlError {
            code: ErrorCode::Config,
            message: problem,
            next: "mend the config; what is wrong with it says: fased config validate".to_owned(),
        }),
        Ok(None) => Err(ControlError {
            code: ErrorCode::NotReady,
            message: "the gateway is stopping".to_owned(),
            next: "start it again: fased gateway run".to_owned(),
        }),
        Err(_) => Err(ControlError {
            code: ErrorCode::TimedOut,
            message: "the config was not in force within 25 s".to_owned(),
            next: "see: fased status".to_owned(),
        }),
    }
}
