//! The end of a storm: waiting until what came through it is settled.

use std::time::Duration;

use anyhow::{Context, Result};
use fased::clock::{monotonic, pause};
use fased::store::{Audited, Store};

use super::raging::Said;
use super::setting::{NAMES, phone};
use crate::simulate::world::World;

/// When nothing has changed for so long, nothing is going to: longer than any deadline of a send or a download.
pub(super) const SETTLE_DEADLINE: Duration = Duration::from_secs(75);

/// A second answer, or a late receipt, comes within this.
const SETTLE_LONGER: Duration = Duration::from_secs(2);

const LOOK_EVERY: Duration = Duration::from_millis(400);

/// States of messages whose fate is open.
pub(super) const OPEN: [&str; 4] = ["queued", "sending", "written", "unknown"];

/// Waits until nothing is open any more on either side, as long as it goes on. Says what is open if that never ends.
pub(super) async fn settle(world: &mut World, said: &[Said]) -> Result<Vec<String>> {
    let mut until = monotonic() + SETTLE_DEADLINE;
    let mut before = Vec::new();
    loop {
        world.gateway_lives()?;
        let mut open = open(world, said).await?;
        if open.is_empty() {
            pause(SETTLE_LONGER).await;
            open = self::open(world, said).await?;
            if open.is_empty() {
                return Ok(open);
            }
        }
        if open != before {
            until = monotonic() + SETTLE_DEADLINE;
            before.clone_from(&open);
        }
        if monotonic() >= until {
            return Ok(open);
        }
        pause(LOOK_EVERY).await;
    }
}

/// All that is not at its end.
async fn open(world: &World, said: &[Said]) -> Result<Vec<String>> {
    let mut open = Vec::new();
    let state = world.api.get("/state?inbox=0").await?;
    for (account, name) in NAMES.iter().enumerate() {
        let waits = &state["accounts"][phone(account)]["queue_length"];
        if waits != 0 {
            open.push(format!("{waits} messages wait at WhatsApp for {name}"));
        }
    }
    let store = read(world).await?;
    let missing = said.len().saturating_sub(store.inbox.len());
    if missing > 0 {
        open.push(format!("{missing} messages are not in the journal"));
    }
    let undecided = store.inbox.iter().filter(|message| message.outcome.is_none());
    open.extend(undecided.map(|message| format!("{} is undecided", message.message_id)));
    let runs = store.runs.iter();
    let runs = runs.filter(|run| matches!(run.state.as_str(), "queued" | "running"));
    open.extend(runs.map(|run| format!("run {} ({}) is {}", run.id, run.kind, run.state)));
    let sends = store
        .outbox
        .iter()
        .filter(|sent| OPEN.contains(&sent.state.as_str()));
    open.extend(sends.map(|sent| {
        format!(
            "{} is {}, attempts {}",
            sent.message_id, sent.state, sent.attempts
        )
    }));
    let files = store.files.iter().filter(|(state, _)| state == "wanted").count();
    if files > 0 {
        open.push(format!("{files} files are still to be fetched"));
    }
    Ok(open)
}

pub(super) async fn read(world: &World) -> Result<Audited> {
    let store = Store::open_to_read(&world.paths.store)
        .await?
        .context("the gateway has made no store")?;
    let audited = store.audited().await;
    store.close().await;
    audited
}
