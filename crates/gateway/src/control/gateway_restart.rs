//! Starts the gateway again, unless its config would keep it from coming back.

use fased_protocol::control::{ControlError, ControlResponse, ErrorCode};

use super::{Live, done};
use crate::config::Config;

pub(super) fn answer(live: &Live) -> Result<ControlResponse, ControlError> {
    Config::load(live.paths()).map_err(|error| ControlError {
        code: ErrorCode::Config,
        message: format!("the gateway runs on as it was, for its config is wrong now: {error}"),
        next: "mend the config, then: fased gateway restart".to_owned(),
    })?;
    live.ending.begin(true);
    Ok(done("the gateway is draining and will start again"))
}
