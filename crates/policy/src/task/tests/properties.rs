//! A Task is followed through days in which the gateway comes and goes.

use proptest::prelude::*;

use super::*;

fn any_schedule() -> impl Strategy<Value = Option<Schedule>> {
    const TEXTS: [&str; 9] = [
        "every 1m",
        "every 7m",
        "every 90m",
        "daily at 9:00",
        "every 3 days at 23:59",
        "weekdays at 8:00",
        "cron */20 9-17 * * *",
        "at 10:00",
        "",
    ];
    (0..TEXTS.len()).prop_map(|place| schedule(TEXTS[place]))
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        3 => Just(Outcome::Ok),
        4 => Just(Outcome::Error),
        1 => Just(Outcome::Cancelled),
        1 => Just(Outcome::Interrupted),
    ]
}

/// How long until somebody looks again: a moment, minutes, or days of being down.
fn any_wait() -> impl Strategy<Value = i64> {
    prop_oneof![1_i64..MINUTE, MINUTE..3 * HOUR, HOUR..100 * HOUR]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_due_time_leads_to_one_run_at_most_and_none_is_due_for_ever(
        schedule in any_schedule(),
        steps in proptest::collection::vec((any_wait(), any::<bool>(), any_outcome()), 1..60),
        max_runs in proptest::option::of(1_u32..20),
        catch_up_ms in prop_oneof![Just(0), Just(HOUR), Just(48 * HOUR)],
    ) {
        let timing = timing(schedule.as_ref());
        let mut now_ms = at("00:00");
        let mut next_ms = timing.next_after(now_ms).or(Some(now_ms));
        let mut counters = Counters::default();
        let mut state = State::Active;
        let mut under_way = false;
        let mut handled: Vec<i64> = Vec::new();
        let mut told = 0;
        for (wait, ends, outcome) in steps {
            now_ms += wait;
            if let (State::Active, Some(due_ms)) = (state, next_ms) {
                let next = on_due(&Due { timing, due_ms, now_ms, catch_up_ms, busy: under_way });
                prop_assert!(next.next_ms.is_none_or(|next| next > now_ms));
                match next.act {
                    Act::Wait => prop_assert!(due_ms > now_ms),
                    Act::Run { due_ms: latest } | Act::Skip { due_ms: latest, .. } | Act::Missed { due_ms: latest } => {
                        prop_assert!(latest >= due_ms && latest <= now_ms);
                        // Nothing between it and now was left out.
                        prop_assert!(timing.next_after(latest).is_none_or(|next| next > now_ms));
                        prop_assert!(handled.last().is_none_or(|last| *last < latest), "{latest} comes twice");
                        handled.push(latest);
                    }
                }
                let late = handled.last().map_or(0, |due| now_ms - due);
                match next.act {
                    Act::Run { .. } => {
                        prop_assert!(!under_way && late <= catch_up_ms.max(MINUTE));
                        under_way = true;
                    }
                    Act::Missed { .. } => prop_assert!(!under_way && late > catch_up_ms),
                    Act::Skip { .. } => prop_assert!(under_way),
                    Act::Wait => {}
                }
                next_ms = next.next_ms;
                state = next.state;
            }
            if under_way && ends {
                under_way = false;
                let before = counters;
                let after = after_run(&Ended {
                    timing, outcome, by_hand: false, counters, max_runs, max_successes: None, state, next_ms, now_ms,
                    made_for_it: true,
                });
                prop_assert!(after.next_ms == next_ms || after.next_ms.is_none_or(|next| next > now_ms));
                // Failing never makes it run sooner than its schedule says.
                if let (Some(before), Some(after)) = (next_ms, after.next_ms) {
                    prop_assert!(after >= before);
                }
                prop_assert_eq!(after.counters.runs, before.runs + 1);
                prop_assert!(max_runs.is_none_or(|max| after.counters.runs <= max));
                told = if after.counters.failures == 0 { 0 } else { told + u32::from(after.tell_failure) };
                prop_assert!(told <= 1, "one failure text for failures in a row");
                (counters, state, next_ms) = (after.counters, after.state, after.next_ms);
            }
            prop_assert!(state != State::Done || next_ms.is_none());
            // An active Task has a time to come, or a run under way that will end it.
            prop_assert!(state != State::Active || next_ms.is_some() || under_way);
        }
    }

    #[test]
    fn waits_never_shrink_and_end_at_a_day(failures in any::<u32>()) {
        prop_assert!(backoff_ms(failures) <= 24 * HOUR);
        prop_assert!(backoff_ms(failures.saturating_add(1)) >= backoff_ms(failures));
    }
}
