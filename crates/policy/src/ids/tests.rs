mod target;

use proptest::prelude::*;
use rstest::rstest;

use super::*;

const PHONE_JID: &str = "15550100001@s.whatsapp.net";
const LID_JID: &str = "100000000000001@lid";

fn phone(text: &str) -> Phone {
    Phone::parse(text).unwrap()
}

fn lid(text: &str) -> Lid {
    Lid::parse(text).unwrap()
}

#[rstest]
#[case::plus("+15550100001")]
#[case::bare_digits("15550100001")]
#[case::prefix("whatsapp:+15550100001")]
#[case::prefix_and_space("whatsapp: 15550100001")]
#[case::dashes("+1-555-010-0001")]
#[case::dots("1.555.010.0001")]
#[case::parentheses("+1 (555) 010-0001")]
#[case::spaces_around("  +15550100001 ")]
fn spellings_of_one_number(#[case] text: &str) {
    let parsed = phone(text);
    assert_eq!(parsed.digits(), "15550100001");
    assert_eq!(parsed.to_string(), "+15550100001");
    assert_eq!(parsed.to_jid(), PHONE_JID);
}

#[rstest]
#[case::empty("")]
#[case::only_plus("+")]
#[case::only_prefix("whatsapp:")]
#[case::six_digits("155501")]
#[case::sixteen_digits("1555010000100000")]
#[case::leading_zero("015550100001")]
#[case::leading_zero_after_plus("+015550100001")]
#[case::two_plus("++15550100001")]
#[case::plus_inside("1555+0100001")]
#[case::letters("1555CALLNOW")]
#[case::extension("+15550100001x5")]
#[case::slash("1555/0100001")]
#[case::comma("15550100001,15550100002")]
#[case::other_digits("١٥٥٥٠١٠٠٠٠١")]
#[case::jid(PHONE_JID)]
#[case::lid(LID_JID)]
#[case::other_prefix("signal:+15550100001")]
#[case::inner_newline("1555010\n0001")]
fn not_a_number(#[case] text: &str) {
    assert_eq!(Phone::parse(text), Err(IdError::Phone));
}

#[rstest]
#[case::plain(PHONE_JID)]
#[case::device("15550100001:3@s.whatsapp.net")]
#[case::agent("15550100001_1@s.whatsapp.net")]
#[case::agent_and_device("15550100001_1:22@s.whatsapp.net")]
#[case::old_server("15550100001@c.us")]
#[case::hosted("15550100001:99@hosted")]
fn phone_addresses(#[case] jid: &str) {
    assert_eq!(Phone::from_jid(jid), Some(phone("+15550100001")));
    assert_eq!(Lid::from_jid(jid), None);
}

#[rstest]
#[case::no_server("15550100001")]
#[case::server_itself("0@s.whatsapp.net")]
#[case::empty_user("@s.whatsapp.net")]
#[case::device_is_no_number("15550100001:x@s.whatsapp.net")]
#[case::empty_device("15550100001:@s.whatsapp.net")]
#[case::plus("+15550100001@s.whatsapp.net")]
#[case::group("15550100001@g.us")]
#[case::lid("15550100001@lid")]
#[case::lookalike_server("15550100001@s.whatsapp.net.example")]
#[case::two_at("15550100001@lid@s.whatsapp.net")]
fn not_a_phone_address(#[case] jid: &str) {
    assert_eq!(Phone::from_jid(jid), None);
}

#[rstest]
#[case::plain(LID_JID)]
#[case::device("100000000000001:7@lid")]
#[case::hosted("100000000000001:99@hosted.lid")]
#[case::prefix("whatsapp:100000000000001@lid")]
#[case::spaces_around(" 100000000000001@lid ")]
fn hidden_ids(#[case] text: &str) {
    assert_eq!(lid(text).to_string(), LID_JID);
    assert_eq!(lid(text).to_jid(), LID_JID);
}

#[rstest]
#[case::no_digits("@lid")]
#[case::letters("abc@lid")]
#[case::plus("+100000000000001@lid")]
#[case::no_server("100000000000001")]
#[case::phone(PHONE_JID)]
#[case::too_long("100000000000000000001@lid")]
fn not_a_hidden_id(#[case] text: &str) {
    assert_eq!(Lid::parse(text), Err(IdError::Lid));
}

#[rstest]
#[case::default("default", true)]
#[case::digit_first("2nd-phone_a", true)]
#[case::longest("a234567890123456789012345678901z", true)]
#[case::too_long("a234567890123456789012345678901zz", false)]
#[case::empty("", false)]
#[case::upper_case("Default", false)]
#[case::dash_first("-a", false)]
#[case::underscore_first("_a", false)]
#[case::path("../a", false)]
#[case::dot("a.b", false)]
#[case::space(" a", false)]
#[case::accent("é", false)]
fn account_ids(#[case] text: &str, #[case] valid: bool) {
    assert_eq!(AccountId::parse(text).is_ok(), valid);
}

#[rstest]
#[case::direct_phone(PHONE_JID, None, ChatId::Direct(Identity::from(phone("+15550100001"))))]
#[case::direct_device(
    "15550100001:3@s.whatsapp.net",
    None,
    ChatId::Direct(Identity::from(phone("+15550100001")))
)]
#[case::direct_lid(LID_JID, None, ChatId::Direct(Identity::from(lid(LID_JID))))]
#[case::direct_both(
    LID_JID,
    Some(PHONE_JID),
    ChatId::Direct(Identity::from_jids(LID_JID, Some(PHONE_JID)))
)]
#[case::self_by_phone("15550100009@s.whatsapp.net", None, ChatId::SelfChat)]
#[case::self_by_lid("100000000000009:4@lid", None, ChatId::SelfChat)]
#[case::group("120363000000000001@g.us", None, ChatId::Group(GroupId::parse("120363000000000001@g.us").unwrap()))]
#[case::old_group("15550100001-1600000000@g.us", None, ChatId::Group(GroupId::parse("15550100001-1600000000@g.us").unwrap()))]
fn chats(#[case] jid: &str, #[case] alt: Option<&str>, #[case] expected: ChatId) {
    let own = Identity::from_jids("15550100009:5@s.whatsapp.net", Some("100000000000009:5@lid"));
    assert_eq!(ChatId::from_jids(jid, alt, &own), expected);
}

#[rstest]
#[case::status("status@broadcast")]
#[case::broadcast_list("1600000000@broadcast")]
#[case::newsletter("120363000000000001@newsletter")]
#[case::broken_group("abc@g.us")]
#[case::server("0@s.whatsapp.net")]
#[case::empty("")]
fn not_conversations(#[case] jid: &str) {
    let chat = ChatId::from_jids(jid, Some(PHONE_JID), &Identity::default());
    assert!(
        matches!(&chat, ChatId::NotAConversation(other) if other.as_str() == jid),
        "{chat:?}"
    );
}

#[test]
fn two_unknowns_are_not_the_same_person() {
    assert!(!Identity::default().matches(&Identity::default()));
}

#[test]
fn a_person_is_known_by_either_address() {
    let both = Identity::from_jids(LID_JID, Some("15550100001:3@s.whatsapp.net"));
    assert!(both.matches(&Identity::from(lid(LID_JID))));
    assert!(both.matches(&Identity::from(phone("+15550100001"))));
    assert!(!both.matches(&Identity::from(phone("+15550100002"))));
    assert_eq!(both, Identity::from_jids(PHONE_JID, Some(LID_JID)));
}

#[test]
fn merging_learns_and_never_replaces() {
    let mut person = Identity::from(lid(LID_JID));
    person.merge(&Identity::from(phone("+15550100001")));
    person.merge(&Identity::from_jids(
        "15550100002@s.whatsapp.net",
        Some("100000000000002@lid"),
    ));
    assert_eq!(person, Identity::from_jids(LID_JID, Some(PHONE_JID)));
    assert_eq!(person.label(), "+15550100001");
}

#[test]
fn labels() {
    assert_eq!(Identity::from(lid(LID_JID)).label(), LID_JID);
    assert_eq!(Identity::default().label(), "unknown");
}

#[rstest]
#[case::anyone("*", AllowEntry::Anyone)]
#[case::anyone_with_spaces(" * ", AllowEntry::Anyone)]
#[case::phone("whatsapp:+1 (555) 010-0001", AllowEntry::Phone(phone("+15550100001")))]
#[case::lid(LID_JID, AllowEntry::Lid(lid(LID_JID)))]
fn allow_entries(#[case] text: &str, #[case] expected: AllowEntry) {
    assert_eq!(AllowEntry::parse(text), Ok(expected));
}

#[rstest]
#[case::empty("")]
#[case::word("everyone")]
#[case::two_stars("**")]
#[case::prefix_of_a_number("+1555*")]
#[case::group("120363000000000001@g.us")]
#[case::phone_jid(PHONE_JID)]
#[case::short("12")]
fn refused_entries_are_shown(#[case] text: &str) {
    let error = AllowEntry::parse(text).unwrap_err();
    assert_eq!(error.entry(), text);
    let message = error.to_string();
    assert!(message.contains(&format!("{text:?}")), "{message}");
    assert!(message.contains("@lid") && message.contains("\"*\""), "{message}");
}

#[test]
fn a_list_of_ten_thousand() {
    let entries = (0..10_000)
        .map(|n| AllowEntry::parse(&format!("+1555{n:07}")).unwrap())
        .collect();
    let list = AllowList::new(entries);
    assert_eq!(list.phones().count(), 10_000);
    assert!(list.has_phones() && !list.is_empty());
    for n in 0..10_000 {
        assert!(list.admits(&Identity::from(phone(&format!("+1555{n:07}")))));
    }
    assert!(!list.admits(&Identity::from(phone("+15560000000"))));
}

#[test]
fn a_config_is_read_by_the_same_rules() {
    use serde::Deserialize;
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};

    let text = |text: &'static str| -> StrDeserializer<'static, Error> { text.into_deserializer() };
    assert_eq!(AccountId::deserialize(text("work")).unwrap().as_str(), "work");
    assert!(AccountId::deserialize(text("../work")).is_err());
    assert_eq!(AllowEntry::deserialize(text("*")).unwrap(), AllowEntry::Anyone);
    let error = AllowEntry::deserialize(text("+1555*")).unwrap_err().to_string();
    assert!(error.contains("+1555*"), "{error}");
    let entries = vec!["+15550100001", LID_JID].into_deserializer();
    let list: Result<AllowList, Error> = AllowList::deserialize(entries);
    assert!(list.unwrap().admits(&Identity::from(lid(LID_JID))));
}

#[test]
fn logs_get_no_more_than_two_digits() {
    let person = Identity::from_jids(LID_JID, Some("15550100042@s.whatsapp.net"));
    let group = ChatId::from_jids("15550100042-1600000042@g.us", None, &Identity::default());
    let other = ChatId::from_jids("15550100042@newsletter", None, &Identity::default());
    for text in [format!("{person:?}"), format!("{group:?}"), format!("{other:?}")] {
        assert!(!text.contains("010"), "{text}");
        assert!(text.chars().filter(char::is_ascii_digit).count() <= 4, "{text}");
    }
}

proptest! {
    #[test]
    fn phones_survive_display(digits in "[1-9][0-9]{6,14}") {
        let parsed = phone(&digits);
        prop_assert_eq!(Phone::parse(&parsed.to_string()), Ok(parsed.clone()));
        prop_assert_eq!(Phone::from_jid(&parsed.to_jid()), Some(parsed));
    }

    #[test]
    fn hidden_ids_survive_display(digits in "[0-9]{1,20}") {
        let parsed = lid(&format!("{digits}@lid"));
        prop_assert_eq!(Lid::parse(&parsed.to_string()), Ok(parsed.clone()));
        prop_assert_eq!(Lid::from_jid(&parsed.to_jid()), Some(parsed));
    }

    #[test]
    fn account_ids_survive_display(text in "[a-z0-9][a-z0-9_-]{0,31}") {
        let parsed = AccountId::parse(&text).unwrap();
        prop_assert_eq!(parsed.to_string(), text.clone());
        prop_assert_eq!(AccountId::parse(&parsed.to_string()), Ok(parsed));
    }

    #[test]
    fn groups_survive_display(text in "[0-9][0-9-]{0,30}@g\\.us") {
        let parsed = GroupId::parse(&text).unwrap();
        prop_assert_eq!(GroupId::parse(&parsed.to_string()), Ok(parsed));
    }

    #[test]
    fn entries_survive_display(text in "\\*|[1-9][0-9]{6,14}|[0-9]{1,20}@lid") {
        let parsed = AllowEntry::parse(&text).unwrap();
        prop_assert_eq!(AllowEntry::parse(&parsed.to_string()), Ok(parsed));
    }

    #[test]
    fn nothing_read_is_ever_malformed(text in "\\PC{0,40}") {
        if let Ok(parsed) = Phone::parse(&text) {
            prop_assert!((7..=15).contains(&parsed.digits().len()) && !parsed.digits().starts_with('0'));
        }
        if let Ok(parsed) = AllowEntry::parse(&text) {
            prop_assert_eq!(AllowEntry::parse(&parsed.to_string()), Ok(parsed));
        }
        if let Ok(parsed) = AccountId::parse(&text) {
            prop_assert!(!parsed.as_str().contains(['/', '.', '\\']));
        }
    }

    #[test]
    fn device_suffixes_never_matter(digits in "[1-9][0-9]{6,14}", device in 0_u8..=99, agent in proptest::option::of(0_u8..=9)) {
        let agent = agent.map_or(String::new(), |agent| format!("_{agent}"));
        for server in ["s.whatsapp.net", "lid"] {
            let plain = Identity::from_jids(&format!("{digits}@{server}"), None);
            let marked = Identity::from_jids(&format!("{digits}{agent}:{device}@{server}"), None);
            prop_assert_eq!(&plain, &marked);
            prop_assert!(plain.matches(&marked));
        }
    }

    #[test]
    fn lid_digits_never_match_a_phone(digits in "[1-9][0-9]{6,14}") {
        let hidden = Identity::from_jids(&format!("{digits}@lid"), None);
        let known = Identity::from_jids(&format!("{digits}@s.whatsapp.net"), None);
        prop_assert!(!hidden.matches(&known));
        let phones = AllowList::new(vec![AllowEntry::Phone(phone(&digits))]);
        let lids = AllowList::new(vec![AllowEntry::Lid(lid(&format!("{digits}@lid")))]);
        prop_assert!(phones.admits(&known) && !phones.admits(&hidden));
        prop_assert!(lids.admits(&hidden) && !lids.admits(&known));
    }
}
