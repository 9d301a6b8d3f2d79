//! To whom, as a person writes it.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

#[rstest]
#[case::number("+15550100001", "+15550100001")]
#[case::spelt_number("+1 (555) 010-0001", "+15550100001")]
#[case::prefix("whatsapp: +15550100001", "+15550100001")]
#[case::address(PHONE_JID, "+15550100001")]
#[case::address_with_prefix("whatsapp:15550100001@s.whatsapp.net", "+15550100001")]
#[case::hosted("15550100001@hosted", "+15550100001")]
#[case::old_server("15550100001@c.us", "+15550100001")]
#[case::hidden(LID_JID, LID_JID)]
#[case::hidden_and_hosted("100000000000001@hosted.lid", LID_JID)]
#[case::group("120363000000000001@g.us", "120363000000000001@g.us")]
#[case::old_group("15550100001-1600000000@g.us", "15550100001-1600000000@g.us")]
#[case::group_with_prefix("whatsapp:120363000000000001@g.us", "120363000000000001@g.us")]
#[case::group_with_both("whatsapp:group:120363000000000001@g.us", "120363000000000001@g.us")]
#[case::spaces_around("  120363000000000001@g.us\n", "120363000000000001@g.us")]
fn targets(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(Target::parse(text).unwrap().to_string(), expected);
}

#[rstest]
#[case::empty("")]
#[case::blank("   ")]
#[case::prefix_only("whatsapp:")]
#[case::group_word_only("whatsapp:group:")]
#[case::group_word_before_a_number("group:+15550100001")]
#[case::group_word_before_a_person("group:15550100001@s.whatsapp.net")]
#[case::letters_of_a_group("abc@g.us")]
#[case::device_of_a_hidden_id("123:1@lid")]
#[case::device_of_a_number("15550100001:3@s.whatsapp.net")]
#[case::agent_of_a_number("15550100001_1@s.whatsapp.net")]
#[case::status("status@broadcast")]
#[case::list("1600000000@broadcast")]
#[case::newsletter("120363000000000001@newsletter")]
#[case::other_network("telegram:123")]
#[case::other_network_with_a_number("telegram:15550100001")]
#[case::star("*")]
#[case::short("1555@s.whatsapp.net")]
#[case::server("0@s.whatsapp.net")]
#[case::two_addresses("15550100001@lid@g.us")]
fn no_targets(#[case] text: &str) {
    assert_eq!(Target::parse(text), Err(IdError::Target));
}

proptest! {
    #[test]
    fn targets_survive_display(text in "[1-9][0-9]{6,14}|[0-9]{1,20}@lid|[0-9][0-9-]{0,30}@g\\.us") {
        let parsed = Target::parse(&text).unwrap();
        prop_assert_eq!(Target::parse(&parsed.to_string()), Ok(parsed.clone()));
        prop_assert_eq!(Target::parse(&parsed.to_jid()), Ok(parsed));
    }

    #[test]
    fn whatever_is_read_as_a_target_can_be_written_to(text in "\\PC{0,12}|[0-9:_@+lid.gus-]{0,24}|[0-9]{5,16}@(lid|g\\.us|s\\.whatsapp\\.net|broadcast)") {
        if let Ok(target) = Target::parse(&text) {
            let chat = ChatId::from_jids(&target.to_jid(), None, &Identity::default());
            prop_assert!(matches!(
                (&target, &chat),
                (Target::Group(_), ChatId::Group(_)) | (Target::Phone(_) | Target::Lid(_), ChatId::Direct(_))
            ));
        }
    }
}
