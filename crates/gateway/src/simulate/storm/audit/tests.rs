use super::*;

const ONE: &str = "+15550100100";

fn planned() -> Vec<Planned> {
    ["A", "B", "G"]
        .into_iter()
        .map(|id| Planned {
            id: id.to_owned(),
            from: ONE.to_owned(),
            group: (id == "G").then(|| "1203@g.us".to_owned()),
            text: format!("text {id}"),
        })
        .collect()
}

fn admitted(seq: i64, answer: &str) -> Recorded {
    Recorded {
        seq,
        verdict: Some("admit".to_owned()),
        reason: Some("dm_open".to_owned()),
        run: Some(("ok".to_owned(), 1)),
        answers: vec![(answer.to_owned(), "delivered".to_owned())],
    }
}

fn answer(id: &str, text: &str) -> Answer {
    Answer {
        id: id.to_owned(),
        contact: ONE.to_owned(),
        text: text.to_owned(),
    }
}

/// As it should be.
fn facts() -> Facts {
    let group = Recorded {
        seq: 3,
        verdict: Some("drop".to_owned()),
        reason: Some("group_sender_not_allowed".to_owned()),
        ..Recorded::default()
    };
    let rows = [("A", admitted(1, "R1")), ("B", admitted(2, "R2")), ("G", group)];
    Facts {
        journal: rows.map(|(id, row)| (id.to_owned(), vec![row])).into(),
        rows: 3,
        answers: vec![answer("R1", "text A"), answer("R2", "text B")],
        ..Facts::default()
    }
}

fn row<'a>(facts: &'a mut Facts, id: &str) -> &'a mut Recorded {
    &mut facts.journal.get_mut(id).expect("in the journal")[0]
}

fn found(change: impl FnOnce(&mut Facts)) -> Vec<(String, Vec<String>)> {
    let mut facts = facts();
    change(&mut facts);
    let report = audit(&planned(), &facts);
    report
        .deviations
        .into_iter()
        .map(|finding| (finding.what, finding.ids))
        .collect()
}

fn only(change: impl FnOnce(&mut Facts), what: &str, id: &str) {
    let found = found(change);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, what);
    assert_eq!(found[0].1, [id]);
}

#[test]
fn what_is_as_it_should_be_has_no_deviation() {
    assert_eq!(found(|_| {}), []);
    let report = audit(&planned(), &facts());
    let count = |what: &str| {
        report
            .counts
            .iter()
            .find(|(name, _)| name == what)
            .map(|(_, count)| *count)
    };
    assert_eq!(count("sent"), Some(3));
    assert_eq!(count("answered exactly once"), Some(2));
    assert_eq!(count("  group_sender_not_allowed"), Some(1));
}

#[test]
fn the_same_id_twice_on_a_phone_is_one_answer() {
    assert_eq!(found(|facts| facts.answers.push(answer("R1", "text A"))), []);
}

#[test]
fn a_rerun_is_fine_once() {
    assert_eq!(
        found(|facts| row(facts, "A").run = Some(("ok".to_owned(), 2))),
        []
    );
    only(
        |facts| row(facts, "A").run = Some(("ok".to_owned(), 3)),
        "runs that did not come to a good end",
        "A (ok, started 3 times)",
    );
}

#[test]
fn a_lost_answer_is_named_with_its_fate() {
    only(
        |facts| {
            facts.answers.remove(0);
        },
        "without an answer on the phone",
        "A (answer: R1 delivered)",
    );
}

#[test]
fn a_second_answer_under_another_id_is_doubled() {
    only(
        |facts| facts.answers.push(answer("R9", "text A")),
        "answered more often than once, or though not let in",
        "A (2 answers)",
    );
    only(
        |facts| facts.answers.push(answer("R9", "text G")),
        "answered more often than once, or though not let in",
        "G (1 answers)",
    );
}

#[test]
fn a_stray_text_on_a_phone_is_found() {
    only(
        |facts| facts.answers.push(answer("R9", "hello?")),
        "on a phone without anything it answers",
        "R9",
    );
}

#[test]
fn order_is_that_of_the_sending() {
    let swap = |facts: &mut Facts| {
        row(facts, "A").seq = 2;
        row(facts, "B").seq = 1;
    };
    only(swap, "out of order in the journal", "B (row 1 after 2)");
}

#[test]
fn the_journal_has_every_id_once() {
    let lost = found(|facts| {
        facts.journal.remove("A");
        facts.rows = 2;
    });
    assert_eq!(lost[0], ("not in the journal".to_owned(), vec!["A".to_owned()]));
    let twice = |facts: &mut Facts| {
        let again = row(facts, "A").clone();
        facts.journal.get_mut("A").expect("there").push(again);
        facts.rows = 4;
    };
    only(twice, "more than once in the journal", "A");
    assert_eq!(
        found(|facts| facts.rows = 4)[0].0,
        "4 rows in the journal, 3 of them of this storm"
    );
}

#[test]
fn what_is_still_open_or_wrong_is_named() {
    only(
        |facts| row(facts, "B").answers[0].1 = "unknown".to_owned(),
        "answers of unknown fate",
        "R2 (unknown)",
    );
    only(
        |facts| facts.violations.push("bad_mac: x".to_owned()),
        "violations",
        "bad_mac: x",
    );
    only(
        |facts| {
            row(facts, "G").verdict = None;
        },
        "without a verdict",
        "G",
    );
}
