use super::*;

fn acts(plan: &Plan) -> Vec<Act> {
    let acts = plan.moments.iter().filter_map(|moment| match moment.what {
        What::Do(act) => Some(act),
        What::Say(_) => None,
    });
    acts.collect()
}

#[test]
fn the_same_seed_makes_the_same_plan_and_another_seed_another() {
    for size in [Size::Quick, Size::Minutes(2)] {
        assert_eq!(Plan::make(7, size), Plan::make(7, size));
        assert_ne!(Plan::make(7, size), Plan::make(8, size));
    }
}

#[test]
fn a_quick_storm_has_one_fault_of_each_kind_and_is_soon_over() {
    for seed in 0..200 {
        let plan = Plan::make(seed, Size::Quick);
        let acts = acts(&plan);
        let kills = acts.iter().filter(|act| **act == Act::KillGateway).count();
        assert_eq!(kills, 1);
        assert!(acts.iter().any(|act| matches!(act, Act::KillSidecar(_))));
        let last = plan.moments.last().expect("a plan");
        assert!(last.at < Duration::from_secs(12), "{:?}", last.at);
    }
}

#[test]
fn a_long_storm_is_as_long_as_it_was_to_be_and_has_all_there_is() {
    let plan = Plan::make(1, Size::Minutes(3));
    let last = plan.moments.last().expect("a plan").at;
    assert!(
        last > Duration::from_secs(175) && last < Duration::from_secs(200),
        "{last:?}"
    );
    let acts = acts(&plan);
    assert!(acts.iter().any(|act| matches!(act, Act::HalfOpen(_))));
    assert!(acts.iter().any(|act| matches!(act, Act::RefuseLogin(..))));
    assert!(acts.contains(&Act::Restart));
    let frozen_then_killed =
        |pair: &[Act]| matches!(pair[0], Act::Freeze(Whom::Sidecar(_))) && pair[1] == Act::KillGateway;
    assert!(acts.windows(2).any(frozen_then_killed));
    assert!(
        plan.moments
            .iter()
            .any(|moment| { matches!(&moment.what, What::Say(say) if say.kind == Kind::Stalls) })
    );
}

#[test]
fn what_lasts_has_an_end_before_the_next_fault_begins() {
    for seed in 0..100 {
        let mut lasting = None;
        for act in acts(&Plan::make(seed, Size::Minutes(3))) {
            lasting = match (lasting, act) {
                (None, Act::Freeze(_)) => Some(Act::Thaw),
                (None, Act::Pause(account)) => Some(Act::Resume(account)),
                (None, Act::FillDisk) => Some(Act::FreeDisk),
                (None, Act::Thaw | Act::Resume(_) | Act::FreeDisk) => panic!("an end of nothing"),
                (None, _) => None,
                // Only a gateway with a sidecar that hangs is killed meanwhile.
                (Some(Act::Thaw), Act::KillGateway) => Some(Act::Thaw),
                (Some(end), act) => {
                    assert_eq!(act, end, "seed {seed}");
                    None
                }
            };
        }
        assert_eq!(lasting, None, "seed {seed}");
    }
}
