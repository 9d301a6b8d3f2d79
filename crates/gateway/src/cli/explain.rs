//! `fased explain`: what became of a message and why, from arrival to the ticks of the answer.

use std::fmt::Write;

use clap::Args;
use fased_protocol::control::{ControlRequest, ControlResponse, Explanation};
use serde_json::json;

use super::{Global, Outcome, ask, out, span};

/// Which message.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The message's id on WhatsApp, in or out
    #[arg(value_name = "MESSAGE-ID")]
    message_id: String,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let answer = ask::read(
        global,
        &ControlRequest::Explain {
            message_id: options.message_id,
        },
    )?;
    let ControlResponse::Explanation { messages } = answer else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        return out::json(&json!({ "messages": messages }));
    }
    let parts: Vec<String> = messages.iter().map(rendered).collect();
    out::text(&parts.join("\n"))
}

pub(super) fn rendered(message: &Explanation) -> String {
    let mut text = format!(
        "message {} ({}, {}), account {}, chat {}\n",
        message.message_id, message.direction, message.content, message.account, message.chat
    );
    if let Some(sender) = &message.sender {
        push(&mut text, "from", sender);
    }
    if let Some(timestamp) = message.timestamp {
        push(&mut text, "written", &span::ago(timestamp.saturating_mul(1000)));
    }
    push(&mut text, "recorded", &span::ago(message.recorded_ms));
    if message.direction == "in" {
        push(&mut text, "verdict", &verdict(message));
    }
    if let Some(sentence) = &message.sentence {
        push(&mut text, "why", sentence);
    }
    if let Some(fix) = &message.fix {
        push(&mut text, "to change it", fix);
    }
    if let Some(run) = &message.run {
        let error = run
            .error
            .as_deref()
            .map(|error| format!(": {error}"))
            .unwrap_or_default();
        let what = format!(
            "{} by agent {}, {}, started {} times{error}",
            run.id, run.agent, run.state, run.attempts
        );
        push(&mut text, "run", &what);
    }
    for sent in &message.sent {
        let code = sent
            .error_code
            .map(|code| format!(" (code {code})"))
            .unwrap_or_default();
        let what = format!(
            "{} to {}: {}{code}, {}",
            sent.message_id,
            sent.chat,
            sent.state,
            span::ago(sent.updated_ms)
        );
        push(
            &mut text,
            if message.direction == "out" {
                "state"
            } else {
                "answer"
            },
            &what,
        );
    }
    text
}

fn verdict(message: &Explanation) -> String {
    let Some(verdict) = &message.verdict else {
        return "not decided yet".to_owned();
    };
    let reason = message.reason.as_deref().unwrap_or("no reason recorded");
    let rule = message
        .rule
        .as_ref()
        .map(|rule| format!(", rule {rule}"))
        .unwrap_or_default();
    format!("{verdict}: {reason}{rule}")
}

fn push(text: &mut String, label: &str, value: &str) {
    // Writing to a string cannot fail.
    writeln!(text, "  {label:12}  {value}").ok();
}
