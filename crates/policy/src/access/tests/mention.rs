//! What counts as a mention, the first rule that decides, on a dedicated number and on a personal one.

use rstest::rstest;

use super::*;

const YES: &str = "group_mention";
const NO: &str = "no_mention";
const FRIEND: &str = "15550100002@s.whatsapp.net";

fn said(text: &str) -> Case {
    group(GroupPolicy::Open).says(text).patterns(&[GATEY])
}

#[rstest]
#[case::mention_1_by_phone(said("hi").mentions(&[OWN]), YES, NO)]
#[case::mention_1_by_lid(said("hi").mentions(&[OWN_LID]), YES, NO)]
#[case::mention_1_by_device(said("hi").mentions(&["15550100009:7@s.whatsapp.net"]), YES, NO)]
#[case::mention_1_among_others(said("hi").mentions(&[FRIEND, OWN_LID]), YES, NO)]
#[case::mention_1_our_digits_as_a_hidden_id_are_somebody_else(said("hi").mentions(&["15550100009@lid"]), NO, NO)]
#[case::mention_2_reply_to_the_gateway(said("and then?").quotes(), YES, YES)]
#[case::mention_2_reply_that_tags_somebody_else(said("and then?").mentions(&[FRIEND]).quotes(), YES, YES)]
#[case::mention_3_pattern(said("so, gatey, what now"), YES, YES)]
#[case::mention_3_pattern_in_another_case(said("GATEY?"), YES, YES)]
#[case::mention_3_pattern_beside_a_tag_of_somebody_else(said("gatey, tell them").mentions(&[FRIEND]), YES, YES)]
#[case::mention_3_pattern_of_whole_words(said("gateyard"), NO, NO)]
#[case::mention_3_pattern_with_an_invisible_mark(said("@ga\u{200d}tey\u{200b}"), YES, YES)]
#[case::mention_3_pattern_in_other_letters(group(GroupPolicy::Open).says("ПРИВЕТ, СТРАЖ").patterns(&["страж"]), YES, YES)]
#[case::mention_3_no_patterns(said("gatey?").patterns(&[]), NO, NO)]
#[case::mention_4_only_others(said("hi").mentions(&[FRIEND]), NO, NO)]
#[case::mention_4_only_others_beside_our_number(said("hi +1 555 010 0009").mentions(&[FRIEND]), NO, NO)]
#[case::mention_4_somebody_unreadable(said("hi +15550100009").mentions(&["?"]), NO, NO)]
#[case::mention_5_our_number(said("ask +15550100009"), YES, NO)]
#[case::mention_5_our_number_without_plus(said("@15550100009 hi"), YES, NO)]
#[case::mention_5_our_number_with_spaces(said("please check +1 555 010 0009"), YES, NO)]
#[case::mention_5_our_number_with_marks(said("(+1) 555-010.0009!"), YES, NO)]
#[case::mention_5_our_number_with_an_invisible_mark(said("\u{202a}+1 555\u{2060}010 0009\u{202c}"), YES, NO)]
#[case::mention_5_part_of_our_number(said("555 010 0009"), NO, NO)]
#[case::mention_5_a_longer_number(said("+155501000091"), NO, NO)]
#[case::mention_5_a_number_that_ends_like_ours(said("915550100009"), NO, NO)]
#[case::mention_5_our_digits_among_words(said("1555 is 010, and 0009"), NO, NO)]
#[case::mention_5_after_another_number(said("call 42 1555 010 0009"), YES, NO)]
#[case::mention_5_our_hidden_digits_are_no_number(said("100000000000009"), NO, NO)]
#[case::nothing(said("hello everyone"), NO, NO)]
#[case::no_text(said("").wordless(), NO, NO)]
fn mentions(#[case] case: Case, #[case] dedicated: &str, #[case] personal: &str) {
    assert_eq!(case.judge().reason.as_str(), dedicated, "dedicated: {case:?}");
    let case = case.personal();
    assert_eq!(case.judge().reason.as_str(), personal, "personal: {case:?}");
}

/// A gateway that does not know its own number yet is mentioned by nobody's.
#[test]
fn an_unknown_number_is_never_mentioned() {
    let patterns = Patterns::default();
    let mentions = [Identity::default()];
    let said = Said {
        text: Some("1555"),
        mentions: &mentions,
        quotes_gateway: false,
        patterns: &patterns,
    };
    let (yes, _why) = crate::mention::mentioned(&said, &Identity::default(), Mode::Dedicated);
    assert!(!yes);
}
