//! The end of a storm: waiting until what came through it is settled.

use std::time::Duration;

use anyhow::{Context, Result};
use fased::clock::{monotonic, pause};
use fased::store::Store;
use fased_protocol::control::Count;

use super::SETTLE_DEADLINE;
use super::audit::Planned;
use crate::simulate::play::{ACCOUNT, OWN_PHONE, Player};

/// A second answer, or a late receipt, comes within this.
const SETTLE_LONGER: Duration = Duration::from_secs(3);

const LOOK_EVERY: Duration = Duration::from_millis(500);

/// States of messages whose fate is open.
const OPEN: [&str; 4] = ["queued", "sending", "written", "unknown"];

/// Waits until nothing is open any more on either side, as long as it goes on.
pub(super) async fn settle(player: &mut Player, planned: &[Planned]) -> Result<bool> {
    let mut until = monotonic() + SETTLE_DEADLINE;
    let mut before = Vec::new();
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    while monotonic() < until {
        ticks.tick().await;
        player.world.gateway_lives()?;
        let (settled, counts) = is_settled(player, planned).await?;
        if settled {
            pause(SETTLE_LONGER).await;
            return Ok(is_settled(player, planned).await?.0);
        }
        if counts != before {
            before = counts;
            until = monotonic() + SETTLE_DEADLINE;
        }
    }
    Ok(false)
}

/// And the counts, to see whether anything changes.
async fn is_settled(player: &Player, planned: &[Planned]) -> Result<(bool, Vec<Count>)> {
    let state = player.world.api.get("/state?inbox=0").await?;
    let delivered = state["accounts"][OWN_PHONE]["queue_length"] == 0;
    let store = open_store(player).await?;
    let mut counts = store.count_inbound(ACCOUNT).await?;
    let outbound = store.count_outbound(ACCOUNT).await?;
    let runs = store.queued_runs(ACCOUNT, i64::MAX, 1).await?;
    store.close().await;
    let all = u64::try_from(planned.len()).unwrap_or(u64::MAX);
    let rows: u64 = counts
        .iter()
        .filter(|count| count.name != "duplicate")
        .map(|count| count.count)
        .sum();
    let decided = rows >= all && !counts.iter().any(|count| count.name == "undecided");
    let sent = !outbound.iter().any(|count| OPEN.contains(&count.name.as_str()));
    counts.extend(outbound);
    Ok((delivered && decided && sent && runs.is_empty(), counts))
}

pub(super) async fn open_store(player: &Player) -> Result<Store> {
    Store::open_to_read(&player.world.paths.store)
        .await?
        .context("the gateway has made no store")
}
