//! Collects what the audit compares: the store, and what the phones got.

use anyhow::{Context, Result};
use fased::clock::now_ms;
use fased::store::Audited;
use serde_json::Value;

use super::raging::Said;
use super::setting::{NAMES, phone};
use super::settle;
use crate::simulate::http::Api;
use crate::simulate::world::World;

/// A message that a contact's phone could read.
#[derive(Debug, Clone, Default)]
pub(super) struct Got {
    /// When it came, by the order of the record.
    pub(super) seq: u64,
    /// Index of the account that sent it.
    pub(super) account: usize,
    pub(super) id: String,
    pub(super) contact: String,
    /// The group's address.
    pub(super) group: Option<String>,
    pub(super) text: String,
}

/// Everything that is known when it is over.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) said: Vec<Said>,
    /// Addresses of the accounts' groups.
    pub(super) groups: Vec<String>,
    pub(super) store: Audited,
    pub(super) got: Vec<Got>,
    /// Repeated ids that phones dropped.
    pub(super) dropped_by_phones: u64,
    /// Messages that the server refused because the storm wanted it.
    pub(super) refusals: u64,
    /// What the server says no right client does.
    pub(super) violations: Vec<String>,
    /// The wall clock of the simulation.
    pub(super) now_ms: i64,
}

pub(super) async fn facts(world: &World, said: &[Said], groups: &[String]) -> Result<Facts> {
    let state = world.api.get("/state?inbox=0").await?;
    let violations = state["violations"].as_array().cloned().unwrap_or_default();
    let got = records(&world.api, "message").await?;
    let acks = records(&world.api, "server_ack").await?;
    Ok(Facts {
        said: said.to_vec(),
        groups: groups.to_vec(),
        store: settle::read(world).await?,
        got: got.iter().filter_map(read).collect(),
        dropped_by_phones: count(records(&world.api, "duplicate").await?.len()),
        refusals: count(acks.iter().filter(|ack| !ack["error"].is_null()).count()),
        violations: violations
            .iter()
            .map(|violation| format!("{}: {}", violation["code"], violation["detail"]))
            .collect(),
        now_ms: now_ms(),
    })
}

fn read(record: &Value) -> Option<Got> {
    let text = |name: &str| record[name].as_str().map(str::to_owned);
    let of = text("account")?;
    Some(Got {
        seq: record["seq"].as_u64()?,
        account: (0..NAMES.len()).find(|account| phone(*account) == of)?,
        id: text("id")?,
        contact: text("contact")?,
        group: text("group"),
        text: text("text").unwrap_or_default(),
    })
}

async fn records(api: &Api, kind: &str) -> Result<Vec<Value>> {
    let mut answer = api.get(&format!("/record?type={kind}")).await?;
    serde_json::from_value(answer["records"].take()).context("the fake server's record is no list")
}

pub(super) fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
