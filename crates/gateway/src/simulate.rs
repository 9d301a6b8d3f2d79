//! A WhatsApp of its own to try the gateway on: a fake server, a gateway and a state dir, played with
//! by script, by hand at a prompt, or by a storm of messages and faults. Everything is real but the
//! server, so what is seen here is what a phone would see.
//!
//! Nothing is printed here; what there is to tell goes to the screen, in order.

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
pub(crate) use self::prompt::Screen;
pub(crate) use self::script::Script;
#[cfg(test)]
pub(crate) use self::storm::Finding;
pub(crate) use self::storm::{Size, Storm, StormReport};
pub(crate) use self::tally::Tally;
use self::world::World;
pub(crate) use self::world::{CONFIG_FILE, Keep};

mod asks;
mod clock;
mod command;
mod expect;
mod http;
mod link;
mod log;
mod names;
mod play;
mod processes;
mod prompt;
mod script;
mod spawn;
pub(crate) mod storm;
mod talk;
mod tally;
mod words;
mod world;

const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What a simulation came to.
#[derive(Debug)]
pub(crate) struct Report {
    /// Over the whole simulation; none where an earlier one's answers are mixed in.
    pub(crate) tally: Option<Tally>,
    /// Lines that expect something.
    pub(crate) expected: usize,
    /// Of these, the ones that held.
    pub(crate) held: usize,
    /// `file:line: what was to be: what was seen instead`.
    pub(crate) failures: Vec<String>,
}

/// What is played: a script, the prompt, or both in this order.
#[derive(Debug)]
pub(crate) struct Play {
    pub(crate) script: Option<Script>,
    /// The gateway's config, where the script brings none along.
    pub(crate) config: Option<String>,
    pub(crate) prompt: bool,
    pub(crate) keep: Keep,
}

/// Plays until the end, or until `asked` to end, which gives no report.
///
/// # Errors
/// When the world cannot be started or breaks. What a script expects in vain is in the report.
pub(crate) async fn run(
    play: &Play,
    screen: &impl Screen,
    asked: impl Future<Output = ()>,
) -> Result<Option<Report>> {
    let log = Log::default();
    let of_script = play.script.as_ref().and_then(|script| script.config.as_deref());
    let config = of_script.or(play.config.as_deref());
    let files = play.script.as_ref().map_or(&[][..], |script| &script.files);
    let world = World::start(config, files, &play.keep).await?;
    let (paths, api) = (world.paths.clone(), world.api.clone());
    let mut player = Player::new(world, log.clone());
    let tell = |entry: &Entry| screen.entry(entry);
    let report = tokio::select! {
        report = played(play, &mut player, screen) => report.map(Some),
        () = asked => Ok(None),
        () = watch(&paths, &log) => Ok(None),
        () = record(&api, &log) => Ok(None),
        () = tell_on(&log, &tell) => Ok(None),
    };
    note_kept(&play.keep, &player);
    log.take(true).iter().for_each(&tell);
    player.world.end().await;
    report
}

fn note_kept(keep: &Keep, player: &Player) {
    let dir = player.world.paths.state_dir.display();
    match keep {
        Keep::Nothing => {}
        Keep::Throwaway => player.log.note("note", format!("kept, with all logs: {dir}")),
        Keep::Dir(_) => player
            .log
            .note("note", format!("kept; go on with: fased simulate --keep {dir}")),
    }
}

async fn played(play: &Play, player: &mut Player, screen: &impl Screen) -> Result<Report> {
    let is_new = player.link().await?;
    let mut report = Report {
        tally: None,
        expected: 0,
        held: 0,
        failures: Vec::new(),
    };
    if let Some(script) = &play.script {
        follow(script, player, &mut report).await?;
    }
    if play.prompt {
        let typed = prompt::open(player, screen, is_new).await;
        // A person sees what went wrong and does not need it told again.
        if !screen.is_terminal() {
            report.expected += typed.expected;
            report.held += typed.held;
            report.failures.extend(typed.failures);
        }
    }
    if is_new {
        report.tally = player.count(true).await.ok();
    }
    Ok(report)
}

async fn follow(script: &Script, player: &mut Player, report: &mut Report) -> Result<()> {
    for line in &script.lines {
        let place = format!("{}:{}: {}", script.file, line.number, line.text);
        let is_expected = line.step.is_expected();
        report.expected += usize::from(is_expected);
        let (seen, goes_on) = match player.line(line).await {
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
    Ok(())
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
