//! What a storm does and when, all of it drawn from one seed before anything starts.

use std::time::Duration;

use super::dice::Dice;

/// Accounts that take part, each with the same people and a group of its own.
pub(super) const ACCOUNTS: usize = 3;
/// People who write to each of them.
pub(super) const PEOPLE: usize = 3;

/// How much there is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// A few seconds with one fault of each quick kind.
    Quick,
    /// So many minutes with faults of all kinds.
    Minutes(u16),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// In order of their times.
    pub(super) moments: Vec<Moment>,
}

/// Something that happens, counted from the beginning of the storm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) at: Duration,
    pub(super) what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    Say(Say),
    Do(Act),
}

/// A person writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Say {
    pub(super) account: usize,
    pub(super) person: usize,
    pub(super) place: Place,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Direct,
    /// In the group, and the account is meant.
    Mention,
    /// In the group, among people.
    Group,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Image,
    Document,
    /// A document whose server fails twice before it gives it out.
    Fails,
    /// A document of which nothing more comes after some bytes.
    Stalls,
}

/// What is done to the gateway and its surroundings. What lasts has an end of its own in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    KillGateway,
    KillSidecar(usize),
    /// SIGSTOP.
    Freeze(Whom),
    /// SIGCONT to whoever is frozen.
    Thaw,
    /// The connection is cut.
    Drop(usize),
    /// The server neither reads nor answers.
    HalfOpen(usize),
    /// The server ends the stream with this code.
    StreamError(usize, u16),
    /// The server refuses so many websockets with 503, after the connection was cut.
    RefuseUpgrade(usize, u8),
    /// And so many logins.
    RefuseLogin(usize, u8),
    /// So many messages are refused with an error.
    AckErrors(usize, u8),
    /// So many are taken, and that is not said.
    AckDrops(usize, u8),
    /// The wall clock moves on by so many seconds.
    Clock(u32),
    /// The config is edited and read again.
    Reload,
    Restart,
    Pause(usize),
    Resume(usize),
    /// The disk is full.
    FillDisk,
    /// And has room again.
    FreeDisk,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whom {
    Gateway,
    Sidecar(usize),
    Everybody,
}

/// Kinds of faults, as they are dealt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Card {
    KillGateway,
    /// While a sidecar hangs.
    KillGatewayOfFrozen,
    KillSidecar,
    FreezeGateway,
    FreezeSidecar,
    FreezeEverybody,
    /// The gateway reads nothing while much comes.
    SlowConsumer,
    Drop,
    HalfOpen,
    StreamError,
    RefuseUpgrade,
    RefuseLogin,
    AckErrors,
    AckDrops,
    Clock,
    Reload,
    Restart,
    Pause,
    FullDisk,
}

const QUICK: [Card; 10] = [
    Card::KillGateway,
    Card::KillSidecar,
    Card::FreezeGateway,
    Card::SlowConsumer,
    Card::Drop,
    Card::RefuseUpgrade,
    Card::AckDrops,
    Card::Clock,
    Card::Reload,
    Card::Pause,
];

/// Kills come twice in each round of the long storm.
const ALL: [Card; 21] = [
    Card::KillGateway,
    Card::KillGateway,
    Card::KillGatewayOfFrozen,
    Card::KillSidecar,
    Card::KillSidecar,
    Card::FreezeGateway,
    Card::FreezeSidecar,
    Card::FreezeEverybody,
    Card::SlowConsumer,
    Card::Drop,
    Card::HalfOpen,
    Card::StreamError,
    Card::RefuseUpgrade,
    Card::RefuseLogin,
    Card::AckErrors,
    Card::AckDrops,
    Card::Clock,
    Card::Reload,
    Card::Restart,
    Card::Pause,
    Card::FullDisk,
];

impl Plan {
    pub(super) fn make(seed: u64, size: Size) -> Self {
        let mut dice = Dice(seed);
        let mut moments = Vec::new();
        let end_ms = match size {
            Size::Quick => quick(&mut dice, &mut moments),
            Size::Minutes(minutes) => long(&mut dice, &mut moments, u64::from(minutes) * 60_000),
        };
        let mut at_ms = 0;
        let between_ms = match size {
            Size::Quick => 200,
            Size::Minutes(_) => 600,
        };
        while at_ms < end_ms {
            let say = say(&mut dice, size);
            moments.push(moment(at_ms, What::Say(say)));
            at_ms += dice.up_to(between_ms);
        }
        // What was drawn first for one time happens first.
        moments.sort_by_key(|moment| moment.at);
        Self { moments }
    }
}

/// Each quick kind once. Returns when it is over.
fn quick(dice: &mut Dice, moments: &mut Vec<Moment>) -> u64 {
    let mut at_ms = 300;
    for card in dice.shuffled(&QUICK) {
        at_ms = deal(card, dice, moments, at_ms, 700) + 100 + dice.up_to(700);
    }
    at_ms
}

fn long(dice: &mut Dice, moments: &mut Vec<Moment>, end_ms: u64) -> u64 {
    let mut at_ms = 1_000;
    loop {
        for card in dice.shuffled(&ALL) {
            at_ms = deal(card, dice, moments, at_ms, 6_000) + 200 + dice.up_to(4_000);
            if at_ms >= end_ms {
                return at_ms;
            }
        }
    }
}

/// Puts one fault into the plan. Returns when its end has come.
fn deal(card: Card, dice: &mut Dice, moments: &mut Vec<Moment>, at_ms: u64, most_ms: u64) -> u64 {
    let account = dice.index(ACCOUNTS);
    let few = dice.few();
    let lasts_ms = if card == Card::KillGatewayOfFrozen {
        // Longer than it may outlive its gateway.
        6_000
    } else {
        most_ms / 4 + dice.up_to(most_ms - most_ms / 4)
    };
    let (act, then) = match card {
        Card::KillGateway => (Act::KillGateway, None),
        Card::KillSidecar => (Act::KillSidecar(account), None),
        Card::FreezeGateway | Card::SlowConsumer => (Act::Freeze(Whom::Gateway), Some(Act::Thaw)),
        Card::FreezeSidecar | Card::KillGatewayOfFrozen => {
            (Act::Freeze(Whom::Sidecar(account)), Some(Act::Thaw))
        }
        Card::FreezeEverybody => (Act::Freeze(Whom::Everybody), Some(Act::Thaw)),
        Card::Drop => (Act::Drop(account), None),
        Card::HalfOpen => (Act::HalfOpen(account), None),
        Card::StreamError => {
            let code = [500, 503, 515][dice.index(3)];
            (Act::StreamError(account, code), None)
        }
        Card::RefuseUpgrade => (Act::RefuseUpgrade(account, few), None),
        Card::RefuseLogin => (Act::RefuseLogin(account, few), None),
        Card::AckErrors => (Act::AckErrors(account, few), None),
        Card::AckDrops => (Act::AckDrops(account, few), None),
        Card::Clock => (Act::Clock(20 + u32::from(few) * 25), None),
        Card::Reload => (Act::Reload, None),
        Card::Restart => (Act::Restart, None),
        Card::Pause => (Act::Pause(account), Some(Act::Resume(account))),
        Card::FullDisk => (Act::FillDisk, Some(Act::FreeDisk)),
    };
    moments.push(moment(at_ms, What::Do(act)));
    if card == Card::KillGatewayOfFrozen {
        moments.push(moment(at_ms + 100, What::Do(Act::KillGateway)));
    }
    if card == Card::SlowConsumer {
        for _ in 0..15 {
            let say = Say {
                account,
                person: dice.index(PEOPLE),
                place: Place::Direct,
                kind: Kind::Text,
            };
            moments.push(moment(at_ms, What::Say(say)));
        }
    }
    let Some(then) = then else { return at_ms };
    moments.push(moment(at_ms + lasts_ms, What::Do(then)));
    at_ms + lasts_ms
}

fn say(dice: &mut Dice, size: Size) -> Say {
    let place = match dice.index(10) {
        0..=5 => Place::Direct,
        6..=7 => Place::Mention,
        _ => Place::Group,
    };
    let kind = match (dice.index(40), size) {
        (0..=2, _) => Kind::Image,
        (3..=5, _) => Kind::Document,
        (6, _) => Kind::Fails,
        (7, Size::Minutes(_)) => Kind::Stalls,
        _ => Kind::Text,
    };
    Say {
        account: dice.index(ACCOUNTS),
        person: dice.index(PEOPLE),
        // Files are sent in direct chats.
        place: if kind == Kind::Text { place } else { Place::Direct },
        kind,
    }
}

fn moment(at_ms: u64, what: What) -> Moment {
    Moment {
        at: Duration::from_millis(at_ms),
        what,
    }
}

#[cfg(test)]
mod tests;
