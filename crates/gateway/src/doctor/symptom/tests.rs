//! Each symptom on made-up facts: what it most likely is, and the next command.

use fased_protocol::control::{Explanation, JudgementInfo, RunInfo, SentInfo};

use super::super::fixtures::{NOW, account, event, facts, group, with_config};
use super::*;
use crate::doctor::is_well;
use crate::store::{FailedRuns, Refused, Repeated};
use fased_protocol::control::NodeProbe;

const GROUP: &str = "120363000000000001@g.us";

fn about(symptom: Symptom) -> Subject {
    Subject {
        symptom,
        account: None,
        from: None,
        group: None,
    }
}

/// With a gateway, and an account that is ready.
fn ready(whatsapp: &str) -> Facts {
    let mut facts = with_config(&format!("{{ channels: {{ whatsapp: {whatsapp} }} }}"));
    facts.accounts = vec![account("default", "ready")];
    facts.node = NodeProbe {
        program: Some("/usr/bin/node".into()),
        version: Some("22.1.0".to_owned()),
        ..NodeProbe::default()
    };
    facts
}

fn message(verdict: &str, reason: &str) -> Explanation {
    Explanation {
        account: "default".to_owned(),
        message_id: "3EB0A1".to_owned(),
        direction: "in".to_owned(),
        chat: "+15550100002".to_owned(),
        sender: Some("+15550100002".to_owned()),
        recorded_ms: NOW - 60_000,
        verdict: Some(verdict.to_owned()),
        reason: Some(reason.to_owned()),
        sentence: Some("That is why.".to_owned()),
        ..Explanation::default()
    }
}

fn run(state: &str) -> RunInfo {
    RunInfo {
        agent: "main".to_owned(),
        state: state.to_owned(),
        failure: Some("timeout".to_owned()),
        ..RunInfo::default()
    }
}

#[test]
fn each_symptom_has_a_name_and_something_to_say_where_all_is_well() {
    for symptom in Symptom::ALL {
        assert_eq!(Symptom::parse(symptom.as_str()), Some(symptom));
        let diagnosis = diagnose(&ready("{}"), &about(symptom));
        assert!(
            diagnosis
                .findings
                .iter()
                .all(|finding| finding.level < Level::Warning),
            "{symptom:?}: {:?}",
            diagnosis.findings
        );
        assert!(!diagnosis.likely.what.is_empty() && !diagnosis.likely.next.is_empty());
    }
}

#[test]
fn an_ignored_sender_is_let_in_by_the_command_that_is_named() {
    let mut facts = ready(r#"{ dmPolicy: "allowlist", allowFrom: ["+15550100009"] }"#);
    let dropped = Explanation {
        fix: Some("run: fased config set x +15550100002".to_owned()),
        ..message("drop", "not_in_allowlist")
    };
    facts.messages = vec![dropped.clone()];
    let subject = Subject {
        from: Some("+15550100002".to_owned()),
        ..about(Symptom::BotIgnoresDms)
    };
    let diagnosis = diagnose(&facts, &subject);
    assert_eq!(diagnosis.findings[0].level, Level::Problem);
    assert_eq!(diagnosis.likely.next, "run: fased config set x +15550100002");
    let anybody = diagnose(&facts, &about(Symptom::BotIgnoresDms));
    assert_eq!(anybody.findings[0].level, Level::Warning, "it may be meant so");
    // Since then they were let in.
    facts.messages = vec![Explanation {
        now: Some(JudgementInfo {
            verdict: "admit".to_owned(),
            reason: "dm_listed".to_owned(),
            rule: None,
            source: None,
            fix: None,
            tried: Vec::new(),
            route: None,
        }),
        ..dropped
    }];
    let diagnosis = diagnose(&facts, &subject);
    assert!(
        diagnosis
            .findings
            .iter()
            .all(|finding| finding.level < Level::Warning),
        "{diagnosis:?}"
    );
}

#[test]
fn who_never_got_through_and_whose_agent_fails_are_told_apart() {
    let mut facts = ready(r#"{ dmPolicy: "open", allowFrom: ["*"] }"#);
    let subject = Subject {
        from: Some("+15550100002".to_owned()),
        ..about(Symptom::BotIgnoresDms)
    };
    assert!(diagnose(&facts, &subject).likely.what.contains("ever came in"));
    let admitted = message("admit", "dm_open");
    for (run_state, sent, word) in [
        ("error", None, "failed"),
        ("ok", None, "said nothing"),
        ("ok", Some("failed"), "the answer failed"),
    ] {
        let sent = sent.map(|state| SentInfo {
            message_id: "3EB0B2".to_owned(),
            chat: "+15550100002".to_owned(),
            state: state.to_owned(),
            error_code: Some(479),
            updated_ms: NOW,
        });
        facts.messages = vec![Explanation {
            run: Some(run(run_state)),
            sent: sent.into_iter().collect(),
            ..admitted.clone()
        }];
        let likely = diagnose(&facts, &subject).likely;
        assert!(likely.what.contains(word), "{likely:?}");
    }
}

#[test]
fn the_gateway_and_the_link_come_before_the_rules() {
    let mut facts = ready("{}");
    facts.messages = vec![message("drop", "not_in_allowlist")];
    facts.accounts = vec![account("default", "logged_out")];
    let likely = diagnose(&facts, &about(Symptom::BotIgnoresDms)).likely;
    assert!(likely.what.contains("logged_out"), "{likely:?}");
    facts.gateway.info = None;
    let likely = diagnose(&facts, &about(Symptom::BotIgnoresDms)).likely;
    assert!(likely.what.contains("no gateway runs"), "{likely:?}");
}

#[test]
fn a_group_that_is_not_heard_and_one_that_is_not_meant_are_told_apart() {
    let mut facts = ready(r#"{ groupPolicy: "open" }"#);
    let subject = Subject {
        group: Some(GROUP.to_owned()),
        ..about(Symptom::GroupRepliesMissing)
    };
    facts.history.groups = vec![group(GROUP, Some(NOW))];
    facts.messages = vec![Explanation {
        chat: GROUP.to_owned(),
        fix: Some("mention the account, or run: fased groups activation x always".to_owned()),
        ..message("context", "no_mention")
    }];
    let diagnosis = diagnose(&facts, &subject);
    assert!(
        diagnosis.likely.next.contains("fased groups activation"),
        "{diagnosis:?}"
    );
    facts.history.groups[0].listed = false;
    let likely = diagnose(&facts, &subject).likely;
    assert!(
        likely.what.contains("does not hear") && likely.next.contains(GROUP),
        "{likely:?}"
    );
    let mut facts = ready("{}");
    facts.history.groups = vec![group(GROUP, Some(NOW))];
    let likely = diagnose(&facts, &subject).likely;
    assert!(likely.what.contains("nobody may write"), "{likely:?}");
}

#[test]
fn a_second_client_and_a_bad_network_are_told_apart() {
    let mut facts = ready("{}");
    let mut events: Vec<_> = (0..8)
        .flat_map(|time| {
            [
                event(NOW - 1_000 * time, "backing_off"),
                event(NOW - 1_000 * time - 500, "ready"),
            ]
        })
        .collect();
    facts.history.events = events.clone();
    let likely = diagnose(&facts, &about(Symptom::SessionDisconnects)).likely;
    assert!(likely.what.contains("lost 8 times"), "{likely:?}");
    events.insert(0, event(NOW, "replaced"));
    facts.history.events = events;
    let likely = diagnose(&facts, &about(Symptom::SessionDisconnects)).likely;
    assert!(
        likely.what.contains("440") && likely.next.contains("stop the other program"),
        "{likely:?}"
    );
}

#[test]
fn what_is_over_is_history_and_no_cause() {
    let mut facts = ready("{}");
    let minute = 60_000;
    facts.accounts[0].since_ms = NOW - 10 * minute;
    facts.history.events = vec![
        event(NOW - 10 * minute, "ready"),
        event(NOW - 11 * minute, "connecting"),
        event(NOW - 12 * minute, "replaced"),
        event(NOW - 60 * minute, "ready"),
    ];
    let diagnosis = diagnose(&facts, &about(Symptom::SessionDisconnects));
    assert!(
        diagnosis
            .findings
            .iter()
            .all(|finding| finding.level < Level::Warning),
        "{diagnosis:?}"
    );
    let told = diagnosis
        .findings
        .iter()
        .find(|finding| finding.what.contains("was lost once"));
    assert!(
        told.is_some_and(|told| told.cause.contains("replaced")),
        "{diagnosis:?}"
    );
    // Another fault now: the old one is not blamed for it.
    facts.accounts = vec![account("default", "backing_off")];
    facts.history.events.insert(0, event(NOW - 1_000, "backing_off"));
    let likely = diagnose(&facts, &about(Symptom::SessionDisconnects)).likely;
    assert!(likely.what.contains("backing_off"), "{likely:?}");
    // It comes again and again.
    facts.accounts = vec![account("default", "ready")];
    for hour in 2..5 {
        facts
            .history
            .events
            .push(event(NOW - hour * 60 * minute, "replaced"));
    }
    let diagnosis = diagnose(&facts, &about(Symptom::SessionDisconnects));
    assert!(diagnosis.likely.what.contains("4 times"), "{diagnosis:?}");
    assert!(is_well(&diagnosis.findings), "messages flow now: {diagnosis:?}");
}

#[test]
fn a_symptom_names_what_plain_doctor_finds_and_never_itself() {
    let mut facts = ready("{}");
    facts.accounts = vec![account("default", "backing_off")];
    for symptom in Symptom::ALL {
        let diagnosis = diagnose(&facts, &about(symptom));
        for finding in &diagnosis.findings {
            assert!(
                !finding.next.contains("--symptom")
                    && (finding.level < Level::Warning || !finding.next.is_empty()),
                "{finding:?}"
            );
        }
        assert_eq!(
            diagnosis.likely.next, "fased logs --account default",
            "{symptom:?}"
        );
    }
    facts.node.error = Some("FASED_NODE is /opt/node, which is no program".to_owned());
    facts.node.program = None;
    for symptom in Symptom::ALL {
        let likely = diagnose(&facts, &about(symptom)).likely;
        assert!(
            likely.what.contains("Node.js") && likely.next.contains("FASED_NODE"),
            "{symptom:?}: {likely:?}"
        );
        assert!(
            likely.next.contains("fased gateway stop") && !likely.next.contains("restart"),
            "a restart keeps the environment: {likely:?}"
        );
    }
}

#[test]
fn other_gateways_are_no_cause_of_two_answers() {
    let mut facts = ready("{}");
    facts.gateway.others = vec![(7, "/elsewhere".into())];
    let likely = diagnose(&facts, &about(Symptom::MessagesDuplicate)).likely;
    assert!(likely.what.contains("nothing here"), "{likely:?}");
}

#[test]
fn what_answers_twice_is_found() {
    let subject = about(Symptom::MessagesDuplicate);
    let mut facts = ready("{}");
    facts.history.repeated = vec![Repeated {
        account: "default".to_owned(),
        repeats: 3,
        most: 2,
    }];
    let diagnosis = diagnose(&facts, &subject);
    assert!(
        diagnosis
            .findings
            .iter()
            .any(|finding| finding.cause.contains("left the repetitions out"))
    );
    assert!(
        diagnosis
            .findings
            .iter()
            .all(|finding| finding.level < Level::Warning),
        "{diagnosis:?}"
    );
    let looping = Refused {
        account: "default".to_owned(),
        reason: "echo_loop".to_owned(),
        count: 2,
        ..Refused::default()
    };
    facts.history.refused = vec![(looping, None)];
    assert!(diagnose(&facts, &subject).likely.what.contains("its own words"));
    facts.accounts.push(account("work", "ready"));
    let likely = diagnose(&facts, &subject).likely;
    assert!(likely.what.contains("default and work"), "{likely:?}");
}

#[test]
fn a_login_is_looked_at_from_the_clock_to_the_terminal() {
    let subject = about(Symptom::QrLoginFails);
    let mut facts = facts();
    facts.node = ready("{}").node;
    facts.accounts = vec![account("default", "unlinked")];
    facts.terminal = Some((80, 24));
    let likely = diagnose(&facts, &subject).likely;
    assert!(likely.what.contains("80×24"), "{likely:?}");
    facts.terminal = Some((120, 50));
    facts.history.events = vec![event(NOW - 1_000, "unlinked"), event(NOW - 300_000, "linking")];
    let likely = diagnose(&facts, &subject).likely;
    assert!(likely.what.contains("1 login "), "{likely:?}");
    facts.accounts = vec![account("default", "ready")];
    let told = diagnose(&facts, &subject);
    assert!(told.likely.what.contains("linked and ready"), "{told:?}");
    let mut lines = told.findings.iter().map(|finding| finding.line());
    assert!(!lines.any(|line| line.contains("channels login")), "{told:?}");
    facts.accounts = vec![account("default", "unlinked")];
    facts.node.version = Some("18.0.0".to_owned());
    assert!(diagnose(&facts, &subject).likely.what.contains("18.0.0"));
}

#[test]
fn failures_of_other_accounts_are_left_out() {
    let mut facts = ready(r#"{ dmPolicy: "open", allowFrom: ["*"] }"#);
    facts.history.failed_runs = vec![FailedRuns {
        account: "work".to_owned(),
        agent: "main".to_owned(),
        count: 2,
        ..FailedRuns::default()
    }];
    let subject = Subject {
        account: Some("default".to_owned()),
        ..about(Symptom::BotIgnoresDms)
    };
    assert!(
        diagnose(&facts, &subject)
            .findings
            .iter()
            .all(|finding| finding.check != "agents")
    );
    assert!(
        diagnose(&facts, &about(Symptom::BotIgnoresDms))
            .findings
            .iter()
            .any(|finding| finding.check == "agents")
    );
}
