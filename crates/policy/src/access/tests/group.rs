//! The gates of groups, one after another.

use rstest::rstest;

use super::*;
use GroupPolicy as Group;

/// Everybody may write, and every message runs.
fn heard() -> Case {
    group(Group::Open).entry("*", always())
}

fn always() -> GroupRules {
    GroupRules {
        require_mention: Some(false),
        ..GroupRules::default()
    }
}

fn quiet() -> GroupRules {
    GroupRules {
        require_mention: Some(true),
        ..GroupRules::default()
    }
}

fn off() -> GroupRules {
    GroupRules {
        enabled: Some(false),
        ..always()
    }
}

fn on() -> GroupRules {
    GroupRules {
        enabled: Some(true),
        ..always()
    }
}

fn only(entries: &[&str]) -> GroupRules {
    GroupRules {
        allow_from: Some(list(entries)),
        ..always()
    }
}

const ADMIT: &str = "admit group_always group.5 AnyGroupRequireMention";
const ADMIT_ENTRY: &str = "admit group_always group.5 RequireMention";
const NOT_LISTED: &str = "drop group_not_listed group.2 Groups";

#[rstest]
#[case::gate_1_disabled(group(Group::Disabled), "drop groups_disabled group.1 GroupPolicy")]
#[case::gate_1_disabled_even_for_a_listed_sender(group(Group::Disabled).group_allow(&["*"]).entry("*", always()), "drop groups_disabled group.1 GroupPolicy")]
#[case::gate_1_disabled_even_for_the_owner(group(Group::Disabled).mine().personal().says("/status"), "drop groups_disabled group.1 GroupPolicy")]
#[case::gate_1_before_own_echo(group(Group::Disabled).mine().echo(), "drop groups_disabled group.1 GroupPolicy")]
#[case::gate_1_direct_messages_do_not_matter(Case { policy: Disabled, ..heard() }, ADMIT)]
#[case::gate_2_no_list_is_every_group(group(Group::Open).activated(Activation::Always), "admit group_always group.5 Activation")]
#[case::gate_2_listed(group(Group::Open).entry(GROUP, always()), ADMIT_ENTRY)]
#[case::gate_2_listed_by_star(heard(), ADMIT)]
#[case::gate_2_another_is_listed(group(Group::Open).entry(OTHER_GROUP, always()), NOT_LISTED)]
#[case::gate_2_switched_off(group(Group::Open).entry(GROUP, off()), "drop group_not_listed group.2 GroupEnabled")]
#[case::gate_2_switched_off_beside_a_star(heard().entry(GROUP, off()), "drop group_not_listed group.2 GroupEnabled")]
#[case::gate_2_star_switched_off(group(Group::Open).entry("*", off()), "drop group_not_listed group.2 AnyGroupEnabled")]
#[case::gate_2_own_entry_beside_a_star_that_is_off(group(Group::Open).entry("*", off()).entry(GROUP, on()), ADMIT_ENTRY)]
#[case::gate_2_own_entry_without_a_word_beside_a_star_that_is_off(group(Group::Open).entry("*", off()).entry(GROUP, always()), ADMIT_ENTRY)]
#[case::gate_2_not_even_for_the_owner(group(Group::Open).entry(OTHER_GROUP, always()).mine().personal().says("/status"), NOT_LISTED)]
#[case::gate_3_open_lets_everyone_write(heard(), ADMIT)]
#[case::gate_3_open_ignores_lists(heard().group_allow(&["+15550100002"]), ADMIT)]
#[case::gate_3_open_admits_a_hidden_sender(heard().by(LID).allow(&["+15550100002"]), ADMIT)]
#[case::gate_3_nobody_is_listed(group(Group::Allowlist), "drop group_sender_not_allowed group.3 AllowFrom")]
#[case::gate_3_group_list(group(Group::Allowlist).entry("*", always()).group_allow(&["+15550100001"]), ADMIT)]
#[case::gate_3_group_list_replaces_the_other(group(Group::Allowlist).allow(&["+15550100001"]).group_allow(&["+15550100002"]), "drop group_sender_not_allowed group.3 GroupAllowFrom")]
#[case::gate_3_an_empty_group_list_is_nobody(group(Group::Allowlist).allow(&["*"]).group_allow(&[]), "drop group_sender_not_allowed group.3 GroupAllowFrom")]
#[case::gate_3_falls_back_to_allow_from(group(Group::Allowlist).entry("*", always()).allow(&["+15550100001"]), ADMIT)]
#[case::gate_3_allow_from_without_the_sender(group(Group::Allowlist).allow(&["+15550100002"]), "drop group_sender_not_allowed group.3 AllowFrom")]
#[case::gate_3_list_of_the_group(group(Group::Allowlist).entry(GROUP, only(&["+15550100001"])).group_allow(&[]), ADMIT_ENTRY)]
#[case::gate_3_list_of_the_group_replaces_the_others(group(Group::Allowlist).entry(GROUP, only(&["+15550100002"])).group_allow(&["*"]).allow(&["*"]), "drop group_sender_not_allowed group.3 GroupEntryAllowFrom")]
#[case::gate_3_an_empty_list_of_the_group_is_nobody(group(Group::Allowlist).entry(GROUP, only(&[])).allow(&["*"]), "drop group_sender_not_allowed group.3 GroupEntryAllowFrom")]
#[case::gate_3_list_of_the_star(group(Group::Allowlist).entry("*", only(&["+15550100002"])).group_allow(&["*"]), "drop group_sender_not_allowed group.3 AnyGroupAllowFrom")]
#[case::gate_3_list_of_the_star_fills_an_entry_without_one(group(Group::Allowlist).entry("*", only(&["+15550100001"])).entry(GROUP, always()).group_allow(&[]), ADMIT_ENTRY)]
#[case::gate_3_star_on_a_list(group(Group::Allowlist).entry("*", always()).group_allow(&["*"]).by(LID), ADMIT)]
#[case::gate_3_by_lid(group(Group::Allowlist).entry("*", always()).group_allow(&[LID]).by(LID), ADMIT)]
#[case::gate_3_hidden_with_alternate_phone(group(Group::Allowlist).entry("*", always()).group_allow(&["+15550100001"]).by(LID).alt(PHONE), ADMIT)]
#[case::gate_3_hidden_sender_and_a_list_of_phones(group(Group::Allowlist).group_allow(&["+15550100001"]).by(LID), "hold unresolved_identity group.3 GroupAllowFrom")]
#[case::gate_3_lid_with_the_digits_of_a_listed_phone(group(Group::Allowlist).group_allow(&["+15550100001"]).by("15550100001@lid"), "hold unresolved_identity group.3 GroupAllowFrom")]
#[case::gate_3_a_spelling_that_has_to_be_asked_about(group(Group::Allowlist).allow(&["+15550100002"]).pending(), "hold unresolved_identity group.3 AllowFrom")]
#[case::gate_3_hidden_sender_and_a_list_of_lids(group(Group::Allowlist).group_allow(&["100000000000002@lid"]).by(LID), "drop group_sender_not_allowed group.3 GroupAllowFrom")]
#[case::gate_3_approvals_never_count(group(Group::Allowlist).paired(), "drop group_sender_not_allowed group.3 AllowFrom")]
#[case::gate_3_approvals_never_count_even_if_honoured(group(Group::Allowlist).paired().honour(), "drop group_sender_not_allowed group.3 AllowFrom")]
#[case::gate_3_owner_of_a_personal_number_always_passes(group(Group::Allowlist).entry("*", always()).group_allow(&[]).mine().personal(), ADMIT)]
#[case::gate_3_named_owner_of_a_personal_number(group(Group::Allowlist).entry("*", always()).group_allow(&[]).owners(&["+15550100001"]).personal(), ADMIT)]
#[case::gate_3_owner_of_a_dedicated_number_has_to_be_listed(group(Group::Allowlist).entry("*", always()).owners(&["+15550100001"]), "drop group_sender_not_allowed group.3 AllowFrom")]
#[case::gate_3_by_hand_on_a_dedicated_number_without_being_listed(group(Group::Allowlist).mine(), "drop group_sender_not_allowed group.3 AllowFrom")]
#[case::gate_3_sender_unreadable(heard().by("?"), "drop no_sender none -")]
#[case::gate_4_own_echo(heard().mine().echo(), "drop own_echo group.4 -")]
#[case::gate_4_own_echo_on_a_personal_number(heard().mine().personal().echo(), "drop own_echo group.4 -")]
#[case::gate_4_only_for_our_own(heard().echo(), ADMIT)]
#[case::gate_4_by_hand_on_a_dedicated_number(heard().mine(), "drop own_outgoing group.4 Mode")]
#[case::gate_4_a_command_by_hand_on_a_dedicated_number(heard().mine().says("/status"), "drop own_outgoing group.4 Mode")]
#[case::gate_4_by_hand_on_a_personal_number(heard().mine().personal(), ADMIT)]
#[case::gate_4_by_hand_on_a_personal_number_needs_a_mention(group(Group::Open).mine().personal(), "context no_mention group.5 AnyGroupRequireMention")]
#[case::gate_4_by_hand_on_a_personal_number_with_a_mention(group(Group::Open).mine().personal().says("hey gatey").patterns(&["gatey"]), "admit group_mention group.5 AnyGroupRequireMention")]
#[case::gate_5_mention_by_default(group(Group::Open), "context no_mention group.5 AnyGroupRequireMention")]
#[case::gate_5_mentioned(group(Group::Open).mentions(&[OWN]), "admit group_mention group.5 AnyGroupRequireMention")]
#[case::gate_5_entry_without_a_word_needs_a_mention(group(Group::Open).entry(GROUP, GroupRules::default()), "context no_mention group.5 AnyGroupRequireMention")]
#[case::gate_5_not_required(group(Group::Open).entry(GROUP, always()), ADMIT_ENTRY)]
#[case::gate_5_entry_before_star(group(Group::Open).entry(GROUP, quiet()).entry("*", always()), "context no_mention group.5 RequireMention")]
#[case::gate_5_star_fills_an_entry_without_a_word(group(Group::Open).entry(GROUP, GroupRules::default()).entry("*", always()), ADMIT)]
#[case::gate_5_not_required_and_mentioned_all_the_same(heard().mentions(&[OWN]), ADMIT)]
#[case::gate_5_wordless_in_an_always_group(heard().wordless(), ADMIT)]
#[case::gate_5_wordless_where_a_mention_is_needed(group(Group::Open).wordless().patterns(&["gatey"]), "context no_mention group.5 AnyGroupRequireMention")]
#[case::activation_always_wins_over_the_config(group(Group::Open).entry(GROUP, quiet()).activated(Activation::Always), "admit group_always group.5 Activation")]
#[case::activation_mention_wins_over_the_config(heard().activated(Activation::Mention), "context no_mention group.5 Activation")]
#[case::activation_mention_and_mentioned(heard().activated(Activation::Mention).mentions(&[OWN]), "admit group_mention group.5 Activation")]
#[case::activation_opens_no_other_gate(group(Group::Allowlist).activated(Activation::Always), "drop group_sender_not_allowed group.3 AllowFrom")]
#[case::command_of_an_owner_needs_no_mention(group(Group::Open).owners(&["+15550100001"]).says("/activation always"), "admit owner_command group.5 Owners")]
#[case::command_of_an_owner_while_quiet(group(Group::Open).owners(&[LID]).by(LID).says(" /STATUS").activated(Activation::Mention), "admit owner_command group.5 Owners")]
#[case::command_of_the_owner_by_hand(group(Group::Open).mine().personal().says("/status"), "admit owner_command group.5 Owners")]
#[case::command_of_an_owner_in_an_always_group(heard().owners(&["+15550100001"]).says("/help"), "admit owner_command group.5 Owners")]
#[case::command_of_an_owner_passes_the_gates_before(group(Group::Allowlist).owners(&["+15550100001"]).says("/help"), "drop group_sender_not_allowed group.3 AllowFrom")]
#[case::command_of_somebody_else_is_context(group(Group::Open).says("/status"), "context no_mention group.5 AnyGroupRequireMention")]
#[case::command_of_somebody_else_is_context_in_an_always_group(heard().says("/status"), "context no_mention group.5 AnyGroupRequireMention")]
#[case::command_of_somebody_else_with_a_mention(heard().says("/status gatey").patterns(&["gatey"]), "admit group_mention group.5 AnyGroupRequireMention")]
#[case::command_of_somebody_listed_on_a_dedicated_number(group(Group::Open).allow(&["+15550100001"]).says("/status"), "context no_mention group.5 AnyGroupRequireMention")]
#[case::command_of_somebody_listed_on_a_personal_number(group(Group::Open).allow(&["+15550100001"]).personal().says("/status"), "admit owner_command group.5 Owners")]
#[case::command_of_somebody_who_may_command(group(Group::Open).commands(&["+15550100001"]).says("/task list"), "admit owner_command group.5 CommandsAllowFrom")]
#[case::command_where_everybody_may(group(Group::Open).commands(&["*"]).by(LID).says("/help"), "admit owner_command group.5 CommandsAllowFrom")]
#[case::command_of_an_owner_where_everybody_may(group(Group::Open).commands(&["*"]).owners(&["+15550100001"]).says("/help"), "admit owner_command group.5 Owners")]
#[case::who_may_command_passes_the_gates_before(group(Group::Allowlist).commands(&["+15550100001"]).says("/help"), "drop group_sender_not_allowed group.3 AllowFrom")]
#[case::words_of_who_may_command_are_talk(group(Group::Open).commands(&["+15550100001"]).says("hello"), "context no_mention group.5 AnyGroupRequireMention")]
#[case::command_of_an_owner_behind_a_mention(group(Group::Open).owners(&["+15550100001"]).mentions(&[OWN]).says("@15550100009 /status"), "admit owner_command group.5 Owners")]
#[case::command_of_an_owner_behind_a_hidden_mention(group(Group::Open).owners(&["+15550100001"]).mentions(&[OWN_LID]).says("@100000000000009: /status"), "admit owner_command group.5 Owners")]
#[case::command_of_an_owner_behind_a_mention_of_somebody_else(group(Group::Open).owners(&["+15550100001"]).mentions(&[PHONE]).says("@15550100001 /status"), "context no_mention group.5 AnyGroupRequireMention")]
#[case::command_of_somebody_else_behind_a_mention(heard().mentions(&[OWN]).says("@15550100009 /status"), "admit group_mention group.5 AnyGroupRequireMention")]
#[case::a_label_that_an_owner_pressed_is_no_command(group(Group::Open).owners(&["+15550100001"]).says("/status").pressed(), "context no_mention group.5 AnyGroupRequireMention")]
#[case::a_path_is_no_command(heard().says("/usr/bin is a folder"), ADMIT)]
#[case::row_13_old_messages_in_groups(heard().aged(MAX_AGE_S + 1), "stale stale dm.13 CatchUp")]
#[case::row_13_old_mention(group(Group::Open).mentions(&[OWN]).aged(MAX_AGE_S + 1), "stale stale dm.13 CatchUp")]
#[case::row_13_old_context_is_context(group(Group::Open).aged(MAX_AGE_S + 1), "context no_mention group.5 AnyGroupRequireMention")]
#[case::a_reaction_runs_nothing(heard().aside(), "context about_message group.5 -")]
#[case::a_reaction_needs_no_mention(group(Group::Open).aside(), "context about_message group.5 -")]
#[case::what_says_nothing_is_no_context(group(Group::Open).empty(), "drop unsupported_kind none -")]
#[case::a_reaction_of_a_hidden_sender_is_not_held(group(Group::Allowlist).allow(&["+15550100001"]).by(LID).aside(), "drop unresolved_identity group.3 AllowFrom")]
fn groups(#[case] case: Case, #[case] expected: &str) {
    assert_eq!(shown(case.judge()), expected, "{case:?}");
}

#[rstest]
#[case::linked_number_by_default(dm(Pairing, &[]).in_chat(OWN).mine(), true)]
#[case::its_own_address_without_the_mark(dm(Pairing, &[]).sent_by(OWN), true)]
#[case::its_hidden_id(dm(Pairing, &[]).sent_by("100000000000009:4@lid"), true)]
#[case::named(dm(Pairing, &[]).owners(&["+15550100001"]), true)]
#[case::named_by_lid(dm(Pairing, &[]).owners(&[LID]).sent_by(LID), true)]
#[case::others_are_named(dm(Pairing, &[]).owners(&["+15550100002"]), false)]
#[case::others_are_named_so_the_dedicated_number_is_none(dm(Pairing, &[]).owners(&["+15550100001"]).mine(), false)]
#[case::others_are_named_and_the_number_is_personal(dm(Pairing, &[]).owners(&["+15550100001"]).mine().personal(), true)]
#[case::nobody_is_named(dm(Pairing, &[]).owners(&[]).mine(), false)]
#[case::star_is_nobody(dm(Pairing, &[]).owners(&["*"]), false)]
#[case::listed_on_a_dedicated_number(dm(Pairing, &["+15550100001"]), false)]
#[case::listed_on_a_personal_number(dm(Pairing, &["+15550100001"]).personal(), true)]
#[case::star_on_a_personal_number(dm(Open, &["*"]).personal(), false)]
#[case::approved(dm(Pairing, &[]).paired(), false)]
#[case::approved_on_a_personal_number(dm(Pairing, &[]).paired().personal().honour(), false)]
#[case::listed_for_groups_on_a_personal_number(group(Group::Allowlist).group_allow(&["+15550100001"]).personal(), false)]
#[case::digits_of_an_owner_as_a_hidden_id(dm(Pairing, &[]).owners(&["+15550100001"]).sent_by("15550100001@lid"), false)]
fn owners(#[case] case: Case, #[case] expected: bool) {
    assert_eq!(case.is_owner(), expected, "{case:?}");
}

#[test]
fn all_lists_with_people_are_asked_about() {
    let case = dm(Allowlist, &["+15550100001"])
        .owners(&["+15550100002"])
        .group_allow(&["+15550100003"])
        .entry("*", only(&["+15550100004"]))
        .entry(GROUP, only(&["+15550100005"]));
    let rules = case.rules();
    let mut found: Vec<String> = rules
        .lists()
        .flat_map(AllowList::phones)
        .map(ToString::to_string)
        .collect();
    found.sort_unstable();
    let expected: Vec<String> = (1..=5).map(|n| format!("+1555010000{n}")).collect();
    assert_eq!(found, expected);
}
