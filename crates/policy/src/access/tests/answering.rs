//! Who answers what an agent asked, and with which texts.

use super::*;

#[test]
fn a_number_is_the_whole_text_and_no_longer_than_one_would_type() {
    for (text, number) in [
        ("1", Some(1)),
        (" 2 ", Some(2)),
        ("3.", Some(3)),
        ("\n12.\n", Some(12)),
        ("0", Some(0)),
        ("/2", None),
        ("", None),
        (".", None),
        ("1.5", None),
        ("1..", None),
        ("2026", None),
        ("-1", None),
        ("+1", None),
        ("1 please", None),
        ("\u{0661}", None),
    ] {
        assert_eq!(typed_number(text), number, "{text:?}");
    }
}

#[test]
fn a_number_among_the_choices_is_one_and_any_other_is_none() {
    assert_eq!(chosen(1, 2), Answer::Choice(0));
    assert_eq!(chosen(2, 2), Answer::Choice(1));
    assert_eq!(chosen(0, 2), Answer::OutOfRange(0));
    assert_eq!(chosen(3, 2), Answer::OutOfRange(3));
}

#[test]
fn an_owner_answers_in_a_direct_chat_and_in_a_group() {
    let direct = dm(Allowlist, &[PHONE_NUMBER]).owners(&[PHONE_NUMBER]).says("1");
    assert_eq!(
        shown(direct.clone().asked(2).judge()),
        "admit permission_answer dm.8 Owners"
    );
    assert_eq!(shown(direct.clone().judge()), "admit dm_listed dm.8 AllowFrom");
    assert_eq!(
        shown(direct.clone().asked(2).pressed().judge()),
        "admit dm_listed dm.8 AllowFrom"
    );
    assert_eq!(
        shown(direct.asked(2).aged(MAX_AGE_S + 1).judge()),
        "stale stale dm.13 CatchUp"
    );
    let shared = group(GroupPolicy::Open)
        .owners(&[PHONE_NUMBER])
        .says("1")
        .asked(2);
    assert_eq!(
        shown(shared.clone().judge()),
        "admit permission_answer group.5 Owners"
    );
    // An owner's mention before it takes nothing away.
    let called = shared.mentions(&[OWN]).says("@15550100009 1");
    assert_eq!(shown(called.judge()), "admit permission_answer group.5 Owners");
}

/// Somebody else's number starts what it would start if nobody had been asked, or nothing.
#[test]
fn nobody_but_an_owner_answers() {
    for case in [
        dm(Open, &["*"]).owners(&["+15550100002"]),
        dm(Open, &["*"]).owners(&["+15550100002"]).commands(&["*"]),
        dm(Open, &["*"]).owners(&["+15550100002"]).paired(),
        dm(Pairing, &[]).owners(&["+15550100002"]),
        group(GroupPolicy::Open)
            .owners(&["+15550100002"])
            .commands(&["*"]),
        group(GroupPolicy::Open)
            .owners(&["+15550100002"])
            .activated(Activation::Always),
    ] {
        let case = case.says("1");
        assert_eq!(case.clone().asked(2).judge(), case.judge(), "{case:?}");
    }
}

/// Nobody is known to own it but the linked number: it answers for itself, where it is heard at all.
#[test]
fn the_accounts_own_phone_answers_on_a_personal_number_only() {
    let to_somebody = dm(Open, &["*"]).mine().says("1").asked(2);
    assert_eq!(shown(to_somebody.clone().judge()), "drop own_outgoing dm.4 -");
    let personal = to_somebody.personal();
    assert_eq!(
        shown(personal.clone().judge()),
        "admit permission_answer dm.4 Owners"
    );
    assert_eq!(shown(personal.clone().echo().judge()), "drop own_echo dm.3 -");
    assert_eq!(
        shown(personal.clone().says("one").judge()),
        "drop own_outgoing dm.4 -"
    );
    let off = Case {
        policy: Disabled,
        ..personal
    };
    assert_eq!(shown(off.judge()), "drop own_outgoing dm.4 -");
    let in_group = group(GroupPolicy::Open).mine().says("1").asked(2);
    assert_eq!(shown(in_group.clone().judge()), "drop own_outgoing group.4 Mode");
    assert_eq!(
        shown(in_group.personal().judge()),
        "admit permission_answer group.5 Owners"
    );
}

/// On a dedicated account a direct chat has one person in it, and without an owner there nobody's answer counts.
#[test]
fn where_an_answer_may_come_from() {
    let own = Identity::from_jids("15550100009@s.whatsapp.net", None);
    let chat = |jid: &str| ChatId::from_jids(jid, None, &own);
    let person = chat("15550100001@s.whatsapp.net");
    let may = |case: Case, chat: &ChatId| case.rules().may_be_answered(chat, &own);
    let named = |number: &str| dm(Open, &["*"]).owners(&[number]);
    assert!(may(named("+15550100001"), &person));
    assert!(!may(named("+15550100002"), &person));
    assert!(!may(dm(Open, &["*"]), &person));
    assert!(may(dm(Open, &["*"]).personal(), &person));
    assert!(may(dm(Open, &["*"]), &chat("15550100009@s.whatsapp.net")));
    assert!(may(named("+15550100002"), &chat("120363000000000001@g.us")));
}
