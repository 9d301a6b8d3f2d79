//! `fased tasks run`: runs a Task now, and waits for what comes of it if that is wished.

use std::time::Duration;

use clap::Args;
use fased::paths::Paths;
use fased::{client, clock};
use fased_protocol::control::{ControlError, ControlRequest, ControlResponse, ErrorCode, TaskRunInfo};
use serde_json::json;

use super::message_where::time;
use super::runtime::{block_on, paths};
use super::{Failure, Global, Outcome, ask, out};

/// How long until the next look at the run.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long the gateway may be away while it is waited for, such as for a restart.
const AWAY: Duration = Duration::from_secs(15);
/// How long a result that is ready is waited for on its way, at most. A link that is closed may stay so for long.
const SENT_WITHIN: Duration = Duration::from_secs(30);
/// A Task runs once at a time, so its newest runs hold the one that was asked for.
const LOOKED_AT: u32 = 20;

/// Which Task.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The Task's id, as `fased tasks list` shows it
    #[arg(value_name = "ID")]
    id: String,
    /// Wait until the run has ended and its result is sent (30 s for that at most), and print what came of it
    #[arg(long)]
    wait: bool,
    /// How long to wait at most, as 30s, 5m or 500ms
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "10m")]
    timeout: Duration,
}

pub(super) fn run(global: &Global, Options { id, wait, timeout }: Options) -> Outcome {
    let paths = paths(global)?;
    let run = block_on(async {
        let answer = client::ask(&paths, &ControlRequest::TasksRun { id }).await?;
        let ControlResponse::TaskRun(run) = answer else {
            return Err(ask::unexpected(&answer));
        };
        if wait {
            ended(&paths, *run, timeout).await
        } else {
            Ok(*run)
        }
    })?;
    if global.json {
        out::json(&json!({ "run": run }))?;
    } else if wait {
        let result = run.result.as_ref().map_or("", |result| result.0.as_str());
        out::text(result)?;
    } else {
        out::text(&format!("run {} of Task {} is {}", run.id, run.task, run.state))?;
    }
    if wait { outcome(&run) } else { Ok(()) }
}

fn outcome(run: &TaskRunInfo) -> Outcome {
    if run.is_unsent() {
        let why = run.error.as_deref().unwrap_or_default();
        return Err(Failure::Error(ControlError {
            code: ErrorCode::Refused,
            message: format!("run {} of Task {} went well, but {why}", run.id, run.task),
            next: "see what was to be sent: fased outbox list".to_owned(),
        }));
    }
    if run.state == "ok" {
        return Ok(());
    }
    let why = run
        .error
        .as_ref()
        .map(|error| format!(": {error}"))
        .unwrap_or_default();
    Err(Failure::Error(ControlError {
        code: ErrorCode::Refused,
        message: format!("run {} of Task {} is {}{why}", run.id, run.task, run.state),
        next: format!("see what became of its runs: fased tasks runs {}", run.task),
    }))
}

/// Looks until the run has ended, and a little longer for what becomes of its result.
async fn ended(paths: &Paths, mut run: TaskRunInfo, timeout: Duration) -> Result<TaskRunInfo, Failure> {
    let end = clock::monotonic() + timeout;
    let mut away_since = None;
    let mut sent_by = None;
    let request = ControlRequest::TasksRuns {
        id: run.task.clone(),
        limit: LOOKED_AT,
    };
    loop {
        let now = clock::monotonic();
        if !matches!(run.state.as_str(), "queued" | "running") {
            let by = *sent_by.get_or_insert(end.min(now + SENT_WITHIN));
            if !run.sending || now >= by {
                return Ok(run);
            }
        }
        let left = end.saturating_duration_since(now);
        if left.is_zero() {
            return Err(ask::timed_out(
                format!(
                    "run {} of Task {} is {} after {} s, and goes on",
                    run.id,
                    run.task,
                    run.state,
                    timeout.as_secs_f64()
                ),
                &format!("look again: fased tasks runs {}", run.task),
            ));
        }
        clock::pause(LOOK_EVERY.min(left)).await;
        match client::ask(paths, &request).await {
            Ok(ControlResponse::TaskRuns { runs }) => {
                away_since = None;
                let Some(seen) = follow(runs, run.id) else {
                    return Ok(run);
                };
                run = seen;
            }
            Ok(other) => return Err(ask::unexpected(&other)),
            Err(error) if matches!(error.code, ErrorCode::NoGateway | ErrorCode::TimedOut) => {
                let since = *away_since.get_or_insert(now);
                if now.duration_since(since) > AWAY {
                    return Err(error.into());
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// The run as it is now; or else the one that takes its place, where the end of the gateway cut it off.
fn follow(runs: Vec<TaskRunInfo>, id: i64) -> Option<TaskRunInfo> {
    let is_again = |run: &&TaskRunInfo| run.id > id && run.cause.as_deref() == Some("again");
    let again = runs.iter().filter(is_again).min_by_key(|run| run.id).cloned();
    let seen = runs.into_iter().find(|seen| seen.id == id)?;
    if seen.state == "interrupted" {
        again.or(Some(seen))
    } else {
        Some(seen)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tasks_shown::tests::run;
    use super::*;

    #[test]
    fn a_run_that_did_not_go_well_is_an_error_with_its_reason() {
        let failed = TaskRunInfo {
            state: "error".to_owned(),
            error: Some("the agent took longer than 600 s".to_owned()),
            ..run()
        };
        let Err(Failure::Error(error)) = outcome(&failed) else {
            panic!("it failed");
        };
        assert_eq!(error.code, ErrorCode::Refused);
        assert_eq!(
            error.message,
            "run 41 of Task k3x9 is error: the agent took longer than 600 s"
        );
        let well = TaskRunInfo {
            state: "ok".to_owned(),
            error: None,
            ..failed
        };
        let unsent = TaskRunInfo {
            error: Some("the answer was not sent: refused by WhatsApp (404)".to_owned()),
            ..well.clone()
        };
        let Err(Failure::Error(error)) = outcome(&unsent) else {
            panic!("nobody got it");
        };
        assert_eq!(error.code, ErrorCode::Refused);
        assert!(
            error.message.ends_with("refused by WhatsApp (404)"),
            "{}",
            error.message
        );
        assert!(outcome(&well).is_ok());
    }

    #[test]
    fn a_run_that_was_cut_off_is_followed_to_the_one_in_its_place() {
        let told = |id: i64, state: &str, cause: &str| TaskRunInfo {
            id,
            state: state.to_owned(),
            cause: Some(cause.to_owned()),
            ..run()
        };
        let seen = |runs: Vec<TaskRunInfo>| follow(runs, 41).map(|run| (run.id, run.state));
        let cut_off = || told(41, "interrupted", "manual");
        assert_eq!(
            seen(vec![
                told(43, "queued", "schedule"),
                told(42, "running", "again"),
                cut_off()
            ]),
            Some((42, "running".to_owned()))
        );
        assert_eq!(seen(vec![cut_off()]), Some((41, "interrupted".to_owned())));
        let ended = vec![told(43, "running", "again"), told(41, "ok", "manual")];
        assert_eq!(seen(ended), Some((41, "ok".to_owned())));
        assert_eq!(seen(vec![]), None);
    }
}
