//! Collects what the audit compares: the store, read beside the gateway, and the server's record.

use std::collections::HashMap;

use anyhow::{Context, Result};
use serde_json::Value;

use super::audit::{Answer, Facts, Planned, Recorded};
use super::settle::open_store;
use crate::simulate::play::{ACCOUNT, Player};

pub(super) async fn facts(player: &Player, planned: &[Planned]) -> Result<Facts> {
    let store = open_store(player).await?;
    let mut journal: HashMap<String, Vec<Recorded>> = HashMap::new();
    for message in planned {
        for row in store.messages_by_id(&message.id).await? {
            let run = store.run_of(row.seq).await?;
            let answers = match &run {
                Some(run) => store.sent_by_run(run.id).await?,
                None => Vec::new(),
            };
            let recorded = Recorded {
                seq: row.seq,
                verdict: row.outcome,
                reason: row.reason,
                run: run.map(|run| (run.state, run.attempts)),
                answers: answers
                    .into_iter()
                    .map(|sent| (sent.message_id, sent.state))
                    .collect(),
            };
            journal.entry(message.id.clone()).or_default().push(recorded);
        }
    }
    let (mut rows, mut repeated) = (0, 0);
    for count in store.count_inbound(ACCOUNT).await? {
        if count.name == "duplicate" {
            repeated += count.count;
        } else {
            rows += count.count;
        }
    }
    store.close().await;
    let text = |record: &Value, name: &str| record[name].as_str().unwrap_or_default().to_owned();
    let got = records(player, "message").await?;
    let answers = got.iter().map(|record| Answer {
        id: text(record, "id"),
        contact: text(record, "contact"),
        text: text(record, "text"),
    });
    let dropped = records(player, "duplicate").await?;
    let state = player.world.api.get("/state?inbox=0").await?;
    let violations = state["violations"].as_array().cloned().unwrap_or_default();
    Ok(Facts {
        journal,
        rows,
        repeated,
        answers: answers.collect(),
        dropped_by_phones: u64::try_from(dropped.len()).unwrap_or(u64::MAX),
        violations: violations
            .iter()
            .map(|violation| format!("{}: {}", text(violation, "code"), violation["detail"]))
            .collect(),
    })
}

async fn records(player: &Player, kind: &str) -> Result<Vec<Value>> {
    let mut answer = player.world.api.get(&format!("/record?type={kind}")).await?;
    serde_json::from_value(answer["records"].take()).context("the fake server's record is no list")
}
