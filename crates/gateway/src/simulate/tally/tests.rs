use fased_protocol::control::{RunInfo, SentInfo};
use serde_json::json;

use super::*;

fn sent(id: &str) -> Sent {
    Sent {
        id: id.to_owned(),
        from: "+15550100002".to_owned(),
    }
}

fn explained(verdict: &str, answers: &[&str]) -> Explanation {
    let sent = |id: &&str| SentInfo {
        message_id: (*id).to_owned(),
        chat: String::new(),
        state: "delivered".to_owned(),
        error_code: None,
        updated_ms: 0,
    };
    Explanation {
        account: "default".to_owned(),
        direction: "in".to_owned(),
        content: "text".to_owned(),
        verdict: Some(verdict.to_owned()),
        run: (verdict == "admit").then(|| run("ok")),
        sent: answers.iter().map(sent).collect(),
        ..Explanation::default()
    }
}

fn run(state: &str) -> RunInfo {
    RunInfo {
        state: state.to_owned(),
        ..RunInfo::default()
    }
}

fn answer(id: &str, text: &str) -> Value {
    json!({ "type": "message", "id": id, "contact": "+15550100002", "text": text })
}

fn count(explanations: &[(&str, Explanation)], answers: &[Value]) -> Tally {
    counted(explanations, answers, Meant::default())
}

fn counted(explanations: &[(&str, Explanation)], answers: &[Value], meant: Meant) -> Tally {
    let messages = [sent("A"), sent("B")];
    let explained = explanations
        .iter()
        .map(|(id, e)| ((*id).to_owned(), e.clone()))
        .collect();
    let unasked = [("U", None), ("T1", Some(7)), ("T2", Some(7)), ("T3", Some(8))];
    let unasked = unasked.map(|(id, run)| (id.to_owned(), run)).into();
    tally(&messages, &explained, answers, &unasked, meant)
}

fn ended(state: &str, answers: &[&str]) -> Explanation {
    Explanation {
        run: Some(run(state)),
        ..explained("admit", answers)
    }
}

#[test]
fn one_answer_each_is_clean_also_in_parts_and_with_a_code_before() {
    let held = explained("hold", &["C"]);
    let code = answer("C", "Ask the owner: fased pairing approve whatsapp ABCD2345");
    let both = count(
        &[("A", explained("admit", &["R1", "R2"])), ("B", held)],
        &[code, answer("R1", "one"), answer("R2", "two")],
    );
    assert!(both.is_clean(), "{both}");
    assert_eq!((both.admitted, both.answered, both.refused), (1, 1, 1));
}

#[test]
fn what_answers_nothing_is_neither_an_answer_nor_one_too_many() {
    let both = [
        ("A", explained("admit", &["R1"])),
        ("B", explained("admit", &["R2"])),
    ];
    let clean = count(
        &both,
        &[answer("R1", "a"), answer("R2", "b"), answer("U", "by a command")],
    );
    assert!(clean.is_clean(), "{clean}");
    let lost = count(&both, &[answer("R1", "a"), answer("U", "by a command")]);
    assert_eq!(lost.lost, ["B"]);
}

#[test]
fn messages_that_are_answered_together_share_their_answer() {
    let both = count(
        &[
            ("A", explained("admit", &["R1", "R2"])),
            ("B", explained("admit", &["R1", "R2"])),
        ],
        &[answer("R1", "one"), answer("R2", "two")],
    );
    assert!(both.is_clean(), "{both}");
    assert_eq!(both.answered, 2);
}

#[test]
fn a_run_has_to_end_and_all_of_its_answer_to_arrive() {
    let mut open = explained("admit", &["R1"]);
    open.run = Some(run("running"));
    let answers = [answer("R1", "a"), answer("R2", "b")];
    let part = count(&[("A", open), ("B", explained("admit", &["R2", "R3"]))], &answers);
    assert_eq!(part.lost, ["A", "B"]);
    let silent = count(
        &[("A", explained("admit", &[])), ("B", explained("admit", &["R2"]))],
        &answers[1..],
    );
    assert_eq!(silent.lost, ["A"], "an agent that says nothing has not answered");
}

#[test]
fn only_what_the_script_took_back_needs_no_answer() {
    let both = [("A", ended("cancelled", &[])), ("B", explained("admit", &["R1"]))];
    let answers = [answer("R1", "stopped")];
    let meant = Meant {
        stoppable: 1,
        ..Meant::default()
    };
    let stopped = counted(&both, &answers, meant);
    assert!(stopped.is_clean(), "{stopped}");
    assert_eq!((stopped.answered, stopped.stopped), (1, 1));
    let by_nobody = count(&both, &answers);
    assert_eq!((by_nobody.lost, by_nobody.stopped), (vec!["A".to_owned()], 0));
}

#[test]
fn a_failure_that_is_told_is_no_answer_unless_the_script_wants_it() {
    let both = [
        ("A", ended("error", &["R1"])),
        ("B", ended("interrupted", &["R2"])),
    ];
    let answers = [answer("R1", "It failed."), answer("R2", "It failed.")];
    let failed = count(&both, &answers);
    assert_eq!((failed.failed, failed.answered, failed.is_clean()), (2, 0, false));
    assert_eq!(
        failed.to_string(),
        "in 2 = let in 2 + held or dropped 0 · answered 0 · failed 2, expected 0 · lost 0 · doubled 0"
    );
    for (failures, is_clean) in [(1, false), (2, true), (3, false)] {
        let meant = Meant {
            failures,
            ..Meant::default()
        };
        assert_eq!(counted(&both, &answers, meant).is_clean(), is_clean, "{failures}");
    }
    let untold = count(&both, &answers[..1]);
    assert_eq!(untold.lost, ["B"], "what is to be told has to arrive");
}

#[test]
fn what_comes_twice_is_doubled_also_when_it_answers_nothing() {
    let both = [
        ("A", explained("admit", &["R1"])),
        ("B", explained("admit", &["R2"])),
    ];
    let with = |more: &[Value]| {
        let answers = [&[answer("R1", "a"), answer("R2", "b")], more].concat();
        count(&both, &answers).doubled
    };
    assert_eq!(
        with(&[answer("T1", "done"), answer("T3", "done")]),
        0,
        "of two runs"
    );
    assert_eq!(with(&[answer("T1", "part one"), answer("T2", "part two")]), 0);
    assert_eq!(with(&[answer("T1", "done"), answer("T2", "done")]), 1);
    assert_eq!(with(&[answer("T1", "done"), answer("T1", "done")]), 1, "one id");
    assert_eq!(with(&[answer("R1", "a")]), 1, "one id of an answer");
    assert_eq!(with(&[answer("U", "hi"), answer("U", "hi")]), 1);
}

#[test]
fn a_missing_answer_is_lost_and_so_is_an_unrecorded_message() {
    let tally = count(&[("A", explained("admit", &["R1"]))], &[]);
    assert_eq!(tally.lost, ["A", "B"]);
    assert!(!tally.is_clean());
}

#[test]
fn a_second_answer_is_doubled_whether_the_gateway_knows_of_it_or_not() {
    let known = count(
        &[
            ("A", explained("admit", &["R1", "R2"])),
            ("B", explained("admit", &["R3"])),
        ],
        &[answer("R1", "same"), answer("R2", "same"), answer("R3", "same")],
    );
    assert_eq!(known.doubled, 1);
    let unknown = count(
        &[
            ("A", explained("admit", &["R1"])),
            ("B", explained("admit", &["R3"])),
        ],
        &[answer("R1", "a"), answer("R2", "a"), answer("R3", "b")],
    );
    assert_eq!(unknown.doubled, 1);
}

#[test]
fn what_was_only_observed_is_not_lost() {
    let observed = Explanation {
        run: None,
        ..explained("admit", &[])
    };
    let both = [("A", observed.clone()), ("B", observed)];
    let meant = Meant {
        observes: true,
        ..Meant::default()
    };
    let tally = counted(&both, &[], meant);
    assert!(tally.is_clean(), "{tally}");
    assert_eq!(
        tally.to_string(),
        "in 2 = let in 2 + held or dropped 0 · answered 0 · only observed 2 · lost 0 · doubled 0"
    );
    let lost = count(&both, &[]);
    assert_eq!(
        lost.lost,
        ["A", "B"],
        "whoever is let in elsewhere is to be answered"
    );
}
