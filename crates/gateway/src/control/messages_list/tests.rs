//! What people and agents are told of a chat.

use fased_protocol::control::{Destination, ForAgent, SaidInfo};
use fased_protocol::private::Jid;

use super::super::agent_reach::tests::{linked, main_agent};
use super::*;

const ANNA: &str = "+15550100002";
/// Anna is let in, Bert is not.
const ONLY_ANNA: &str = "{ dmPolicy: 'allowlist', allowFrom: ['+15550100002'] }";

async fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(&dir.path().join("fased.db")).await.expect("a store");
    for (number, id, outcome, text) in [
        (2, "IN-1", "admit", "hello"),
        (3, "IN-2", "drop", "who is this?"),
        (2, "IN-3", "admit", "are you there?"),
    ] {
        let jid = format!("1555010000{number}@s.whatsapp.net");
        store
            .execute_for_tests(&format!(
                "INSERT INTO inbox (account, chat, sender, message_id, from_me, push_name, timestamp_s, content, raw_kind,
                     text, mentions, recorded_ms, outcome, reason)
                 VALUES ('default', '{jid}', '{jid}', '{id}', 0, 'Anna \u{202e}', 100, 'text', 'conversation', '{text}', '[]',
                     (SELECT 1000 + 10 * COUNT(*) FROM inbox), '{outcome}', 'dm_listed')"
            ))
            .await;
    }
    for (id, purpose, at_ms, text) in [
        ("OUT-1", "reply", 1_005, "hello Anna"),
        ("OUT-2", "notice", 1_007, "Bert asks to be let in: ABCD2345"),
    ] {
        store
            .execute_for_tests(&format!(
                "INSERT INTO outbox (account, chat, message_id, purpose, text, secret, state, created_ms, expires_ms, updated_ms)
                 VALUES ('default', '15550100002@s.whatsapp.net', '{id}', '{purpose}', '{text}', '00', 'delivered', {at_ms}, 9, 9)"
            ))
            .await;
    }
    (dir, store)
}

async fn asked(
    store: &Store,
    chat: &str,
    before: Option<&str>,
    limit: u32,
    for_agent: Option<ForAgent>,
) -> Result<(Vec<SaidInfo>, bool), ControlError> {
    let accounts = Accounts::from([("default".to_owned(), linked(ONLY_ANNA))]);
    let request = MessagesRequest {
        to: Destination {
            account: None,
            target: Some(Jid(chat.to_owned())),
        },
        limit,
        before: before.map(str::to_owned),
        for_agent,
    };
    let told = answer(Some(store), &accounts, &request).await?;
    let ControlResponse::Messages { messages, more, .. } = told else {
        panic!("{told:?}");
    };
    Ok((messages, more))
}

fn shown(told: &(Vec<SaidInfo>, bool)) -> (Vec<&str>, bool) {
    (
        told.0.iter().map(|said| said.message_id.as_str()).collect(),
        told.1,
    )
}

#[tokio::test]
async fn both_sides_are_told_oldest_first_page_by_page() {
    let (_dir, store) = store().await;
    let all = asked(&store, ANNA, None, 10, None).await.expect("told");
    assert_eq!(shown(&all), (vec!["IN-1", "OUT-1", "OUT-2", "IN-3"], false));
    let (first, second) = (&all.0[0], &all.0[1]);
    assert_eq!(
        (first.sender.as_deref(), first.from_me, first.text.0.as_str()),
        (Some(ANNA), false, "hello")
    );
    assert_eq!(
        first.name.as_ref().map(|name| name.0.as_str()),
        Some("Anna"),
        "a name is made harmless"
    );
    assert_eq!((first.at_ms, first.state.as_deref()), (100_000, None));
    assert_eq!(
        (second.from_me, second.state.as_deref()),
        (true, Some("delivered"))
    );
    let last = asked(&store, ANNA, None, 2, None).await.expect("told");
    assert_eq!(shown(&last), (vec!["OUT-2", "IN-3"], true));
    let before = asked(&store, ANNA, Some("OUT-2"), 2, None).await.expect("told");
    assert_eq!(shown(&before), (vec!["IN-1", "OUT-1"], false));
    let error = asked(&store, ANNA, Some("IN-2"), 2, None)
        .await
        .expect_err("it is of another chat");
    assert_eq!(error.code, ErrorCode::NotFound);
    for limit in [0, MAX_MESSAGES + 1] {
        let error = asked(&store, ANNA, None, limit, None)
            .await
            .expect_err("no such number");
        assert_eq!(error.code, ErrorCode::Usage);
    }
}

#[tokio::test]
async fn an_agent_reads_what_it_may_reach_and_no_codes() {
    let (_dir, store) = store().await;
    let told = asked(&store, ANNA, None, 10, Some(main_agent()))
        .await
        .expect("told");
    assert_eq!(shown(&told), (vec!["IN-1", "OUT-1", "IN-3"], false));
    let error = asked(&store, "+15550100003", None, 10, Some(main_agent()))
        .await
        .expect_err("Bert is not let in");
    assert_eq!(error.code, ErrorCode::Refused);
    assert!(
        error.message.contains("The sender is not on the allow list."),
        "{}",
        error.message
    );
    let told = asked(&store, "+15550100003", None, 10, None)
        .await
        .expect("the owner may");
    assert_eq!(shown(&told), (vec!["IN-2"], false));
}

/// An answer is one line, and a line has its bound.
#[tokio::test]
async fn long_messages_make_a_page_shorter() {
    let (_dir, store) = store().await;
    for number in 0..30 {
        store
            .execute_for_tests(&format!(
                "INSERT INTO outbox (account, chat, message_id, purpose, text, secret, state, created_ms, expires_ms, updated_ms)
                 VALUES ('default', '15550100002@s.whatsapp.net', 'LONG-{number}', 'reply', '{}', '00', 'read', 2000, 9, 9)",
                "\n".repeat(60_000)
            ))
            .await;
    }
    let (messages, more) = asked(&store, ANNA, None, 30, None).await.expect("told");
    assert!(more);
    assert!(!messages.is_empty() && messages.len() < 10, "{}", messages.len());
    assert_eq!(
        messages.last().map(|said| said.message_id.as_str()),
        Some("LONG-29")
    );
    let line = serde_json::to_string(&messages).expect("json");
    assert!(line.len() < fased_protocol::MAX_LINE_BYTES);
}
