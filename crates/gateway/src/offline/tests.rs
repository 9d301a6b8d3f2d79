//! What is told of the people whom the store knows.

use fased_policy::ids::Phone;
use fased_protocol::control::JudgementInfo;

use super::*;
use crate::store::Journaled;

/// As the owner wrote it.
const LISTED: &str = "+5511987654321";
/// It may be the listed number without its further digit, until WhatsApp was asked.
const SENDER: &str = "+551187654321";

fn state() -> (tempfile::TempDir, Paths) {
    let dir = tempfile::tempdir().expect("a folder");
    let paths = Paths::resolve(Some(dir.path()), None).expect("paths");
    let text =
        format!(r#"{{ channels: {{ whatsapp: {{ dmPolicy: "allowlist", allowFrom: ["{LISTED}"] }} }} }}"#);
    std::fs::write(&paths.config, text).expect("write");
    (dir, paths)
}

async fn of_sender(paths: &Paths, sender: &str) -> JudgementInfo {
    let request = ControlRequest::ExplainSender {
        sender: sender.to_owned(),
        group: None,
        account: None,
    };
    let answered = answer(paths, &request).await;
    let ControlResponse::Hearing(hearing) = answered else {
        panic!("{answered:?}");
    };
    hearing.judgement
}

async fn of_message(paths: &Paths, id: &str) -> String {
    let request = ControlRequest::Explain {
        message_id: id.to_owned(),
    };
    let answered = answer(paths, &request).await;
    let ControlResponse::Explanation { messages } = answered else {
        panic!("{answered:?}");
    };
    let now = messages[0].now.as_ref().expect("a judgement");
    now.reason.clone()
}

#[tokio::test]
async fn who_may_be_a_listed_person_is_told_apart_from_a_stranger() {
    let (_dir, paths) = state();
    let unclear = of_sender(&paths, SENDER).await;
    assert_eq!(
        (unclear.verdict.as_str(), unclear.reason.as_str()),
        ("hold", "unresolved_identity"),
        "without a store nothing was asked"
    );
    assert_eq!(of_sender(&paths, "+15550100002").await.reason, "not_in_allowlist");
    assert_eq!(
        of_sender(&paths, "+525512345678").await.reason,
        "not_in_allowlist",
        "nobody of that country is listed"
    );

    let store = Store::open(&paths.store).await.expect("a store");
    let jid = format!("{}@s.whatsapp.net", SENDER.trim_start_matches('+'));
    let message = Journaled {
        chat: jid.clone(),
        sender: jid,
        message_id: "M1".to_owned(),
        chat_alt: None,
        sender_alt: None,
        from_me: false,
        push_name: None,
        timestamp_s: 1_700_000_000,
        content: "text".to_owned(),
        raw_kind: "conversation".to_owned(),
        text: Some("hello".to_owned()),
        mentions: "[]".to_owned(),
        quoted_id: None,
        quoted_sender: None,
        quoted_text: None,
        detail: None,
        media: None,
        learned: None,
    };
    let journaled = store.journal("default", &[message], 1_700_000_000_000).await;
    journaled.expect("committed");
    assert_eq!(of_sender(&paths, SENDER).await.reason, "unresolved_identity");
    assert_eq!(of_message(&paths, "M1").await, "unresolved_identity");

    let listed = Phone::parse(LISTED).expect("a number");
    let asked = store.learn_alias(&listed, Some(&listed), 1_700_000_000_000);
    asked.await.expect("committed");
    assert_eq!(of_sender(&paths, SENDER).await.reason, "not_in_allowlist");
    assert_eq!(of_message(&paths, "M1").await, "not_in_allowlist");
}

#[tokio::test]
async fn who_would_answer_a_person_is_told() {
    let (_dir, paths) = state();
    let heard = of_sender(&paths, LISTED).await;
    let route = heard.route.expect("an agent");
    assert_eq!((route.agent.as_str(), route.by.as_str()), ("main", "default"));
    assert_eq!(
        (route.source.level.as_str(), route.source.line),
        ("default", None)
    );
    assert!(
        of_sender(&paths, "+15550100002").await.route.is_none(),
        "a stranger is dropped"
    );
}

/// What `/agent switch` chose is in the store, and holds over the config.
#[tokio::test]
async fn the_agent_that_a_chat_chose_is_told() {
    const GROUP: &str = "120363000000000001@g.us";
    let (_dir, paths) = state();
    let text = format!(
        "{{ agents: {{ list: [{{ id: 'main' }}, {{ id: 'parrot' }}] }},
            channels: {{ whatsapp: {{ dmPolicy: 'open', allowFrom: ['*'], groups: {{ '{GROUP}': {{}}, '2@g.us': {{}} }} }} }} }}"
    );
    std::fs::write(&paths.config, text).expect("write");
    let store = Store::open(&paths.store).await.expect("a store");
    for (peer, agent) in [
        ("dm:+15550100002".to_owned(), "parrot"),
        (format!("group:{GROUP}"), "parrot"),
        ("dm:+15550100003".to_owned(), "gone"),
    ] {
        let chosen = format!(
            "INSERT INTO conversation (account, peer, agent, created_ms) VALUES ('default', '{peer}', '{agent}', 1)"
        );
        store.execute_for_tests(&chosen).await;
    }
    for (sender, agent, by) in [
        ("+15550100002", "parrot", "chosen"),
        ("+15550100003", "main", "default"),
        ("+15550100004", "main", "default"),
    ] {
        let route = of_sender(&paths, sender).await.route.expect("an agent");
        assert_eq!((route.agent.as_str(), route.by.as_str()), (agent, by), "{sender}");
    }

    let in_group = ControlRequest::ExplainSender {
        sender: "+15550100004".to_owned(),
        group: Some(GROUP.to_owned()),
        account: None,
    };
    let ControlResponse::Hearing(hearing) = answer(&paths, &in_group).await else {
        panic!("no answer");
    };
    assert_eq!(hearing.judgement.route.expect("an agent").agent, "parrot");
    let listed = answer(&paths, &ControlRequest::GroupsList { account: None }).await;
    let ControlResponse::Groups { groups } = listed else {
        panic!("{listed:?}");
    };
    let found = |id: &str| groups.iter().find(|group| group.group == id).expect("listed");
    assert_eq!(
        (found(GROUP).agent.as_str(), found(GROUP).agent_chosen),
        ("parrot", true)
    );
    assert_eq!(
        (found("2@g.us").agent.as_str(), found("2@g.us").agent_chosen),
        ("main", false)
    );
}

#[tokio::test]
async fn tasks_are_read_without_a_gateway_and_only_read() {
    let (_dir, paths) = state();
    let list = ControlRequest::TasksList {
        account: None,
        chat: None,
        all: true,
        limit: 10,
        for_agent: None,
    };
    let show = ControlRequest::TasksShow {
        id: "Zzzz".to_owned(),
    };
    let pause = ControlRequest::TasksPause {
        id: "Zzzz".to_owned(),
    };
    // Before there is a store, and after.
    for _ in 0..2 {
        let listed = answer(&paths, &list).await;
        assert!(
            matches!(&listed, ControlResponse::Tasks { tasks, more: 0, .. } if tasks.is_empty()),
            "{listed:?}"
        );
        let ControlResponse::Error(error) = answer(&paths, &show).await else {
            panic!("there is none");
        };
        assert_eq!(
            (error.code, error.message.as_str()),
            (ErrorCode::NotFound, "Task not found: Zzzz")
        );
        let ControlResponse::Error(error) = answer(&paths, &pause).await else {
            panic!("nobody can do that");
        };
        assert_eq!(error.code, ErrorCode::NoGateway);
        Store::open(&paths.store).await.expect("a store").close().await;
    }
    let elsewhere = ControlRequest::TasksList {
        account: Some("other".to_owned()),
        chat: None,
        all: true,
        limit: 10,
        for_agent: None,
    };
    let ControlResponse::Error(error) = answer(&paths, &elsewhere).await else {
        panic!("there is no such account");
    };
    assert_eq!(error.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_pause_is_told_also_while_no_gateway_runs() {
    let (_dir, paths) = state();
    let store = Store::open(&paths.store).await.expect("a store");
    let row = StoredAccount {
        account: "default".to_owned(),
        state: "suspended".to_owned(),
        phone: Some("+15550100001".to_owned()),
        ..StoredAccount::default()
    };
    store.record_account(&row).await.expect("recorded");
    for (paused, sentence, next) in [
        (false, "No gateway runs.", "start it: fased gateway run"),
        (
            true,
            "It is paused, and no gateway runs.",
            "start the gateway: fased gateway run; then: fased channels resume --account default",
        ),
    ] {
        store.set_paused("default", paused).await.expect("kept");
        let ControlResponse::Status(status) = answer(&paths, &ControlRequest::Status).await else {
            panic!("no status");
        };
        let account = &status.accounts[0];
        assert_eq!(
            (account.sentence.as_str(), account.next.as_deref()),
            (sentence, Some(next))
        );
    }
}
