//! Notices that the host slept, or that this whole process stood still: what was known of a link may be long past.
//!
//! One ticker for the gateway compares two clocks: one counts while the host sleeps, the other does not. A jump of the
//! wall clock is only written down, because no link hangs on it.

use std::sync::LazyLock;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

#[cfg(test)]
mod tests;

/// How often the clocks are compared.
const TICK: Duration = Duration::from_secs(5);
/// The host slept if the clocks went this far apart between two ticks.
const SLEPT_MS: u64 = 5_000;
/// A tick this late means that nothing here ran: stopped, or a paused machine. Twice the tick, so that a busy host is
/// not taken for one.
const STOOD_STILL_MS: u64 = 10_000;
/// The wall clock was set if it went this far apart from the others.
const SET_MS: u64 = 5_000;

/// When the last awakening was, Unix milliseconds.
static WOKE: LazyLock<watch::Sender<Option<i64>>> = LazyLock::new(|| watch::Sender::new(None));

/// Hears of awakenings from now on.
#[must_use]
pub fn woken() -> watch::Receiver<Option<i64>> {
    WOKE.subscribe()
}

/// When the host, or this process, last woke, Unix milliseconds; none if it never slept.
#[must_use]
pub fn woke_ms() -> Option<i64> {
    *WOKE.borrow()
}

/// Compares the clocks until `shutdown`, and tells [`woken`].
pub async fn watch_forever(shutdown: CancellationToken) {
    let mut detector = Detector::new(Reading::now());
    while shutdown.run_until_cancelled(super::pause(TICK)).await.is_some() {
        let seen = detector.look(Reading::now());
        if let Some(ms) = seen.wall_set_ms {
            tracing::info!(by_ms = ms, "the wall clock was set; the links stay");
        }
        match seen.gap {
            Some(Gap::Slept { ms }) => {
                tracing::info!(ms, "the host slept; links are asked for a sign of life")
            }
            Some(Gap::StoodStill { ms }) => {
                tracing::info!(ms, "the gateway stood still; links are asked for a sign of life");
            }
            None => continue,
        }
        WOKE.send_replace(Some(super::now_ms()));
    }
}

/// The clocks at one moment, milliseconds each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    /// Counts while the host sleeps.
    pub(super) boot_ms: u64,
    /// Does not.
    monotonic_ms: u64,
    /// What people read, and may set.
    wall_ms: i64,
}

impl Reading {
    pub(super) fn now() -> Self {
        Self {
            boot_ms: read(BOOT),
            monotonic_ms: read(nix::time::ClockId::CLOCK_MONOTONIC),
            wall_ms: super::now_ms(),
        }
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
const BOOT: nix::time::ClockId = nix::time::ClockId::CLOCK_BOOTTIME;
/// Elsewhere a sleep shows as a late tick at most.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const BOOT: nix::time::ClockId = nix::time::ClockId::CLOCK_MONOTONIC;

fn read(clock: nix::time::ClockId) -> u64 {
    clock.now().map_or(0, |time| {
        u64::try_from(Duration::from(time).as_millis()).unwrap_or(u64::MAX)
    })
}

/// What lies between two ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    gap: Option<Gap>,
    /// By how much the wall clock was set.
    wall_set_ms: Option<i64>,
}

/// Time in which nothing ran here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    Slept { ms: u64 },
    StoodStill { ms: u64 },
}

struct Detector {
    last: Reading,
}

impl Detector {
    fn new(last: Reading) -> Self {
        Self { last }
    }

    fn look(&mut self, now: Reading) -> Seen {
        let last = std::mem::replace(&mut self.last, now);
        let booted = now.boot_ms.saturating_sub(last.boot_ms);
        let ran = now.monotonic_ms.saturating_sub(last.monotonic_ms);
        let slept = booted.saturating_sub(ran);
        let gap = if slept > SLEPT_MS {
            Some(Gap::Slept { ms: slept })
        } else if ran > STOOD_STILL_MS {
            Some(Gap::StoodStill { ms: ran })
        } else {
            None
        };
        let wall = now.wall_ms.saturating_sub(last.wall_ms);
        let set = wall.saturating_sub_unsigned(booted);
        Seen {
            gap,
            wall_set_ms: (set.unsigned_abs() > SET_MS).then_some(set),
        }
    }
}
