//! The life of one account, as a machine that is told what happened and says what to do.
//!
//! The driver owns the process and the timers; it feeds inputs in one at a time and carries the effects out
//! in order. One process is one link attempt, so reconnecting is always: drain, wait for the exit, spawn.
//! Auth files are set aside only while no process lives, because a leaving sidecar may still write them.
//! A timer is never cancelled: one that is not the current one of its kind is ignored when it fires.

mod act;
mod effect;
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

use state::{Draining, Next, Rest, State};

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
        }
    }

    /// Other times from now on. Timers that are armed already keep theirs.
    pub fn set_settings(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Takes one input and says what to do, in order. `jitter` is drawn from 0.0 to 1.0.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an input is used up: the same news never comes twice"
    )]
    pub fn step(&mut self, input: Input, jitter: f64) -> Vec<Effect> {
        let before = self.status();
        let mut effects = self.apply(&input, jitter);
        let after = self.status();
        if before != after {
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
            State::Online { .. } => Status::Ready,
            State::Backoff { outdated: true, .. } => Status::ClientOutdated,
            State::Backoff { delay_ms, .. } => Status::BackingOff { delay_ms: *delay_ms },
            State::Resting(rest) => rest.status(),
            State::Draining(Draining { next, .. }) => match next {
                Next::Spawn { .. } => Status::Connecting,
                Next::BackOff { outdated: true, .. } => Status::ClientOutdated,
                Next::BackOff { delay_ms, .. } => Status::BackingOff { delay_ms: *delay_ms },
                Next::Rest(rest) => rest.status(),
            },
        }
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
            State::Backoff { .. } | State::Resting(_) => false,
        }
    }

    /// The login under way, over all its processes: from the command until it is linked, fails or times out.
    #[must_use]
    pub fn login_in_progress(&self) -> Option<LoginMethod> {
        self.state.login().map(|login| login.method)
    }
}
