//! Who may use chat commands.

use proptest::prelude::*;
use rstest::rstest;

use super::properties::any_case;
use super::*;
use crate::command;

#[rstest]
#[case::an_owner(dm(Pairing, &[]).owners(&["+15550100001"]), Commander::Owner)]
#[case::the_linked_number_where_nobody_is_named(dm(Pairing, &[]).mine(), Commander::Owner)]
#[case::listed(dm(Pairing, &[]).commands(&["+15550100001"]), Commander::Listed)]
#[case::listed_by_hidden_id(dm(Pairing, &[]).commands(&[LID]).sent_by(LID), Commander::Listed)]
#[case::everybody(dm(Pairing, &[]).commands(&["*"]), Commander::Listed)]
#[case::an_owner_who_is_listed_too(dm(Pairing, &[]).commands(&["*"]).owners(&["+15550100001"]), Commander::Owner)]
#[case::others_are_listed(dm(Pairing, &[]).commands(&["+15550100002"]), Commander::Nobody)]
#[case::who_may_write_may_not_command(dm(Pairing, &["+15550100001"]), Commander::Nobody)]
#[case::who_was_approved_may_not_command(dm(Pairing, &[]).paired(), Commander::Nobody)]
#[case::who_may_write_on_a_personal_number_owns_it(dm(Allowlist, &["+15550100001"]).personal(), Commander::Owner)]
#[case::digits_of_a_number_as_a_hidden_id(dm(Pairing, &[]).commands(&["+15550100001"]).sent_by("15550100001@lid"), Commander::Nobody)]
fn commanders(#[case] case: Case, #[case] expected: Commander) {
    assert_eq!(case.commander(), expected, "{case:?}");
}

#[rstest]
#[case("/status", "owner listed")]
#[case("/stop", "owner listed")]
#[case("/task new every 1h look", "owner listed")]
#[case("/activation always", "owner listed")]
#[case("/pairing list", "owner")]
#[case("/pairing approve ABCD2345", "owner")]
#[case("/pairing deny ABCD2345", "owner")]
fn approving_people_is_for_owners(#[case] text: &str, #[case] expected: &str) {
    let command = command::parse(text).unwrap().unwrap();
    let who = [
        (Commander::Owner, "owner"),
        (Commander::Listed, "listed"),
        (Commander::Nobody, "nobody"),
    ];
    let may: Vec<&str> = who
        .into_iter()
        .filter(|(commander, _)| commander.may(&command))
        .map(|(_, name)| name)
        .collect();
    assert_eq!(may.join(" "), expected);
}

proptest! {
    #[test]
    fn owners_are_owners_and_a_list_makes_nobody_one(case in any_case()) {
        prop_assert_eq!(case.commander() == Commander::Owner, case.is_owner());
        let everybody = Case { commands: vec!["*".to_owned()], ..case.clone() };
        prop_assert_eq!(everybody.is_owner(), case.is_owner());
        prop_assert!(everybody.commander().may_command());
    }

    #[test]
    fn a_list_of_commanders_lets_nobody_in_who_was_kept_out(case in any_case()) {
        let nobody = Case { commands: Vec::new(), ..case.clone() }.judge();
        let everybody = Case { commands: vec!["*".to_owned()], ..case }.judge();
        if nobody.outcome != Outcome::Context {
            prop_assert_eq!(nobody.outcome, everybody.outcome);
        }
    }
}
