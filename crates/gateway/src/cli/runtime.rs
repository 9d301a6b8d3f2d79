//! The async runtimes that verbs run on, the log, and the wish to be ended.

use std::future::Future;
use std::io::IsTerminal;

use fased::clock;
use fased::config::{Logging, ToFile};
use fased::log::{self, Writer};
use fased::paths::Paths;
use fased_protocol::control::{ControlError, ErrorCode};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::{Failure, Global};

/// Names a fake server that accounts connect to instead of WhatsApp; the sidecar takes one on this machine only.
const FAKE_SERVER: &str = "FASED_WHATSAPP_URL";

/// Folders and files that the options name.
pub(super) fn paths(global: &Global) -> Result<Paths, Failure> {
    Paths::resolve(global.state_dir.as_deref(), global.config.as_deref()).map_err(|error| {
        Failure::Error(ControlError {
            code: ErrorCode::Usage,
            message: format!("{error:#}"),
            next: "name a state dir: --state-dir DIR".to_owned(),
        })
    })
}

/// Reads by how much a simulation has moved the wall clock, so that a command sees the same time as its gateway. Only
/// together with a fake server: a variable that was inherited by chance must not move the time of real messages.
pub(super) fn clock() -> Result<(), Failure> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let Some(offset) = set(clock::SIMULATED) else {
        return Ok(());
    };
    let refused = |message: String| {
        Failure::Error(ControlError {
            code: ErrorCode::Usage,
            message,
            next: format!("unset it; only simulations use it: unset {}", clock::SIMULATED),
        })
    };
    if set(FAKE_SERVER).is_none() {
        return Err(refused(format!(
            "{} is set without {FAKE_SERVER}: only with a fake server may the clock be a simulation's",
            clock::SIMULATED
        )));
    }
    let offset_ms = offset
        .to_str()
        .and_then(|offset| offset.parse().ok())
        .ok_or_else(|| refused(format!("{} is no number of milliseconds", clock::SIMULATED)))?;
    clock::simulate(offset_ms).map_err(|error| refused(format!("{}: {error}", clock::SIMULATED)))
}

/// Runs a short verb on a runtime of one thread.
pub(super) fn block_on<T>(verb: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| no_runtime(&error))?;
    runtime.block_on(verb)
}

/// The runtime of a gateway: one thread, since it waits far more than it computes; SQLite has its own.
pub(super) fn for_gateway() -> Result<Runtime, Failure> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| no_runtime(&error))
}

fn no_runtime(error: &std::io::Error) -> Failure {
    Failure::Error(ControlError {
        code: ErrorCode::Internal,
        message: format!("cannot start the async runtime: {error}"),
        next: "look at the limits of processes and open files: ulimit -a".to_owned(),
    })
}

/// Logs to stderr. `FASED_LOG` decides what, else `-v`, else `quietest`.
pub(super) fn log(global: &Global, quietest: &str) {
    // Only one verb runs in a process, so nobody has set a log before.
    tracing_subscriber::registry()
        .with(filter(global, quietest))
        .with(to_stderr())
        .try_init()
        .ok();
}

/// The same for a verb that speaks a protocol with a crate that would log what is said in it, at any level; of that only is
/// told that it cannot be read.
pub(super) fn log_without_the_protocol(global: &Global) {
    let quiet = ["rmcp=off", "rmcp::transport::async_rw=error"];
    let filter = quiet
        .iter()
        .filter_map(|directive| directive.parse().ok())
        .fold(filter(global, "warn"), EnvFilter::add_directive);
    tracing_subscriber::registry()
        .with(filter)
        .with(to_stderr())
        .try_init()
        .ok();
}

/// The same for a gateway, which may log to files as well, for as long as the answer is kept.
pub(super) fn log_of_gateway(global: &Global, paths: &Paths, settings: Logging) -> Option<Writer> {
    let filter = filter(global, settings.level);
    let begun = is_to_files(settings.to_file).then(|| log::begin(paths.logs_dir(), settings));
    let (to_files, writer, failed) = match begun {
        Some(Ok((to_files, writer))) => (Some(to_files), Some(writer), None),
        Some(Err(error)) => (None, None, Some(error)),
        None => (None, None, None),
    };
    tracing_subscriber::registry()
        .with(filter)
        .with(to_stderr())
        .with(to_files.map(log::layer))
        .try_init()
        .ok();
    if let Some(error) = failed {
        tracing::warn!("the log is written to no file: {error}");
    }
    writer
}

/// A service manager, a container and a script have no terminal; systemd also says so by itself.
fn is_to_files(setting: ToFile) -> bool {
    match setting {
        ToFile::Always => true,
        ToFile::Never => false,
        ToFile::Auto => {
            !std::io::stderr().is_terminal()
                || ["JOURNAL_STREAM", "INVOCATION_ID"]
                    .iter()
                    .any(|name| std::env::var_os(name).is_some())
        }
    }
}

fn filter(global: &Global, quietest: &str) -> EnvFilter {
    let default = match global.verbose {
        0 => quietest,
        1 => "info,fased=debug",
        _ => "debug,fased=trace",
    };
    EnvFilter::try_from_env("FASED_LOG").unwrap_or_else(|_| EnvFilter::new(default))
}

fn to_stderr<S>() -> impl tracing_subscriber::Layer<S>
where
    S: tracing::Subscriber + for<'span> tracing_subscriber::registry::LookupSpan<'span>,
{
    tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
}

/// Completes at the first SIGTERM or SIGINT. From the call on these no longer end the process.
pub(super) fn asked_to_end() -> Result<impl Future<Output = ()>, Failure> {
    let listen = |kind| {
        signal(kind).map_err(|error| {
            Failure::Error(ControlError {
                code: ErrorCode::Internal,
                message: format!("cannot listen for signals: {error}"),
                next: "look at the limits of open files: ulimit -n".to_owned(),
            })
        })
    };
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
