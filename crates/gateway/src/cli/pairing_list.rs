//! `fased pairing list`: who waits for approval.

use clap::Args;
use fased::clock::now_ms;
use fased_protocol::control::{ControlRequest, ControlResponse, PendingInfo};
use serde_json::json;

use super::table::Table;
use super::{Global, Outcome, ask, out, span};

/// Which requests.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The channel
    #[arg(value_parser = ["whatsapp"], default_value = "whatsapp", hide_possible_values = true)]
    channel: String,
    /// Only the requests to this account
    #[arg(long, value_name = "ID")]
    account: Option<String>,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let Options { channel: _, account } = options;
    let answer = ask::read(global, &ControlRequest::PairingList { account })?;
    let ControlResponse::Pending { pending } = answer else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        out::json(&json!({ "pending": pending }))
    } else {
        out::text(&rendered(pending))
    }
}

pub(super) fn rendered(pending: Vec<PendingInfo>) -> String {
    if pending.is_empty() {
        return "nobody waits for approval".to_owned();
    }
    let mut table = Table::new();
    table.line([
        "code",
        "sender",
        "name",
        "account",
        "asked",
        "last wrote",
        "ends in",
    ]);
    for request in pending {
        table.line([
            request.code.unwrap_or_else(|| "-".to_owned()),
            request.sender,
            request.name.unwrap_or_else(|| "-".to_owned()),
            request.account,
            span::ago(request.created_ms),
            span::ago(request.last_seen_ms),
            span::span(request.expires_ms - now_ms()),
        ]);
    }
    let next = "next: fased pairing approve CODE, or without a code: fased pairing approve --sender SENDER";
    format!("{}{next}", table.render())
}
