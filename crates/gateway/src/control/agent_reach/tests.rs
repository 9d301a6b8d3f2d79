//! Whom agents may write to, by the config and by what the store knows.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::*;
use crate::config::Config;
use crate::explain::{Answering, Pending};
use crate::session::Conversations;

pub(in crate::control) const OWN: &str = "+15550100001";
const ANNA: &str = "+15550100002";
const GROUP: &str = "120363000000000001@g.us";

/// An account with this under `channels.whatsapp`, linked.
pub(in crate::control) fn linked(whatsapp: &str) -> Linked {
    linked_among("", whatsapp)
}

/// The same with these keys at the top of the config, each with a comma behind it.
fn linked_among(keys: &str, whatsapp: &str) -> Linked {
    let text = format!(
        "{{ agents: {{ list: [{{ id: 'main' }}, {{ id: 'coder' }}] }}, {keys} channels: {{ whatsapp: {whatsapp} }} }}"
    );
    let mut config =
        Config::parse(&text, Path::new("/etc/fased.json"), |id| PathBuf::from(id)).expect("a valid config");
    let config = Arc::new(config.accounts.remove("default").expect("an account"));
    let rules = Arc::clone(&config);
    let answering =
        Answering::by(move |chat, person| Conversations::default().answering(&rules, chat, person));
    Linked {
        config,
        own: Identity::from_jids("15550100001@s.whatsapp.net", Some("100000000000001@lid")),
        pending: Pending::by(|_| false),
        answering,
    }
}

pub(in crate::control) fn main_agent() -> ForAgent {
    ForAgent {
        id: Some("main".to_owned()),
    }
}

async fn asked(store: Option<&Store>, whatsapp: &str, to: &str) -> Result<(), ControlError> {
    let linked = linked(whatsapp);
    let reach = Reach::of(store, &linked).await.expect("read");
    let to = Target::parse(to).expect("an address");
    reach.allowed(Some(&main_agent()), &to).await
}

async fn refused(whatsapp: &str, to: &str) -> (String, String) {
    let Err(error) = asked(None, whatsapp, to).await else {
        panic!("{to} is not refused by {whatsapp}");
    };
    assert_eq!(error.code, ErrorCode::Refused);
    (error.message, error.next)
}

#[tokio::test]
async fn whoever_would_be_answered_may_be_written_to() {
    for (whatsapp, to) in [
        ("{ dmPolicy: 'open', allowFrom: ['*'] }", ANNA),
        ("{ allowFrom: ['+15550100002'] }", ANNA),
        ("{ mode: 'personal', selfChatMode: true }", OWN),
        ("{ groupPolicy: 'open' }", GROUP),
        (
            "{ allowFrom: ['+15550100002'], groups: { '120363000000000001@g.us': {} } }",
            GROUP,
        ),
        ("{ mode: 'personal' }", GROUP),
    ] {
        asked(None, whatsapp, to)
            .await
            .unwrap_or_else(|error| panic!("{whatsapp} {to}: {error:?}"));
    }
}

#[tokio::test]
async fn everybody_else_is_refused_with_the_reason_and_what_would_change_it() {
    for (whatsapp, to, why, next) in [
        (
            "{}",
            ANNA,
            "The sender is not approved yet.",
            "fased config set 'channels.whatsapp.allowFrom[+]' +15550100002",
        ),
        (
            "{ dmPolicy: 'allowlist', allowFrom: ['+15550100003'] }",
            ANNA,
            "The sender is not on the allow list.",
            "add \"+15550100002\" to channels.whatsapp.allowFrom",
        ),
        (
            "{ dmPolicy: 'disabled' }",
            ANNA,
            "Direct messages are switched off for this account.",
            "fased config set channels.whatsapp.dmPolicy pairing",
        ),
        (
            "{ mode: 'personal', selfChatMode: false }",
            OWN,
            "The owner wrote in the chat with themselves, which this account does not answer.",
            "fased config set channels.whatsapp.selfChatMode true",
        ),
        (
            "{ mode: 'personal' }",
            ANNA,
            "The sender is not on the allow list.",
            "allowFrom",
        ),
        (
            "{ groupPolicy: 'disabled' }",
            GROUP,
            "Messages in groups are switched off for this account.",
            "fased config set channels.whatsapp.groupPolicy allowlist",
        ),
        (
            "{ groupPolicy: 'open', groups: { '120363000000000009@g.us': {} } }",
            GROUP,
            "This group is not on the list of groups",
            "120363000000000001@g.us",
        ),
        (
            "{ groupPolicy: 'open', groups: { '120363000000000001@g.us': { enabled: false } } }",
            GROUP,
            "or is switched off there",
            "enabled",
        ),
        (
            "{}",
            GROUP,
            "The sender is not on the list of those who may write in this group.",
            "fased config set 'channels.whatsapp.allowFrom[+]' +15551234567",
        ),
    ] {
        let (message, remedy) = refused(whatsapp, to).await;
        assert!(
            message.starts_with(&format!("agents may not reach {to} by account default")),
            "{message}"
        );
        assert!(message.contains(why), "{message}");
        assert!(remedy.contains(next), "{whatsapp}: {remedy}");
    }
}

#[tokio::test]
async fn an_approval_lets_agents_in_too_and_who_waits_for_one_is_said() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(&dir.path().join("fased.db")).await.expect("a store");
    let error = asked(Some(&store), "{}", ANNA).await.expect_err("a stranger");
    assert!(error.next.contains("config set"), "{}", error.next);
    let far = clock::now_ms() + 3_600_000;
    store
        .execute_for_tests(&format!(
            "INSERT INTO pairing_request (account, phone, chat, code, created_ms, expires_ms, last_seen_ms)
             VALUES ('default', '{ANNA}', 'c', 'ABCD2345', 1, {far}, 1)"
        ))
        .await;
    let error = asked(Some(&store), "{}", ANNA).await.expect_err("she waits");
    assert!(
        error
            .next
            .contains("fased pairing approve whatsapp --sender +15550100002"),
        "{}",
        error.next
    );
    store
        .execute_for_tests(&format!(
            "INSERT INTO pairing_approval (account, phone, approved_ms) VALUES ('default', '{ANNA}', 1)"
        ))
        .await;
    asked(Some(&store), "{}", ANNA).await.expect("she was approved");
    let elsewhere = asked(
        Some(&store),
        "{ dmPolicy: 'allowlist', allowFrom: ['+15550100003'] }",
        ANNA,
    )
    .await;
    assert!(elsewhere.is_err(), "an approval does not count there");
}

#[tokio::test]
async fn the_owner_is_never_asked_and_an_agent_that_is_not_there_is() {
    let linked = linked("{ dmPolicy: 'disabled' }");
    let reach = Reach::of(None, &linked).await.expect("read");
    let anna = Target::parse(ANNA).expect("a number");
    reach.allowed(None, &anna).await.expect("the owner may");
    let ghost = ForAgent {
        id: Some("ghost".to_owned()),
    };
    let error = reach
        .allowed(Some(&ghost), &anna)
        .await
        .expect_err("no such agent");
    assert_eq!(error.code, ErrorCode::NotFound);
    assert_eq!(error.message, "there is no agent ghost; there are: coder, main");
    let agents = &linked.config.agents;
    let default = ForAgent { id: None };
    assert_eq!(
        named(Some(agents), Some(&default)).expect("there is one"),
        Some("main")
    );
    assert_eq!(named(Some(agents), None).expect("nobody asks"), None);
}

/// Asked for an agent in a chat where these bindings and this choice say who answers.
async fn asked_for(
    keys: &str,
    chosen: Option<(&str, &str)>,
    agent: Option<&str>,
    to: &str,
) -> Result<(), ControlError> {
    let mut linked = linked_among(
        keys,
        "{ dmPolicy: 'open', allowFrom: ['*'], groupPolicy: 'open' }",
    );
    let conversations = Conversations::default();
    if let Some((peer, agent)) = chosen {
        conversations.chosen(crate::store::Conversation {
            peer: peer.to_owned(),
            agent: Some(agent.to_owned()),
            name: None,
        });
    }
    let rules = Arc::clone(&linked.config);
    linked.answering = Answering::by(move |chat, person| conversations.answering(&rules, chat, person));
    let reach = Reach::of(None, &linked).await.expect("read");
    let for_agent = ForAgent {
        id: agent.map(str::to_owned),
    };
    reach
        .allowed(Some(&for_agent), &Target::parse(to).expect("an address"))
        .await
}

#[tokio::test]
async fn an_agent_reaches_the_chats_where_it_answers_and_no_others() {
    let bound = "bindings: [{ agentId: 'coder', match: { peer: { kind: 'direct', id: '+15550100002' } } }],";
    let both = "broadcast: { '120363000000000001@g.us': ['coder', 'main'] },";
    let switched = Some(("group:120363000000000001@g.us", "coder"));
    for (keys, chosen, agent, to) in [
        ("", None, Some("main"), ANNA),
        ("", None, None, ANNA),
        (bound, None, Some("coder"), ANNA),
        (bound, None, None, GROUP),
        (both, None, Some("coder"), GROUP),
        (both, None, None, GROUP),
        ("", switched, Some("coder"), GROUP),
    ] {
        let told = asked_for(keys, chosen, agent, to).await;
        told.unwrap_or_else(|error| panic!("{keys} {agent:?} {to}: {error:?}"));
    }
    for (keys, chosen, agent, to) in [
        ("", None, "coder", ANNA),
        (bound, None, "main", ANNA),
        (bound, None, "coder", GROUP),
        ("", switched, "main", GROUP),
    ] {
        let error = asked_for(keys, chosen, Some(agent), to).await;
        let error = error.expect_err(&format!("{keys} {agent} {to}"));
        assert_eq!(error.code, ErrorCode::Refused);
        let other = if agent == "main" { "coder" } else { "main" };
        let told = format!(
            "agent {agent} may not reach {to} by account default: {other} answers there, not {agent}"
        );
        assert_eq!(error.message, told);
        assert!(
            error.next.contains("fased config set 'bindings[+]'"),
            "{}",
            error.next
        );
        let (_, edit) = error.next.rsplit_once(" '").expect("a value");
        let binding = format!("bindings: [{}],", edit.trim_end_matches('\''));
        let again = asked_for(&binding, None, Some(agent), to).await;
        again.unwrap_or_else(|error| panic!("{binding} does not help: {error:?}"));
    }
}
