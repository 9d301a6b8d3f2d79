//! Who shares a session, and who never does.

mod memory;

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::config::{Agent, Agents, Config};
use crate::store::{Change, Exchange, FinishedRun};

const NOW: i64 = 1_700_000_000_000;
const ANNA: &str = "15550100001@s.whatsapp.net";
const BERT: &str = "15550100002@s.whatsapp.net";
const HIDDEN: &str = "100000000000001@lid";
const GROUP: &str = "120363000000000001@g.us";
const KEY: &str = "agent:main:whatsapp:default:dm:+15550100001";

fn config(account: &str, owners_share_session: bool) -> AccountConfig {
    let text = format!("{{ channels: {{ whatsapp: {{ accounts: {{ {account}: {{}} }} }} }} }}");
    let mut config = Config::parse(&text, Path::new("/etc/fased.json"), |id| id.into()).expect("valid");
    let mut account = config.accounts.remove(account).expect("there");
    let mut agents = Agents {
        owners_share_session,
        ..Agents::default()
    };
    agents.list.insert("ops".to_owned(), Agent::default());
    account.agents = Arc::new(agents);
    account
}

async fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(&dir.path().join("fased.db")).await.expect("a store");
    (dir, store)
}

/// Makes a change of a command, as the end of its run does.
async fn change(store: &Store, account: &str, change: Change, now: i64) {
    let run = store.runs_for_tests().await.len() + 1_000;
    store
        .execute_for_tests(&format!(
            "INSERT INTO run (id, account, kind, chat, agent, session, state, created_ms)
             VALUES ({run}, '{account}', 'command', '{ANNA}', 'main', 'command', 'running', {now})"
        ))
        .await;
    let finished = FinishedRun {
        changes: vec![change],
        ..FinishedRun::ok(i64::try_from(run).expect("a number"), Vec::new())
    };
    store
        .finish_runs(account, &[finished], now)
        .await
        .expect("committed");
}

/// An exchange, at the end of a run that is under way.
async fn say(store: &Store, key: &str, run: i64, epoch: i64, user: &str, assistant: &str, now: i64) {
    // Only runs under way end, so that one has to be there.
    let task = format!(
        "INSERT INTO run (id, account, kind, chat, agent, session, state, created_ms)
         VALUES ({run}, 'default', 'task', '{ANNA}', 'main', '{key}', 'running', {now})"
    );
    store.execute_for_tests(&task).await;
    let said = Exchange {
        session: key.to_owned(),
        epoch,
        user: user.to_owned(),
        assistant: Some(assistant.to_owned()),
    };
    let finished = FinishedRun {
        said: Some(said),
        ..FinishedRun::ok(run, Vec::new())
    };
    store
        .finish_runs("default", &[finished], now)
        .await
        .expect("committed");
}

fn place(
    conversations: &Conversations,
    config: &AccountConfig,
    chat: &str,
    sender: &str,
    owner: bool,
) -> Place {
    let own = Identity::from_jids("15550100009@s.whatsapp.net", None);
    let chat = ChatId::from_jids(chat, None, &own);
    conversations.current(config, &chat, &Identity::from_jids(sender, None), owner)
}

#[test]
fn a_session_is_of_one_account_and_one_person_or_group() {
    let none = Conversations::default();
    let session = |account: &str, chat: &str, sender: &str| {
        place(&none, &config(account, false), chat, sender, false).session
    };
    let direct = session("default", ANNA, ANNA);
    assert_eq!(direct, "agent:main:whatsapp:default:dm:+15550100001");
    assert_eq!(direct, session("default", ANNA, "15550100001:7@s.whatsapp.net"));
    assert_ne!(direct, session("work", ANNA, ANNA));
    assert_ne!(direct, session("default", BERT, BERT));
    let group = session("default", GROUP, ANNA);
    assert_eq!(group, format!("agent:main:whatsapp:default:group:{GROUP}"));
    assert_eq!(group, session("default", GROUP, BERT));
    assert_ne!(group, session("work", GROUP, ANNA));
}

#[test]
fn owners_share_one_session_in_direct_chats_if_the_config_says_so() {
    let none = Conversations::default();
    for (account, chat, sender, owner, shared) in [
        ("default", ANNA, ANNA, true, true),
        ("work", BERT, BERT, true, true),
        ("default", BERT, BERT, false, false),
        ("default", GROUP, ANNA, true, false),
    ] {
        let at = place(&none, &config(account, true), chat, sender, owner);
        assert_eq!(at.session == "agent:main:main", shared, "{at:?}");
        assert!(
            !place(&none, &config(account, false), chat, sender, owner)
                .session
                .ends_with(":main")
        );
    }
}

#[test]
fn keys_are_taken_apart_as_they_were_made() {
    for (key, agent, account, peer, name) in [
        ("agent:main:main", "main", "", "main", None),
        ("agent:ops:main:trip", "ops", "", "main", Some("trip")),
        (
            "agent:main:whatsapp:work:dm:+15550100001",
            "main",
            "work",
            "dm:+15550100001",
            None,
        ),
        (
            "agent:main:whatsapp:work:group:120363000000000001@g.us:trip",
            "main",
            "work",
            "group:120363000000000001@g.us",
            Some("trip"),
        ),
    ] {
        let parts = Key::parse(key);
        assert_eq!(
            parts,
            Key {
                agent,
                account,
                peer,
                name
            }
        );
        assert_eq!(parts.to_string(), key);
    }
}

#[tokio::test]
async fn a_person_known_by_a_hidden_id_keeps_the_session_when_the_number_becomes_known() {
    let (_dir, store) = store().await;
    let conversations = Conversations::default();
    let config = config("default", false);
    let at = |conversations: &Conversations, sender: &Identity| {
        let chat = ChatId::Direct(sender.clone());
        conversations.current(&config, &chat, sender, false)
    };
    let hidden = Identity::from_jids(HIDDEN, None);
    let known = Identity::from_jids(HIDDEN, Some(ANNA));
    let first = at(&conversations, &hidden);
    assert!(first.is_new && first.session.ends_with("dm:100000000000001@lid"));
    assert!(!at(&conversations, &known).is_new, "a number stays a number");
    let row = Conversation {
        peer: first.peer.clone(),
        ..Conversation::default()
    };
    change(&store, "default", Change::Choose(row), NOW).await;
    conversations.kept(&first.peer);
    let loaded = Conversations::load(&store, "default").await.expect("read");
    for conversations in [&conversations, &loaded] {
        let later = at(conversations, &known);
        assert_eq!(
            (later.session.as_str(), later.is_new),
            (first.session.as_str(), false)
        );
    }
    let other = Conversations::load(&store, "work").await.expect("read");
    assert!(at(&other, &known).session.ends_with("dm:+15550100001"));
}

#[tokio::test]
async fn what_was_chosen_in_a_chat_holds_there_until_it_is_chosen_otherwise() {
    let (_dir, store) = store().await;
    let conversations = Conversations::default();
    let config = config("default", false);
    let here = || place(&conversations, &config, GROUP, ANNA, true);
    let account = "default";
    let choose = async |chosen: Conversation| {
        change(&store, account, Change::Choose(chosen.clone()), NOW).await;
        conversations.chosen(chosen);
    };
    choose(Conversations::with_agent(&here(), Some("ops"))).await;
    choose(conversations.with_session(&here(), Some("trip"))).await;
    let now = here();
    assert_eq!((now.agent.as_str(), now.name.as_deref()), ("ops", Some("trip")));
    assert_eq!(now.session, sibling(&now, Some("trip")));
    let elsewhere = place(&conversations, &config, ANNA, ANNA, true);
    assert_eq!((elsewhere.agent.as_str(), elsewhere.name), ("main", None));
    let opened = now.session.clone();
    change(&store, account, Change::OpenSession { session: opened }, NOW).await;
    let listed = listed(&store, &now).await.expect("read");
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].name.as_deref(), Some("trip"));

    choose(Conversations::with_agent(&here(), Some("gone"))).await;
    assert_eq!(here().agent, "main", "it is not in the config");
    choose(Conversations::with_agent(&here(), None)).await;
    let loaded = Conversations::load(&store, account).await.expect("read");
    assert_eq!(place(&loaded, &config, GROUP, ANNA, true), here());
}

/// Somebody wrote under a number and under a hidden id, of which nobody knew that they are one person's.
async fn two_names(number_ms: i64, hidden_ms: i64) -> (tempfile::TempDir, Store, Conversations) {
    let (dir, store) = store().await;
    say(&store, KEY, 1, 0, "question", "answer", number_ms).await;
    store
        .execute_for_tests(&format!(
            "INSERT INTO conversation (account, peer, created_ms) VALUES ('default', 'dm:{HIDDEN}', {hidden_ms})"
        ))
        .await;
    let conversations = Conversations::load(&store, "default").await.expect("read");
    (dir, store, conversations)
}

async fn learn(store: &Store) {
    let known = Identity::from_jids(HIDDEN, Some(ANNA));
    let pair = (known.lid.expect("a hidden id"), known.phone.expect("a number"));
    store.learn_identities(&[pair], NOW).await.expect("kept");
}

#[tokio::test]
async fn the_older_of_two_histories_is_the_one_that_goes_on() {
    let config = config("default", false);
    let known = Identity::from_jids(HIDDEN, Some(ANNA));
    let at = |conversations: &Conversations| {
        let chat = ChatId::Direct(known.clone());
        conversations.current(&config, &chat, &known, false).peer
    };
    let (number, hidden) = ("dm:+15550100001", "dm:100000000000001@lid");
    for (number_ms, hidden_ms, expected) in [(NOW, NOW + 10, number), (NOW + 10, NOW, hidden)] {
        let (_dir, store, conversations) = two_names(number_ms, hidden_ms).await;
        let look = async || {
            conversations
                .by_older_names(&store, "default")
                .await
                .expect("looked");
        };
        look().await;
        assert_eq!(at(&conversations), hidden, "nobody knows yet");
        learn(&store).await;
        look().await;
        assert_eq!(at(&conversations), expected);
        let loaded = Conversations::load(&store, "default").await.expect("read");
        assert_eq!(at(&loaded), expected);
    }
}

#[tokio::test]
async fn what_was_chosen_under_a_hidden_id_is_kept_however_old_the_number_is() {
    let (_dir, store, conversations) = two_names(NOW, NOW + 10).await;
    let chosen = Conversation {
        peer: format!("dm:{HIDDEN}"),
        agent: Some("ops".to_owned()),
        name: None,
    };
    change(&store, "default", Change::Choose(chosen.clone()), NOW + 20).await;
    conversations.chosen(chosen);
    learn(&store).await;
    conversations
        .by_older_names(&store, "default")
        .await
        .expect("looked");
    let known = Identity::from_jids(HIDDEN, Some(ANNA));
    let at = conversations.current(
        &config("default", false),
        &ChatId::Direct(known.clone()),
        &known,
        false,
    );
    assert_eq!(
        (at.agent.as_str(), at.peer.as_str()),
        ("ops", "dm:100000000000001@lid")
    );
}
