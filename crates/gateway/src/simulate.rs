//! Plays a script against a WhatsApp of its own: a fake server, a gateway and a throw-away state
//! dir. Everything is real but the server, so what is seen here is what a phone would see.
//!
//! Nothing is printed here; what there is to tell goes to `tell`, in order.

use std::future::Future;
use std::time::Duration;

use anyhow::Result;
use fased::client;
use fased::paths::Paths;
use fased_protocol::control::{ControlRequest, ControlResponse};
use serde_json::Value;

use self::http::Api;
pub(crate) use self::log::Entry;
use self::log::Log;
use self::play::Player;
pub(crate) use self::script::Script;
pub(crate) use self::tally::Tally;
use self::world::World;

mod asks;
mod expect;
mod http;
mod log;
mod play;
mod script;
mod tally;
mod words;
mod world;

const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What a simulation came to.
#[derive(Debug)]
pub(crate) struct Report {
    /// Over the whole script.
    pub(crate) tally: Tally,
    /// Lines that expect something.
    pub(crate) expected: usize,
    /// Of these, the ones that held.
    pub(crate) held: usize,
    /// `file:line: what was to be: what was seen instead`.
    pub(crate) failures: Vec<String>,
}

/// Plays a script until its end, or until `asked` to end, which gives no report. The state dir with
/// the logs of all processes is removed unless it is to be kept.
///
/// # Errors
/// When the world cannot be started or breaks. What a script expects in vain is in the report.
pub(crate) async fn run(
    script: &Script,
    keep: bool,
    tell: impl Fn(&Entry),
    asked: impl Future<Output = ()>,
) -> Result<Option<Report>> {
    let log = Log::default();
    let world = World::start(script.config.as_deref()).await?;
    let (paths, api) = (world.paths.clone(), world.api.clone());
    let mut player = Player::new(world, log.clone());
    let report = tokio::select! {
        report = play(script, &mut player) => report.map(Some),
        () = asked => Ok(None),
        () = watch(&paths, &log) => Ok(None),
        () = record(&api, &log) => Ok(None),
        () = tell_on(&log, &tell) => Ok(None),
    };
    if keep {
        log.note(
            "note",
            format!("state dir and logs are kept: {}", paths.state_dir.display()),
        );
    }
    log.take(true).iter().for_each(&tell);
    player.world.end(keep).await;
    report
}

async fn play(script: &Script, player: &mut Player) -> Result<Report> {
    player.link().await?;
    let mut report = Report {
        tally: Tally::default(),
        expected: 0,
        held: 0,
        failures: Vec::new(),
    };
    for line in &script.lines {
        let place = format!("{}:{}: {}", script.file, line.number, line.text);
        let is_expected = matches!(line.step, script::Step::Expect(_) | script::Step::WaitReady);
        report.expected += usize::from(is_expected);
        let (seen, goes_on) = match player.step(&line.step).await {
            Ok(Ok(())) if is_expected => {
                player.log.note("ok", line.text.clone());
                report.held += 1;
                continue;
            }
            Ok(Ok(())) => continue,
            Ok(Err(instead)) => (instead, true),
            // What follows builds on this step.
            Err(error) => (format!("{error:#}"), false),
        };
        let failure = format!("{place}: {seen}");
        player.log.note("FAILED", failure.clone());
        report.failures.push(failure);
        if !goes_on {
            break;
        }
    }
    report.tally = player.count(true).await?;
    Ok(report)
}

/// Collects what the gateway tells, across its restarts.
async fn watch(paths: &Paths, log: &Log) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    loop {
        ticks.tick().await;
        let Ok(mut answers) = client::open(paths, &ControlRequest::Watch).await else {
            continue;
        };
        while let Ok(Some(answer)) = answers.next().await {
            if let ControlResponse::Watched(event) = answer {
                log.watched(event);
            }
        }
    }
}

/// Collects what the fake server records.
async fn record(api: &Api, log: &Log) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    loop {
        ticks.tick().await;
        // A server that does not answer is found by the next step that needs it.
        let Ok(mut answer) = api.get(&format!("/record?after={}", log.last_seq())).await else {
            continue;
        };
        if let Value::Array(records) = answer["records"].take() {
            records.into_iter().for_each(|record| log.recorded(record));
        }
    }
}

async fn tell_on(log: &Log, tell: &impl Fn(&Entry)) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    loop {
        ticks.tick().await;
        log.take(false).iter().for_each(tell);
    }
}
