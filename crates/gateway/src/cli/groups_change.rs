//! What letting a group in and switching it off have in common: the gateway does it, or where none runs this command.

use std::time::Duration;

use clap::Args;
use fased::client;
use fased::edits::{Told, Turn};
use fased::paths::Paths;
use fased::store::{GroupRow, Store};
use fased_protocol::control::{ControlError, ControlRequest, ControlResponse, ErrorCode};

use super::config_edit::InForce;
use super::runtime::{block_on, paths};
use super::{Failure, Global, Outcome, ask};

/// The gateway answers when the change is in force.
const DEADLINE: Duration = Duration::from_secs(30);

/// Which group.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// The group's address, as `fased groups list` shows it
    #[arg(value_name = "GROUP")]
    pub(super) group: String,
    /// The account; needed where more than one knows the group
    #[arg(long, value_name = "ID")]
    pub(super) account: Option<String>,
}

pub(super) fn run(
    global: &Global,
    request: &ControlRequest,
    change: impl FnOnce(&Paths, Turn, &[GroupRow]) -> Result<Told, ControlError>,
) -> Outcome {
    let paths = paths(global)?;
    let answer = block_on(async {
        match client::ask_within(&paths, request, DEADLINE).await {
            Err(error) if error.code == ErrorCode::NoGateway => {
                let seen = seen(&paths).await?;
                let told = change(&paths, Turn::take(&paths).await?, &seen)?;
                Ok(ControlResponse::Done {
                    message: told.text(&InForce::NoGateway.line()),
                })
            }
            answered => Ok(answered?),
        }
    })?;
    ask::done(global, answer)
}

/// The groups of the journal; none before there is a store.
async fn seen(paths: &Paths) -> Result<Vec<GroupRow>, Failure> {
    let cannot = |error: anyhow::Error| ControlError {
        code: ErrorCode::Internal,
        message: format!("the store cannot be read: {error:#}"),
        next: "see what is wrong with it: fased doctor".to_owned(),
    };
    let Some(store) = Store::open_to_read(&paths.store).await.map_err(cannot)? else {
        return Ok(Vec::new());
    };
    Ok(store.groups(None).await.map_err(cannot)?)
}
