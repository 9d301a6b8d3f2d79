//! What is told outside of WhatsApp next: at once what is new, together what comes in a burst, and never a later state of an
//! account before an earlier one.

/// The kinds of what the owner is told, in the order of their weight.
pub const KINDS: [&str; 13] = [
    "state",
    "recovered",
    "breaker",
    "storage",
    "backlog",
    "expired",
    "unreadable",
    "loop",
    "task",
    "timelock",
    "wake",
    "config",
    "note",
];

/// What was not told within this is given up, milliseconds: a day.
pub const GIVEN_UP_AFTER_MS: i64 = 86_400_000;
/// First wait after a failure, milliseconds.
const FIRST_RETRY_MS: u64 = 1_000;
/// Longest wait after a failure, milliseconds.
const LONGEST_RETRY_MS: u64 = 300_000;

/// Something that waits to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its number; later ones are greater.
    pub id: i64,
    /// Account id.
    pub account: String,
    /// One of [`KINDS`], or one that is not known here.
    pub kind: String,
}

/// When something of this kind was last told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Account id.
    pub account: String,
    /// The kind.
    pub kind: String,
    /// When, Unix milliseconds.
    pub at_ms: i64,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Tell these in one alert, the last of them in full.
    Tell(Vec<i64>),
    /// All of it waits until then, Unix milliseconds.
    WaitUntil(i64),
    /// There is nothing to tell.
    Nothing,
}

/// What is told together and in order: all that says how an account is, and each other kind by itself.
#[must_use]
pub fn series(kind: &str) -> &str {
    match kind {
        "state" | "recovered" | "breaker" | "storage" => "state",
        other => other,
    }
}

/// Chooses from what waits, oldest first. Of one series of one account something is told no more often than `every_ms`.
#[must_use]
pub fn choose(waiting: &[Waiting], told: &[Told], every_ms: i64, now_ms: i64) -> Choice {
    let mut earliest: Option<i64> = None;
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for first in waiting {
        let of = (first.account.as_str(), series(&first.kind));
        if seen.contains(&of) {
            continue;
        }
        seen.push(of);
        let last = told
            .iter()
            .filter(|told| (told.account.as_str(), series(&told.kind)) == of)
            .map(|told| told.at_ms)
            .max();
        // A clock that was set back holds nothing up.
        let held_until = last
            .filter(|last| *last <= now_ms)
            .map(|last| last.saturating_add(every_ms))
            .filter(|until| *until > now_ms);
        match held_until {
            None => {
                let same = waiting
                    .iter()
                    .filter(|other| (other.account.as_str(), series(&other.kind)) == of);
                return Choice::Tell(same.map(|other| other.id).collect());
            }
            Some(until) => earliest = Some(earliest.map_or(until, |known| known.min(until))),
        }
    }
    earliest.map_or(Choice::Nothing, Choice::WaitUntil)
}

/// How long to wait after so many failures in a row, milliseconds; `chance` is drawn from 0.0 to 1.0.
#[must_use]
pub fn retry_after_ms(failures: u32, chance: f64) -> u64 {
    let doubled = FIRST_RETRY_MS.saturating_mul(2_u64.saturating_pow(failures.saturating_sub(1)));
    let whole = doubled.min(LONGEST_RETRY_MS);
    // Up to a quarter less, so that those who failed together do not come back together.
    let less = std::time::Duration::from_millis(whole / 4).mul_f64(chance.clamp(0.0, 1.0));
    whole.saturating_sub(u64::try_from(less.as_millis()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000;
    const EVERY: i64 = 60_000;

    fn waiting(rows: &[(i64, &str, &str)]) -> Vec<Waiting> {
        let rows = rows.iter().map(|(id, account, kind)| Waiting {
            id: *id,
            account: (*account).to_owned(),
            kind: (*kind).to_owned(),
        });
        rows.collect()
    }

    fn told(account: &str, kind: &str, ago_ms: i64) -> Told {
        Told {
            account: account.to_owned(),
            kind: kind.to_owned(),
            at_ms: NOW - ago_ms,
        }
    }

    #[test]
    fn a_burst_is_told_together() {
        let rows = waiting(&[
            (1, "a", "expired"),
            (2, "a", "loop"),
            (3, "a", "expired"),
            (4, "b", "expired"),
        ]);
        assert_eq!(choose(&rows, &[], EVERY, NOW), Choice::Tell(vec![1, 3]));
        assert_eq!(choose(&rows[1..], &[], EVERY, NOW), Choice::Tell(vec![2]));
        assert_eq!(choose(&[], &[], EVERY, NOW), Choice::Nothing);
    }

    #[test]
    fn what_was_told_just_now_waits_and_holds_nothing_else_up() {
        let rows = waiting(&[(5, "a", "expired"), (6, "a", "loop")]);
        let just = told("a", "expired", 10_000);
        assert_eq!(
            choose(&rows, std::slice::from_ref(&just), EVERY, NOW),
            Choice::Tell(vec![6])
        );
        assert_eq!(
            choose(&rows[..1], std::slice::from_ref(&just), EVERY, NOW),
            Choice::WaitUntil(NOW + 50_000)
        );
        for free in [
            told("a", "expired", EVERY),
            told("b", "expired", 1),
            told("a", "expired", -5),
        ] {
            assert_eq!(choose(&rows[..1], &[free], EVERY, NOW), Choice::Tell(vec![5]));
        }
    }

    #[test]
    fn a_recovery_is_never_told_before_what_it_follows() {
        let rows = waiting(&[(7, "a", "state"), (8, "a", "recovered")]);
        let just = told("a", "recovered", 1);
        assert_eq!(
            choose(&rows, &[just], EVERY, NOW),
            Choice::WaitUntil(NOW - 1 + EVERY),
            "the recovery waits with the state"
        );
        assert_eq!(choose(&rows, &[], EVERY, NOW), Choice::Tell(vec![7, 8]));
    }

    #[test]
    fn waits_grow_and_have_an_end() {
        let waits: Vec<u64> = (1..12).map(|failures| retry_after_ms(failures, 0.0)).collect();
        assert_eq!(waits[..4], [1_000, 2_000, 4_000, 8_000]);
        assert_eq!(waits.last(), Some(&300_000));
        assert_eq!(retry_after_ms(u32::MAX, 0.0), 300_000);
        assert_eq!(retry_after_ms(0, 0.0), 1_000);
        assert_eq!(retry_after_ms(1, 1.0), 750);
    }
}
