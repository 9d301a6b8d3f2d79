//! The table of direct messages, row by row.

use rstest::rstest;

use super::*;

#[rstest]
#[case::row_1_status(dm(Open, &["*"]).in_chat("status@broadcast"), "drop not_a_conversation dm.1 -")]
#[case::row_1_broadcast_list(dm(Open, &["*"]).in_chat("1600000000@broadcast"), "drop not_a_conversation dm.1 -")]
#[case::row_1_newsletter(dm(Open, &["*"]).in_chat("120363000000000001@newsletter"), "drop not_a_conversation dm.1 -")]
#[case::row_1_before_own_echo(dm(Open, &["*"]).in_chat("status@broadcast").mine().echo(), "drop not_a_conversation dm.1 -")]
#[case::row_1_before_disabled(dm(Disabled, &[]).in_chat("status@broadcast"), "drop not_a_conversation dm.1 -")]
#[case::row_3_own_echo(dm(Open, &["*"]).mine().echo(), "drop own_echo dm.3 -")]
#[case::row_3_own_echo_in_self_chat(dm(Pairing, &[]).in_chat(OWN).mine().echo().self_chat_mode(), "drop own_echo dm.3 -")]
#[case::row_3_before_disabled(dm(Disabled, &[]).mine().echo(), "drop own_echo dm.3 -")]
#[case::row_3_only_for_our_own(dm(Open, &["*"]).echo(), "admit dm_open dm.7 DmPolicy")]
#[case::row_4_own_outgoing(dm(Open, &["*"]).mine(), "drop own_outgoing dm.4 -")]
#[case::row_4_own_outgoing_of_a_personal_number(dm(Open, &["*"]).mine().personal(), "drop own_outgoing dm.4 -")]
#[case::row_4_before_disabled(dm(Disabled, &["*"]).mine(), "drop own_outgoing dm.4 -")]
#[case::row_4_a_command_by_hand_to_somebody(dm(Open, &["*"]).mine().personal().says("/status"), "drop own_outgoing dm.4 -")]
#[case::row_5_disabled(dm(Disabled, &[]), "drop dm_disabled dm.5 DmPolicy")]
#[case::row_5_disabled_even_if_listed(dm(Disabled, &["+15550100001"]), "drop dm_disabled dm.5 DmPolicy")]
#[case::row_5_disabled_even_if_anyone(dm(Disabled, &["*"]).paired(), "drop dm_disabled dm.5 DmPolicy")]
#[case::row_5_disabled_even_for_an_owner(dm(Disabled, &["*"]).owners(&["+15550100001"]), "drop dm_disabled dm.5 DmPolicy")]
#[case::row_5_disabled_self_chat(dm(Disabled, &[]).in_chat(OWN).mine().self_chat_mode(), "drop dm_disabled dm.5 DmPolicy")]
#[case::row_6_self_chat_on(dm(Pairing, &[]).in_chat(OWN).mine().self_chat_mode(), "admit self_chat dm.6 SelfChatMode")]
#[case::row_6_self_chat_by_lid(dm(Allowlist, &[]).in_chat("100000000000009:3@lid").mine().self_chat_mode(), "admit self_chat dm.6 SelfChatMode")]
#[case::row_6_self_chat_off(dm(Open, &["*"]).in_chat(OWN).mine(), "drop self_chat_off dm.6 SelfChatMode")]
#[case::row_6_self_chat_off_even_if_listed(dm(Allowlist, &["+15550100009"]).in_chat(OWN).mine(), "drop self_chat_off dm.6 SelfChatMode")]
#[case::row_7_open(dm(Open, &["*"]), "admit dm_open dm.7 DmPolicy")]
#[case::row_7_open_admits_a_hidden_sender(dm(Open, &["*", "+15550100002"]).sent_by(LID), "admit dm_open dm.7 DmPolicy")]
#[case::row_7_before_listed(dm(Open, &["*", "+15550100001"]), "admit dm_open dm.7 DmPolicy")]
#[case::row_8_listed_by_phone(dm(Allowlist, &["+15550100001"]), "admit dm_listed dm.8 AllowFrom")]
#[case::row_8_listed_under_pairing(dm(Pairing, &["+15550100001"]), "admit dm_listed dm.8 AllowFrom")]
#[case::row_8_listed_by_lid(dm(Allowlist, &[LID]).sent_by(LID), "admit dm_listed dm.8 AllowFrom")]
#[case::row_8_hidden_with_alternate_phone(dm(Allowlist, &["+15550100001"]).sent_by(LID).alt(PHONE), "admit dm_listed dm.8 AllowFrom")]
#[case::row_8_phone_with_alternate_lid(dm(Allowlist, &[LID]).alt(LID), "admit dm_listed dm.8 AllowFrom")]
#[case::row_8_device_suffix(dm(Allowlist, &["+15550100001"]).sent_by("15550100001:12@s.whatsapp.net"), "admit dm_listed dm.8 AllowFrom")]
#[case::row_8_anyone(dm(Allowlist, &["*"]), "admit dm_listed dm.8 AllowFrom")]
#[case::row_8_anyone_admits_a_hidden_sender(dm(Pairing, &["*"]).sent_by(LID), "admit dm_listed dm.8 AllowFrom")]
#[case::row_8_listed_before_paired(dm(Pairing, &["+15550100001"]).paired(), "admit dm_listed dm.8 AllowFrom")]
#[case::row_9_paired(dm(Pairing, &[]).paired(), "admit dm_paired dm.9 Approvals")]
#[case::row_9_paired_hidden_sender(dm(Pairing, &["+15550100002"]).sent_by(LID).paired(), "admit dm_paired dm.9 Approvals")]
#[case::row_9_allowlist_ignores_approvals(dm(Allowlist, &[]).paired(), "drop not_in_allowlist dm.12 AllowFrom")]
#[case::row_9_allowlist_honours_approvals(dm(Allowlist, &[]).paired().honour(), "admit dm_paired dm.9 Approvals")]
#[case::row_10_hidden_sender_and_a_list_of_phones(dm(Allowlist, &["+15550100001"]).sent_by(LID), "hold unresolved_identity dm.10 AllowFrom")]
#[case::row_10_lid_with_the_digits_of_a_listed_phone(dm(Allowlist, &["+15550100001"]).sent_by("15550100001@lid"), "hold unresolved_identity dm.10 AllowFrom")]
#[case::row_10_a_spelling_that_has_to_be_asked_about(dm(Allowlist, &["+15550100002"]).pending(), "hold unresolved_identity dm.10 AllowFrom")]
#[case::row_10_a_known_number_is_no_riddle(dm(Allowlist, &["+15550100002"]), "drop not_in_allowlist dm.12 AllowFrom")]
#[case::row_10_a_known_mapping_is_no_riddle(dm(Allowlist, &["+15550100002"]).sent_by(LID).alt(PHONE), "drop not_in_allowlist dm.12 AllowFrom")]
#[case::row_10_not_for_a_list_of_lids(dm(Allowlist, &["100000000000002@lid"]).sent_by(LID), "drop not_in_allowlist dm.12 AllowFrom")]
#[case::row_10_not_under_pairing(dm(Pairing, &["+15550100001"]).sent_by(LID), "hold pairing_required dm.11 DmPolicy")]
#[case::row_11_stranger(dm(Pairing, &[]), "hold pairing_required dm.11 DmPolicy")]
#[case::row_11_stranger_beside_a_list(dm(Pairing, &["+15550100002"]), "hold pairing_required dm.11 DmPolicy")]
#[case::row_11_stranger_of_a_personal_number(dm(Pairing, &[]).personal(), "hold pairing_required dm.11 DmPolicy")]
#[case::row_12_stranger(dm(Allowlist, &["+15550100002"]), "drop not_in_allowlist dm.12 AllowFrom")]
#[case::row_12_empty_list_is_nobody(dm(Allowlist, &[]), "drop not_in_allowlist dm.12 AllowFrom")]
#[case::row_12_hidden_stranger_and_an_empty_list(dm(Allowlist, &[]).sent_by(LID), "drop not_in_allowlist dm.12 AllowFrom")]
#[case::row_12_listed_for_groups_only(dm(Allowlist, &[]).group_allow(&["+15550100001"]), "drop not_in_allowlist dm.12 AllowFrom")]
#[case::row_13_open(dm(Open, &["*"]).aged(MAX_AGE_S + 1), "stale stale dm.13 CatchUp")]
#[case::row_13_listed(dm(Allowlist, &["+15550100001"]).aged(MAX_AGE_S + 1), "stale stale dm.13 CatchUp")]
#[case::row_13_paired(dm(Pairing, &[]).paired().aged(MAX_AGE_S + 1), "stale stale dm.13 CatchUp")]
#[case::row_13_self_chat(dm(Pairing, &[]).in_chat(OWN).mine().self_chat_mode().aged(MAX_AGE_S + 1), "stale stale dm.13 CatchUp")]
#[case::row_13_exactly_the_limit_is_answered(dm(Open, &["*"]).aged(MAX_AGE_S), "admit dm_open dm.7 DmPolicy")]
#[case::row_13_a_clock_behind_is_answered(dm(Open, &["*"]).aged(-3_600), "admit dm_open dm.7 DmPolicy")]
#[case::row_13_does_not_touch_holds(dm(Pairing, &[]).aged(MAX_AGE_S + 1), "hold pairing_required dm.11 DmPolicy")]
#[case::row_13_does_not_touch_drops(dm(Allowlist, &[]).aged(MAX_AGE_S + 1), "drop not_in_allowlist dm.12 AllowFrom")]
#[case::no_row_sender_unreadable(dm(Open, &["*"]).by("?"), "drop no_sender none -")]
#[case::reaction_of_a_listed_sender(dm(Allowlist, &["*"]).aside(), "context about_message dm.8 -")]
#[case::no_row_nothing_of_a_listed_sender(dm(Allowlist, &["*"]).empty(), "drop unsupported_kind none -")]
#[case::no_row_nothing_of_a_stranger(dm(Pairing, &[]).empty(), "drop unsupported_kind none -")]
#[case::reaction_of_a_stranger_asks_for_nothing(dm(Pairing, &[]).aside(), "drop pairing_required dm.11 DmPolicy")]
#[case::no_row_reaction_of_somebody_who_may_not(dm(Disabled, &[]).aside(), "drop dm_disabled dm.5 DmPolicy")]
fn direct_messages(#[case] case: Case, #[case] expected: &str) {
    assert_eq!(shown(case.judge()), expected, "{case:?}");
}

/// Only the journal's unique key can know, so the journal gives this verdict; here it has its name.
#[test]
fn row_2_duplicate() {
    assert_eq!(shown(Verdict::DUPLICATE), "drop duplicate dm.2 -");
}

#[test]
fn row_3_an_echo_that_keeps_coming_back() {
    assert_eq!(shown(Verdict::ECHO_LOOP), "drop echo_loop dm.3 -");
}

#[test]
fn row_11_no_code_left() {
    assert_eq!(shown(Verdict::PAIRING_FULL), "hold pairing_full dm.11 MaxPending");
}

/// What was said decides nothing among two.
#[rstest]
#[case::words("hello")]
#[case::command("/activation always")]
#[case::nothing("")]
fn words_and_mentions_decide_nothing(#[case] text: &str) {
    for case in [
        dm(Open, &["*"]),
        dm(Pairing, &[]),
        dm(Allowlist, &[]),
        dm(Disabled, &[]),
    ] {
        let plain = case.judge();
        let said = case.says(text).mentions(&[OWN]).patterns(&["hello"]).quotes();
        assert_eq!(said.judge(), plain);
        assert_eq!(said.activated(Activation::Always).judge(), plain);
    }
}
