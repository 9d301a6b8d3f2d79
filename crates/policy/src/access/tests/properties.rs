//! What has to hold for every event under every rules.

use proptest::prelude::*;

use super::*;

fn any_policy() -> impl Strategy<Value = DmPolicy> {
    prop_oneof![Just(Pairing), Just(Allowlist), Just(Open), Just(Disabled)]
}

fn any_group_policy() -> impl Strategy<Value = GroupPolicy> {
    prop_oneof![
        3 => Just(GroupPolicy::Allowlist),
        2 => Just(GroupPolicy::Open),
        1 => Just(GroupPolicy::Disabled)
    ]
}

/// Few digits, so that senders and entries meet often.
fn any_address() -> impl Strategy<Value = String> {
    (
        "155501000[0-49]",
        prop_oneof![Just("s.whatsapp.net"), Just("lid")],
    )
        .prop_map(|(user, server)| format!("{user}@{server}"))
}

fn any_entry() -> impl Strategy<Value = String> {
    prop_oneof![1 => Just("*".to_owned()), 9 => any_address().prop_map(|jid| jid.replace("@s.whatsapp.net", ""))]
}

fn any_entries() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(any_entry(), 0..4)
}

fn any_chat() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => any_address(),
        6 => Just(GROUP.to_owned()),
        1 => Just(OWN.to_owned()),
        1 => Just("status@broadcast".to_owned()),
        1 => "\\PC{0,20}",
    ]
}

fn any_text() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        Just(None),
        Just(Some("/status".to_owned())),
        Just(Some("hey gatey".to_owned())),
        Just(Some("2.".to_owned())),
        Just(Some("+1 555 010 0009".to_owned())),
        "\\PC{0,20}".prop_map(Some),
    ]
}

fn any_group_rules() -> impl Strategy<Value = GroupRules> {
    let lists = proptest::option::of(any_entries());
    (any::<Option<bool>>(), any::<Option<bool>>(), lists).prop_map(|(enabled, require_mention, allow)| {
        GroupRules {
            enabled,
            require_mention,
            allow_from: allow.as_deref().map(list),
            agent: None,
        }
    })
}

fn any_groups() -> impl Strategy<Value = Vec<(&'static str, GroupRules)>> {
    let key = prop_oneof![Just("*"), Just(GROUP), Just(OTHER_GROUP)];
    proptest::collection::vec((key, any_group_rules()), 0..3)
}

fn any_activation() -> impl Strategy<Value = Option<Activation>> {
    prop_oneof![
        Just(None),
        Just(Some(Activation::Mention)),
        Just(Some(Activation::Always))
    ]
}

prop_compose! {
    fn any_rules()(
        (policy, group_policy) in (any_policy(), any_group_policy()),
        (allow, commands, owners, group_allow) in (
            any_entries(),
            any_entries(),
            proptest::option::of(any_entries()),
            proptest::option::of(any_entries()),
        ),
        groups in any_groups(),
        (personal, self_chat, honour) in any::<(bool, bool, bool)>(),
    ) -> Case {
        Case { personal, allow, commands, owners, self_chat, honour, group_policy, group_allow, groups, ..dm(policy, &[]) }
    }
}

prop_compose! {
    pub(super) fn any_case()(
        rules in any_rules(),
        (chat, sender, alt) in (any_chat(), any_chat(), proptest::option::of(any_address())),
        (from_me, own_echo, paired, identity_pending, quotes_gateway) in any::<(bool, bool, bool, bool, bool)>(),
        nature in prop_oneof![4 => Just(Nature::Said), 2 => Just(Nature::About), 1 => Just(Nature::Nothing)],
        age_s in prop_oneof![4 => Just(1), 1 => any::<i64>()],
        text in any_text(),
        mentions in proptest::collection::vec(any_address(), 0..3),
        activation in any_activation(),
        question in proptest::option::of(0_usize..4),
    ) -> Case {
        Case {
            chat, sender, alt, from_me, own_echo, paired, identity_pending, nature, age_s, text, mentions,
            quotes_gateway, activation, question, patterns: vec![GATEY], ..rules
        }
    }
}

fn fits(verdict: Verdict, case: &Case) -> bool {
    use Reason::*;
    match verdict.outcome {
        Outcome::Admit => {
            case.nature == Nature::Said
                && if verdict.reason == PermissionAnswer {
                    case.question.is_some() && case.is_owner()
                } else {
                    matches!(
                        verdict.reason,
                        DmOpen | DmListed | DmPaired | SelfChat | GroupMention | GroupAlways | OwnerCommand
                    )
                }
        }
        Outcome::Stale => verdict.reason == Stale && case.age_s > MAX_AGE_S,
        Outcome::Hold => {
            case.nature == Nature::Said && matches!(verdict.reason, UnresolvedIdentity | PairingRequired)
        }
        Outcome::Context => match case.nature {
            Nature::Said => verdict.reason == NoMention,
            Nature::About => verdict.reason == AboutMessage,
            Nature::Nothing => false,
        },
        // Of what waits for its sender, only words wait with them.
        Outcome::Drop if matches!(verdict.reason, UnresolvedIdentity | PairingRequired) => {
            case.nature == Nature::About
        }
        Outcome::Drop => matches!(
            verdict.reason,
            NotAConversation
                | OwnEcho
                | OwnOutgoing
                | DmDisabled
                | SelfChatOff
                | NotInAllowlist
                | GroupsDisabled
                | GroupNotListed
                | GroupSenderNotAllowed
                | UnsupportedKind
                | NoSender
        ),
    }
}

fn lets_in(verdict: Verdict) -> bool {
    matches!(
        verdict.outcome,
        Outcome::Admit | Outcome::Stale | Outcome::Context
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_event_without_a_verdict(case in any_case()) {
        let verdict = case.judge();
        prop_assert!(fits(verdict, &case), "{:?}", verdict);
        let named = verdict.rule.to_string();
        let none = matches!(verdict.reason, Reason::NoSender | Reason::UnsupportedKind);
        prop_assert_eq!(named == "none", none);
        if !none {
            let of_group = case.chat == GROUP && verdict.reason != Reason::Stale;
            prop_assert_eq!(named.starts_with("group."), of_group, "{}", named);
            prop_assert!(!of_group || verdict.reason != Reason::PairingRequired, "nobody pairs in a group");
        }
    }

    #[test]
    fn judging_again_and_listening_change_nothing(case in any_case()) {
        let verdict = case.judge();
        prop_assert_eq!(case.judge(), verdict);
        let (traced, steps) = case.traced();
        prop_assert_eq!(traced, verdict);
        prop_assert!(steps.windows(2).all(|pair| pair[0].rule <= pair[1].rule), "{:?}", steps);
        prop_assert!(steps.iter().all(|step| step.rule <= verdict.rule || verdict.rule <= Rule::STALE), "{:?}", steps);
    }

    #[test]
    fn adding_an_entry_never_removes_anyone(case in any_case(), entry in any_entry(), which in 0_usize..4) {
        let before = case.judge();
        let mut longer = case;
        match which {
            0 => longer.allow.push(entry),
            1 => longer.group_allow.iter_mut().for_each(|list| list.push(entry.clone())),
            2 => longer.owners.iter_mut().for_each(|list| list.push(entry.clone())),
            _ => for (_, rules) in &mut longer.groups {
                if let Some(list) = &mut rules.allow_from {
                    list.extend([AllowEntry::parse(&entry).unwrap()]);
                }
            },
        }
        let after = longer.judge();
        if lets_in(before) {
            prop_assert!(lets_in(after), "{:?} became {:?}", before, after);
        }
        if matches!(before.outcome, Outcome::Admit | Outcome::Stale) {
            prop_assert_eq!(after.outcome, before.outcome);
        }
    }

    #[test]
    fn devices_never_change_a_verdict(case in any_case(), device in 0_u8..=99) {
        let before = case.judge();
        let owner = case.is_owner();
        let mut other_device = case;
        for server in ["@s.whatsapp.net", "@lid"] {
            let marked = format!(":{device}{server}");
            let places = [&mut other_device.chat, &mut other_device.sender];
            for place in places.into_iter().chain(&mut other_device.mentions).chain(&mut other_device.alt) {
                *place = place.replace(server, &marked);
            }
        }
        prop_assert_eq!(other_device.judge(), before);
        prop_assert_eq!(other_device.is_owner(), owner);
    }

    #[test]
    fn the_digits_of_a_hidden_id_never_admit(digits in "[1-9][0-9]{6,14}", rules in any_rules(), which in 0_usize..4) {
        prop_assume!(digits != "15550100009");
        let hidden = format!("{digits}@lid");
        let mut bare = Case { allow: Vec::new(), group_allow: None, owners: Some(Vec::new()), groups: Vec::new(), ..rules };
        let text = Some("/status".to_owned());
        let mut listed = bare.clone();
        match which {
            0 => listed.allow.push(digits),
            1 => { listed.group_allow = Some(vec![digits]); bare.group_allow = Some(Vec::new()); }
            2 => { listed.owners = Some(vec![digits]); }
            _ => {
                let entry = |entries: &[String]| GroupRules { allow_from: Some(list(entries)), ..GroupRules::default() };
                listed.groups.push((GROUP, entry(&[digits])));
                bare.groups.push((GROUP, entry(&[])));
            }
        }
        for chat in [hidden.as_str(), GROUP] {
            let [bare, listed] = [&bare, &listed].map(|case| {
                Case { text: text.clone(), ..case.clone() }.by(&hidden).in_chat(chat)
            });
            prop_assert!(!listed.is_owner());
            prop_assert_eq!(lets_in(listed.judge()), lets_in(bare.judge()), "{}", chat);
        }
    }

    #[test]
    fn disabled_admits_nobody(case in any_case()) {
        let case = Case { policy: Disabled, group_policy: GroupPolicy::Disabled, ..case };
        prop_assert_eq!(case.judge().outcome, Outcome::Drop);
    }

    #[test]
    fn a_star_and_an_approval_make_no_owner(case in any_case(), list_star in any::<bool>()) {
        let owner = case.is_owner();
        let mut other = case;
        other.paired = !other.paired;
        other.honour = !other.honour;
        other.allow.push("*".to_owned());
        if list_star {
            other.owners.iter_mut().for_each(|owners| owners.push("*".to_owned()));
        }
        prop_assert_eq!(other.is_owner(), owner);
    }

    #[test]
    fn an_approval_changes_nothing_in_groups(case in any_case(), paired in any::<bool>()) {
        let case = Case { chat: GROUP.to_owned(), ..case };
        prop_assert_eq!(Case { paired, honour: true, ..case.clone() }.judge(), case.judge());
    }
}
