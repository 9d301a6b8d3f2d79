use proptest::prelude::*;
use rstest::rstest;

use super::*;

const NOW: i64 = 1_700_000_000_000;

fn rules(per_chat: usize, per_account: usize) -> PacingRules {
    PacingRules {
        per_chat,
        per_account,
        ..PacingRules::default()
    }
}

#[rstest]
#[case::nothing_was_sent(&[], &[], 0)]
#[case::room_in_both(&[1_000], &[1_000, 2_000], 0)]
#[case::the_chat_is_full(&[10_000, 30_000], &[10_000, 30_000], 30_000)]
#[case::the_account_is_full(&[], &[5_000, 6_000, 50_000], 10_000)]
#[case::the_later_of_both(&[10_000, 20_000], &[10_000, 20_000, 59_000], 40_000)]
#[case::over_the_limit_already(&[1, 2, 3_000], &[], 59_998)]
#[case::a_minute_ago_counts_no_more(&[60_000, 60_001], &[60_000, 61_000, 62_000], 0)]
fn limits(#[case] chat_ago: &[i64], #[case] account_ago: &[i64], #[case] wait: i64) {
    let at = |ago: &[i64]| ago.iter().map(|ago| NOW - ago).collect::<Vec<_>>();
    let (chat, account) = (at(chat_ago), at(account_ago));
    let recent = Recent {
        chat: &chat,
        account: &account,
    };
    assert_eq!(free_at(&rules(2, 3), recent, NOW) - NOW, wait);
}

#[test]
fn the_random_wait_comes_on_top_and_has_an_end() {
    let recent = Recent {
        chat: &[],
        account: &[],
    };
    for (chance, wait) in [(0.0, 0), (0.5, 200), (1.0, 400), (7.0, 400)] {
        assert_eq!(due_at(&PacingRules::default(), recent, NOW, chance) - NOW, wait);
    }
}

#[rstest]
#[case(true, false, false, Contact::Known)]
#[case(false, true, false, Contact::Known)]
#[case(true, false, true, Contact::Known)]
#[case(false, false, true, Contact::First)]
#[case(false, false, false, Contact::Refused)]
fn contacts(#[case] wrote: bool, #[case] owner: bool, #[case] allowed: bool, #[case] expected: Contact) {
    let rules = PacingRules {
        first_contact: allowed,
        ..PacingRules::default()
    };
    assert_eq!(contact(&rules, Acquaintance { wrote, owner }), expected);
}

#[test]
fn a_lock_without_an_end_lasts_a_day() {
    assert_eq!(lock_end(None, NOW), NOW + TIME_LOCK_MS);
    assert_eq!(lock_end(Some(NOW - 1), NOW), NOW + TIME_LOCK_MS);
    assert_eq!(lock_end(Some(NOW + 5), NOW), NOW + 5);
}

proptest! {
    /// However messages come, no window of a minute holds more than the limits, and what is free to go goes.
    #[test]
    fn no_minute_holds_more_than_the_limits(
        per_chat in 1usize..6,
        per_account in 1usize..10,
        wanted in proptest::collection::vec((0usize..3, 0i64..20_000), 1..60),
    ) {
        let rules = rules(per_chat, per_account);
        let mut sent: Vec<(usize, i64)> = Vec::new();
        let mut now = NOW;
        for (chat, pause) in wanted {
            now += pause;
            let account: Vec<i64> = sent.iter().map(|(_, at)| *at).collect();
            let own: Vec<i64> = sent.iter().filter(|(of, _)| *of == chat).map(|(_, at)| *at).collect();
            let recent = Recent { chat: &own, account: &account };
            let at = free_at(&rules, recent, now);
            prop_assert!(at >= now);
            prop_assert!(at <= now + WINDOW_MS);
            prop_assert_eq!(free_at(&rules, recent, at), at, "then it is free");
            let crowded = own.iter().filter(|sent| **sent + WINDOW_MS > now).count() >= per_chat
                || account.iter().filter(|sent| **sent + WINDOW_MS > now).count() >= per_account;
            prop_assert_eq!(at > now, crowded);
            now = at;
            sent.push((chat, at));
        }
        for (_, end) in &sent {
            let within = |at: i64| at <= *end && at + WINDOW_MS > *end;
            prop_assert!(sent.iter().filter(|(_, at)| within(*at)).count() <= per_account);
            for chat in 0..3 {
                prop_assert!(sent.iter().filter(|(of, at)| *of == chat && within(*at)).count() <= per_chat);
            }
        }
    }
}
