//! Hours and days in no time: the machine beside a made-up sidecar and WhatsApp, on one clock.

use super::*;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// What a process comes to.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    /// It opens after a second, and holds.
    Opens,
    /// It is killed a second after it was started.
    Breaks,
    /// WhatsApp refuses its version.
    Refused,
}

struct Coming {
    at_ms: u64,
    input: Input,
}

struct World {
    machine: Lifecycle,
    now_ms: u64,
    /// What comes, and when.
    coming: Vec<Coming>,
    fate: Fate,
    /// Does an open link answer?
    answers: bool,
    /// When each process was started.
    spawned: Vec<u64>,
    probes: usize,
}

impl World {
    fn started(fate: Fate) -> Self {
        let mut world = Self {
            machine: Lifecycle::new(Settings::default()),
            now_ms: 0,
            coming: vec![],
            fate,
            answers: true,
            spawned: vec![],
            probes: 0,
        };
        world.input(Input::Start);
        world
    }

    fn online() -> Self {
        let mut world = Self::started(Fate::Opens);
        world.run(MINUTE);
        assert_eq!(world.machine.status(), Status::Ready);
        world
    }

    fn input(&mut self, input: Input) {
        if input == Input::Exited {
            // Nothing more comes from that one.
            self.coming
                .retain(|coming| matches!(coming.input, Input::Fired(_)));
        }
        for effect in self.machine.step(input, self.now_ms, 0.5) {
            match effect {
                Effect::Spawn { .. } => self.spawn(),
                Effect::AskShutdown | Effect::AskLogout => self.after(SECOND, Input::Exited),
                Effect::Probe => {
                    self.probes += 1;
                    if !self.answers {
                        self.after(10 * SECOND, Input::ProbeFailed);
                    }
                }
                Effect::Arm { timer, after_ms } => self.after(after_ms, Input::Fired(timer)),
                Effect::Signal(_) | Effect::SetAsideAuth | Effect::Report(_) => {}
            }
        }
    }

    fn spawn(&mut self) {
        self.spawned.push(self.now_ms);
        self.after(SECOND / 2, READY);
        match self.fate {
            Fate::Opens => self.after(SECOND, Input::Opened),
            Fate::Breaks => self.after(SECOND, Input::Exited),
            Fate::Refused => self.after(SECOND, Input::Closed(CloseCause::ClientOutdated)),
        }
    }

    fn after(&mut self, ms: u64, input: Input) {
        let at_ms = self.now_ms + ms;
        self.coming.push(Coming { at_ms, input });
    }

    /// All that comes within this, in order.
    fn run(&mut self, ms: u64) {
        let end = self.now_ms + ms;
        while let Some(next) = (0..self.coming.len())
            .min_by_key(|at| self.coming[*at].at_ms)
            .filter(|at| self.coming[*at].at_ms <= end)
        {
            let coming = self.coming.remove(next);
            self.now_ms = coming.at_ms;
            self.input(coming.input);
        }
        self.now_ms = end;
    }

    /// The host sleeps: the machine's clock goes on, and nothing else does.
    fn sleep(&mut self, ms: u64) {
        self.now_ms += ms;
        for coming in &mut self.coming {
            coming.at_ms += ms;
        }
        self.input(Input::Woke);
    }
}

#[test]
fn b3_a_quiet_account_is_never_reconnected() {
    let mut world = World::online();
    world.run(24 * HOUR);
    assert_eq!((world.spawned.len(), world.machine.status()), (1, Status::Ready));
}

#[test]
fn b4_ten_minutes_of_sleep_cost_a_link_that_lives_nothing() {
    let mut world = World::online();
    world.sleep(10 * MINUTE);
    world.run(10 * MINUTE);
    assert_eq!((world.spawned.len(), world.probes), (1, 1));
}

#[test]
fn b4_ten_minutes_of_sleep_cost_a_dead_link_one_reconnect() {
    let mut world = World::online();
    world.answers = false;
    world.sleep(10 * MINUTE);
    let woke_at = world.now_ms;
    world.run(12 * SECOND);
    world.answers = true;
    world.run(10 * MINUTE);
    assert_eq!(world.spawned.len(), 2);
    assert!(world.spawned[1] - woke_at <= 15 * SECOND);
    assert_eq!(world.machine.status(), Status::Ready);
}

#[test]
fn b4_a_host_that_dozes_all_night_makes_no_storm() {
    let mut world = World::started(Fate::Breaks);
    for _ in 0..1_000 {
        world.sleep(5 * SECOND);
        world.run(SECOND);
    }
    let minutes = usize::try_from(world.now_ms / MINUTE).unwrap();
    assert!(
        world.spawned.len() <= 20 + 3 * minutes,
        "{} attempts in {minutes} minutes",
        world.spawned.len()
    );
}

#[test]
fn b5_a_replaced_login_stays_away_until_it_is_told_to_come_back() {
    let mut world = World::online();
    world.input(Input::Closed(CloseCause::Replaced));
    world.run(10 * MINUTE);
    world.sleep(10 * MINUTE);
    assert_eq!(
        (world.spawned.len(), world.machine.status()),
        (1, Status::Replaced)
    );
    world.input(Input::Start);
    world.run(MINUTE);
    assert_eq!((world.spawned.len(), world.machine.status()), (2, Status::Ready));
}

#[test]
fn b7_the_next_version_is_connected_within_half_a_minute() {
    let mut world = World::started(Fate::Refused);
    world.run(SECOND);
    world.fate = Fate::Opens;
    world.run(29 * SECOND);
    assert_eq!(world.machine.status(), Status::Ready);
}

#[test]
fn b7_versions_that_are_all_refused_are_tried_every_hour() {
    let mut world = World::started(Fate::Refused);
    world.run(MINUTE);
    assert_eq!(world.spawned.len(), 3);
    assert_eq!(world.machine.status(), Status::ClientOutdated);
    let due = world.machine.next_attempt_ms().unwrap();
    assert!((HOUR..HOUR + MINUTE).contains(&due), "{due}");
    world.run(24 * HOUR);
    assert!(world.spawned.len() <= 3 * 25, "{}", world.spawned.len());
}

#[test]
fn b8_a_process_that_always_breaks_is_started_every_five_minutes() {
    let mut world = World::started(Fate::Breaks);
    world.run(MINUTE);
    assert_eq!(
        (world.spawned.len(), world.machine.status()),
        (5, Status::BreakerOpen)
    );
    world.run(HOUR);
    assert_eq!(world.spawned.len(), 5 + 12);
    for pair in world.spawned[4..].windows(2) {
        assert_eq!(pair[1] - pair[0], 5 * MINUTE + SECOND);
    }
    world.fate = Fate::Opens;
    world.run(6 * MINUTE);
    assert!(world.machine.is_settled());
    world.input(Input::Exited);
    assert_eq!(
        world.machine.status(),
        Status::Connecting,
        "the breaker is closed"
    );
}

#[test]
fn b8_a_killed_process_is_back_within_ten_seconds() {
    let mut world = World::online();
    world.input(Input::Exited);
    world.run(10 * SECOND);
    assert_eq!(world.machine.status(), Status::Ready);
}
