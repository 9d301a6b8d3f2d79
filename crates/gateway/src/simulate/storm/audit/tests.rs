//! The audit finds what it is for: each guard against facts in which one thing is wrong.

use fased::store::{Audited, AuditedMessage, AuditedRun, AuditedSend, AuditedTask};

use super::super::gather::{Facts, Got};
use super::super::raging::Said;
use super::super::setting::{EVERY_MS, FAILED};
use super::audit;

const GROUP: &str = "120363000000000001@g.us";
const NOW: i64 = 1_000_000;

fn said(number: usize) -> Said {
    Said {
        id: format!("3A{number}"),
        account: 0,
        from: "+15550101000".to_owned(),
        group: None,
        mention: false,
        word: format!("word-{number}"),
    }
}

/// Two messages of one person, each answered once, and a Task that ran once.
fn clean() -> Facts {
    let mut facts = Facts {
        said: vec![said(1), said(2)],
        groups: vec![GROUP.to_owned()],
        now_ms: NOW,
        ..Facts::default()
    };
    for number in [1, 2] {
        facts.store.inbox.push(AuditedMessage {
            seq: number,
            account: "first".to_owned(),
            chat: "15550101000@s.whatsapp.net".to_owned(),
            message_id: format!("3A{number}"),
            outcome: Some("admit".to_owned()),
            reason: Some("dm_open".to_owned()),
            deliveries: 1,
            run: Some(number),
        });
        run_and_answer(&mut facts, number, "reply", &format!("word-{number}"));
    }
    run_and_answer(&mut facts, 3, "task", "job-first-1");
    let run = &mut facts.store.runs[2];
    run.kind = "task".to_owned();
    run.task = Some("abcd".to_owned());
    run.cause = Some("schedule".to_owned());
    run.due_ms = Some(NOW - 5_000);
    facts.store.tasks.push(AuditedTask {
        id: "abcd".to_owned(),
        account: "first".to_owned(),
        state: "active".to_owned(),
        next_ms: Some(NOW - 5_000 + EVERY_MS),
    });
    facts
}

fn run_and_answer(facts: &mut Facts, id: i64, purpose: &str, text: &str) {
    facts.store.runs.push(AuditedRun {
        id,
        account: "first".to_owned(),
        kind: "message".to_owned(),
        state: "ok".to_owned(),
        attempts: 1,
        ..AuditedRun::default()
    });
    facts.store.outbox.push(AuditedSend {
        id,
        account: "first".to_owned(),
        chat: "15550101000@s.whatsapp.net".to_owned(),
        message_id: format!("FA{id}"),
        purpose: purpose.to_owned(),
        run: Some(id),
        text: text.to_owned(),
        state: "delivered".to_owned(),
        attempts: 1,
        ..AuditedSend::default()
    });
    facts.got.push(Got {
        seq: u64::try_from(id).expect("small"),
        account: 0,
        id: format!("FA{id}"),
        contact: "+15550101000".to_owned(),
        group: None,
        text: text.to_owned(),
    });
}

#[track_caller]
fn finds(change: impl FnOnce(&mut Facts), what: &str) {
    let mut facts = clean();
    change(&mut facts);
    let found: Vec<String> = audit(&facts)
        .deviations
        .iter()
        .map(|finding| format!("{}: {}", finding.what, finding.ids.join(", ")))
        .collect();
    assert!(
        found.iter().any(|found| found.starts_with(what)),
        "{what}: {found:?}"
    );
}

#[test]
fn nothing_is_found_where_all_is_well() {
    assert_eq!(audit(&clean()).deviations, []);
}

/// The first message, answered by two agents.
fn shared_out(facts: &mut Facts) {
    facts.store.runs[0].kind = "broadcast".to_owned();
    facts.store.outbox.retain(|sent| sent.run != Some(1));
    facts.got.retain(|got| got.id != "FA1");
    for id in [4, 5] {
        run_and_answer(facts, id, "reply", "*echo:* word-1");
        if let Some(run) = facts.store.runs.last_mut() {
            run.fork_of = Some(1);
        }
    }
}

#[test]
fn an_agent_that_was_never_asked_is_found() {
    let meant = |facts: &mut Facts, agents| {
        shared_out(facts);
        facts.store.runs[0].forks = Some(agents);
    };
    let mut facts = clean();
    meant(&mut facts, 2);
    assert_eq!(audit(&facts).deviations, []);
    let told = "lost on the way out: word-1 of first (3 agents were to answer, and 2 were asked)";
    finds(|facts| meant(facts, 3), told);
    finds(
        |facts| facts.store.runs[0].forks = Some(2),
        "lost on the way out: word-1 of first (2 agents were to answer, and 0 were asked)",
    );
}

#[test]
fn each_of_several_agents_has_one_answer_to_give() {
    let mut facts = clean();
    shared_out(&mut facts);
    assert_eq!(audit(&facts).deviations, []);
    finds(
        |facts| {
            shared_out(facts);
            facts.got.retain(|got| got.id != "FA5");
        },
        "lost on the way out: word-1 of first",
    );
    finds(
        |facts| {
            shared_out(facts);
            facts.got.retain(|got| got.id != "FA5");
            facts.store.outbox.retain(|sent| sent.run != Some(5));
            run_and_answer(facts, 6, "reply", "*echo:* word-1");
            if let Some(sent) = facts.store.outbox.last_mut() {
                sent.run = Some(4);
            }
        },
        "doubled: word-1",
    );
    finds(
        |facts| {
            shared_out(facts);
            run_and_answer(facts, 6, "reply", "*echo:* word-1");
        },
        "doubled: word-1",
    );
}

#[test]
fn a_message_that_is_lost_doubled_undecided_or_late_is_found() {
    let inbox = |store: &mut Audited| store.inbox.remove(0);
    finds(|facts| drop(inbox(&mut facts.store)), "lost on the way in: 3A1");
    finds(
        |facts| facts.store.inbox.push(facts.store.inbox[0].clone()),
        "doubled in the journal: 3A1",
    );
    finds(
        |facts| facts.store.inbox[1].outcome = None,
        "without a verdict: 3A2",
    );
    finds(
        |facts| facts.store.inbox[1].outcome = Some("stale".to_owned()),
        "another verdict than expected: 3A2",
    );
    finds(
        |facts| facts.store.inbox[1].seq = 0,
        "out of order in the journal: 3A2",
    );
    finds(
        |facts| {
            let mut row = facts.store.inbox[0].clone();
            row.message_id = "3A9".to_owned();
            facts.store.inbox.push(row);
        },
        "unexplained: 2 verdicts on 2 sent, 3",
    );
}

#[test]
fn an_answer_that_is_lost_doubled_astray_or_late_is_found() {
    finds(|facts| drop(facts.got.remove(0)), "lost on the way out: word-1");
    finds(
        |facts| {
            run_and_answer(facts, 9, "reply", "word-1");
            facts.store.runs[3].kind = "task".to_owned();
        },
        "doubled: word-1 (2 answers",
    );
    finds(
        |facts| facts.got[0].id = "FA77".to_owned(),
        "on a phone, and not in the outbox: FA77",
    );
    finds(
        |facts| facts.got[0].contact = "+15550101001".to_owned(),
        "delivered to somebody else: FA1",
    );
    finds(
        |facts| facts.got[0].account = 1,
        "on a phone, and not in the outbox: FA1",
    );
    finds(|facts| facts.got[0].seq = 8, "out of order on a phone: FA1");
    finds(
        |facts| facts.store.outbox[0].state = "unknown".to_owned(),
        "of unknown fate: FA1",
    );
    finds(
        |facts| facts.store.outbox[0].state = "expired".to_owned(),
        "given up without a reason of the storm: FA1",
    );
}

#[test]
fn a_run_that_does_not_end_or_ends_without_a_word_is_found() {
    finds(
        |facts| facts.store.runs[0].state = "running".to_owned(),
        "runs without a good end: run 1",
    );
    finds(
        |facts| facts.store.runs[0].attempts = 3,
        "runs without a good end: run 1",
    );
    let interrupted = |facts: &mut Facts| {
        facts.store.runs[0].state = "interrupted".to_owned();
        facts.store.runs[0].attempts = 2;
        facts.got.remove(0);
    };
    finds(
        |facts| {
            interrupted(facts);
            facts.store.outbox.remove(0);
        },
        "lost on the way out: word-1 (given up",
    );
    let mut told = clean();
    interrupted(&mut told);
    told.store.outbox[0].text = FAILED.to_owned();
    told.got.insert(
        0,
        Got {
            id: "FA1".to_owned(),
            contact: "+15550101000".to_owned(),
            seq: 1,
            ..Got::default()
        },
    );
    assert_eq!(audit(&told).deviations, [], "it was told, which is allowed");
}

#[test]
fn what_the_server_refused_is_counted_and_no_loss_unless_it_did_not() {
    let mut facts = clean();
    facts.got.remove(0);
    facts.store.outbox[0].state = "failed".to_owned();
    facts.store.outbox[0].error_code = Some(500);
    facts.refusals = 1;
    assert_eq!(audit(&facts).deviations, []);
    facts.refusals = 0;
    assert_eq!(audit(&facts).deviations[0].what, "unexplained failures");
}

#[test]
fn a_task_that_ran_twice_lost_its_result_or_is_late_is_found() {
    finds(
        |facts| {
            facts.store.runs.push(AuditedRun {
                id: 10,
                ..facts.store.runs[2].clone()
            })
        },
        "Task runs doubled: abcd",
    );
    finds(
        |facts| drop(facts.got.remove(2)),
        "Task results lost or doubled: run 3",
    );
    finds(
        |facts| facts.store.tasks[0].next_ms = Some(NOW - EVERY_MS),
        "Tasks that are late: abcd",
    );
    finds(
        |facts| facts.store.tasks[0].next_ms = None,
        "Tasks that are late: abcd",
    );
}

#[test]
fn violations_and_a_damaged_store_are_found() {
    finds(
        |facts| facts.violations.push("id_reused".to_owned()),
        "violations: id_reused",
    );
    finds(
        |facts| facts.store.problems.push("page 3".to_owned()),
        "problems of the store: page 3",
    );
}
