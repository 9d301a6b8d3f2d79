//! `fased simulate`: plays a script and prints what arrives, what was decided and why, and what
//! goes out with its ticks.

use std::cell::Cell;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use fased_protocol::control::{ControlError, ErrorCode};
use serde_json::json;

use super::{Failure, Global, Outcome, out, runtime, usage};
use crate::simulate::{self, Entry, Report, Script};

/// Which script.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// What to play; see scripts/demo.simulate
    #[arg(long, value_name = "FILE")]
    script: PathBuf,
    /// Keep the throw-away state dir and the logs of all processes
    #[arg(long)]
    keep: bool,
}

pub(super) fn run(global: &Global, options: &Options) -> Outcome {
    let file = options.script.display().to_string();
    let text = std::fs::read_to_string(&options.script)
        .map_err(|error| Failure::Error(usage(format!("cannot read {file}: {error}"))))?;
    let script = Script::parse(&file, &text).map_err(|error| {
        let next = "correct the line; all steps are shown in scripts/demo.simulate".to_owned();
        Failure::Error(ControlError {
            code: ErrorCode::Usage,
            message: error,
            next,
        })
    })?;
    runtime::log(global, "warn");
    let runtime = runtime::for_gateway()?;
    let report = runtime.block_on(async {
        let asked = runtime::asked_to_end()?;
        let start = Cell::new(None);
        // A reader that has gone away must not keep the world from being taken down in order.
        let tell = |entry: &Entry| {
            print(global.json, entry, &start).ok();
        };
        simulate::run(&script, options.keep, tell, asked)
            .await
            .map_err(|error| {
                Failure::Error(ControlError {
                    code: ErrorCode::Internal,
                    message: format!("{error:#}"),
                    next: "play it again with --keep and look at the logs in the state dir".to_owned(),
                })
            })
    })?;
    runtime.shutdown_timeout(Duration::from_secs(1));
    match report {
        Some(report) => summary(global.json, &report),
        None => Err(Failure::Error(ControlError {
            code: ErrorCode::Refused,
            message: "the simulation was interrupted".to_owned(),
            next: format!("play it to its end: fased simulate --script {file}"),
        })),
    }
}

fn print(as_json: bool, entry: &Entry, start: &Cell<Option<i64>>) -> Outcome {
    let Entry { at_ms, kind, text } = entry;
    if as_json {
        return out::json(&json!({ "at_ms": at_ms, "kind": kind, "text": text }));
    }
    let since = at_ms - start.get().unwrap_or(*at_ms);
    start.set(start.get().or(Some(*at_ms)));
    if *kind == "##" {
        return out::text(&format!("\n── {text}"));
    }
    out::text(&format!(
        "{:>3}.{:03}  {kind:<6} {text}",
        since / 1000,
        since % 1000
    ))
}

fn summary(as_json: bool, report: &Report) -> Outcome {
    let Report {
        tally,
        expected,
        held,
        failures,
    } = report;
    if as_json {
        out::json(&json!({ "summary": {
            "in": tally.sent,
            "admitted": tally.admitted,
            "held_or_dropped": tally.refused,
            "answered": tally.answered,
            "lost": tally.lost.len(),
            "doubled": tally.doubled,
            "expected": expected,
            "held": held,
            "failures": failures,
        }}))?;
    } else {
        out::text(&format!("\n{tally}\n{held} of {expected} expectations held"))?;
    }
    let Some(first) = failures.first() else {
        return Ok(());
    };
    Err(Failure::Error(ControlError {
        code: ErrorCode::Refused,
        message: format!(
            "{} lines of the script did not go as they should; the first: {first}",
            failures.len()
        ),
        next: "see what was decided and why, in the lines above it".to_owned(),
    }))
}
