//! `fased outbox cancel`: takes messages back that have not left.

use clap::Args;
use fased_protocol::control::{ChangedInfo, ControlRequest, ControlResponse};
use serde_json::json;

use super::runtime::{block_on, paths};
use super::{Failure, Global, Outcome, ask, out};

/// Which messages.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Their ids
    #[arg(value_name = "ID", required = true)]
    pub(super) message_ids: Vec<String>,
    /// Only among those of this account
    #[arg(long, value_name = "ID")]
    pub(super) account: Option<String>,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let Options { message_ids, account } = options;
    change(
        global,
        &ControlRequest::OutboxCancel { account, message_ids },
        "cancelled",
    )
}

/// Asks, prints a line for each that was done, and fails as the first that was not.
pub(super) fn change(global: &Global, request: &ControlRequest, done: &str) -> Outcome {
    let paths = paths(global)?;
    let answer = block_on(async { Ok(fased::client::ask(&paths, request).await?) })?;
    let ControlResponse::Changed { changed } = answer else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        out::json(&json!({ "changed": changed }))?;
    } else {
        let lines: Vec<String> = changed.iter().filter_map(|change| line(change, done)).collect();
        if !lines.is_empty() {
            out::text(&lines.join("\n"))?;
        }
    }
    let mut errors = changed.into_iter().filter_map(|change| change.error);
    let Some(first) = errors.next() else { return Ok(()) };
    if global.json {
        // Programs get one error; those of the others are in the list.
        return Err(Failure::Error(first));
    }
    let exit = first.code.into();
    out::error(&first, false);
    for error in errors {
        out::error(&error, false);
    }
    Err(Failure::Shown(exit))
}

fn line(change: &ChangedInfo, done: &str) -> Option<String> {
    if change.error.is_some() {
        return None;
    }
    Some(match &change.new_message_id {
        Some(new) => format!("{}  {done} as {new}", change.message_id),
        None => format!("{}  {done}", change.message_id),
    })
}
