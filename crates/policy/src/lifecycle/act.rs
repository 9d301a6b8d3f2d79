//! What the transitions are made of: spawn, drain, wait, rest, and the counting of failures.

use super::heal::Breaker;
use super::state::{Draining, Login, Next, Pressure, Rest, State, Wait, Why};
use super::{Effect, Input, Lifecycle, LoginMethod, Signal, TimerId, TimerKind, VersionChoice};

impl Lifecycle {
    pub(super) fn opened(&mut self) -> Vec<Effect> {
        let (stable, arm) = self.arm(TimerKind::Stable, self.settings.stable_ms);
        self.state = State::Online { stable: Some(stable) };
        self.refused_versions = 0;
        self.linked = true;
        vec![arm]
    }

    pub(super) fn deadline(&mut self, timer: TimerId, login: Option<Login>, jitter: f64) -> Vec<Effect> {
        if login.is_some_and(|login| login.deadline == timer) {
            let next = self.login_late(login, jitter);
            self.drain(next)
        } else {
            vec![]
        }
    }

    /// One that is under way goes on, unless it is in the other way: then that one's code is of no use.
    pub(super) fn login_while_connecting(
        &mut self,
        method: LoginMethod,
        login: Option<Login>,
    ) -> Vec<Effect> {
        if login.is_some_and(|under_way| under_way.method == method) {
            return vec![];
        }
        self.forgive();
        let (login, arm) = self.begin_login(method);
        let mut effects = self.drain(Next::Spawn { login: Some(login) });
        effects.push(arm);
        effects
    }

    /// A code is on show, or was taken.
    pub(super) fn show_login(&mut self, login: Login, input: &Input) {
        let scanned = *input == Input::Scanned;
        self.state = State::LoggingIn {
            login: Login { scanned, ..login },
        };
    }

    /// Nobody watches it any more: its code must not be taken by a phone unseen. What a phone took, or was linked before, stays.
    pub(super) fn login_left(&mut self, login: Option<Login>) -> Vec<Effect> {
        if self.linked || login.is_none_or(|login| login.scanned) {
            return vec![];
        }
        self.drain(Next::Rest(Rest::LoginLeft))
    }

    /// The same, before it is known what the auth files hold: they may be those of a linked account.
    pub(super) fn login_left_early(&mut self, handshake: TimerId, login: Option<Login>) -> Vec<Effect> {
        if !login.is_some_and(|login| login.scanned) {
            self.state = State::Starting {
                handshake,
                login: None,
            };
        }
        vec![]
    }

    pub(super) fn restart(&mut self, login: Option<Login>) -> Vec<Effect> {
        self.forgive();
        self.drain(Next::Spawn { login })
    }

    pub(super) fn log_out(&mut self) -> Vec<Effect> {
        let mut effects = self.drain_and_forget(Rest::Unlinked);
        // Being asked to unlink it leaves by itself; asked to leave first, it could no longer unlink.
        effects.retain(|effect| *effect != Effect::AskShutdown);
        effects.insert(0, Effect::AskLogout);
        effects
    }

    pub(super) fn gone_before_open(&mut self, login: Option<Login>, jitter: f64) -> Vec<Effect> {
        let next = self.broke(login, |machine| machine.after_failure(login, jitter));
        self.go_to(next)
    }

    /// The process makes no sense, or does not answer.
    pub(super) fn drain_broken(&mut self, login: Option<Login>, jitter: f64) -> Vec<Effect> {
        let next = self.broke(login, |machine| machine.after_failure(login, jitter));
        self.drain(next)
    }

    pub(super) fn drain_failed(&mut self, login: Option<Login>, jitter: f64) -> Vec<Effect> {
        let next = self.after_failure(login, jitter);
        self.drain(next)
    }

    /// A failed login rests, because somebody is watching and can try again; all else tries again by itself.
    pub(super) fn after_failure(&mut self, login: Option<Login>, jitter: f64) -> Next {
        match login {
            Some(login) if !login.scanned => self.login_over(Rest::LoginFailed, jitter),
            // A phone took its code, so the auth files say whether it is linked.
            Some(_) | None => self.try_again(jitter),
        }
    }

    /// The login took too long. One whose code a phone took is not given up: the auth files say whether it is linked.
    pub(super) fn login_late(&mut self, login: Option<Login>, jitter: f64) -> Next {
        if login.is_some_and(|login| login.scanned) {
            self.try_again(jitter)
        } else {
            self.login_over(Rest::LoginTimedOut, jitter)
        }
    }

    /// The end of a login in vain. Somebody may ask for one of an account that is linked: that goes on as before.
    pub(super) fn login_over(&mut self, rest: Rest, jitter: f64) -> Next {
        if self.linked {
            return self.try_again(jitter);
        }
        Next::Rest(rest)
    }

    fn try_again(&mut self, jitter: f64) -> Next {
        let delay_ms = self.settings.backoff.delay_ms(self.failures, jitter);
        self.failures = self.failures.saturating_add(1);
        wait(Why::Failure, delay_ms)
    }

    /// The process broke while online: quickly back the first time, then as after any failure.
    pub(super) fn after_loss(&mut self, jitter: f64) -> Next {
        if self.respawned {
            return self.after_failure(None, jitter);
        }
        self.respawned = true;
        match self.settings.first_respawn_ms {
            0 => Next::Spawn { login: None },
            delay_ms => wait(Why::Failure, delay_ms),
        }
    }

    /// WhatsApp refused the version: the next one at once, and when all were refused, all again in an hour.
    pub(super) fn outdated(&mut self, login: Option<Login>) -> Next {
        self.version = self.version.next();
        self.refused_versions += 1;
        if self.refused_versions < VersionChoice::ALL.len() {
            return Next::Spawn { login };
        }
        self.refused_versions = 0;
        if login.is_some() && !self.linked {
            return Next::Rest(Rest::ClientOutdated);
        }
        wait(Why::Outdated, self.settings.outdated_retry_ms)
    }

    pub(super) fn forgive(&mut self) {
        self.failures = 0;
        self.restarts = 0;
        self.respawned = false;
        self.breaker = Breaker::default();
    }

    pub(super) fn drain(&mut self, next: Next) -> Vec<Effect> {
        self.begin_drain(next, false)
    }

    pub(super) fn drain_and_forget(&mut self, rest: Rest) -> Vec<Effect> {
        self.begin_drain(Next::Rest(rest), true)
    }

    pub(super) fn begin_drain(&mut self, next: Next, forget: bool) -> Vec<Effect> {
        let arm = self.press(Pressure::Asked, forget, next);
        vec![Effect::AskShutdown, arm]
    }

    /// The process is on its way out, and has a grace from now.
    fn press(&mut self, pressure: Pressure, forget: bool, next: Next) -> Effect {
        let (grace, arm) = self.arm(TimerKind::Grace, self.settings.grace_ms);
        self.state = State::Draining(Draining {
            grace,
            pressure,
            forget,
            next,
        });
        arm
    }

    /// Ends a process that is not ready yet. It has no link and nothing to put away, and while it loads it hears nothing:
    /// waiting for it would only keep whoever gave the command.
    pub(super) fn cut_short(&mut self, next: Next) -> Vec<Effect> {
        let arm = self.press(Pressure::Killed, false, next);
        vec![Effect::Signal(Signal::Kill), arm]
    }

    pub(super) fn redirect(&mut self, draining: Draining, next: Next) -> Vec<Effect> {
        self.state = State::Draining(Draining { next, ..draining });
        vec![]
    }

    pub(super) fn push(&mut self, draining: Draining) -> Vec<Effect> {
        let (signal, pressure) = match draining.pressure {
            Pressure::Asked => (Signal::Term, Pressure::Told),
            Pressure::Told | Pressure::Killed => (Signal::Kill, Pressure::Killed),
        };
        let arm = self.press(pressure, draining.forget, draining.next);
        vec![Effect::Signal(signal), arm]
    }

    /// The process is gone.
    pub(super) fn go_to(&mut self, next: Next) -> Vec<Effect> {
        match next {
            Next::Spawn { login } => self.spawn(login),
            Next::BackOff(wait) => {
                let due_ms = self.now_ms.saturating_add(wait.delay_ms);
                self.wait_until(due_ms, wait)
            }
            Next::Rest(rest) => {
                self.state = State::Resting(rest);
                vec![]
            }
        }
    }

    pub(super) fn forget_at_rest(&mut self) -> Vec<Effect> {
        self.restored = false;
        self.linked = false;
        self.state = State::Resting(Rest::Unlinked);
        vec![Effect::SetAsideAuth]
    }

    /// Makes a process, unless nothing can be written down: that one could not save its auth files.
    pub(super) fn spawn(&mut self, login: Option<Login>) -> Vec<Effect> {
        if self.storage_failed {
            self.state = State::AwaitingStorage;
            return vec![];
        }
        let (handshake, arm) = self.arm(TimerKind::Handshake, self.settings.handshake_ms);
        self.state = State::Starting { handshake, login };
        vec![
            Effect::Spawn {
                version: self.version,
                login: login.map(|login| login.method),
            },
            arm,
        ]
    }

    pub(super) fn spawn_with_login(&mut self, method: LoginMethod) -> Vec<Effect> {
        self.forgive();
        if self.storage_failed {
            return self.spawn(None);
        }
        let (login, arm) = self.begin_login(method);
        let mut effects = self.spawn(Some(login));
        effects.push(arm);
        effects
    }

    pub(super) fn begin_login(&mut self, method: LoginMethod) -> (Login, Effect) {
        let (deadline, arm) = self.arm(TimerKind::LoginDeadline, self.settings.login_ms);
        let login = Login {
            method,
            deadline,
            scanned: false,
        };
        (login, arm)
    }

    pub(super) fn arm(&mut self, kind: TimerKind, after_ms: u64) -> (TimerId, Effect) {
        let timer = TimerId {
            kind,
            serial: self.next_serial,
        };
        self.next_serial += 1;
        (timer, Effect::Arm { timer, after_ms })
    }
}

pub(super) fn wait(why: Why, delay_ms: u64) -> Next {
    Next::BackOff(Wait { why, delay_ms })
}

pub(super) fn stopped() -> Next {
    Next::Rest(Rest::Stopped { by_command: true })
}
