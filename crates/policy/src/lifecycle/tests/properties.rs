//! What holds for any course of events, sensible or not.

use proptest::prelude::*;

use super::*;
use crate::lifecycle::state::Why;

fn any_news() -> impl Strategy<Value = News> {
    let likely = vec![
        Input::Start,
        LOGIN,
        READY,
        EMPTY,
        Input::QrShown,
        Input::Scanned,
        Input::Opened,
        Input::Exited,
    ];
    prop_oneof![
        4 => proptest::sample::select(likely).prop_map(News::In),
        4 => proptest::sample::select(inputs()).prop_map(News::In),
        2 => proptest::sample::select(KINDS.to_vec()).prop_map(News::Latest),
        1 => proptest::sample::select(KINDS.to_vec()).prop_map(News::Old),
        1 => proptest::sample::select(vec![1_000, 70_000, 700_000]).prop_map(News::Pass),
    ]
}

/// What a driver would see: it believes nothing but effects and its own process.
#[derive(Default)]
struct World {
    alive: bool,
}

impl World {
    fn carry_out(&mut self, news: &News, effects: &[Effect]) -> Result<(), TestCaseError> {
        if matches!(news, News::In(Input::Exited | Input::SpawnFailed(_))) {
            self.alive = false;
        }
        for effect in effects {
            match effect {
                Effect::Spawn { .. } => {
                    prop_assert!(!self.alive, "a second process");
                    self.alive = true;
                }
                Effect::SetAsideAuth => prop_assert!(!self.alive, "auth set aside under a living process"),
                Effect::AskShutdown | Effect::AskLogout | Effect::Probe | Effect::Signal(_) => {
                    prop_assert!(self.alive, "nobody is there to ask");
                }
                Effect::Arm { timer, after_ms } => {
                    let most = match timer.kind {
                        TimerKind::Handshake => 15_000,
                        TimerKind::Link => 60_000,
                        TimerKind::LoginDeadline => 300_000,
                        TimerKind::Stable => 30_000,
                        TimerKind::Grace => 5_000,
                        // Beside failures: ban, outdated version, breaker.
                        TimerKind::Backoff => 86_400_000,
                    };
                    prop_assert!(*after_ms <= most, "{timer:?} after {after_ms}");
                }
                Effect::Report(_) => {}
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn one_process_and_auth_only_without_one(course in proptest::collection::vec(any_news(), 0..80)) {
        let mut bench = Bench::new();
        let mut world = World::default();
        let mut told_due_ms = None;
        for news in &course {
            let before = bench.machine.status();
            let effects = bench.step(news);
            world.carry_out(news, &effects)?;
            prop_assert_eq!(bench.machine.has_process(), world.alive);
            let resting = matches!(
                bench.machine.state,
                State::Resting(_) | State::Backoff { .. } | State::AwaitingStorage
            );
            prop_assert!(!(resting && world.alive), "a resting account owns a process");
            if bench.machine.lacks_storage() {
                let leaving = matches!(bench.machine.state, State::Draining(_));
                prop_assert!(!world.alive || leaving, "a process that cannot save its auth files");
            }
            let after = bench.machine.status();
            let reports: Vec<_> = effects.iter().filter(|effect| matches!(effect, Effect::Report(_))).collect();
            let moved = match bench.machine.state {
                State::Backoff { due_ms, .. } => told_due_ms != Some(due_ms),
                State::Resting(_)
                | State::Starting { .. }
                | State::Linking { .. }
                | State::LoggingIn { .. }
                | State::Online { .. }
                | State::Draining(_)
                | State::AwaitingStorage => false,
            };
            prop_assert_eq!(reports.len(), usize::from(before != after || moved));
            if !reports.is_empty() {
                told_due_ms = bench.machine.next_attempt_ms();
            }
        }
    }

    #[test]
    fn a_process_always_has_a_timer_that_ends_its_silence(course in proptest::collection::vec(any_news(), 0..80)) {
        let mut bench = Bench::after(&course);
        // Online is watched by pings; everything else must come to rest, to a wait or online by timers and exits alone.
        for _ in 0..40 {
            let silent = match bench.machine.state {
                State::Online { .. }
                | State::Resting(_)
                | State::Backoff { .. }
                | State::AwaitingStorage => break,
                State::Starting { .. } => TimerKind::Handshake,
                State::Linking { .. } => TimerKind::Link,
                State::LoggingIn { .. } => TimerKind::LoginDeadline,
                State::Draining(_) => TimerKind::Grace,
            };
            let effects = bench.step(&News::Latest(silent));
            prop_assert!(!effects.is_empty(), "{:?}", bench.machine.state);
            if effects.contains(&Effect::Signal(Signal::Kill)) {
                bench.input(Input::Exited);
            }
        }
        let ended = matches!(
            bench.machine.state,
            State::Online { .. } | State::Resting(_) | State::Backoff { .. } | State::AwaitingStorage
        );
        prop_assert!(ended, "{:?}", bench.machine.state);
    }

    #[test]
    fn after_stop_and_the_exit_nothing_comes_by_itself(course in proptest::collection::vec(any_news(), 0..80)) {
        let mut bench = Bench::after(&course);
        bench.input(Input::Stop);
        bench.input(Input::Exited);
        prop_assert!(matches!(bench.machine.status(), Status::Disabled | Status::Suspended));
        prop_assert!(!bench.machine.has_process());
        prop_assert_eq!(bench.machine.login_in_progress(), None);
        for kind in KINDS {
            prop_assert_eq!(bench.step(&News::Latest(kind)), vec![]);
        }
        for input in [Input::Woke, Input::ProbeFailed, Input::StorageFailed, Input::StorageBack, Input::OverMemory] {
            prop_assert_eq!(bench.input(input), vec![]);
        }
    }

    /// Neither a ban nor an open breaker nor any other long wait is cut short by anything but a command.
    #[test]
    fn no_attempt_comes_before_its_time(course in proptest::collection::vec(any_news(), 0..120)) {
        let mut bench = Bench::new();
        for news in &course {
            let waits = match bench.machine.state {
                State::Backoff { wait, due_ms, .. } => match wait.why {
                    Why::Banned | Why::Breaker | Why::Outdated | Why::OverMemory => Some(due_ms),
                    Why::Failure | Why::Storage => None,
                },
                State::Resting(_)
                | State::Starting { .. }
                | State::Linking { .. }
                | State::LoggingIn { .. }
                | State::Online { .. }
                | State::Draining(_)
                | State::AwaitingStorage => None,
            };
            let command = matches!(news, News::In(Input::Start | Input::Restart | Input::Login(_)));
            let effects = bench.step(news);
            if let Some(due_ms) = waits
                && !command
                && effects.iter().any(|effect| matches!(effect, Effect::Spawn { .. }))
            {
                prop_assert!(bench.now_ms >= due_ms, "{news:?} at {} before {due_ms}", bench.now_ms);
            }
        }
    }

    /// However it got there: told that the disk is writable again, an account that waits for it tries at once,
    /// or, where that was said too soon before, when a wait is over.
    #[test]
    fn a_writable_disk_ends_the_wait_for_it(course in proptest::collection::vec(any_news(), 0..80)) {
        let mut bench = Bench::after(&course);
        bench.input(Input::StorageFailed);
        bench.input(Input::Exited);
        let waits = bench.machine.state == State::AwaitingStorage;
        let effects = bench.input(Input::StorageBack);
        let spawned = effects.iter().any(|effect| matches!(effect, Effect::Spawn { .. }));
        prop_assert!(waits || !spawned);
        if waits && !spawned {
            let effects = bench.step(&News::Latest(TimerKind::Backoff));
            let again = effects.iter().any(|effect| matches!(effect, Effect::Spawn { .. }));
            prop_assert!(again);
        }
    }

    #[test]
    fn old_timers_say_nothing(course in proptest::collection::vec(any_news(), 0..80)) {
        let mut bench = Bench::after(&course);
        let before = bench.machine.state;
        for kind in KINDS {
            prop_assert_eq!(bench.step(&News::Old(kind)), vec![]);
        }
        prop_assert_eq!(bench.machine.state, before);
    }

    #[test]
    fn a_login_never_outlives_its_deadline(course in proptest::collection::vec(any_news(), 0..80)) {
        let mut bench = Bench::after(&course);
        if let Some(login) = bench.machine.state.login() {
            bench.input(Input::Fired(login.deadline));
            prop_assert_eq!(bench.machine.login_in_progress(), None);
        }
    }
}
