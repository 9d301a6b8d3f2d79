//! What an agent may reach by itself is what it could be talked to from.

use super::*;

fn reached(case: &Case) -> String {
    shown(case.with_facts(reach))
}

#[test]
fn a_person_is_reached_whose_message_would_be_admitted_now() {
    for (case, verdict) in [
        (dm(Open, &[]), "admit dm_open dm.7 DmPolicy"),
        (dm(Pairing, &[PHONE_ENTRY]), "admit dm_listed dm.8 AllowFrom"),
        (dm(Pairing, &[]).paired(), "admit dm_paired dm.9 Approvals"),
        (dm(Pairing, &[]), "hold pairing_required dm.11 DmPolicy"),
        (dm(Allowlist, &[]), "drop not_in_allowlist dm.12 AllowFrom"),
        (
            dm(Allowlist, &[]).paired(),
            "drop not_in_allowlist dm.12 AllowFrom",
        ),
        (dm(Disabled, &[PHONE_ENTRY]), "drop dm_disabled dm.5 DmPolicy"),
        (
            dm(Allowlist, &[PHONE_ENTRY]).sent_by(LID),
            "hold unresolved_identity dm.10 AllowFrom",
        ),
        (
            dm(Open, &[]).in_chat("status@broadcast"),
            "drop not_a_conversation dm.1 -",
        ),
    ] {
        assert_eq!(reached(&case), verdict, "{case:?}");
    }
}

/// How old a message is, and whether it says anything, is nothing that an agent has to do with.
#[test]
fn only_the_person_counts_not_the_message() {
    let case = dm(Open, &[]).aged(MAX_AGE_S + 1).empty().wordless();
    assert_eq!(reached(&case), "admit dm_open dm.7 DmPolicy");
    assert_eq!(reached(&dm(Open, &[]).aside()), "admit dm_open dm.7 DmPolicy");
}

#[test]
fn the_chat_with_oneself_is_reached_where_it_is_answered() {
    let own = dm(Pairing, &[]).mine().in_chat(OWN);
    assert_eq!(
        reached(&own.clone().self_chat_mode()),
        "admit self_chat dm.6 SelfChatMode"
    );
    assert_eq!(reached(&own), "drop self_chat_off dm.6 SelfChatMode");
}

#[test]
fn a_group_is_reached_where_somebody_would_be_answered() {
    let listed = GroupRules::default();
    let off = GroupRules {
        enabled: Some(false),
        ..GroupRules::default()
    };
    let of_anna = GroupRules {
        allow_from: Some(list(&[PHONE_ENTRY])),
        ..GroupRules::default()
    };
    let allowlist = || group(GroupPolicy::Allowlist);
    for (case, verdict) in [
        (
            group(GroupPolicy::Open),
            "admit group_mention group.3 GroupPolicy",
        ),
        (
            group(GroupPolicy::Disabled),
            "drop groups_disabled group.1 GroupPolicy",
        ),
        (
            group(GroupPolicy::Open).entry(OTHER_GROUP, listed.clone()),
            "drop group_not_listed group.2 Groups",
        ),
        (
            group(GroupPolicy::Open).entry(GROUP, off),
            "drop group_not_listed group.2 GroupEnabled",
        ),
        (allowlist(), "drop group_sender_not_allowed group.3 AllowFrom"),
        (
            allowlist().allow(&[PHONE_ENTRY]),
            "admit group_mention group.3 AllowFrom",
        ),
        (allowlist().allow(&["*"]), "admit group_mention group.3 AllowFrom"),
        (
            allowlist().allow(&[PHONE_ENTRY]).group_allow(&[]),
            "drop group_sender_not_allowed group.3 GroupAllowFrom",
        ),
        (
            allowlist().group_allow(&[LID]),
            "admit group_mention group.3 GroupAllowFrom",
        ),
        (
            allowlist().entry(GROUP, of_anna),
            "admit group_mention group.3 GroupEntryAllowFrom",
        ),
        // A number of its own does not hear what it wrote itself.
        (
            allowlist().allow(&[OWN_ENTRY]),
            "drop group_sender_not_allowed group.3 AllowFrom",
        ),
        (allowlist().personal(), "admit group_mention group.3 Mode"),
        (
            allowlist().personal().owners(&[PHONE_ENTRY]),
            "admit group_mention group.3 Mode",
        ),
        (
            allowlist().personal().entry(OTHER_GROUP, listed),
            "drop group_not_listed group.2 Groups",
        ),
    ] {
        assert_eq!(reached(&case), verdict, "{case:?}");
    }
}

const PHONE_ENTRY: &str = "+15550100001";
const OWN_ENTRY: &str = "+15550100009";

/// A group is reached exactly if there is a person whose message, replying to the gateway, is admitted there.
#[test]
fn a_group_is_reached_exactly_where_a_message_would_be_admitted() {
    let stranger = "15550100099@s.whatsapp.net";
    let lists: [Option<&[&str]>; 5] = [
        None,
        Some(&[]),
        Some(&["*"]),
        Some(&[PHONE_ENTRY]),
        Some(&[OWN_ENTRY]),
    ];
    let mut both = [0, 0];
    for policy in [GroupPolicy::Open, GroupPolicy::Allowlist, GroupPolicy::Disabled] {
        for allow in lists {
            for group_allow in lists {
                for owners in [None, Some(&[PHONE_ENTRY][..])] {
                    for personal in [false, true] {
                        let mut case = group(policy).allow(allow.unwrap_or_default()).quotes();
                        case.personal = personal;
                        case.group_allow =
                            group_allow.map(|list| list.iter().map(ToString::to_string).collect());
                        case.owners = owners.map(|list| list.iter().map(ToString::to_string).collect());
                        let writers = [
                            case.clone().by(PHONE),
                            case.clone().by(stranger),
                            case.clone().mine().alt(OWN_LID),
                        ];
                        let heard = writers.iter().any(|each| each.judge().outcome == Outcome::Admit);
                        let reach = case.with_facts(reach).outcome == Outcome::Admit;
                        assert_eq!(reach, heard, "{case:?}");
                        both[usize::from(reach)] += 1;
                    }
                }
            }
        }
    }
    assert!(both.iter().all(|count| *count > 10), "{both:?}");
}
