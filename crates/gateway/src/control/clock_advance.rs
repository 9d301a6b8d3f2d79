//! Moves the wall clock of a simulation on.

use fased_protocol::control::{ControlError, ControlResponse, ErrorCode};

use super::done;
use crate::clock::{self, Unmoved};

pub(super) fn answer(ms: u64) -> Result<ControlResponse, ControlError> {
    let by = i64::try_from(ms).unwrap_or(i64::MAX);
    clock::advance(by).map_err(|error| ControlError {
        code: ErrorCode::Refused,
        message: error.to_string(),
        next: match error {
            Unmoved::Real => "have a simulation move its own: fased simulate, then: clock +1m",
            Unmoved::TooFar => "begin another simulation: fased simulate",
        }
        .to_owned(),
    })?;
    Ok(done("the clock is moved on"))
}
