//! The life of one account, as a machine that is told what happened and says what to do.
//!
//! The driver owns the process and the timers; it feeds inputs in one at a time and carries the effects out
//! in order. One process is one link attempt, so reconnecting is always: drain, wait for the exit, spawn.
//! Auth files are set aside only while no process lives, because a leaving sidecar may still write them.
//! A timer is never cancelled: one that is not the current one of its kind is ignored when it fires.

mod act;
mod close;
mod effect;
mod heal;
mod input;
mod state;
mod status;
mod step;
#[cfg(test)]
mod tests;

pub use crate::backoff::BackoffSettings;
pub use effect::{Effect, Signal, TimerId, TimerKind, VersionChoice};
pub use input::{CloseCause, Input, LoginMethod};
pub use status::{DegradedReason, Status};

use heal::Breaker;
use state::{Draining, Next, Rest, State, Wait};

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Waiting between link attempts.
    pub backoff: BackoffSettings,
    /// From spawn to `ready`.
    pub handshake_ms: u64,
    /// From `ready` to `opened`, or to the first QR.
    pub link_ms: u64,
    /// A whole login, over all its processes.
    pub login_ms: u64,
    /// Online this long forgives earlier failures.
    pub stable_ms: u64,
    /// From being asked to leave to being told to, and from there to being killed.
    pub grace_ms: u64,
    /// Wait after the first loss of a process that was online.
    pub first_respawn_ms: u64,
    /// Wait after WhatsApp refused every version.
    pub outdated_retry_ms: u64,
    /// Wait after a ban that does not say how long it lasts.
    pub ban_ms: u64,
    /// Wait after a sidecar could not save its auth files.
    pub storage_retry_ms: u64,
    /// So many broken processes within the window open the breaker; at least 1.
    pub breaker_exits: usize,
    /// How close together they must be.
    pub breaker_window_ms: u64,
    /// Wait for the next attempt while the breaker is open.
    pub breaker_retry_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            backoff: BackoffSettings::default(),
            handshake_ms: 15_000,
            link_ms: 60_000,
            login_ms: 300_000,
            stable_ms: 30_000,
            grace_ms: 5_000,
            first_respawn_ms: 0,
            outdated_retry_ms: 3_600_000,
            ban_ms: 86_400_000,
            storage_retry_ms: 5_000,
            breaker_exits: 5,
            breaker_window_ms: 60_000,
            breaker_retry_ms: 300_000,
        }
    }
}

/// One account's machine.
#[derive(Debug, Clone)]
pub struct Lifecycle {
    settings: Settings,
    state: State,
    /// Failures in a row since the last forgiveness.
    failures: u32,
    /// The quick respawn after a loss was used since the last forgiveness.
    respawned: bool,
    /// Restarts that WhatsApp asked for since the last forgiveness.
    restarts: u32,
    version: VersionChoice,
    /// How many versions were refused in a row.
    refused_versions: usize,
    next_serial: u64,
    /// The clock at the last input.
    now_ms: u64,
    breaker: Breaker,
    /// When processes were replaced for their memory.
    outgrown: Vec<u64>,
    /// When an awakening last ended a wait.
    woke_ms: Option<u64>,
    /// Nothing can be written down.
    storage_failed: bool,
    /// Since when it can again, and nothing has shown yet that it holds.
    storage_back_ms: Option<u64>,
    /// It could be written for less than a minute, and then not again.
    storage_relapsed: bool,
    /// Usable credentials are there, as far as known: what a login that fails goes back to.
    linked: bool,
    /// The end of the wait that was last reported.
    told_due_ms: Option<u64>,
    /// The credentials came from their last good copy, and it was not online for long since.
    restored: bool,
}

impl Lifecycle {
    /// A machine at rest, until it is started.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            state: State::Resting(Rest::Stopped { by_command: false }),
            failures: 0,
            respawned: false,
            restarts: 0,
            version: VersionChoice::default(),
            refused_versions: 0,
            next_serial: 1,
            now_ms: 0,
            breaker: Breaker::default(),
            outgrown: Vec::new(),
            woke_ms: None,
            storage_failed: false,
            storage_back_ms: None,
            storage_relapsed: false,
            linked: false,
            told_due_ms: None,
            restored: false,
        }
    }

    /// Other times from now on. Timers that are armed already keep theirs.
    pub fn set_settings(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// For a new machine: whether an earlier run linked this account.
    pub fn set_linked(&mut self, linked: bool) {
        self.linked = linked;
    }

    /// Takes one input and says what to do, in order. `now_ms` counts milliseconds from any moment on, never backwards,
    /// and while the host sleeps as well. `jitter` is drawn from 0.0 to 1.0.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an input is used up: the same news never comes twice"
    )]
    pub fn step(&mut self, input: Input, now_ms: u64, jitter: f64) -> Vec<Effect> {
        self.now_ms = now_ms;
        let before = self.status();
        let mut effects = self.apply(&input, jitter);
        let after = self.status();
        // A wait counts from the exit, which comes later than its report.
        let moved = match self.state {
            State::Backoff { due_ms, .. } => self.told_due_ms != Some(due_ms),
            State::Resting(_)
            | State::Starting { .. }
            | State::Linking { .. }
            | State::LoggingIn { .. }
            | State::Online { .. }
            | State::Draining(_)
            | State::AwaitingStorage => false,
        };
        if before != after || moved {
            self.told_due_ms = self.next_attempt_ms();
            effects.push(Effect::Report(after));
        }
        effects
    }

    /// What every surface shows.
    #[must_use]
    pub fn status(&self) -> Status {
        match &self.state {
            State::Starting { .. } | State::Linking { .. } => Status::Connecting,
            State::LoggingIn { .. } => Status::Linking,
            State::Online { .. } if self.restored => Status::Degraded(DegradedReason::CredsRestored),
            State::Online { .. } => Status::Ready,
            State::Backoff { wait, .. } => wait.status(),
            State::AwaitingStorage => Status::StorageFailed,
            State::Resting(rest) => rest.status(),
            State::Draining(Draining { next, .. }) => match next {
                Next::Spawn { .. } if self.storage_failed => Status::StorageFailed,
                Next::Spawn { .. } => Status::Connecting,
                Next::BackOff(wait) => wait.status(),
                Next::Rest(rest) => rest.status(),
            },
        }
    }

    /// When the next attempt follows by itself, by the clock of [`Lifecycle::step`]; none where it works, or waits for
    /// something else than time.
    #[must_use]
    pub fn next_attempt_ms(&self) -> Option<u64> {
        match &self.state {
            State::Backoff { due_ms, .. } => Some(*due_ms),
            State::Draining(Draining {
                next: Next::BackOff(Wait { delay_ms, .. }),
                ..
            }) => Some(self.now_ms.saturating_add(*delay_ms)),
            State::Resting(_)
            | State::Starting { .. }
            | State::Linking { .. }
            | State::LoggingIn { .. }
            | State::Online { .. }
            | State::Draining(_)
            | State::AwaitingStorage => None,
        }
    }

    /// Is the link open?
    #[must_use]
    pub fn is_online(&self) -> bool {
        matches!(self.state, State::Online { .. })
    }

    /// Was earlier trouble forgiven, because the link has held for long enough?
    #[must_use]
    pub fn is_settled(&self) -> bool {
        matches!(self.state, State::Online { stable: None })
    }

    /// Was it told that nothing can be written down?
    #[must_use]
    pub fn lacks_storage(&self) -> bool {
        self.storage_failed
    }

    /// Does a sidecar process live, as far as the machine was told?
    #[must_use]
    pub fn has_process(&self) -> bool {
        match &self.state {
            State::Starting { .. }
            | State::Linking { .. }
            | State::LoggingIn { .. }
            | State::Online { .. }
            | State::Draining(_) => true,
            State::Backoff { .. } | State::Resting(_) | State::AwaitingStorage => false,
        }
    }

    /// The login under way, over all its processes: from the command until it is linked, fails or times out.
    #[must_use]
    pub fn login_in_progress(&self) -> Option<LoginMethod> {
        self.state.login().map(|login| login.method)
    }
}
