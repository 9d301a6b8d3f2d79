//! Words of the store, and what a person is told.

use std::collections::HashSet;

use super::*;

#[test]
fn words_are_read_back() {
    let mut words = HashSet::new();
    for reason in Reason::ALL {
        assert_eq!(Reason::parse(reason.as_str()), Some(reason));
        assert!(reason.sentence().ends_with('.'), "{reason:?}");
        assert!(words.insert(reason.as_str()), "{reason:?} shares its word");
    }
    for outcome in Outcome::ALL {
        assert_eq!(Outcome::parse(outcome.as_str()), Some(outcome));
    }
    for activation in [Activation::Mention, Activation::Always] {
        assert_eq!(Activation::parse(activation.as_str()), Some(activation));
    }
    assert_eq!(Reason::parse("no_such_reason"), None);
    assert_eq!(Outcome::parse(""), None);
    assert_eq!(Activation::parse("Always"), None);
}

#[test]
fn rules_are_numbers_in_the_store_and_names_for_people() {
    let names = [
        (Rule::DM_NOT_A_CONVERSATION, "dm.1"),
        (Rule::STALE, "dm.13"),
        (Rule::GROUP_POLICY, "group.1"),
        (Rule::GROUP_GATE, "group.5"),
    ];
    for (rule, name) in names {
        assert_eq!(rule.to_string(), name);
        assert_eq!(Rule::from_number(i64::from(rule.number())), Some(rule));
    }
    assert_eq!(Rule::NONE.to_string(), "none");
    for number in [0, -1, 256, i64::MAX] {
        assert_eq!(Rule::from_number(number), None);
    }
}

/// A person who can change it is told how; where nothing is to be changed, nothing is suggested.
#[test]
fn what_a_setting_or_a_command_would_change_says_so() {
    for (reason, remedy) in [
        (Reason::DmDisabled, Remedy::Set(Setting::DmPolicy, "pairing")),
        (Reason::SelfChatOff, Remedy::Set(Setting::SelfChatMode, "true")),
        (
            Reason::GroupsDisabled,
            Remedy::Set(Setting::GroupPolicy, "allowlist"),
        ),
        (Reason::NotInAllowlist, Remedy::AddSender),
        (Reason::UnresolvedIdentity, Remedy::AddSender),
        (Reason::GroupSenderNotAllowed, Remedy::AddSender),
        (Reason::PairingRequired, Remedy::Approve),
        (Reason::PairingFull, Remedy::Approve),
        (Reason::Stale, Remedy::Raise(Setting::CatchUp)),
        (Reason::GroupNotListed, Remedy::ListGroup),
        (Reason::NoMention, Remedy::Mention),
    ] {
        assert_eq!(reason.remedies().first(), Some(&remedy), "{reason:?}");
    }
    for reason in [
        Reason::OwnEcho,
        Reason::DmListed,
        Reason::Duplicate,
        Reason::GroupAlways,
    ] {
        assert_eq!(reason.remedies(), [], "{reason:?}");
    }
}

/// Whoever asks why sees every rule before the one that decided, in order, and that one is not among them
/// unless it was asked in two steps.
#[test]
fn a_trace_tells_the_rules_before_the_one_that_decided() {
    let (verdict, steps) = dm(Allowlist, &["+15550100002"]).traced();
    assert_eq!(verdict.rule.to_string(), "dm.12");
    let tried: Vec<String> = steps.iter().map(|step| step.rule.to_string()).collect();
    assert_eq!(
        tried,
        [
            "dm.3", "dm.4", "dm.5", "dm.6", "dm.7", "dm.8", "dm.9", "dm.10", "dm.11"
        ]
    );
    let (verdict, steps) = group(GroupPolicy::Open).traced();
    assert_eq!(verdict.rule.to_string(), "group.5");
    let tried: Vec<String> = steps.iter().map(|step| step.rule.to_string()).collect();
    assert_eq!(
        tried,
        ["group.1", "group.2", "group.3", "group.4", "group.5", "group.5"]
    );
    for step in steps {
        assert!(!step.found.is_empty() && !step.found.ends_with('.'), "{step:?}");
    }
}
