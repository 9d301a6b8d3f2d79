//! `fased pairing list`: who waits for approval, or has it.

use clap::Args;
use fased::clock::now_ms;
use fased_protocol::control::{ApprovedInfo, ControlRequest, ControlResponse, PendingInfo};
use serde_json::json;

use super::table::Table;
use super::{Global, Outcome, ask, out, span};

/// Which senders.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The channel
    #[arg(value_parser = ["whatsapp"], default_value = "whatsapp", hide_possible_values = true)]
    channel: String,
    /// Only those of this account
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Who was approved
    #[arg(long)]
    approved: bool,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let Options {
        channel: _,
        account,
        approved,
    } = options;
    let answer = ask::read(global, &ControlRequest::PairingList { account, approved })?;
    match (answer, approved) {
        (ControlResponse::Pending { pending }, false) if global.json => {
            out::json(&json!({ "pending": pending }))
        }
        (ControlResponse::Pending { pending }, false) => out::text(&rendered(pending)),
        (ControlResponse::Approved { approved }, true) if global.json => {
            out::json(&json!({ "approved": approved }))
        }
        (ControlResponse::Approved { approved }, true) => out::text(&rendered_approved(approved)),
        (other, _) => Err(ask::unexpected(&other)),
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

fn rendered_approved(approved: Vec<ApprovedInfo>) -> String {
    if approved.is_empty() {
        return "nobody was approved".to_owned();
    }
    let mut table = Table::new();
    table.line(["sender", "hidden id", "account", "approved"]);
    for sender in approved {
        table.line([
            sender.sender,
            sender.lid.unwrap_or_else(|| "-".to_owned()),
            sender.account,
            span::ago(sender.approved_ms),
        ]);
    }
    let next = "to take one back: fased pairing revoke --sender SENDER";
    format!("{}{next}", table.render())
}
