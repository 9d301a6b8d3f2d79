//! What a key leads to, and that it is kept for one message.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use fased_protocol::control::ForAgent;
use fased_protocol::private::Private;

use super::*;
use crate::config::Config;
use crate::control::message_queue::{order, planned};
use crate::outbound::{Content, Refusal, commit};
use crate::run::Engine;
use crate::store::{OutboxFilter, Store};

const ANNA: &str = "+15550100002";
const BERT: &str = "+15550100003";

/// An account that may write to everybody, in short messages.
async fn account() -> (tempfile::TempDir, Arc<Shared>) {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(&dir.path().join("fased.db")).await.expect("a store");
    let text = "{ agents: { list: [{ id: 'main' }, { id: 'coder' }] },
        channels: { whatsapp: { textChunkLimit: 200, pacing: { firstContact: true } } } }";
    let config = Config::parse(text, Path::new("/etc/fased.json"), |id| id.into()).expect("valid");
    let account = config.accounts.into_values().next().expect("an account");
    let shared = Shared::for_tests(account, Arc::new(Engine::default()), store).await;
    (dir, shared)
}

fn request(text: &str) -> SendRequest {
    SendRequest {
        text: Some(Private::from(text)),
        key: Some("build-81".to_owned()),
        ..SendRequest::default()
    }
}

/// What a request is about to commit.
async fn about(shared: &Shared, to: &str, request: &SendRequest) -> (Target, Key, Planned) {
    let to = Target::parse(to).expect("a number");
    let key = Key::of(shared, request).expect("sound").expect("a key");
    let text = request.text.clone().expect("a text").0;
    let mut planned = planned(shared, &to, vec![order(&to, Content::Plain(text))])
        .await
        .expect("planned");
    key.give(&mut planned).expect("few enough");
    (to, key, planned)
}

/// The texts in the outbox, oldest first.
async fn queued(shared: &Shared) -> Vec<String> {
    let filter = OutboxFilter {
        limit: 100,
        ..OutboxFilter::default()
    };
    let mut rows = shared.store.list_outbox(&filter).await.expect("rows");
    rows.sort_by_key(|row| row.id);
    rows.into_iter().map(|row| row.text).collect()
}

#[tokio::test]
async fn of_some_that_come_at_once_the_first_is_queued_whole_and_nothing_of_the_others() {
    let (_dir, shared) = account().await;
    let long = format!(
        "{}\n\n{}\n\n{}",
        "one ".repeat(45),
        "two ".repeat(45),
        "three ".repeat(30)
    );
    // All have looked whether the key is free before the first commits.
    let first = about(&shared, ANNA, &request("short")).await;
    let others = [
        about(&shared, ANNA, &request(&long)).await,
        about(&shared, BERT, &request("short")).await,
        about(&shared, BERT, &request(&long)).await,
    ];
    assert!(others[0].2.drafts.len() > 2);
    commit(&shared, first.2).await.expect("queued");
    for ((to, key, planned), why) in others
        .into_iter()
        .zip(["another text", "another chat", "another chat"])
    {
        let refused = commit(&shared, planned).await;
        assert!(matches!(refused, Err(Refusal::Repeated)), "{refused:?}");
        let error = key.earlier(&shared, &to).await.expect_err("another message");
        assert_eq!(error.code, ErrorCode::Refused);
        assert!(error.message.contains(why), "{}", error.message);
        assert!(error.next.contains("a new key"), "{}", error.next);
    }
    assert_eq!(queued(&shared).await, ["short"]);
    let (to, key, planned) = about(&shared, ANNA, &request("short")).await;
    assert!(commit(&shared, planned).await.is_err());
    let told = key
        .earlier(&shared, &to)
        .await
        .expect("the same")
        .expect("it is there");
    let ControlResponse::Queued(info) = told else {
        panic!("{told:?}")
    };
    assert!(info.repeated);
}

#[tokio::test]
async fn a_key_of_the_default_agent_is_its_own_however_it_is_named() {
    let (_dir, shared) = account().await;
    let of = |id: Option<&str>| {
        let for_agent = Some(ForAgent {
            id: id.map(str::to_owned),
        });
        let request = SendRequest {
            for_agent,
            ..request("a")
        };
        Key::of(&shared, &request).expect("sound").expect("a key").ids
    };
    assert_eq!(of(None), of(Some("main")));
    assert_ne!(of(None), of(Some("coder")));
}

#[test]
fn ids_follow_from_the_key_and_from_whose_it_is() {
    let first = |account, agent, key| ids(account, agent, key).remove(0);
    assert_eq!(first("default", None, "a"), first("default", None, "a"));
    let all = [
        first("default", None, "a"),
        first("default", None, "b"),
        first("work", None, "a"),
        first("default", Some(""), "a"),
        first("default", Some("main"), "a"),
        first("default", Some("main\",\"a"), ""),
    ];
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    let parts = ids("default", None, "a");
    assert_eq!(parts.iter().collect::<HashSet<_>>().len(), MOST_PARTS);
    let drawn = crate::outbound::mint_id();
    assert!(
        parts
            .iter()
            .all(|id| id.len() == drawn.len() && id.starts_with("3EB0"))
    );
}
