//! Lets a group in, and says who is heard there then.

use fased_protocol::control::{ControlError, ControlResponse};

use super::{Live, config_change, internal};
use crate::edits;

pub(super) async fn answer(
    live: &Live,
    account: Option<&str>,
    group: &str,
    require_mention: Option<bool>,
) -> Result<ControlResponse, ControlError> {
    let seen = live.store.groups(None).await.map_err(|error| internal(&error))?;
    let (account, group) = (account.map(str::to_owned), group.to_owned());
    config_change::answer(live, move |paths, turn| {
        edits::allow(paths, turn, &seen, account.as_deref(), &group, require_mention)
    })
    .await
}
