//! What is well, and what is not.

use fased_protocol::control::{AlertsInfo, ConfigProblem, HttpInfo};

use super::*;

const NOW: i64 = 1_000_000_000;

fn gateway(age_ms: i64) -> GatewayInfo {
    GatewayInfo {
        pid: 1,
        instance: "0".to_owned(),
        version: "0".to_owned(),
        started_ms: NOW - age_ms,
        state_dir: "/s".to_owned(),
        config: "/s/fased.json".to_owned(),
        rss_bytes: None,
        woke_ms: None,
        http: None,
        alerts: None,
        clock_ahead_ms: None,
    }
}

fn account(id: &str, state: &str) -> AccountInfo {
    AccountInfo {
        account: id.to_owned(),
        channel: "whatsapp".to_owned(),
        enabled: true,
        reason: None,
        state: state.to_owned(),
        sentence: format!("It is {state}."),
        next: Some("fased do something".to_owned()),
        since_ms: NOW - 1000,
        down_since_ms: None,
        until_ms: None,
        phone: None,
        lid: None,
        last_ready_ms: None,
        respawns: 0,
        sidecar_pid: None,
        sidecar_rss_bytes: None,
        versions: None,
        cage: None,
        last_inbound_ms: None,
        last_outbound_ms: None,
        received: 0,
        inbound: Vec::new(),
        outbound: Vec::new(),
        pending_pairings: 0,
        questions: 0,
        first_contacts_locked_until_ms: None,
    }
}

fn codes(health: &Health) -> Vec<(Option<&str>, &str)> {
    let codes = health.problems.iter();
    codes
        .map(|problem| (problem.account.as_deref(), problem.code.as_str()))
        .collect()
}

#[test]
fn every_state_but_ready_is_a_problem_with_its_own_words() {
    let others = Status::WORDS.into_iter().filter(|word| *word != "ready");
    for state in others {
        let accounts = [account("home", "ready"), account("work", state)];
        let health = health(Some(&gateway(STARTING_MS)), None, &accounts, NOW);
        assert!(!health.ok, "{state}");
        assert_eq!(codes(&health), [(Some("work"), state)]);
        assert_eq!(health.problems[0].sentence, accounts[1].sentence);
        assert_eq!(health.problems[0].next, accounts[1].next);
    }
}

#[test]
fn accounts_that_are_ready_or_switched_off_are_well() {
    let off = AccountInfo {
        enabled: false,
        ..account("old", "disabled")
    };
    let well = Health {
        ok: true,
        problems: Vec::new(),
    };
    for accounts in [vec![], vec![off.clone()], vec![account("home", "ready"), off]] {
        assert_eq!(health(Some(&gateway(0)), None, &accounts, NOW), well);
    }
}

#[test]
fn a_young_gateway_starts_and_is_not_well_yet() {
    let accounts = [account("home", "connecting"), account("work", "unlinked")];
    let young = health(Some(&gateway(STARTING_MS - 1)), None, &accounts, NOW);
    assert_eq!(
        codes(&young),
        [(Some("home"), "starting"), (Some("work"), "unlinked")]
    );
    assert!(!young.ok);
    let old = health(Some(&gateway(STARTING_MS)), None, &accounts, NOW);
    assert_eq!(codes(&old)[0], (Some("home"), "connecting"));
}

#[test]
fn a_gateway_for_one_login_is_not_well_even_where_its_account_is() {
    let judged = while_login(health(Some(&gateway(0)), None, &[account("home", "ready")], NOW));
    assert_eq!((judged.ok, codes(&judged)), (false, vec![(None, "login")]));
}

#[test]
fn a_wrong_config_is_a_remark() {
    let config = ConfigInfo {
        problem: Some(ConfigProblem {
            message: "fased.json:3:4: no such key\nmore".to_owned(),
            since_ms: NOW,
        }),
        loaded_ms: 0,
    };
    let judged = health(Some(&gateway(0)), Some(&config), &[account("home", "ready")], NOW);
    assert!(judged.ok);
    assert_eq!(codes(&judged), [(None, "config")]);
    assert!(
        judged.problems[0]
            .sentence
            .ends_with("fased.json:3:4: no such key")
    );
    let judged = health(
        Some(&gateway(0)),
        Some(&config),
        &[account("home", "replaced")],
        NOW,
    );
    assert!(!judged.ok);
    assert_eq!(codes(&judged), [(None, "config"), (Some("home"), "replaced")]);
}

#[test]
fn without_a_gateway_or_its_answer_nothing_is_well() {
    let none = health(None, None, &[account("home", "ready")], NOW);
    assert_eq!((none.ok, codes(&none)), (false, vec![(None, "no_gateway")]));
    for (code, word) in [
        (ErrorCode::NoGateway, "no_gateway"),
        (ErrorCode::NotReady, "starting"),
        (ErrorCode::TimedOut, "no_answer"),
        (ErrorCode::Internal, "store"),
    ] {
        let error = ControlError {
            code,
            message: "It said nothing.".to_owned(),
            next: String::new(),
        };
        let health = unanswered(&error);
        assert_eq!((health.ok, codes(&health)), (false, vec![(None, word)]));
    }
}

#[test]
fn what_waits_for_a_person_is_told_with_the_next_command() {
    let quiet = attention(
        Some(&gateway(0)),
        &[account("home", "ready")],
        &Failed::default(),
        NOW,
    );
    assert_eq!(quiet, []);
    let busy = AccountInfo {
        pending_pairings: 2,
        questions: 1,
        first_contacts_locked_until_ms: Some(NOW + 7_200_500),
        ..account("home", "ready")
    };
    let failed = Failed {
        messages: vec![("home".to_owned(), 1), ("work".to_owned(), 0)],
        tasks: vec![FailingTask {
            id: "k3x9".to_owned(),
            account: "work".to_owned(),
            failures: 3,
        }],
    };
    let told = attention(None, &[busy], &failed, NOW);
    assert!(told.iter().all(|problem| problem.warning));
    let told: Vec<_> = told
        .iter()
        .map(|problem| {
            (
                problem.code.as_str(),
                problem.sentence.as_str(),
                problem.next.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                "pairing",
                "2 senders wait for approval.",
                Some("fased pairing list")
            ),
            (
                "question",
                "An agent asks for a permission in 1 chat, and waits for an owner's answer there.",
                Some(
                    "answer in the chat with the number of a choice, as an owner, or end it there with /stop"
                )
            ),
            (
                "timelock",
                "WhatsApp lets it write to nobody first for 2 h; such messages wait, answers go on.",
                None
            ),
            (
                "outbox",
                "1 message was not sent in the last day.",
                Some("fased outbox list --state failed; older ones: --state expired")
            ),
            (
                "task",
                "The last 3 runs of Task k3x9 failed.",
                Some("fased tasks last k3x9")
            ),
        ]
    );
}

#[test]
fn alerts_that_are_not_taken_and_a_port_that_is_taken_are_told_to_people() {
    let broken = GatewayInfo {
        http: Some(HttpInfo {
            address: None,
            problem: Some("gateway.http cannot listen on 127.0.0.1:1: it is in use".to_owned()),
        }),
        alerts: Some(AlertsInfo {
            target: "webhook".to_owned(),
            failures: 3,
            problem: Some("it answered 500".to_owned()),
            ..AlertsInfo::default()
        }),
        ..gateway(STARTING_MS)
    };
    let judged = health(Some(&broken), None, &[account("home", "ready")], NOW);
    assert!(judged.ok, "messages flow");
    assert_eq!(codes(&judged), [(None, "http"), (None, "alerts")]);
    let told = attention(Some(&broken), &[], &Failed::default(), NOW);
    assert_eq!(told, judged.problems);
    assert_eq!(
        told[1].sentence,
        "Alerts are not taken by the webhook; that failed 3 times in a row: it answered 500"
    );
    assert_eq!(told[1].next.as_deref(), Some("fased alerts test"));
}
