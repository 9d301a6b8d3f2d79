//! What was recorded beside what the present config says.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use fased_policy::ids::{ChatId, Identity};

use super::*;
use crate::config::Config;
use crate::envelope::tests::{known, message};
use crate::explain::{Answering, Pending};
use crate::session::Conversations;

/// A direct message of somebody, recorded with this verdict.
fn recorded(outcome: &str, reason: &str) -> StoredMessage {
    StoredMessage {
        chat: "15550100002@s.whatsapp.net".to_owned(),
        outcome: Some(outcome.to_owned()),
        reason: Some(reason.to_owned()),
        ..message()
    }
}

fn linked(whatsapp: &str, known: &Known) -> Linked {
    let text = format!("{{ channels: {{ whatsapp: {whatsapp} }} }}");
    let mut config =
        Config::parse(&text, Path::new("/etc/fased.json"), |id| PathBuf::from(id)).expect("a valid config");
    let config = Arc::new(config.accounts.remove("default").expect("an account"));
    let rules = Arc::clone(&config);
    let answering =
        Answering::by(move |chat, person| Conversations::default().answering(&rules, chat, person));
    Linked {
        config,
        own: known.own.clone(),
        pending: Pending::by(|_| false),
        answering,
    }
}

fn explanation(message: &StoredMessage) -> Explanation {
    Explanation {
        verdict: message.outcome.clone(),
        reason: message.reason.clone(),
        ..Explanation::default()
    }
}

/// What is told of it under this config.
fn told(whatsapp: &str, message: &StoredMessage, known: Known) -> Explanation {
    let mut explanation = explanation(message);
    judge_again(&mut explanation, &linked(whatsapp, &known), known, message);
    explanation
}

fn now(explanation: &Explanation) -> Option<(&str, &str)> {
    let now = explanation.now.as_ref();
    now.map(|now| (now.verdict.as_str(), now.reason.as_str()))
}

const OPEN: &str = r#"{ dmPolicy: "open", allowFrom: ["*"] }"#;
const LISTED: &str = r#"{ dmPolicy: "allowlist", allowFrom: ["+15550100002"] }"#;
const OTHER: &str = r#"{ dmPolicy: "allowlist", allowFrom: ["+15550100003"] }"#;

#[test]
fn the_same_verdict_is_not_told_twice() {
    let dropped = recorded("drop", "not_in_allowlist");
    let told = told(OTHER, &dropped, known(&dropped));
    assert_eq!(now(&told), None);
    assert!(told.fix.is_some() && !told.tried.is_empty());
}

#[test]
fn another_verdict_is_told_beside_the_record() {
    let dropped = recorded("drop", "not_in_allowlist");
    let told = told(LISTED, &dropped, known(&dropped));
    assert_eq!(now(&told), Some(("admit", "dm_listed")));
    assert_eq!(told.reason.as_deref(), Some("not_in_allowlist"));
    assert_eq!(told.fix, None);
    let route = told.route.expect("an agent");
    assert_eq!((route.agent.as_str(), route.by.as_str()), ("main", "default"));
}

#[test]
fn the_agent_that_was_chosen_in_the_chat_is_told() {
    let admitted = recorded("admit", "dm_open");
    let chosen = Known {
        chosen_agent: Some("parrot".to_owned()),
        ..known(&admitted)
    };
    let route = told(OPEN, &admitted, chosen).route.expect("an agent");
    assert_eq!((route.agent.as_str(), route.by.as_str()), ("parrot", "chosen"));
    assert_eq!(route.sentence, "chosen in this chat by /agent switch");
    assert_eq!((route.source.level.as_str(), route.source.line), ("stored", None));
}

#[test]
fn a_chat_command_is_for_no_agent() {
    let admitted = recorded("admit", "dm_open");
    let told = |kind: RunKind| {
        let mut explanation = explanation(&admitted);
        explanation.run = Some(RunInfo {
            id: 1,
            kind: kind.as_str().to_owned(),
            agent: "main".to_owned(),
            state: "ok".to_owned(),
            attempts: 1,
            answers: Vec::new(),
            context: Vec::new(),
            failure: None,
            error: None,
            stderr: None,
            forks: Vec::new(),
        });
        let known = known(&admitted);
        judge_again(&mut explanation, &linked(OPEN, &known), known, &admitted);
        explanation.route
    };
    assert!(told(RunKind::Message).is_some() && told(RunKind::Command).is_none());
}

#[test]
fn without_a_verdict_the_coming_one_is_told() {
    let undecided = StoredMessage {
        outcome: None,
        reason: None,
        ..recorded("", "")
    };
    assert_eq!(
        now(&told(OPEN, &undecided, known(&undecided))),
        Some(("admit", "dm_open"))
    );
}

#[test]
fn reasons_that_lie_in_the_moment_stand() {
    for (outcome, reason, whatsapp) in [("hold", "pairing_full", "{}"), ("drop", "echo_loop", OPEN)] {
        let message = recorded(outcome, reason);
        assert_eq!(now(&told(whatsapp, &message, known(&message))), None, "{reason}");
    }
    // Where the rules no longer lead there, that is told.
    let full = recorded("hold", "pairing_full");
    assert_eq!(
        now(&told(LISTED, &full, known(&full))),
        Some(("admit", "dm_listed"))
    );
}

#[test]
fn an_echo_stays_one_though_nothing_tells_it_any_more() {
    let echo = recorded("drop", "own_echo");
    let own = Identity::from_jids("15550100001@s.whatsapp.net", None);
    let known = Known {
        chat: ChatId::from_jids(&echo.chat, None, &own),
        sender: own.clone(),
        from_me: true,
        ..known(&echo)
    };
    let told = told(OPEN, &echo, known);
    assert_eq!(now(&told), None);
    assert_eq!(told.tried.last().map(|step| step.rule.as_str()), Some("dm.3"));
}

#[test]
fn age_is_that_at_arrival_unless_it_was_let_in_later() {
    // All of these were recorded years ago, half a second after they were written.
    let admitted = recorded("admit", "dm_open");
    assert_eq!(now(&told(OPEN, &admitted, known(&admitted))), None);
    let held_first = recorded("stale", "stale");
    let of_years_ago = told(OPEN, &held_first, known(&held_first));
    assert_eq!(now(&of_years_ago), None);
    assert_eq!(of_years_ago.fix, None, "no bound can be that high");
    let yesterday_ms = clock::now_ms() - 86_400_000;
    let held_first = StoredMessage {
        timestamp_s: yesterday_ms / 1000,
        recorded_ms: yesterday_ms,
        ..held_first
    };
    let of_yesterday = told(OPEN, &held_first, known(&held_first));
    assert_eq!(now(&of_yesterday), None);
    assert!(
        of_yesterday
            .fix
            .is_some_and(|fix| fix.contains("catchUp.maxAgeMinutes"))
    );
}

#[test]
fn what_cannot_be_read_is_not_judged() {
    let unreadable = StoredMessage {
        content: Journaled::UNDECRYPTABLE.to_owned(),
        ..recorded("hold", "undecryptable")
    };
    let told = told(OPEN, &unreadable, known(&unreadable));
    assert!(told.note.is_some() && told.tried.is_empty() && told.now.is_none());
}

#[test]
fn who_never_wrote_is_not_answered_as_an_id() {
    let told = never_seen("+1 555 010-0009");
    assert_eq!(told.code, ErrorCode::NotFound);
    assert_eq!(told.message, "+15550100009 never wrote to an account here");
    assert!(
        told.next.ends_with("fased explain --sender +15550100009"),
        "{}",
        told.next
    );
    let told = never_seen("100000000000009@lid");
    assert!(
        told.next.ends_with("fased explain --sender 100000000000009@lid"),
        "{}",
        told.next
    );
    let told = never_seen("120363000000000001@g.us");
    assert!(told.message.contains("is a group"), "{}", told.message);
    assert!(never_seen("3EB0").message.contains("no message with id 3EB0"));
    assert_eq!(never_seen("+me").code, ErrorCode::Usage);
}
