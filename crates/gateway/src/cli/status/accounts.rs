//! The accounts in the overview: a line each, and what is wrong where something is.

use fased::clock::now_ms;
use fased_protocol::control::AccountInfo;

use super::super::span;
use super::super::table::Table;

/// States of messages that have yet to reach WhatsApp.
const QUEUED: [&str; 4] = ["queued", "sending", "written", "unknown"];

pub(super) fn rendered(accounts: &[AccountInfo]) -> String {
    if accounts.is_empty() {
        return "no accounts\nnext: fased channels add --account default\n".to_owned();
    }
    let mut table = Table::new();
    table.line([
        "account", "state", "since", "number", "last in", "last out", "queue", "memory",
    ]);
    for account in accounts {
        table.line(line(account));
        if !account.enabled || account.state == "ready" {
            continue;
        }
        table.line([account.sentence.clone()]);
        if let Some(text) = down(account, now_ms()) {
            table.line([text]);
        }
        if let Some(until) = account.until_ms {
            table.line([format!("next attempt in {}", span::span(until - now_ms()))]);
        }
        if let Some(next) = &account.next {
            table.line([format!("next: {next}")]);
        }
    }
    table.render()
}

fn line(account: &AccountInfo) -> [String; 8] {
    let number = account.phone.as_ref().or(account.lid.as_ref());
    let waits = account.outbound.iter();
    let queue: u64 = waits
        .filter(|count| QUEUED.contains(&count.name.as_str()))
        .map(|count| count.count)
        .sum();
    [
        account.account.clone(),
        account.state.clone(),
        // Nothing is known from before the gateway's first run.
        since(Some(account.since_ms).filter(|at| *at != 0)),
        number.cloned().unwrap_or_else(|| "-".to_owned()),
        since(account.last_inbound_ms),
        since(account.last_outbound_ms),
        queue.to_string(),
        account
            .sidecar_rss_bytes
            .map_or_else(|| "-".to_owned(), megabytes),
    ]
}

/// How long it is not ready, where that is longer than it is in its state.
pub(in super::super) fn down(account: &AccountInfo, now_ms: i64) -> Option<String> {
    let since_ms = account.down_since_ms?;
    let is_older = since_ms < account.since_ms.saturating_sub(1000);
    is_older.then(|| format!("not ready for {}", span::span(now_ms - since_ms)))
}

fn since(at_ms: Option<i64>) -> String {
    at_ms.map_or_else(|| "-".to_owned(), |at| span::span(now_ms() - at))
}

/// `41 MB`.
pub(super) fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes >> 20)
}
