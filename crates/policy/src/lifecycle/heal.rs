//! What the account does about its own failures: the breaker, bans, memory, sleep, a full disk.

use super::act::{stopped, wait};
use super::state::{Draining, Login, Next, Rest, State, Wait, Why};
use super::{Effect, Lifecycle, TimerKind};

/// So many processes may be replaced for their memory within [`MEMORY_WINDOW_MS`]; then it pauses.
const MEMORY_RESTARTS: usize = 3;
const MEMORY_WINDOW_MS: u64 = 600_000;
/// No ban is believed to be longer than a year.
const MOST_BAN_MS: u64 = 365 * 86_400_000;
/// Trouble that comes back this soon after it was over is waited for like a failure, or it would make a storm.
const RELAPSE_MS: u64 = 60_000;
/// Within this a second awakening changes no wait, so that a host that dozes makes no storm of attempts.
const WAKE_EVERY_MS: u64 = 60_000;

/// Counts processes that broke. Ends that the sidecar gave a reason for do not count: what WhatsApp or the network
/// does is waited for by the backoff, which knows how long.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Breaker {
    /// When they broke, oldest first; never more than open it.
    exits: Vec<u64>,
    open: bool,
}

impl Lifecycle {
    /// The process ended without a word, or had to be ended because it made no sense.
    pub(super) fn broke(&mut self, login: Option<Login>, otherwise: impl FnOnce(&mut Self) -> Next) -> Next {
        if login.is_some() {
            return otherwise(self);
        }
        let since = self.now_ms.saturating_sub(self.settings.breaker_window_ms);
        self.breaker.exits.retain(|at| *at >= since);
        self.breaker.exits.push(self.now_ms);
        if self.breaker.open || self.breaker.exits.len() >= self.settings.breaker_exits {
            self.breaker.open = true;
            self.breaker.exits.clear();
            return wait(Why::Breaker, self.settings.breaker_retry_ms);
        }
        otherwise(self)
    }

    /// As long as WhatsApp says. One that says no time at all is waited for like a failure, or it would make a storm.
    pub(super) fn banned(&mut self, expires_s: Option<u64>, jitter: f64) -> Next {
        let least = self.settings.backoff.delay_ms(self.failures, jitter);
        self.failures = self.failures.saturating_add(1);
        let ban_ms = expires_s.map_or(self.settings.ban_ms, |seconds| seconds.saturating_mul(1_000));
        wait(Why::Banned, ban_ms.min(MOST_BAN_MS).max(least))
    }

    pub(super) fn still_banned(&mut self, rest_ms: u64) -> Vec<Effect> {
        self.go_to(wait(Why::Banned, rest_ms.min(MOST_BAN_MS)))
    }

    /// Replaced at once, which is no failure; but a cap that cannot be kept must not make a loop.
    pub(super) fn over_memory(&mut self, login: Option<Login>, jitter: f64) -> Vec<Effect> {
        let since = self.now_ms.saturating_sub(MEMORY_WINDOW_MS);
        self.outgrown.retain(|at| *at >= since);
        if self.outgrown.len() < MEMORY_RESTARTS {
            self.outgrown.push(self.now_ms);
            return self.drain(Next::Spawn { login });
        }
        match login {
            Some(_) if !self.linked => self.drain_failed(login, jitter),
            Some(_) | None => self.drain(wait(Why::OverMemory, self.settings.breaker_retry_ms)),
        }
    }

    /// Nothing can be saved: the link is closed, so that nothing is known that no disk holds, and WhatsApp keeps
    /// what comes. A login ends with it.
    pub(super) fn drain_for_storage(&mut self) -> Vec<Effect> {
        self.drain(Next::Spawn { login: None })
    }

    pub(super) fn storage_failed_while_draining(&mut self, draining: Draining) -> Vec<Effect> {
        match draining.next {
            Next::Spawn { .. }
            | Next::BackOff(Wait {
                why: Why::Failure | Why::Storage,
                ..
            }) => self.redirect(draining, Next::Spawn { login: None }),
            // Why it waits or rests holds whatever becomes of the disk.
            Next::BackOff(Wait {
                why: Why::Outdated | Why::Banned | Why::Breaker | Why::OverMemory,
                ..
            })
            | Next::Rest(_) => vec![],
        }
    }

    pub(super) fn storage_failed_while_waiting(&mut self, why: Why) -> Vec<Effect> {
        match why {
            Why::Failure | Why::Storage => self.state = State::AwaitingStorage,
            Why::Outdated | Why::Banned | Why::Breaker | Why::OverMemory => {}
        }
        vec![]
    }

    pub(super) fn storage_back_while_waiting(&mut self, why: Why, jitter: f64) -> Vec<Effect> {
        match why {
            Why::Storage => {
                let next = self.after_storage(jitter);
                self.go_to(next)
            }
            Why::Failure | Why::Outdated | Why::Banned | Why::Breaker | Why::OverMemory => vec![],
        }
    }

    pub(super) fn storage_back_while_draining(&mut self, draining: Draining, jitter: f64) -> Vec<Effect> {
        match draining.next {
            Next::Spawn { login: None }
            | Next::BackOff(Wait {
                why: Why::Storage, ..
            }) if self.storage_relapsed => {
                let next = self.after_storage(jitter);
                self.redirect(draining, next)
            }
            Next::Spawn { .. } | Next::BackOff(_) | Next::Rest(_) => vec![],
        }
    }

    /// Things cannot be written down. Could they be a moment ago?
    pub(super) fn note_relapse(&mut self) {
        let back = self.storage_back_ms.take();
        self.storage_relapsed |= back.is_some_and(|at| self.now_ms.saturating_sub(at) < RELAPSE_MS);
    }

    /// A trial said that things can be written down again. One that spoke too soon before is not believed at once.
    pub(super) fn after_storage(&mut self, jitter: f64) -> Next {
        if !std::mem::take(&mut self.storage_relapsed) {
            return Next::Spawn { login: None };
        }
        self.broke(None, |machine| {
            let delay_ms = machine.settings.backoff.delay_ms(machine.failures, jitter);
            machine.failures = machine.failures.saturating_add(1);
            wait(Why::Storage, delay_ms)
        })
    }

    pub(super) fn wait_is_over(&mut self, why: Why) -> Vec<Effect> {
        match why {
            // What was waited for shows only now.
            Why::Storage | Why::Breaker => {
                self.storage_back_ms = self.storage_back_ms.map(|_| self.now_ms);
            }
            Why::Failure | Why::Outdated | Why::Banned | Why::OverMemory => {}
        }
        self.spawn(None)
    }

    /// Nobody waits any more; but a ban goes on, and WhatsApp's refusal of our versions is worth keeping.
    pub(super) fn shut_down_while_waiting(&mut self, why: Why) -> Vec<Effect> {
        match why {
            Why::Outdated | Why::Banned => {}
            Why::Failure | Why::Storage | Why::Breaker | Why::OverMemory => {
                self.state = State::Resting(Rest::Stopped { by_command: true });
            }
        }
        vec![]
    }

    /// Why the link ended holds, whether its process has left already or not.
    pub(super) fn shut_down_while_draining(&mut self, draining: Draining) -> Vec<Effect> {
        match draining.next {
            Next::Rest(_)
            | Next::BackOff(Wait {
                why: Why::Outdated | Why::Banned,
                ..
            }) => vec![],
            Next::Spawn { .. }
            | Next::BackOff(Wait {
                why: Why::Failure | Why::Storage | Why::Breaker | Why::OverMemory,
                ..
            }) => self.redirect(draining, stopped()),
        }
    }

    /// Timers stand still while the host sleeps, and the machine's clock does not. A wait for a passing failure is
    /// over; any other goes on for the rest of its time.
    pub(super) fn woke_while_waiting(&mut self, wait: Wait, due_ms: u64) -> Vec<Effect> {
        let passing = match wait.why {
            Why::Failure | Why::Storage => true,
            Why::Outdated | Why::Banned | Why::Breaker | Why::OverMemory => false,
        };
        let dozes = self
            .woke_ms
            .is_some_and(|at| self.now_ms.saturating_sub(at) < WAKE_EVERY_MS);
        if passing && !dozes {
            self.woke_ms = Some(self.now_ms);
            self.failures = 0;
            self.respawned = false;
            return self.spawn(None);
        }
        if due_ms <= self.now_ms {
            return self.spawn(None);
        }
        self.wait_until(due_ms, wait)
    }

    pub(super) fn wait_until(&mut self, due_ms: u64, wait: Wait) -> Vec<Effect> {
        let (timer, arm) = self.arm(TimerKind::Backoff, due_ms.saturating_sub(self.now_ms));
        self.state = State::Backoff { timer, wait, due_ms };
        vec![arm]
    }
}
