//! Who may answer, and where, as it is in force.

use fased_protocol::control::{ControlError, ControlResponse, ErrorCode};

use super::Live;
use crate::config::{Config, roster};

pub(super) async fn answer(live: &Live) -> Result<ControlResponse, ControlError> {
    let configs = live.configs(None).await?;
    let Some(first) = configs.first() else {
        // Agents are in force through the accounts that they answer for. Without any, the file is all there is.
        let config = Config::load(live.paths()).map_err(|error| ControlError {
            code: ErrorCode::Config,
            message: error.message,
            next: "correct the file, then look again: fased config validate".to_owned(),
        })?;
        return Ok(ControlResponse::Agents {
            agents: roster(&config.agents, config.accounts.values()),
        });
    };
    Ok(ControlResponse::Agents {
        agents: roster(&first.agents, configs.iter().map(AsRef::as_ref)),
    })
}
