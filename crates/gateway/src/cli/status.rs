//! `fased status`: gateway, accounts and what needs attention, on one screen.

use std::time::Duration;

use clap::Args;
use fased::clock;
use fased::health::summary;
use fased_protocol::control::{ControlRequest, ControlResponse, StatusInfo};

use super::runtime::{block_on, paths};
use super::{Global, Outcome, ask, channels_status, gateway_status, health, out, span};

mod accounts;

pub(super) use accounts::down;

/// How often readiness is asked for while it is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Notices of the latest that fit beside the rest; `--json` has more.
const NOTICES_SHOWN: usize = 3;

/// How it is shown.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Only say whether every account is ready, by one line and the exit code: 0 if so, 5 if not, 3 without a gateway
    #[arg(long)]
    check: bool,
    /// Wait until every account is ready, so long at most; exit code 6 if that was too short
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    wait: Option<u64>,
}

pub(super) fn run(global: &Global, options: &Options) -> Outcome {
    if let Some(seconds) = options.wait {
        wait(global, Duration::from_secs(seconds))?;
    }
    if options.check {
        return check(global);
    }
    let answer = ask::read(global, &ControlRequest::Status)?;
    let ControlResponse::Status(status) = answer else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        out::json(&status)
    } else {
        out::text(&rendered(&status))
    }
}

/// One line, and the exit code.
fn check(global: &Global) -> Outcome {
    let paths = paths(global)?;
    let found = block_on(health::asked(&paths))?;
    if global.json {
        out::json(&found)?;
    } else {
        out::text(&summary(&found))?;
    }
    health::ended(&found)
}

/// Waits until all is well. A gateway that does not run yet may still be started meanwhile.
fn wait(global: &Global, patience: Duration) -> Outcome {
    let paths = paths(global)?;
    block_on(async {
        let end = clock::monotonic() + patience;
        loop {
            let found = health::asked(&paths).await?;
            if found.ok {
                return Ok(());
            }
            if clock::monotonic() >= end {
                let seconds = patience.as_secs();
                return Err(ask::timed_out(
                    format!("after {seconds} s it is {}", summary(&found)),
                    "see why: fased status",
                ));
            }
            clock::pause(LOOK_EVERY).await;
        }
    })
}

fn rendered(status: &StatusInfo) -> String {
    let mut text = match &status.gateway {
        Some(gateway) => format!(
            "gateway: running, pid {}, version {}, started {}{}\n{}state dir: {}\n",
            gateway.pid,
            gateway.version,
            span::ago(gateway.started_ms),
            gateway
                .rss_bytes
                .map(|bytes| format!(", {} of memory", accounts::megabytes(bytes)))
                .unwrap_or_default(),
            gateway_status::clock_warning(gateway),
            gateway.state_dir
        ),
        None => "gateway: not running; below is what it left\nnext: fased gateway run\n".to_owned(),
    };
    text.push_str(&of_gateway(status));
    text.push('\n');
    if let Some(config) = &status.config {
        text.push_str(&channels_status::problem(config));
    }
    text.push_str(&accounts::rendered(&status.accounts));
    if !status.attention.is_empty() {
        text.push_str("\nneeds attention:\n");
        for problem in &status.attention {
            text.push_str(&attention(problem.account.as_deref(), &problem.sentence));
            if let Some(next) = &problem.next {
                text.push_str(&format!("    next: {next}\n"));
            }
        }
    }
    if !status.notices.is_empty() {
        text.push_str("\nnotices, newest first:\n");
        for notice in status.notices.iter().take(NOTICES_SHOWN) {
            text.push_str(&format!(
                "  {} ({}): {}\n",
                span::ago(notice.at_ms),
                if notice.account.is_empty() {
                    "gateway"
                } else {
                    &notice.account
                },
                notice.text
            ));
        }
        let more = status.notices.len().saturating_sub(NOTICES_SHOWN);
        if more > 0 {
            text.push_str(&format!("  and {more} or more before: fased status --json\n"));
        }
    }
    text
}

/// What is wrong with the gateway itself. Its config has more words of its own, and that none runs is said already.
fn of_gateway(status: &StatusInfo) -> String {
    let problems = status.health.problems.iter();
    let own =
        problems.filter(|problem| status.gateway.is_some() && problem.account.is_none() && !problem.warning);
    let mut text = String::new();
    for problem in own {
        text.push_str(&format!("{}\n", problem.sentence));
        if let Some(next) = &problem.next {
            text.push_str(&format!("next: {next}\n"));
        }
    }
    text
}

fn attention(account: Option<&str>, sentence: &str) -> String {
    account.map_or_else(
        || format!("  {sentence}\n"),
        |account| format!("  {account}: {sentence}\n"),
    )
}

#[cfg(test)]
mod tests;
