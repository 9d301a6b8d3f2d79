//! Switches a group off.

use fased_protocol::control::{ControlError, ControlResponse};

use super::{Live, config_change, internal};
use crate::edits;

pub(super) async fn answer(
    live: &Live,
    account: Option<&str>,
    group: &str,
) -> Result<ControlResponse, ControlError> {
    let seen = live.store.groups(None).await.map_err(|error| internal(&error))?;
    let (account, group) = (account.map(str::to_owned), group.to_owned());
    config_change::answer(live, move |paths, turn| {
        edits::block(paths, turn, &seen, account.as_deref(), &group)
    })
    .await
}
