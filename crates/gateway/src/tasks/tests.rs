//! What people do with Tasks, and what the scheduler does, at times that are given.

mod due;
mod edits;
mod verbs;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use fased_protocol::control::TaskInfo;

use super::{Desk, Origin, Wish};
use crate::clock;
use crate::config::{AccountConfig, Config};
use crate::store::Store;

/// 2023-11-14 22:13:20 UTC.
const NOW: i64 = 1_700_000_000_000;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const CHAT: &str = "15550100002@s.whatsapp.net";

async fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(&dir.path().join("fased.db")).await.expect("a store");
    (dir, store)
}

/// The accounts of a config with these under `whatsapp`, and Tasks in Berlin.
fn accounts(whatsapp: &str) -> Vec<Arc<AccountConfig>> {
    let text = format!(
        r#"{{ tasks: {{ timezone: "Europe/Berlin", keepRuns: 5 }}, channels: {{ whatsapp: {whatsapp} }} }}"#
    );
    let config = Config::parse(&text, Path::new("fased.json"), |id| {
        PathBuf::from(format!("/auth/{id}"))
    });
    let accounts = config.expect("a config").accounts;
    accounts.into_values().map(Arc::new).collect()
}

fn desk(store: &Store) -> Desk {
    Desk::new(store, accounts("{}"))
}

fn origin() -> Origin {
    Origin {
        account: "default".to_owned(),
        agent: "main".to_owned(),
        session: "agent:main:whatsapp:default:dm:+15550100002".to_owned(),
        chat: CHAT.to_owned(),
        by: Some("+15550100002".to_owned()),
        run: None,
    }
}

async fn make(desk: &Desk, text: &str) -> TaskInfo {
    let wish = Wish {
        text,
        ..Wish::default()
    };
    desk.create(&origin(), &wish, NOW).await.expect("made")
}

/// What became of a Task's runs, newest first: `ok schedule`, `skipped×2 overlap`.
async fn history(desk: &Desk, id: &str) -> Vec<String> {
    let runs = desk.runs(id, 20).await.expect("runs");
    let told = runs.iter().map(|run| {
        let times = if run.attempts > 1 && run.state == "skipped" {
            format!("×{}", run.attempts)
        } else {
            String::new()
        };
        let why = run.failure.as_ref().or(run.cause.as_ref());
        format!("{}{times} {}", run.state, why.map_or("", String::as_str))
    });
    told.collect()
}
