//! The account machine: scenes told in full, the printed table, and what holds for any course of events.

mod golden;
mod healing;
mod logins;
mod properties;
mod quiet;
mod scenes;
mod storage;
mod versions;
mod virtual_time;

use super::*;

/// A timer, and when it is due.
struct Armed {
    timer: TimerId,
    due_ms: u64,
}

/// A machine that remembers what it armed, so that a test can name a timer by its kind.
struct Bench {
    machine: Lifecycle,
    armed: Vec<Armed>,
    /// The machine's clock, which a timer moves to its time, and a test at will.
    now_ms: u64,
}

/// What happens next, in the words of a test.
#[derive(Debug, Clone)]
enum News {
    In(Input),
    /// The timer of this kind that was armed last fires, when it is due.
    Latest(TimerKind),
    /// A timer of this kind that nobody waits for any more fires.
    Old(TimerKind),
    /// So many milliseconds pass, and nothing happens.
    Pass(u64),
}

impl Bench {
    fn new() -> Self {
        Self::with(Settings::default())
    }

    fn with(settings: Settings) -> Self {
        Self {
            machine: Lifecycle::new(settings),
            armed: vec![],
            now_ms: 0,
        }
    }

    fn after(news: &[News]) -> Self {
        let mut bench = Self::new();
        for one in news {
            bench.step(one);
        }
        bench
    }

    /// Feeds one input, with the spread in the middle.
    fn step(&mut self, news: &News) -> Vec<Effect> {
        let input = match news {
            News::In(input) => input.clone(),
            News::Latest(kind) => {
                let due_ms = self.due(*kind);
                self.now_ms = self.now_ms.max(due_ms);
                Input::Fired(self.latest(*kind))
            }
            News::Pass(ms) => {
                self.now_ms += ms;
                return vec![];
            }
            News::Old(kind) => Input::Fired(TimerId {
                kind: *kind,
                serial: 0,
            }),
        };
        let effects = self.machine.step(input, self.now_ms, 0.5);
        let now_ms = self.now_ms;
        self.armed
            .extend(effects.iter().filter_map(|effect| match effect {
                Effect::Arm { timer, after_ms } => Some(Armed {
                    timer: *timer,
                    due_ms: now_ms + after_ms,
                }),
                Effect::Spawn { .. }
                | Effect::AskShutdown
                | Effect::AskLogout
                | Effect::Probe
                | Effect::Signal(_)
                | Effect::SetAsideAuth
                | Effect::Report(_) => None,
            }));
        effects
    }

    fn input(&mut self, input: Input) -> Vec<Effect> {
        self.step(&News::In(input))
    }

    /// The timer of this kind that was armed last; one that cannot be current if none was.
    fn latest(&self, kind: TimerKind) -> TimerId {
        self.last_armed(kind)
            .map_or(TimerId { kind, serial: 0 }, |armed| armed.timer)
    }

    fn due(&self, kind: TimerKind) -> u64 {
        self.last_armed(kind).map_or(0, |armed| armed.due_ms)
    }

    fn last_armed(&self, kind: TimerKind) -> Option<&Armed> {
        self.armed.iter().rev().find(|armed| armed.timer.kind == kind)
    }
}

const KINDS: [TimerKind; 6] = [
    TimerKind::Handshake,
    TimerKind::Link,
    TimerKind::LoginDeadline,
    TimerKind::Stable,
    TimerKind::Grace,
    TimerKind::Backoff,
];

const LOGIN: Input = Input::Login(LoginMethod::Qr);
const READY: Input = Input::Ready { linked: true };
const EMPTY: Input = Input::Ready { linked: false };

fn hello_rejected() -> Input {
    Input::HelloRejected("gateway speaks 3, sidecar speaks 2".to_owned())
}

fn spawn_failed() -> Input {
    Input::SpawnFailed("no such file".to_owned())
}

/// Every input that is not a timer.
fn inputs() -> Vec<Input> {
    let mut all = vec![
        Input::Start,
        Input::Stop,
        Input::ShutDown,
        Input::Restart,
        LOGIN,
        Input::LoginLeft,
        Input::Logout,
        spawn_failed(),
        Input::Exited,
        hello_rejected(),
        Input::StillBanned { rest_ms: 7_000 },
        Input::Restored,
        EMPTY,
        READY,
        Input::QrShown,
        Input::Scanned,
        Input::Opened,
    ];
    all.extend(CloseCause::ALL.map(Input::Closed));
    all.extend([
        Input::Unresponsive,
        Input::Woke,
        Input::ProbeFailed,
        Input::StorageFailed,
        Input::StorageBack,
        Input::OverMemory,
    ]);
    all
}

/// One way into every state, by the name that the table shows.
fn states() -> Vec<(&'static str, Vec<News>)> {
    let paths: Vec<(&'static str, Vec<Input>)> = vec![
        ("resting: never started", vec![]),
        ("resting: stopped", vec![Input::Start, Input::Stop, Input::Exited]),
        ("resting: never linked", vec![Input::Start, EMPTY, Input::Exited]),
        (
            "resting: logged out",
            vec![
                Input::Start,
                READY,
                Input::Closed(CloseCause::LoggedOut),
                Input::Exited,
            ],
        ),
        (
            "resting: replaced",
            vec![
                Input::Start,
                READY,
                Input::Closed(CloseCause::Replaced),
                Input::Exited,
            ],
        ),
        ("starting", vec![Input::Start]),
        ("starting, login", vec![LOGIN]),
        ("linking", vec![Input::Start, READY]),
        ("linking, login", vec![LOGIN, EMPTY]),
        ("logging in", vec![LOGIN, EMPTY, Input::QrShown]),
        ("online", vec![Input::Start, READY, Input::Opened]),
        (
            "online, lost before",
            vec![
                Input::Start,
                READY,
                Input::Opened,
                Input::Exited,
                READY,
                Input::Opened,
            ],
        ),
        (
            "draining, then stopped",
            vec![Input::Start, READY, Input::Opened, Input::Stop],
        ),
        (
            "draining, then spawn",
            vec![Input::Start, READY, Input::Opened, Input::Restart],
        ),
        (
            "draining, then spawn, login",
            vec![
                LOGIN,
                EMPTY,
                Input::QrShown,
                Input::Closed(CloseCause::RestartRequired),
            ],
        ),
        (
            "draining, then back off",
            vec![Input::Start, READY, Input::Closed(CloseCause::Lost)],
        ),
        (
            "draining, then forget",
            vec![
                Input::Start,
                READY,
                Input::Opened,
                Input::Closed(CloseCause::LoggedOut),
            ],
        ),
        (
            "draining, then replaced",
            vec![
                Input::Start,
                READY,
                Input::Opened,
                Input::Closed(CloseCause::Replaced),
            ],
        ),
        (
            "backing off",
            vec![
                Input::Start,
                READY,
                Input::Closed(CloseCause::Lost),
                Input::Exited,
            ],
        ),
    ];
    let mut states: Vec<(&'static str, Vec<News>)> = paths
        .into_iter()
        .map(|(name, path)| (name, path.into_iter().map(News::In).collect()))
        .collect();
    let opened = [Input::Start, READY, Input::Opened];
    let mut forgiven: Vec<News> = opened.into_iter().map(News::In).collect();
    forgiven.push(News::Latest(TimerKind::Stable));
    states.push(("online, forgiven", forgiven));
    let mut told: Vec<News> = [Input::Start, Input::Stop].into_iter().map(News::In).collect();
    told.push(News::Latest(TimerKind::Grace));
    states.push(("draining, told to leave", told));
    states.extend(healing_states());
    states
}

/// Those that the account's own troubles lead to.
fn healing_states() -> Vec<(&'static str, Vec<News>)> {
    let all = |inputs: &[Input]| -> Vec<News> { inputs.iter().cloned().map(News::In).collect() };
    let opened = [Input::Start, READY, Input::Opened];
    let then = |more: &[Input]| all(&[opened.as_slice(), more].concat());
    let banned = Input::Closed(CloseCause::Banned { expires_s: Some(600) });
    let refused = [READY, Input::Closed(CloseCause::ClientOutdated), Input::Exited];
    let outgrown = [Input::OverMemory, Input::Exited];
    let mut breaker = all(&[Input::Start]);
    for _ in 0..4 {
        breaker.extend([News::In(Input::Exited), News::Latest(TimerKind::Backoff)]);
    }
    breaker.push(News::In(Input::Exited));
    let retry = [breaker.clone(), vec![News::Latest(TimerKind::Backoff)]].concat();
    vec![
        ("online, credentials restored", {
            all(&[Input::Start, Input::Restored, READY, Input::Opened])
        }),
        ("draining, then banned", then(std::slice::from_ref(&banned))),
        ("waiting: banned", then(&[banned.clone(), Input::Exited])),
        ("waiting: outdated", {
            all(&[[Input::Start].as_slice(), &refused, &refused, &refused].concat())
        }),
        ("waiting: breaker open", breaker),
        ("starting, breaker open", retry),
        ("waiting: over memory", {
            then(&[outgrown.as_slice(), &outgrown, &outgrown, &outgrown].concat())
        }),
        ("waiting: auth files not saved", {
            then(&[Input::Closed(CloseCause::StorageFailed), Input::Exited])
        }),
        ("draining, no storage", then(&[Input::StorageFailed])),
        ("awaiting storage", then(&[Input::StorageFailed, Input::Exited])),
        ("waiting: banned, no storage", {
            then(&[banned, Input::Exited, Input::StorageFailed])
        }),
        ("resting: stopped, no storage", {
            all(&[Input::Start, Input::Stop, Input::Exited, Input::StorageFailed])
        }),
    ]
}

#[test]
fn every_status_has_a_sentence_and_an_action() {
    let mut all = vec![
        Status::Disabled,
        Status::Suspended,
        Status::Unlinked,
        Status::Linking,
        Status::Connecting,
        Status::Ready,
        Status::BackingOff { delay_ms: 2_000 },
        Status::Replaced,
        Status::LoggedOut,
        Status::Forbidden,
        Status::ClientOutdated,
        Status::StorageFailed,
        Status::BreakerOpen,
    ];
    all.extend(DegradedReason::ALL.map(Status::Degraded));
    for word in Status::WORDS {
        assert!(all.iter().any(|status| status.as_str() == word), "{word}");
    }
    for status in all {
        assert!(status.sentence().ends_with('.'), "{status}");
        assert!(!status.next_action().is_empty(), "{status}");
        assert!(status.to_string().starts_with(status.as_str()), "{status}");
        assert!(Status::WORDS.contains(&status.as_str()), "{status}");
        let named = status
            .reason()
            .is_none_or(|reason| status.to_string().contains(reason));
        assert!(named, "{status}");
    }
    assert_eq!(
        Status::Degraded(DegradedReason::ProtocolMismatch).to_string(),
        "degraded(protocol_mismatch)"
    );
}
