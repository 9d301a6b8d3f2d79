//! The storm: people write to three accounts and Tasks run while all goes wrong that can, then an audit of what every
//! side knows. The same seed makes the same plan.

use std::future::Future;

use anyhow::Result;
use fased::clock::monotonic;

use self::disk::Disk;
pub(crate) use self::plan::Size;
use self::plan::{Plan, What};
use self::raging::{Raging, outlive};
#[cfg(test)]
pub(crate) use self::report::Finding;
pub(crate) use self::report::StormReport;
use super::log::{Entry, Log};
use super::processes;
use super::world::{Keep, World};

mod acts;
mod audit;
mod dice;
mod disk;
mod gather;
mod leaks;
mod plan;
mod raging;
mod report;
mod setting;
mod settle;

/// Sidecars ask this often whether WhatsApp is there, so that a dead link is found within a storm.
const PING_MS: &str = "3000";

/// What kind of storm.
#[derive(Debug)]
pub(crate) struct Storm {
    pub(crate) seed: u64,
    pub(crate) size: Size,
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
    let config = setting::config(0);
    let environment = [("FASED_PING_INTERVAL_MS", PING_MS)];
    let disk = own_disk(storm, &log).await;
    let dir = disk.as_ref().map(|disk| disk.dir.as_path());
    let mut world =
        World::start_with(Some(&config), &setting::files(), &storm.keep, &environment, dir).await?;
    let mut report = tokio::select! {
        report = rage(storm, &mut world, &log, disk.is_some()) => report.map(Some),
        () = asked => Ok(None),
        () = super::tell_on(&log, &tell) => Ok(None),
    };
    let went_wrong = match &report {
        Ok(report) => report
            .as_ref()
            .is_some_and(|report| !report.deviations.is_empty()),
        Err(_) => true,
    };
    if went_wrong {
        world.keep();
    }
    let keeps = went_wrong || storm.keep != Keep::Nothing;
    let mut kept = keeps.then(|| world.paths.state_dir.clone());
    let remains = world.end().await;
    if let Some(disk) = disk {
        kept = disk.end(keeps).await?;
    }
    let kept = kept.map(|kept| kept.display().to_string());
    if let Some(kept) = &kept {
        log.note("note", format!("kept, with all logs: {kept}"));
    }
    if let Ok(Some(report)) = &mut report {
        report.none_of(
            "processes left behind",
            remains
                .iter()
                .map(|process| format!("{} ({})", process.pid, process.command))
                .collect(),
        );
        report.kept = kept;
    }
    log.take(true).iter().for_each(&tell);
    report
}

/// A disk that can be full, in a storm that fills it. Without the right to mount one, that is left out.
async fn own_disk(storm: &Storm, log: &Log) -> Option<Disk> {
    if storm.size == Size::Quick || matches!(storm.keep, Keep::Dir(_)) {
        return None;
    }
    match Disk::mount().await {
        Ok(disk) => Some(disk),
        Err(error) => {
            log.note(
                "storm",
                format!("full disk: SKIPPED, for there is no disk to fill: {error:#}"),
            );
            None
        }
    }
}

async fn rage(storm: &Storm, world: &mut World, log: &Log, has_disk: bool) -> Result<StormReport> {
    let plan = Plan::make(storm.seed, storm.size);
    let acts = plan
        .moments
        .iter()
        .filter(|moment| matches!(moment.what, What::Do(_)));
    let lasts = plan.moments.last().map_or(0, |moment| moment.at.as_secs());
    let told = format!(
        "{} messages and {} faults in {lasts} s",
        plan.moments.len() - acts.clone().count(),
        acts.count()
    );
    log.note("storm", told);
    let setting = setting::make(world).await?;
    let open_before = world.gateway_pid().map_or(0, processes::open_files);
    log.note("storm", "three accounts are linked; it begins");
    let begun = monotonic();
    let mut raging = Raging::new(world, log.clone(), setting);
    raging.has_disk = has_disk;
    raging.through(&plan).await?;
    let mut orphans = raging.orphans().await;
    let Raging {
        world,
        said,
        done,
        wrong,
        setting,
        ..
    } = raging;
    log.note("storm", "over; waiting until everything is settled");
    setting::until_ready(world).await?;
    let unsettled = settle::settle(world, &said).await?;
    let open_after = world.gateway_pid().map_or(0, processes::open_files);
    let children = world.gateway_pid().map(processes::below).unwrap_or_default();
    world.stop_gateway().await?;
    orphans.extend(outlive(children, "its gateway has ended").await);
    let facts = gather::facts(world, &said, &setting.groups).await?;
    let mut report = audit::audit(&facts);
    let there = |task: &&String| !facts.store.tasks.iter().any(|known| known.id == **task);
    report.found_if_any(
        "Tasks that are gone",
        setting.tasks.iter().filter(there).cloned().collect(),
    );
    report.none_of("processes that outlived their gateway", orphans);
    report.none_of("leaked files", leaks::files(world, &facts.store));
    report.counted("files open at the beginning", open_before);
    report.counted("files open at the end", open_after);
    if open_after > open_before + leaks::MORE_OPEN {
        report.found_if_any(
            "files stay open",
            vec![format!("{open_before} before, {open_after} after")],
        );
    }
    report.found_if_any("not settled, and nothing changes any more", unsettled);
    report.found_if_any("commands that were refused", wrong);
    for (act, count) in done {
        report.counts.push((format!("did: {act}"), count));
    }
    report.seconds = begun.elapsed().as_secs();
    Ok(report)
}
