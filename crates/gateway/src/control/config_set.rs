//! Changes keys of the config, or takes them out: all of them or none.

use fased_protocol::control::{ConfigEdit, ControlError, ControlResponse};

use super::{Live, config_change};
use crate::edits;

pub(super) async fn answer(live: &Live, wanted: &[ConfigEdit]) -> Result<ControlResponse, ControlError> {
    let wanted = wanted.to_vec();
    config_change::answer(live, move |paths, turn| edits::set(paths, turn, &wanted)).await
}
