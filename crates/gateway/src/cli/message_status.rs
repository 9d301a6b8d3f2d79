//! `fased message status`: how far a message came.

use clap::Args;
use fased_protocol::control::{ControlRequest, ControlResponse, OutboxInfo};
use serde_json::json;

use super::{Global, Outcome, ask, out, outbox_list};

/// Which message.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Its id; several may be named
    #[arg(value_name = "ID", required = true)]
    message_ids: Vec<String>,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let Options { message_ids } = options;
    let answer = ask::read(global, &ControlRequest::MessageStatus { message_ids })?;
    let ControlResponse::Outbox { messages } = answer else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        return out::json(&json!({ "messages": messages }));
    }
    out::text(&outbox_list::rendered(&messages))
}

/// Its state, with what went wrong.
pub(super) fn detail(message: &OutboxInfo) -> String {
    let mut text = message.state.clone();
    if let Some(code) = message.error_code {
        text.push_str(&format!(" (WhatsApp's code {code})"));
    }
    if let Some(error) = &message.error {
        text.push_str(&format!(": {error}"));
    }
    text
}
