//! The transitions: one function a state, every input written down in each.
//!
//! No arm may catch "everything else". A new input or state is then an error of compilation in each place
//! that has to decide about it.

use super::act::stopped;
use super::state::{Draining, Login, Next, Rest, State, Wait};
use super::{CloseCause, DegradedReason, Effect, Input, Lifecycle, TimerId, TimerKind};

impl Lifecycle {
    pub(super) fn apply(&mut self, input: &Input, jitter: f64) -> Vec<Effect> {
        match input {
            Input::StorageFailed | Input::Closed(CloseCause::StorageFailed) => {
                self.note_relapse();
                self.storage_failed |= matches!(input, Input::StorageFailed);
            }
            Input::StorageBack => {
                self.note_relapse();
                self.storage_failed = false;
                self.storage_back_ms = Some(self.now_ms);
            }
            Input::Ready { linked } => self.linked = *linked,
            Input::QrShown | Input::Closed(CloseCause::NotLinked) => self.linked = false,
            Input::Start
            | Input::Stop
            | Input::ShutDown
            | Input::Restart
            | Input::Login(_)
            | Input::LoginLeft
            | Input::Logout
            | Input::SpawnFailed(_)
            | Input::Exited
            | Input::HelloRejected(_)
            | Input::StillBanned { .. }
            | Input::Restored
            | Input::Scanned
            | Input::Opened
            | Input::Closed(_)
            | Input::Unresponsive
            | Input::Woke
            | Input::ProbeFailed
            | Input::OverMemory
            | Input::Fired(_) => {}
        }
        match self.state {
            State::Resting(_) => self.resting(input),
            State::Starting { handshake, login } => self.starting(input, handshake, login, jitter),
            State::Linking { link, login } => self.linking(input, link, login, jitter),
            State::LoggingIn { login } => self.logging_in(input, login, jitter),
            State::Online { stable } => self.online(input, stable, jitter),
            State::Draining(draining) => self.draining(input, draining, jitter),
            State::Backoff { timer, wait, due_ms } => self.backoff(input, timer, wait, due_ms, jitter),
            State::AwaitingStorage => self.awaiting_storage(input, jitter),
        }
    }

    fn resting(&mut self, input: &Input) -> Vec<Effect> {
        match input {
            Input::Start | Input::Restart => {
                self.forgive();
                self.spawn(None)
            }
            Input::Stop => {
                if !matches!(self.state, State::Resting(Rest::Stopped { .. })) {
                    self.state = State::Resting(Rest::Stopped { by_command: true });
                }
                vec![]
            }
            Input::Login(method) => self.spawn_with_login(*method),
            Input::Logout => self.forget_at_rest(),
            Input::StillBanned { rest_ms } => {
                self.forgive();
                self.still_banned(*rest_ms)
            }
            Input::ShutDown
            | Input::LoginLeft
            | Input::SpawnFailed(_)
            | Input::Exited
            | Input::HelloRejected(_)
            | Input::Restored
            | Input::Ready { .. }
            | Input::QrShown
            | Input::Scanned
            | Input::Opened
            | Input::Closed(_)
            | Input::Unresponsive
            | Input::Woke
            | Input::ProbeFailed
            | Input::StorageFailed
            | Input::StorageBack
            | Input::OverMemory
            | Input::Fired(_) => vec![],
        }
    }

    fn starting(
        &mut self,
        input: &Input,
        handshake: TimerId,
        login: Option<Login>,
        jitter: f64,
    ) -> Vec<Effect> {
        match input {
            Input::Start
            | Input::StillBanned { .. }
            | Input::Woke
            | Input::ProbeFailed
            | Input::StorageBack => vec![],
            Input::Stop | Input::ShutDown => self.cut_short(stopped()),
            Input::Restart => {
                self.forgive();
                self.cut_short(Next::Spawn { login })
            }
            Input::Login(method) => self.login_while_connecting(*method, login),
            Input::LoginLeft => self.login_left_early(handshake, login),
            Input::Logout => self.drain_and_forget(Rest::Unlinked),
            Input::SpawnFailed(_) | Input::Exited => self.gone_before_open(login, jitter),
            Input::HelloRejected(_) => {
                self.drain(Next::Rest(Rest::Degraded(DegradedReason::ProtocolMismatch)))
            }
            Input::Restored => {
                self.restored = true;
                vec![]
            }
            Input::Ready { linked } => {
                if *linked || login.is_some() {
                    let (link, arm) = self.arm(TimerKind::Link, self.settings.link_ms);
                    self.state = State::Linking { link, login };
                    vec![arm]
                } else {
                    self.drain(Next::Rest(Rest::NeverLinked))
                }
            }
            // Out of order: nothing may be said about a link before `ready`.
            Input::QrShown | Input::Scanned | Input::Opened | Input::Unresponsive => {
                self.drain_broken(login, jitter)
            }
            Input::Closed(cause) => self.closed(*cause, login, jitter),
            Input::StorageFailed => self.drain_for_storage(),
            Input::OverMemory => self.over_memory(login, jitter),
            Input::Fired(timer) if *timer == handshake => self.drain_broken(login, jitter),
            Input::Fired(timer) => self.deadline(*timer, login, jitter),
        }
    }

    fn linking(&mut self, input: &Input, link: TimerId, login: Option<Login>, jitter: f64) -> Vec<Effect> {
        match input {
            Input::Start
            | Input::HelloRejected(_)
            | Input::StillBanned { .. }
            | Input::Restored
            | Input::Ready { .. }
            | Input::Woke
            | Input::ProbeFailed
            | Input::StorageBack => vec![],
            Input::Stop | Input::ShutDown => self.drain(stopped()),
            Input::Restart => self.restart(login),
            Input::Login(method) => self.login_while_connecting(*method, login),
            Input::LoginLeft => self.login_left(login),
            Input::Logout => self.drain_and_forget(Rest::Unlinked),
            Input::SpawnFailed(_) | Input::Exited => self.gone_before_open(login, jitter),
            // A scan alone is enough: the last news of a link stands for those before it.
            Input::QrShown | Input::Scanned => match login {
                Some(login) => {
                    self.show_login(login, input);
                    vec![]
                }
                None => self.drain(Next::Rest(Rest::NeverLinked)),
            },
            Input::Opened => self.opened(),
            Input::Closed(cause) => self.closed(*cause, login, jitter),
            Input::Unresponsive => self.drain_broken(login, jitter),
            Input::StorageFailed => self.drain_for_storage(),
            Input::OverMemory => self.over_memory(login, jitter),
            Input::Fired(timer) if *timer == link => self.drain_failed(login, jitter),
            Input::Fired(timer) => self.deadline(*timer, login, jitter),
        }
    }

    fn logging_in(&mut self, input: &Input, login: Login, jitter: f64) -> Vec<Effect> {
        match input {
            Input::Start
            | Input::HelloRejected(_)
            | Input::StillBanned { .. }
            | Input::Restored
            | Input::Ready { .. }
            | Input::Woke
            | Input::ProbeFailed
            | Input::StorageBack => vec![],
            Input::Login(method) => self.login_while_connecting(*method, Some(login)),
            Input::Stop | Input::ShutDown => self.drain(stopped()),
            Input::Restart => self.restart(Some(login)),
            Input::QrShown | Input::Scanned => {
                self.show_login(login, input);
                vec![]
            }
            Input::LoginLeft => self.login_left(Some(login)),
            Input::Logout => self.drain_and_forget(Rest::Unlinked),
            Input::SpawnFailed(_) | Input::Exited => self.gone_before_open(Some(login), jitter),
            Input::Opened => self.opened(),
            Input::Closed(cause) => self.closed(*cause, Some(login), jitter),
            Input::Unresponsive => self.drain_broken(Some(login), jitter),
            Input::StorageFailed => self.drain_for_storage(),
            Input::OverMemory => self.over_memory(Some(login), jitter),
            Input::Fired(timer) => self.deadline(*timer, Some(login), jitter),
        }
    }

    fn online(&mut self, input: &Input, stable: Option<TimerId>, jitter: f64) -> Vec<Effect> {
        match input {
            // It is linked already, so a login has nothing to do, and must not cost the link.
            Input::Start
            | Input::Login(_)
            | Input::LoginLeft
            | Input::HelloRejected(_)
            | Input::StillBanned { .. }
            | Input::Restored
            | Input::Ready { .. }
            | Input::QrShown
            | Input::Scanned
            | Input::Opened
            | Input::StorageBack => vec![],
            Input::Stop | Input::ShutDown => self.drain(stopped()),
            Input::Restart => self.restart(None),
            Input::Logout => self.log_out(),
            Input::SpawnFailed(_) | Input::Exited => {
                let next = self.broke(None, |machine| machine.after_loss(jitter));
                self.go_to(next)
            }
            Input::Closed(cause) => self.closed(*cause, None, jitter),
            Input::Unresponsive => {
                let next = self.broke(None, |machine| machine.after_loss(jitter));
                self.drain(next)
            }
            // The link may have outlived the sleep, which costs nothing to ask.
            Input::Woke => vec![Effect::Probe],
            Input::ProbeFailed => self.drain(Next::Spawn { login: None }),
            Input::StorageFailed => self.drain_for_storage(),
            Input::OverMemory => self.over_memory(None, jitter),
            Input::Fired(timer) => {
                if stable == Some(*timer) {
                    self.forgive();
                    self.restored = false;
                    self.state = State::Online { stable: None };
                }
                vec![]
            }
        }
    }

    fn backoff(&mut self, input: &Input, own: TimerId, wait: Wait, due_ms: u64, jitter: f64) -> Vec<Effect> {
        match input {
            Input::Stop => {
                self.state = State::Resting(Rest::Stopped { by_command: true });
                vec![]
            }
            Input::ShutDown => self.shut_down_while_waiting(wait.why),
            // Somebody does not want to wait.
            Input::Start | Input::Restart => {
                self.forgive();
                self.spawn(None)
            }
            Input::Login(method) => self.spawn_with_login(*method),
            Input::Logout => self.forget_at_rest(),
            Input::Woke => self.woke_while_waiting(wait, due_ms),
            Input::StorageFailed => self.storage_failed_while_waiting(wait.why),
            Input::StorageBack => self.storage_back_while_waiting(wait.why, jitter),
            Input::Fired(timer) if *timer == own => self.wait_is_over(wait.why),
            Input::LoginLeft
            | Input::SpawnFailed(_)
            | Input::Exited
            | Input::HelloRejected(_)
            | Input::StillBanned { .. }
            | Input::Restored
            | Input::Ready { .. }
            | Input::QrShown
            | Input::Scanned
            | Input::Opened
            | Input::Closed(_)
            | Input::Unresponsive
            | Input::ProbeFailed
            | Input::OverMemory
            | Input::Fired(_) => vec![],
        }
    }

    fn awaiting_storage(&mut self, input: &Input, jitter: f64) -> Vec<Effect> {
        match input {
            Input::Stop | Input::ShutDown => {
                self.state = State::Resting(Rest::Stopped { by_command: true });
                vec![]
            }
            Input::Logout => self.forget_at_rest(),
            Input::StorageBack => {
                let next = self.after_storage(jitter);
                self.go_to(next)
            }
            // No command makes the disk writable.
            Input::Start
            | Input::Restart
            | Input::Login(_)
            | Input::LoginLeft
            | Input::SpawnFailed(_)
            | Input::Exited
            | Input::HelloRejected(_)
            | Input::StillBanned { .. }
            | Input::Restored
            | Input::Ready { .. }
            | Input::QrShown
            | Input::Scanned
            | Input::Opened
            | Input::Closed(_)
            | Input::Unresponsive
            | Input::Woke
            | Input::ProbeFailed
            | Input::StorageFailed
            | Input::OverMemory
            | Input::Fired(_) => vec![],
        }
    }

    /// Commands change what comes next; only the exit makes it come.
    fn draining(&mut self, input: &Input, draining: Draining, jitter: f64) -> Vec<Effect> {
        let Draining {
            grace, forget, next, ..
        } = draining;
        match input {
            Input::Start => match next {
                Next::Spawn { .. } => vec![],
                Next::BackOff(_) | Next::Rest(_) => {
                    self.forgive();
                    self.redirect(draining, Next::Spawn { login: None })
                }
            },
            Input::Stop => self.redirect(draining, stopped()),
            Input::ShutDown => self.shut_down_while_draining(draining),
            Input::Restart => {
                self.forgive();
                self.redirect(draining, Next::Spawn { login: next.login() })
            }
            Input::Login(method) => match next.login() {
                Some(_) => vec![],
                None if self.storage_failed => {
                    self.forgive();
                    self.redirect(draining, Next::Spawn { login: None })
                }
                None => {
                    self.forgive();
                    let (login, arm) = self.begin_login(*method);
                    self.redirect(draining, Next::Spawn { login: Some(login) });
                    vec![arm]
                }
            },
            Input::LoginLeft => match next.login() {
                Some(login) if !login.scanned => self.redirect(draining, Next::Spawn { login: None }),
                Some(_) | None => vec![],
            },
            // A phone took the code of a login just before that was ended: it is linked, and not left alone.
            Input::Scanned if next.gives_up_login() => self.redirect(draining, Next::Spawn { login: None }),
            Input::Logout => self.redirect(
                Draining {
                    forget: true,
                    ..draining
                },
                Next::Rest(Rest::Unlinked),
            ),
            Input::SpawnFailed(_) | Input::Exited => {
                let mut effects = if forget {
                    self.restored = false;
                    self.linked = false;
                    vec![Effect::SetAsideAuth]
                } else {
                    vec![]
                };
                effects.extend(self.go_to(next));
                effects
            }
            Input::StorageFailed => self.storage_failed_while_draining(draining),
            Input::StorageBack => self.storage_back_while_draining(draining, jitter),
            Input::Fired(timer) if *timer == grace => self.push(draining),
            Input::Fired(timer) if next.login().is_some_and(|login| login.deadline == *timer) => {
                let next = self.login_late(next.login(), jitter);
                self.redirect(draining, next)
            }
            Input::HelloRejected(_)
            | Input::StillBanned { .. }
            | Input::Restored
            | Input::Ready { .. }
            | Input::QrShown
            | Input::Scanned
            | Input::Opened
            | Input::Closed(_)
            | Input::Unresponsive
            | Input::Woke
            | Input::ProbeFailed
            | Input::OverMemory
            | Input::Fired(_) => vec![],
        }
    }
}
