//! The overview fits a small terminal, and says what is wrong.

use fased::clock::now_ms;
use fased::health::{Health, Problem};
use fased_protocol::control::{AccountInfo, Count, GatewayInfo, Notice};

use super::*;

fn account(id: &str, state: &str) -> AccountInfo {
    AccountInfo {
        account: id.to_owned(),
        channel: "whatsapp".to_owned(),
        enabled: true,
        reason: None,
        state: state.to_owned(),
        sentence: "Another program took over this login, so the gateway stepped back.".to_owned(),
        next: Some("stop the other program, then: fased channels resume".to_owned()),
        since_ms: now_ms() - 7_200_500,
        down_since_ms: None,
        until_ms: None,
        phone: Some("+15550100001".to_owned()),
        lid: None,
        last_ready_ms: None,
        respawns: 3,
        sidecar_pid: Some(2),
        sidecar_rss_bytes: Some(123 << 20),
        versions: None,
        cage: None,
        last_inbound_ms: Some(now_ms() - 30_500),
        last_outbound_ms: None,
        received: 4,
        inbound: vec![],
        outbound: [("queued", 2), ("unknown", 1), ("read", 500)]
            .map(|(name, count)| Count {
                name: name.to_owned(),
                count,
            })
            .to_vec(),
        pending_pairings: 0,
        questions: 0,
        first_contacts_locked_until_ms: None,
    }
}

fn status(accounts: Vec<AccountInfo>) -> StatusInfo {
    StatusInfo {
        gateway: Some(GatewayInfo {
            http: None,
            alerts: None,
            pid: 4_194_304,
            instance: "0".to_owned(),
            version: "0.1.0".to_owned(),
            started_ms: now_ms() - 7_200_500,
            state_dir: "/home/somebody/.fased".to_owned(),
            config: "/home/somebody/.fased/fased.json".to_owned(),
            rss_bytes: Some(41 << 20),
            woke_ms: None,
            clock_ahead_ms: None,
        }),
        config: None,
        accounts,
        notices: vec![],
        health: Health::default(),
        attention: vec![],
    }
}

#[test]
fn three_healthy_accounts_fit_a_small_terminal() {
    let mut shown = status(
        ["default", "work", "family"]
            .map(|id| account(id, "ready"))
            .to_vec(),
    );
    let notice = Notice {
        at_ms: now_ms(),
        account: "default".to_owned(),
        text: "3 messages came too late to be answered.".to_owned(),
    };
    shown.notices = vec![notice; 10];
    let text = rendered(&shown);
    assert!(text.lines().count() <= 24, "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(
        text.contains("version 0.1.0, started 2 h ago, 41 MB of memory"),
        "{text}"
    );
    assert!(
        text.contains("default  ready  2 h    +15550100001  30 s     -         3      123 MB"),
        "{text}"
    );
    assert!(!text.contains("next:"), "{text}");
}

#[test]
fn what_is_wrong_comes_with_its_reason_and_the_next_command() {
    let mut shown = status(vec![account("default", "ready"), account("work", "replaced")]);
    shown.attention = vec![Problem {
        account: Some("default".to_owned()),
        code: "pairing".to_owned(),
        sentence: "1 sender waits for approval.".to_owned(),
        next: Some("fased pairing list".to_owned()),
        warning: true,
    }];
    let text = rendered(&shown);
    assert!(text.contains("Another program took over this login"), "{text}");
    assert!(text.contains("next: stop the other program"), "{text}");
    assert!(
        text.contains(
            "needs attention:\n  default: 1 sender waits for approval.\n    next: fased pairing list\n"
        ),
        "{text}"
    );
}

#[test]
fn a_gateway_for_one_login_says_that_it_is_no_more_than_that() {
    let mut shown = status(vec![account("default", "ready")]);
    shown.health = fased::health::while_login(Health {
        ok: true,
        problems: vec![],
    });
    let text = rendered(&shown);
    assert!(
        text.contains(
            "This gateway is there for one login, and ends with it; no other account is started.\nnext: wait"
        ),
        "{text}"
    );
}

#[test]
fn a_link_that_is_lost_again_and_again_is_down_since_it_was_lost_first() {
    let flapping = AccountInfo {
        since_ms: now_ms() - 3_000,
        down_since_ms: Some(now_ms() - 10_800_500),
        ..account("default", "backing_off")
    };
    let text = rendered(&status(vec![flapping.clone()]));
    assert!(text.contains("not ready for 3 h"), "{text}");
    let fresh = AccountInfo {
        down_since_ms: Some(flapping.since_ms),
        ..flapping
    };
    let text = rendered(&status(vec![fresh]));
    assert!(!text.contains("not ready for"), "{text}");
}

#[test]
fn the_check_is_one_line() {
    let problem = |account: Option<&str>, code: &str, warning| Problem {
        account: account.map(str::to_owned),
        code: code.to_owned(),
        sentence: "It is so.".to_owned(),
        next: None,
        warning,
    };
    let well = Health {
        ok: true,
        problems: vec![problem(None, "config", true)],
    };
    assert_eq!(summary(&well), "ready");
    let unwell = Health {
        ok: false,
        problems: vec![
            problem(None, "config", true),
            problem(Some("home"), "replaced", false),
            problem(Some("work"), "backing_off", false),
        ],
    };
    assert_eq!(summary(&unwell), "not ready: home replaced, work backing_off");
}
