//! The table of direct messages, row by row, and what has to hold for every event.

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::ids::AllowEntry;

const PHONE: &str = "15550100001@s.whatsapp.net";
const LID: &str = "100000000000001@lid";
const OWN: &str = "15550100009@s.whatsapp.net";
const OWN_LID: &str = "100000000000009@lid";
const GROUP: &str = "120363000000000001@g.us";
const MAX_AGE_S: i64 = 720 * 60;

use DmPolicy::{Allowlist, Disabled, Open, Pairing};

fn own() -> Identity {
    Identity::from_jids(OWN, Some(OWN_LID))
}

/// One event and its rules, as strings, so that a row of a table stays a row.
#[derive(Debug, Clone)]
struct Case {
    policy: DmPolicy,
    allow: Vec<String>,
    chat: String,
    sender: String,
    alt: Option<String>,
    from_me: bool,
    own_echo: bool,
    paired: bool,
    self_chat: bool,
    honour: bool,
    age_s: i64,
}

impl Case {
    fn new(policy: DmPolicy, allow: &[&str]) -> Self {
        Self {
            policy,
            allow: allow.iter().map(|entry| (*entry).to_owned()).collect(),
            chat: PHONE.to_owned(),
            sender: PHONE.to_owned(),
            alt: None,
            from_me: false,
            own_echo: false,
            paired: false,
            self_chat: false,
            honour: false,
            age_s: 1,
        }
    }

    fn sent_by(mut self, jid: &str) -> Self {
        self.chat = jid.to_owned();
        self.sender = jid.to_owned();
        self
    }

    fn in_chat(mut self, jid: &str) -> Self {
        self.chat = jid.to_owned();
        self
    }

    fn alt(mut self, jid: &str) -> Self {
        self.alt = Some(jid.to_owned());
        self
    }

    fn mine(mut self) -> Self {
        self.sender = OWN.to_owned();
        self.from_me = true;
        self
    }

    fn echo(mut self) -> Self {
        self.own_echo = true;
        self
    }

    fn paired(mut self) -> Self {
        self.paired = true;
        self
    }

    fn self_chat_mode(mut self) -> Self {
        self.self_chat = true;
        self
    }

    fn honour(mut self) -> Self {
        self.honour = true;
        self
    }

    fn aged(mut self, age_s: i64) -> Self {
        self.age_s = age_s;
        self
    }

    fn judge(&self) -> Verdict {
        let allow_from: AllowList = self
            .allow
            .iter()
            .map(|entry| AllowEntry::parse(entry).unwrap())
            .collect();
        let chat = ChatId::from_jids(&self.chat, self.alt.as_deref(), &own());
        let sender = Identity::from_jids(&self.sender, self.alt.as_deref());
        let rules = DmRules {
            dm_policy: self.policy,
            allow_from: &allow_from,
            self_chat_mode: self.self_chat,
            honour_pairings_in_allowlist: self.honour,
            catch_up_max_age_s: MAX_AGE_S,
        };
        let facts = InboundFacts {
            chat: &chat,
            sender: &sender,
            from_me: self.from_me,
            age_s: self.age_s,
            own_echo: self.own_echo,
            paired: self.paired,
        };
        judge(&facts, &rules)
    }
}

fn case(policy: DmPolicy, allow: &[&str]) -> Case {
    Case::new(policy, allow)
}

#[rstest]
#[case::row_1_status(case(Open, &["*"]).in_chat("status@broadcast"), "drop not_a_conversation 1")]
#[case::row_1_broadcast_list(case(Open, &["*"]).in_chat("1600000000@broadcast"), "drop not_a_conversation 1")]
#[case::row_1_newsletter(case(Open, &["*"]).in_chat("120363000000000001@newsletter"), "drop not_a_conversation 1")]
#[case::row_1_before_own_echo(case(Open, &["*"]).in_chat("status@broadcast").mine().echo(), "drop not_a_conversation 1")]
#[case::row_3_own_echo(case(Open, &["*"]).mine().echo(), "drop own_echo 3")]
#[case::row_3_own_echo_in_self_chat(case(Pairing, &[]).in_chat(OWN).mine().echo().self_chat_mode(), "drop own_echo 3")]
#[case::row_3_own_echo_in_group(case(Open, &["*"]).in_chat(GROUP).mine().echo(), "drop own_echo 3")]
#[case::row_3_only_for_our_own(case(Open, &["*"]).echo(), "admit dm_open 7")]
#[case::row_4_own_outgoing(case(Open, &["*"]).mine(), "drop own_outgoing 4")]
#[case::row_4_own_outgoing_in_group(case(Open, &["*"]).in_chat(GROUP).mine(), "drop own_outgoing 4")]
#[case::row_4_before_disabled(case(Disabled, &["*"]).mine(), "drop own_outgoing 4")]
#[case::row_5_disabled(case(Disabled, &[]), "drop dm_disabled 5")]
#[case::row_5_disabled_even_if_listed(case(Disabled, &["+15550100001"]), "drop dm_disabled 5")]
#[case::row_5_disabled_even_if_anyone(case(Disabled, &["*"]).paired(), "drop dm_disabled 5")]
#[case::row_5_disabled_self_chat(case(Disabled, &[]).in_chat(OWN).mine().self_chat_mode(), "drop dm_disabled 5")]
#[case::row_6_self_chat_on(case(Pairing, &[]).in_chat(OWN).mine().self_chat_mode(), "admit self_chat 6")]
#[case::row_6_self_chat_by_lid(case(Allowlist, &[]).in_chat("100000000000009:3@lid").mine().self_chat_mode(), "admit self_chat 6")]
#[case::row_6_self_chat_off(case(Open, &["*"]).in_chat(OWN).mine(), "drop self_chat_off 6")]
#[case::row_7_open(case(Open, &["*"]), "admit dm_open 7")]
#[case::row_7_open_admits_a_hidden_sender(case(Open, &["*", "+15550100002"]).sent_by(LID), "admit dm_open 7")]
#[case::row_8_listed_by_phone(case(Allowlist, &["+15550100001"]), "admit dm_listed 8")]
#[case::row_8_listed_under_pairing(case(Pairing, &["+15550100001"]), "admit dm_listed 8")]
#[case::row_8_listed_by_lid(case(Allowlist, &[LID]).sent_by(LID), "admit dm_listed 8")]
#[case::row_8_hidden_with_alternate_phone(case(Allowlist, &["+15550100001"]).sent_by(LID).alt(PHONE), "admit dm_listed 8")]
#[case::row_8_phone_with_alternate_lid(case(Allowlist, &[LID]).alt(LID), "admit dm_listed 8")]
#[case::row_8_device_suffix(case(Allowlist, &["+15550100001"]).sent_by("15550100001:12@s.whatsapp.net"), "admit dm_listed 8")]
#[case::row_8_anyone(case(Allowlist, &["*"]), "admit dm_listed 8")]
#[case::row_8_anyone_admits_a_hidden_sender(case(Pairing, &["*"]).sent_by(LID), "admit dm_listed 8")]
#[case::row_8_listed_before_paired(case(Pairing, &["+15550100001"]).paired(), "admit dm_listed 8")]
#[case::row_9_paired(case(Pairing, &[]).paired(), "admit dm_paired 9")]
#[case::row_9_paired_hidden_sender(case(Pairing, &["+15550100002"]).sent_by(LID).paired(), "admit dm_paired 9")]
#[case::row_9_allowlist_ignores_approvals(case(Allowlist, &[]).paired(), "drop not_in_allowlist 12")]
#[case::row_9_allowlist_honours_approvals(case(Allowlist, &[]).paired().honour(), "admit dm_paired 9")]
#[case::row_10_hidden_sender_and_a_list_of_phones(case(Allowlist, &["+15550100001"]).sent_by(LID), "hold unresolved_identity 10")]
#[case::row_10_lid_with_the_digits_of_a_listed_phone(case(Allowlist, &["+15550100001"]).sent_by("15550100001@lid"), "hold unresolved_identity 10")]
#[case::row_10_not_for_a_list_of_lids(case(Allowlist, &["100000000000002@lid"]).sent_by(LID), "drop not_in_allowlist 12")]
#[case::row_10_not_under_pairing(case(Pairing, &["+15550100001"]).sent_by(LID), "hold pairing_required 11")]
#[case::row_11_stranger(case(Pairing, &[]), "hold pairing_required 11")]
#[case::row_11_stranger_beside_a_list(case(Pairing, &["+15550100002"]), "hold pairing_required 11")]
#[case::row_12_stranger(case(Allowlist, &["+15550100002"]), "drop not_in_allowlist 12")]
#[case::row_12_empty_list_is_nobody(case(Allowlist, &[]), "drop not_in_allowlist 12")]
#[case::row_12_hidden_stranger_and_an_empty_list(case(Allowlist, &[]).sent_by(LID), "drop not_in_allowlist 12")]
#[case::row_13_open(case(Open, &["*"]).aged(MAX_AGE_S + 1), "stale stale 13")]
#[case::row_13_listed(case(Allowlist, &["+15550100001"]).aged(MAX_AGE_S + 1), "stale stale 13")]
#[case::row_13_paired(case(Pairing, &[]).paired().aged(MAX_AGE_S + 1), "stale stale 13")]
#[case::row_13_self_chat(case(Pairing, &[]).in_chat(OWN).mine().self_chat_mode().aged(MAX_AGE_S + 1), "stale stale 13")]
#[case::row_13_exactly_the_limit_is_answered(case(Open, &["*"]).aged(MAX_AGE_S), "admit dm_open 7")]
#[case::row_13_a_clock_behind_is_answered(case(Open, &["*"]).aged(-3_600), "admit dm_open 7")]
#[case::row_13_does_not_touch_holds(case(Pairing, &[]).aged(MAX_AGE_S + 1), "hold pairing_required 11")]
#[case::row_13_does_not_touch_drops(case(Allowlist, &[]).aged(MAX_AGE_S + 1), "drop not_in_allowlist 12")]
#[case::no_row_group(case(Open, &["*"]).in_chat(GROUP), "drop groups_not_supported 0")]
#[case::no_row_group_under_disabled(case(Disabled, &[]).in_chat(GROUP), "drop groups_not_supported 0")]
#[case::no_row_sender_unreadable(Case { sender: "?".to_owned(), ..case(Open, &["*"]) }, "drop no_sender 0")]
fn direct_messages(#[case] case: Case, #[case] expected: &str) {
    let verdict = case.judge();
    let shown = format!(
        "{} {} {}",
        verdict.outcome.as_str(),
        verdict.reason.as_str(),
        verdict.rule
    );
    assert_eq!(shown, expected, "{case:?}");
}

#[test]
fn words_are_read_back() {
    for reason in Reason::ALL {
        assert_eq!(Reason::parse(reason.as_str()), Some(reason));
        assert!(reason.sentence().ends_with('.'), "{reason:?}");
    }
    for outcome in Outcome::ALL {
        assert_eq!(Outcome::parse(outcome.as_str()), Some(outcome));
    }
    assert_eq!(Reason::parse("no_such_reason"), None);
    assert_eq!(Outcome::parse(""), None);
}

#[test]
fn what_a_setting_or_a_command_would_change_says_so() {
    for reason in [
        Reason::DmDisabled,
        Reason::SelfChatOff,
        Reason::NotInAllowlist,
        Reason::Stale,
    ] {
        assert!(reason.fix().unwrap().contains("channels.whatsapp."), "{reason:?}");
    }
    for reason in [
        Reason::PairingRequired,
        Reason::PairingFull,
        Reason::UnresolvedIdentity,
    ] {
        assert!(
            reason.fix().unwrap().contains("fased pairing approve whatsapp"),
            "{reason:?}"
        );
    }
    for reason in [Reason::OwnEcho, Reason::DmListed, Reason::Duplicate] {
        assert_eq!(reason.fix(), None);
    }
}

#[test]
fn verdicts_of_others_name_their_rows() {
    assert_eq!(
        (Verdict::DUPLICATE.outcome, Verdict::DUPLICATE.rule),
        (Outcome::Drop, 2)
    );
    assert_eq!(
        (Verdict::PAIRING_FULL.outcome, Verdict::PAIRING_FULL.rule),
        (Outcome::Hold, 11)
    );
    assert_eq!(Verdict::UNSUPPORTED_KIND.reason, Reason::UnsupportedKind);
}

fn any_policy() -> impl Strategy<Value = DmPolicy> {
    prop_oneof![Just(Pairing), Just(Allowlist), Just(Open), Just(Disabled)]
}

/// Few digits, so that senders and entries meet often.
fn any_address() -> impl Strategy<Value = String> {
    ("155501000[0-4]", prop_oneof![Just("s.whatsapp.net"), Just("lid")])
        .prop_map(|(user, server)| format!("{user}@{server}"))
}

fn any_entry() -> impl Strategy<Value = String> {
    prop_oneof![1 => Just("*".to_owned()), 9 => any_address().prop_map(|jid| jid.replace("@s.whatsapp.net", ""))]
}

fn any_chat() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => any_address(),
        1 => Just(OWN.to_owned()),
        1 => Just(GROUP.to_owned()),
        1 => Just("status@broadcast".to_owned()),
        1 => "\\PC{0,20}",
    ]
}

prop_compose! {
    fn any_case()(
        policy in any_policy(),
        allow in proptest::collection::vec(any_entry(), 0..4),
        (chat, sender, alt) in (any_chat(), any_chat(), proptest::option::of(any_address())),
        (from_me, own_echo, paired, self_chat, honour) in any::<(bool, bool, bool, bool, bool)>(),
        age_s in any::<i64>(),
    ) -> Case {
        Case { policy, allow, chat, sender, alt, from_me, own_echo, paired, self_chat, honour, age_s }
    }
}

proptest! {
    #[test]
    fn no_event_without_a_verdict(case in any_case()) {
        let verdict = case.judge();
        let fits = match verdict.outcome {
            Outcome::Admit => matches!(verdict.reason, Reason::DmOpen | Reason::DmListed | Reason::DmPaired | Reason::SelfChat),
            Outcome::Stale => verdict.reason == Reason::Stale && case.age_s > MAX_AGE_S,
            Outcome::Hold => matches!(verdict.reason, Reason::UnresolvedIdentity | Reason::PairingRequired),
            Outcome::Context => false,
            Outcome::Drop => !matches!(
                verdict.reason,
                Reason::DmOpen | Reason::DmListed | Reason::DmPaired | Reason::SelfChat | Reason::Stale | Reason::Duplicate
            ),
        };
        prop_assert!(fits, "{:?}", verdict);
        prop_assert!(verdict.rule <= 13);
        prop_assert_eq!(verdict, case.judge());
    }

    #[test]
    fn adding_an_entry_never_removes_anyone(case in any_case(), entry in any_entry()) {
        let before = case.judge();
        let mut longer = case;
        longer.allow.push(entry);
        let after = longer.judge();
        if matches!(before.outcome, Outcome::Admit | Outcome::Stale) {
            prop_assert_eq!(after.outcome, before.outcome);
        }
    }

    #[test]
    fn devices_never_change_a_verdict(case in any_case(), device in 0_u8..=99) {
        let before = case.judge();
        let mut other_device = case;
        for server in ["@s.whatsapp.net", "@lid"] {
            let marked = format!(":{device}{server}");
            other_device.chat = other_device.chat.replace(server, &marked);
            other_device.sender = other_device.sender.replace(server, &marked);
        }
        prop_assert_eq!(other_device.judge(), before);
    }

    #[test]
    fn the_digits_of_a_hidden_id_never_admit(digits in "[1-9][0-9]{6,14}", policy in any_policy()) {
        let case = Case::new(policy, &[&digits]).sent_by(&format!("{digits}@lid"));
        prop_assert_eq!(case.judge().outcome == Outcome::Admit, policy == Open);
    }

    #[test]
    fn disabled_admits_nobody(case in any_case()) {
        let case = Case { policy: Disabled, ..case };
        prop_assert_eq!(case.judge().outcome, Outcome::Drop);
    }
}
