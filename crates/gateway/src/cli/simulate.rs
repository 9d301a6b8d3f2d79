//! `fased simulate`: plays a script, or what is typed, and prints what arrives, what was decided and
//! why, and what goes out with its ticks. Or lets a storm of faults rage and prints the audit.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use fased::lease::{Lease, LeaseHeld};
use fased::paths::Paths;
use fased_protocol::control::{ControlError, ErrorCode};
use serde_json::json;

use self::screen::Console;
use super::{Failure, Global, Outcome, out, runtime, usage};
use crate::simulate::{self, Keep, Play, Report, Script};

mod config;
mod screen;
mod storm;

pub(super) const AFTER_HELP: &str = "\
With --config the gateway gets a copy of that file, in which paths that start at its folder are written in full; \
a script with `config` lines has a config already. A folder of --keep may hold a fased.json of your own.";

/// What to play.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// What to play; scripts/simulate.md has all steps [default: open a prompt]
    #[arg(long, value_name = "FILE", conflicts_with = "storm")]
    script: Option<PathBuf>,
    /// Open the prompt when the script is over
    #[arg(long, requires = "script")]
    prompt: bool,
    /// Keep everything, in this folder a later simulation can go on from [default folder: a new one]
    #[arg(long, value_name = "DIR", num_args = 0..=1)]
    keep: Option<Option<PathBuf>>,
    #[command(flatten)]
    storm: storm::Options,
}

pub(super) fn run(global: &Global, options: &Options) -> Outcome {
    let keep = match &options.keep {
        None => Keep::Nothing,
        Some(None) => Keep::Throwaway,
        Some(Some(dir)) => Keep::Dir(dir.clone()),
    };
    if let Keep::Dir(dir) = &keep {
        let storm = options.storm.is_wanted();
        if storm && !keep.is_empty() {
            return Err(not_here(
                dir,
                "is not empty",
                "name a new folder for a storm: --keep DIR",
            ));
        }
        if !keep.is_free() {
            let what =
                "is not empty: no simulation was kept there, and it is more than a config with its programs";
            return Err(not_here(
                dir,
                what,
                "name a new folder, or that of a simulation: --keep DIR",
            ));
        }
        // The second of two would see its gateway end at once, and again with each word.
        if keep.goes_on()
            && let Ok(paths) = Paths::resolve(Some(dir), None)
            && Lease::take(&paths.lease).is_err_and(|error| error.is::<LeaseHeld>())
        {
            return Err(Failure::Error(ControlError {
                code: ErrorCode::LeaseHeld,
                message: format!("the simulation in {} is open elsewhere", dir.display()),
                next: "end that one, or name another folder: --keep DIR".to_owned(),
            }));
        }
    }
    if options.storm.is_wanted() {
        if global.config.is_some() {
            return Err(Failure::Error(ControlError {
                next: "leave it out, or play without a storm: fased simulate --config FILE".to_owned(),
                ..usage("a storm has a config of its own, so --config would have no effect".to_owned())
            }));
        }
        return storm::run(global, &options.storm, keep);
    }
    let script = options.script.as_ref().map(read).transpose()?;
    let play = Play {
        prompt: options.prompt || script.is_none(),
        config: config::of(global.config.as_deref(), script.as_ref(), &keep)?,
        script,
        keep,
    };
    runtime::log(global, "warn");
    let runtime = runtime::for_gateway()?;
    let report = runtime.block_on(async {
        let asked = runtime::asked_to_end()?;
        let screen = Console::new(global.json);
        let report = simulate::run(&play, &screen, asked).await;
        report.map_err(|error| broken(&error))
    })?;
    runtime.shutdown_timeout(Duration::from_secs(1));
    match report {
        Some(report) => summary(global.json, &report),
        // At the prompt this is how many leave.
        None if play.prompt => Ok(()),
        None => Err(interrupted("play it to its end: fased simulate --script FILE")),
    }
}

fn not_here(dir: &Path, what: &str, next: &str) -> Failure {
    Failure::Error(ControlError {
        code: ErrorCode::Usage,
        message: format!("{} {what}", dir.display()),
        next: next.to_owned(),
    })
}

fn read(file: &PathBuf) -> Result<Script, Failure> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::Error(usage(format!("cannot read {name}: {error}"))))?;
    Script::parse(&name, &text).map_err(|error| {
        let next = "correct the line; all steps are in scripts/simulate.md".to_owned();
        Failure::Error(ControlError {
            code: ErrorCode::Usage,
            message: error,
            next,
        })
    })
}

fn broken(error: &anyhow::Error) -> Failure {
    Failure::Error(ControlError {
        code: ErrorCode::Internal,
        message: format!("{error:#}"),
        next: "try it again with --keep and look at the logs in the state dir".to_owned(),
    })
}

fn interrupted(next: &str) -> Failure {
    Failure::Error(ControlError {
        code: ErrorCode::Refused,
        message: "the simulation was interrupted".to_owned(),
        next: next.to_owned(),
    })
}

fn summary(as_json: bool, report: &Report) -> Outcome {
    let Report {
        tally,
        expected,
        held,
        failures,
    } = report;
    if as_json {
        let mut summary = json!({ "expected": expected, "held": held, "failures": failures });
        if let Some(tally) = tally {
            summary["in"] = tally.sent.into();
            summary["admitted"] = tally.admitted.into();
            summary["held_or_dropped"] = tally.refused.into();
            summary["answered"] = tally.answered.into();
            summary["failed"] = tally.failed.into();
            summary["stopped"] = tally.stopped.into();
            summary["lost"] = tally.lost.len().into();
            summary["doubled"] = tally.doubled.into();
        }
        out::json(&json!({ "summary": summary }))?;
    } else {
        if let Some(tally) = tally.as_ref().filter(|tally| tally.sent > 0) {
            out::text(&format!("\n{tally}"))?;
        }
        if *expected > 0 {
            out::text(&format!("{held} of {expected} expectations held"))?;
        }
    }
    let Some(first) = failures.first() else {
        return Ok(());
    };
    Err(Failure::Error(ControlError {
        code: ErrorCode::Refused,
        message: match failures.len() {
            1 => format!("a line did not go as it should: {first}"),
            more => format!("{more} lines did not go as they should; the first: {first}"),
        },
        next: "see what was decided and why, in the lines above it".to_owned(),
    }))
}
