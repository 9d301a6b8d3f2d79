//! Who shares a session, and who never does.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::config::{Agent, Agents, Config};
use crate::store::{Exchange, FinishedRun};

const NOW: i64 = 1_700_000_000_000;
const ANNA: &str = "15550100001@s.whatsapp.net";
const BERT: &str = "15550100002@s.whatsapp.net";
const HIDDEN: &str = "100000000000001@lid";
const GROUP: &str = "120363000000000001@g.us";

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
    store.keep_conversation("default", &row, NOW).await.expect("kept");
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
        store
            .keep_conversation(account, &chosen, NOW)
            .await
            .expect("kept");
        conversations.chosen(chosen);
    };
    choose(Conversations::with_agent(&here(), Some("ops"))).await;
    choose(conversations.with_session(&here(), Some("trip"))).await;
    let now = here();
    assert_eq!((now.agent.as_str(), now.name.as_deref()), ("ops", Some("trip")));
    assert_eq!(now.session, sibling(&now, Some("trip")));
    let elsewhere = place(&conversations, &config, ANNA, ANNA, true);
    assert_eq!((elsewhere.agent.as_str(), elsewhere.name), ("main", None));
    store.open_session(&now.session, NOW).await.expect("kept");
    let listed = listed(&store, &now).await.expect("read");
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].name.as_deref(), Some("trip"));

    choose(Conversations::with_agent(&here(), Some("gone"))).await;
    assert_eq!(here().agent, "main", "it is not in the config");
    choose(Conversations::with_agent(&here(), None)).await;
    let loaded = Conversations::load(&store, account).await.expect("read");
    assert_eq!(place(&loaded, &config, GROUP, ANNA, true), here());
}

#[tokio::test]
async fn a_session_begun_anew_tells_nothing_of_before_and_old_words_are_forgotten() {
    let (_dir, store) = store().await;
    let key = "agent:main:whatsapp:default:dm:+15550100001";
    let say = async |run: i64, epoch: i64, now: i64| {
        // Only runs under way end, so that one has to be there.
        let task = format!(
            "INSERT INTO run (id, account, kind, chat, agent, session, state, created_ms)
             VALUES ({run}, 'default', 'task', '{ANNA}', 'main', '{key}', 'running', {now})"
        );
        store.execute_for_tests(&task).await;
        let said = Exchange {
            session: key.to_owned(),
            epoch,
            user: format!("question {run}"),
            assistant: Some(format!("answer {run}")),
        };
        let finished = FinishedRun {
            said: Some(said),
            ..FinishedRun::ok(run, Vec::new())
        };
        store
            .finish_runs("default", &[finished], now)
            .await
            .expect("committed");
    };
    let told = async |epoch: i64, most: usize, bytes: usize| {
        let said = store.history(key, epoch, most, bytes).await.expect("read");
        said.into_iter().map(|said| said.text).collect::<Vec<_>>()
    };
    say(1, 0, NOW).await;
    say(2, 0, NOW + 10).await;
    assert_eq!(told(0, 3, 1_000).await, ["answer 1", "question 2", "answer 2"]);
    assert_eq!(told(0, 9, 20).await, ["question 2", "answer 2"]);
    assert_eq!(store.begin_anew(key, NOW).await.expect("kept"), 1);
    assert!(told(1, 9, 1_000).await.is_empty());
    say(3, 1, NOW + 20).await;
    assert_eq!(told(1, 9, 1_000).await, ["question 3", "answer 3"]);
    let session = store.session(key).await.expect("read").expect("there");
    assert_eq!(
        (session.peer.as_str(), session.used_ms),
        ("dm:+15550100001", NOW + 20)
    );
    assert!(!store.forget_said(NOW + 10).await.expect("done"));
    assert_eq!(told(0, 9, 1_000).await, ["question 2", "answer 2"]);
    assert!(store.close_session(key).await.expect("done"));
    assert!(told(1, 9, 1_000).await.is_empty());
}
