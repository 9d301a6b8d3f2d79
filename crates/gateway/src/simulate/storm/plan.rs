//! What a storm does and when, all of it drawn from one seed before anything starts.

use std::time::Duration;

/// Milliseconds between two messages, at most.
const BETWEEN_MS: u64 = 40;

/// Milliseconds from a round's last message to its kill, at most.
const BEFORE_KILL_MS: u64 = 400;

/// The same where the kill is meant for a start that is under way.
const BEFORE_EARLY_KILL_MS: u64 = 1_200;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) rounds: Vec<Round>,
}

/// Some messages and a kill.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Round {
    pub(super) when: When,
    pub(super) say: Vec<Say>,
    /// None in the last one.
    pub(super) kill: Option<Kill>,
}

/// What the account does when the messages come and the kill hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// It is ready and nothing is of unknown fate, then they come.
    Calm,
    /// It is ready, then they come.
    Live,
    /// They come while it starts; the kill hits while the backlog comes in.
    Backlog,
    /// The kill hits while it starts.
    Early,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Say {
    pub(super) after: Duration,
    pub(super) sender: usize,
    pub(super) group: Option<usize>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kill {
    pub(super) after: Duration,
    pub(super) target: Target,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Gateway,
    Sidecar,
}

impl Plan {
    pub(super) fn make(seed: u64, messages: usize, kills: usize, senders: usize, groups: usize) -> Self {
        let mut dice = Dice(seed);
        let mut rounds: Vec<Round> = (0..=kills)
            .map(|round| Round::draw(&mut dice, round < kills))
            .collect();
        for _ in 0..messages {
            let round = dice.index(rounds.len());
            let say = Say {
                after: dice.up_to_ms(BETWEEN_MS),
                sender: dice.index(senders),
                // One in five is said in a group.
                group: (groups > 0 && dice.index(5) == 0).then(|| dice.index(groups)),
            };
            if let Some(round) = rounds.get_mut(round) {
                round.say.push(say);
            }
        }
        Self { rounds }
    }
}

impl Round {
    fn draw(dice: &mut Dice, kills: bool) -> Self {
        let when = match dice.index(16) {
            0..=1 => When::Calm,
            2..=8 => When::Live,
            9..=13 => When::Backlog,
            _ => When::Early,
        };
        // A sidecar that never gets ready is given a rest, which would only make the storm long.
        let target = if when == When::Early || dice.index(2) == 0 {
            Target::Gateway
        } else {
            Target::Sidecar
        };
        let after = dice.up_to_ms(if when == When::Early {
            BEFORE_EARLY_KILL_MS
        } else {
            BEFORE_KILL_MS
        });
        Self {
            when,
            say: Vec::new(),
            kill: kills.then_some(Kill { after, target }),
        }
    }
}

/// SplitMix64: small, even enough, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `len`, or 0 where there is nothing to choose from.
    fn index(&mut self, len: usize) -> usize {
        let len = u64::try_from(len).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.roll() % len).unwrap_or(0)
    }

    fn up_to_ms(&mut self, most: u64) -> Duration {
        Duration::from_millis(self.roll() % (most + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_plan_and_another_seed_another() {
        assert_eq!(Plan::make(7, 200, 20, 3, 1), Plan::make(7, 200, 20, 3, 1));
        assert_ne!(Plan::make(7, 200, 20, 3, 1), Plan::make(8, 200, 20, 3, 1));
    }

    #[test]
    fn the_generator_is_the_one_that_old_seeds_were_drawn_with() {
        let mut dice = Dice(0);
        assert_eq!(dice.roll(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(dice.roll(), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn all_that_was_asked_for_is_in_it() {
        let plan = Plan::make(1, 500, 40, 3, 1);
        let said: Vec<&Say> = plan.rounds.iter().flat_map(|round| &round.say).collect();
        assert_eq!(said.len(), 500);
        assert!(
            said.iter()
                .all(|say| say.sender < 3 && say.group.is_none_or(|group| group == 0))
        );
        assert!(said.iter().any(|say| say.group.is_some()));
        let kills: Vec<&Kill> = plan
            .rounds
            .iter()
            .filter_map(|round| round.kill.as_ref())
            .collect();
        assert_eq!(kills.len(), 40);
        assert!(kills.iter().any(|kill| kill.target == Target::Sidecar));
        assert!(
            Plan::make(1, 50, 0, 1, 0)
                .rounds
                .iter()
                .all(|round| round.kill.is_none())
        );
    }
}
