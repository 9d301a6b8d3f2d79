//! The overview.

use fased_protocol::control::{
    AccountInfo, ConfigInfo, ControlError, ControlResponse, GatewayInfo, StatusInfo,
};

use super::internal;
use crate::clock;
use crate::health::{Failed, Health, attention};
use crate::store::Store;

/// Notices that the overview shows.
const NOTICES_SHOWN: i64 = 10;
/// Failing Tasks that it shows.
const TASKS_SHOWN: i64 = 5;
/// It tells of messages that failed since so long, milliseconds.
const FAILED_SINCE_MS: i64 = 86_400_000;

pub(crate) async fn answer(
    store: &Store,
    running: Option<(GatewayInfo, ConfigInfo)>,
    health: Health,
    accounts: Vec<AccountInfo>,
) -> Result<ControlResponse, ControlError> {
    gathered(store, running, health, accounts)
        .await
        .map(ControlResponse::Status)
        .map_err(|error| internal(&error))
}

async fn gathered(
    store: &Store,
    running: Option<(GatewayInfo, ConfigInfo)>,
    health: Health,
    accounts: Vec<AccountInfo>,
) -> anyhow::Result<StatusInfo> {
    let now = clock::now_ms();
    let mut failed = Failed {
        messages: Vec::new(),
        tasks: store.failing_tasks(TASKS_SHOWN).await?,
    };
    for info in &accounts {
        let count = store.failed_since(&info.account, now - FAILED_SINCE_MS).await?;
        failed.messages.push((info.account.clone(), count));
    }
    let (gateway, config) = running.unzip();
    Ok(StatusInfo {
        health,
        attention: attention(gateway.as_ref(), &accounts, &failed, now),
        notices: store.notices(NOTICES_SHOWN).await?,
        gateway,
        config,
        accounts,
    })
}
