//! The storm: thousands of messages while gateway and sidecar are killed at random points, then an
//! audit of what every side knows. The same seed makes the same plan.

use std::future::Future;
use std::time::Duration;

use anyhow::Result;
use fased::clock::monotonic;

pub(crate) use self::audit::{Finding, StormReport};
use self::plan::Plan;
use self::raging::Raging;
use super::log::{Entry, Log};
use super::play::Player;
use super::world::{Keep, World};

mod audit;
mod gather;
mod plan;
mod raging;
mod settle;

const CONFIG: &str = "{ channels: { whatsapp: { dmPolicy: \"open\", allowFrom: [\"*\"] } } }\n";

/// When nothing has changed for so long, nothing is going to.
const SETTLE_DEADLINE: Duration = Duration::from_secs(60);

/// A line about how it goes is told after so many rounds.
const ROUNDS_A_LINE: usize = 10;

/// What kind of storm.
#[derive(Debug)]
pub(crate) struct Storm {
    pub(crate) seed: u64,
    pub(crate) messages: usize,
    pub(crate) kills: usize,
    pub(crate) senders: usize,
    pub(crate) groups: usize,
    /// No more rounds after this.
    pub(crate) at_most: Duration,
    pub(crate) keep: Keep,
}

/// Lets it rage and audits, or stops when `asked` to, which gives no report.
///
/// # Errors
/// When the world cannot be started or breaks; what the audit finds is in the report.
pub(crate) async fn run(
    storm: &Storm,
    tell: impl Fn(&Entry),
    asked: impl Future<Output = ()>,
) -> Result<Option<StormReport>> {
    let log = Log::default();
    let world = World::start(Some(CONFIG), &[], &storm.keep).await?;
    let mut player = Player::new(world, log.clone());
    let report = tokio::select! {
        report = rage(storm, &mut player) => report.map(Some),
        () = asked => Ok(None),
        () = super::tell_on(&log, &tell) => Ok(None),
    };
    let world = player.world;
    let kept = world.paths.state_dir.display().to_string();
    let remains = world.end().await;
    let report = report.map(|report| {
        report.map(|mut report| {
            report.remains(
                remains
                    .iter()
                    .map(|process| format!("{} ({})", process.pid, process.command)),
            );
            report
        })
    });
    if storm.keep != Keep::Nothing {
        log.note("note", format!("kept, with all logs: {kept}"));
    }
    log.take(true).iter().for_each(&tell);
    report
}

async fn rage(storm: &Storm, player: &mut Player) -> Result<StormReport> {
    let plan = Plan::make(
        storm.seed,
        storm.messages,
        storm.kills,
        storm.senders,
        storm.groups,
    );
    player.link().await?;
    let started = monotonic();
    let mut raging = Raging {
        groups: player.make_storm_groups(storm).await?,
        player,
        planned: Vec::new(),
        gateway_kills: 0,
        sidecar_kills: 0,
        missed: 0,
    };
    // It begins when the link is open, so that no round is spent on the linking.
    raging.until_ready().await?;
    let rounds = plan.rounds.len();
    let mut rounds_done = 0;
    for round in &plan.rounds {
        if monotonic() - started > storm.at_most {
            break;
        }
        raging.round(round).await?;
        rounds_done += 1;
        if rounds_done % ROUNDS_A_LINE == 0 || rounds_done == rounds {
            raging.tell(rounds_done, rounds, started);
        }
    }
    let Raging {
        player,
        planned,
        gateway_kills,
        sidecar_kills,
        missed,
        ..
    } = raging;
    player
        .log
        .note("storm", "over; waiting until everything is settled");
    let settled = settle::settle(player, &planned).await?;
    let facts = gather::facts(player, &planned).await?;
    let mut report = audit::audit(&planned, &facts);
    report.counted("gateway killed", gateway_kills);
    report.counted("sidecar killed", sidecar_kills);
    report.counted("kills that found no sidecar", missed);
    report.counted(
        "rounds left out",
        u64::try_from(rounds - rounds_done).unwrap_or(u64::MAX),
    );
    report.seconds = (monotonic() - started).as_secs();
    if !settled {
        report.deviations.push(Finding {
            what: format!(
                "not settled, and nothing has changed for {} s",
                SETTLE_DEADLINE.as_secs()
            ),
            ids: Vec::new(),
        });
    }
    report.running(
        player
            .world
            .processes()
            .iter()
            .filter(|process| process.is_sidecar())
            .count(),
    );
    Ok(report)
}
