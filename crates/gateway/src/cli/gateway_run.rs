//! `fased gateway run`: this process becomes the gateway.

use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::time::Duration;

use clap::Args;
use fased::clock;
use fased::config::Config;
use fased::gateway::{self, ConfigError, Ended, LeaseHeld, RunOptions};
use fased::store::{StoreUnreadable, is_storage_fault};
use fased_agents::warden;
use fased_protocol::control::{ControlError, ErrorCode};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::ask::timed_out;
use super::{Failure, Global, Outcome, runtime};

/// A drain that has not ended by then is broken; the service manager's patience ends later.
const DRAIN_DEADLINE: Duration = Duration::from_secs(20);

/// Threads that are stuck in a system call must not hold up the end.
const THREADS_DEADLINE: Duration = Duration::from_secs(1);

/// How it runs.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Listen for the control page there, as 127.0.0.1:9464; also beyond this machine, which is what a container
    /// needs: whoever reaches it then, on 0.0.0.0 everybody who reaches this machine, is asked for a one-time link or
    /// gateway.http.token, and nothing else. Monitoring, where it is switched on, is there too
    #[arg(long, value_name = "ADDR:PORT")]
    page: Option<SocketAddr>,
}

pub(super) fn run(global: &Global, options: &Options) -> Outcome {
    let paths = runtime::paths(global)?;
    // Asked now: after an update the running file has no name any more, but its path has a new file.
    let executable = fased::paths::program();
    // What is wrong with the config is told when it is read to be put in force.
    let logging = Config::load(&paths)
        .map(|config| config.logging)
        .unwrap_or_default();
    let log = runtime::log_of_gateway(global, &paths, logging);
    if clock::simulated().is_some() {
        warn!("the wall clock is a simulation's and may be moved");
    }
    let runtime = runtime::for_gateway()?;
    let ended = runtime.block_on(async {
        let shutdown = CancellationToken::new();
        let asked = runtime::asked_to_end()?;
        tokio::spawn({
            let shutdown = shutdown.clone();
            async move {
                asked.await;
                info!("asked to end: finishing what is going on");
                shutdown.cancel();
            }
        });
        let options = RunOptions {
            paths,
            only_account: None,
            page: options.page,
        };
        let running = gateway::run(options, shutdown.clone(), || info!("the control socket answers"));
        let too_late = async {
            shutdown.cancelled().await;
            tokio::time::timeout(DRAIN_DEADLINE, std::future::pending::<()>()).await
        };
        tokio::select! {
            ended = running => ended.map_err(|error| Failure::Error(worded(&error))),
            _ = too_late => Err(timed_out(
                format!("the gateway did not end within {} s", DRAIN_DEADLINE.as_secs()),
                "nothing committed is lost; start it again: fased gateway run",
            )),
        }
    })?;
    runtime.shutdown_timeout(THREADS_DEADLINE);
    drop(log);
    match ended {
        Ended::Stopped => Ok(()),
        Ended::Restart => {
            // Under the same pid it would stay a dead child that nobody knows of.
            warden::dismiss();
            Err(Failure::Error(execute_again(executable)))
        }
    }
}

/// Executes the same program with the same arguments under the same pid. Returns only on failure.
#[allow(
    clippy::disallowed_methods,
    reason = "replaces this process by itself; no child is started"
)]
fn execute_again(executable: Result<&Path, &str>) -> ControlError {
    // What a simulation has moved the clock by so far stays.
    let moved = clock::simulated().map(|offset| (clock::SIMULATED, offset.to_string()));
    let error = match executable {
        Ok(executable) => std::process::Command::new(executable)
            .args(std::env::args_os().skip(1))
            .envs(moved)
            .exec()
            .to_string(),
        Err(error) => error.to_owned(),
    };
    ControlError {
        code: ErrorCode::Internal,
        message: format!("cannot execute fased again: {error}"),
        next: "start it: fased gateway run".to_owned(),
    }
}

/// What made a run end, in the words for people. The chain of causes is printed here and only here.
pub(super) fn worded(error: &anyhow::Error) -> ControlError {
    if let Some(held) = error.downcast_ref::<LeaseHeld>() {
        return ControlError {
            code: ErrorCode::LeaseHeld,
            message: held.message.clone(),
            next: "use the gateway that runs, or end it: fased gateway stop".to_owned(),
        };
    }
    if let Some(config) = error.downcast_ref::<ConfigError>() {
        return ControlError {
            code: ErrorCode::Config,
            message: config.message.clone(),
            next: "correct the config file, then start again".to_owned(),
        };
    }
    if let Some(store) = error.downcast_ref::<StoreUnreadable>() {
        return ControlError {
            code: ErrorCode::Internal,
            message: store.message.clone(),
            next: store.next.clone(),
        };
    }
    if let Some(fault) = is_storage_fault(error) {
        return ControlError {
            code: ErrorCode::Internal,
            message: format!("the gateway cannot start: {}: {error:#}", fault.why()),
            next: format!(
                "{}, then start again; nothing was changed: fased gateway run",
                fault.remedy()
            ),
        };
    }
    ControlError {
        code: ErrorCode::Internal,
        message: format!("{error:#}"),
        next: "more detail: FASED_LOG=debug fased gateway run".to_owned(),
    }
}
