//! `fased outbox list`: what goes out, newest first, and how far each message came.

use clap::Args;
use fased::clock::now_ms;
use fased_policy::delivery::SendState;
use fased_protocol::control::{ControlRequest, ControlResponse, OutboxInfo};
use fased_protocol::private::Jid;
use serde_json::json;

use super::table::Table;
use super::{Global, Outcome, ask, message_status, out, span};

/// Which messages.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Only those of this account
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Only those in this state
    #[arg(long, value_name = "STATE", value_parser = states())]
    state: Option<String>,
    /// Only those to this number, hidden id or group
    #[arg(long, value_name = "NUMBER|LID|JID")]
    chat: Option<String>,
    /// So many at most
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Show what they say, too
    #[arg(long)]
    text: bool,
}

fn states() -> clap::builder::PossibleValuesParser {
    SendState::ALL.map(SendState::as_str).into()
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let Options {
        account,
        state,
        chat,
        limit,
        text,
    } = options;
    let request = ControlRequest::OutboxList {
        account,
        state,
        chat: chat.map(Jid),
        limit,
        text,
    };
    let answer = ask::read(global, &request)?;
    let ControlResponse::Outbox { messages } = answer else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        return out::json(&json!({ "messages": messages }));
    }
    if messages.is_empty() {
        return out::text("no message of this kind is in the outbox");
    }
    out::text(&rendered(&messages))
}

/// Longest piece of a text that a line shows.
const SHOWN_CHARS: usize = 200;

pub(super) fn rendered(messages: &[OutboxInfo]) -> String {
    let mut table = Table::new();
    table.line(["message", "account", "to", "kind", "state", "since"]);
    for message in messages {
        table.line([
            message.message_id.clone(),
            message.account.clone(),
            message.chat.clone(),
            message.purpose.clone(),
            message_status::detail(message),
            span::ago(message.updated_ms),
        ]);
        if let Some(until_ms) = message.not_before_ms {
            table.line([format!("held back for {}", span::span(until_ms - now_ms()))]);
        }
        if let Some(text) = message.text.as_ref().filter(|text| !text.0.is_empty()) {
            let shown: String = text.0.chars().take(SHOWN_CHARS).collect();
            let more = if text.0.chars().nth(SHOWN_CHARS).is_some() {
                "…"
            } else {
                ""
            };
            table.line([format!("{shown}{more}")]);
        }
    }
    table.render()
}
