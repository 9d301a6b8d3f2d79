//! The account machine: scenes told in full, the printed table, and what holds for any course of events.

mod golden;
mod properties;
mod quiet;
mod scenes;
mod versions;

use super::*;

/// A machine that remembers what it armed, so that a test can name a timer by its kind.
struct Bench {
    machine: Lifecycle,
    armed: Vec<TimerId>,
}

/// What happens next, in the words of a test.
#[derive(Debug, Clone)]
enum News {
    In(Input),
    /// The timer of this kind that was armed last fires.
    Latest(TimerKind),
    /// A timer of this kind that nobody waits for any more fires.
    Old(TimerKind),
}

impl Bench {
    fn new() -> Self {
        Self::with(Settings::default())
    }

    fn with(settings: Settings) -> Self {
        Self {
            machine: Lifecycle::new(settings),
            armed: vec![],
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
            News::Latest(kind) => Input::Fired(self.latest(*kind)),
            News::Old(kind) => Input::Fired(TimerId {
                kind: *kind,
                serial: 0,
            }),
        };
        let effects = self.machine.step(input, 0.5);
        self.armed
            .extend(effects.iter().filter_map(|effect| match effect {
                Effect::Arm { timer, .. } => Some(*timer),
                Effect::Spawn { .. }
                | Effect::AskShutdown
                | Effect::AskLogout
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
        let latest = self.armed.iter().rev().find(|timer| timer.kind == kind);
        latest.copied().unwrap_or(TimerId { kind, serial: 0 })
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
        Input::Restart,
        LOGIN,
        Input::Logout,
        spawn_failed(),
        Input::Exited,
        hello_rejected(),
        EMPTY,
        READY,
        Input::QrShown,
        Input::Scanned,
        Input::Opened,
    ];
    all.extend(CloseCause::ALL.map(Input::Closed));
    all.push(Input::Unresponsive);
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
    states
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
    ];
    all.extend(DegradedReason::ALL.map(Status::Degraded));
    for status in all {
        assert!(status.sentence().ends_with('.'), "{status}");
        assert!(!status.next_action().is_empty(), "{status}");
        assert!(status.to_string().starts_with(status.as_str()), "{status}");
    }
    assert_eq!(
        Status::Degraded(DegradedReason::ProtocolMismatch).to_string(),
        "degraded(protocol_mismatch)"
    );
}
