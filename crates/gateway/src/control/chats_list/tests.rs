//! Which chats people and agents are told of.

use super::super::agent_reach::tests::{linked, main_agent};
use super::*;

const CONFIG: &str =
    "{ dmPolicy: 'allowlist', allowFrom: ['+15550100002', '+15550100005'], selfChatMode: true,
    groupPolicy: 'open', groups: { '120363000000000001@g.us': {} } }";

async fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(&dir.path().join("fased.db")).await.expect("a store");
    for (chat, outcome, at_ms) in [
        ("15550100002@s.whatsapp.net", "admit", 1_000),
        ("15550100003@s.whatsapp.net", "drop", 2_000),
        ("120363000000000002@g.us", "drop", 3_000),
        ("status@broadcast", "drop", 4_000),
    ] {
        store
            .execute_for_tests(&format!(
                "INSERT INTO inbox (account, chat, sender, message_id, from_me, push_name, timestamp_s, content, raw_kind, text,
                     mentions, recorded_ms, outcome, reason)
                 VALUES ('default', '{chat}', '15550100009@s.whatsapp.net', 'ID-{at_ms}', 0, 'Somebody', 1, 'text', 'conversation',
                     '{}', '[]', {at_ms}, '{outcome}', 'dm_listed')",
                "long ".repeat(50)
            ))
            .await;
    }
    // The same person under the hidden id, whom the gateway wrote to last.
    store
        .execute_for_tests(
            "INSERT INTO identity (lid, phone, learned_ms, learned_no) VALUES ('100000000000002@lid', '+15550100002', 1, 1)",
        )
        .await;
    store
        .execute_for_tests(
            "INSERT INTO outbox (account, chat, message_id, purpose, text, secret, state, created_ms, expires_ms, updated_ms)
             VALUES ('default', '100000000000002@lid', 'OUT', 'message', 'hi', '00', 'read', 5000, 9, 9)",
        )
        .await;
    (dir, store)
}

async fn asked(
    store: Option<&Store>,
    request: &ChatsRequest,
) -> Result<(Vec<ChatInfo>, u64, u64), ControlError> {
    let accounts = Accounts::from([("default".to_owned(), linked(CONFIG))]);
    let subjects = Subjects::from([(
        ("default".to_owned(), "120363000000000001@g.us".to_owned()),
        Private::from("Family\nhome"),
    )]);
    let told = answer(store, &accounts, request, &subjects).await?;
    let ControlResponse::Chats {
        chats,
        more,
        withheld,
    } = told
    else {
        panic!("{told:?}");
    };
    Ok((chats, more, withheld))
}

fn request(limit: u32) -> ChatsRequest {
    ChatsRequest {
        limit,
        ..ChatsRequest::default()
    }
}

fn shown(chats: &[ChatInfo]) -> Vec<String> {
    let each = chats.iter().map(|chat| {
        let reachable = if chat.reachable { "yes" } else { "no" };
        format!("{} {} {reachable}", chat.kind, chat.chat)
    });
    each.collect()
}

#[tokio::test]
async fn people_see_every_chat_once_newest_first_and_why_agents_are_kept_out() {
    let (_dir, store) = store().await;
    let (chats, more, withheld) = asked(Some(&store), &request(10)).await.expect("told");
    assert_eq!((more, withheld), (0, 0));
    assert_eq!(
        shown(&chats),
        [
            "dm +15550100002 yes",
            "group 120363000000000002@g.us no",
            "dm +15550100003 no",
            "dm +15550100005 yes",
            "group 120363000000000001@g.us yes",
            "self +15550100001 yes",
        ]
    );
    let unwritable: Vec<Option<&str>> = chats.iter().map(|chat| chat.unwritable.as_deref()).collect();
    let stranger = unwritable[3].expect("they never wrote");
    assert!(
        stranger.starts_with("+15550100005 never wrote to account default"),
        "{stranger}"
    );
    assert_eq!(
        [
            unwritable[0],
            unwritable[1],
            unwritable[2],
            unwritable[4],
            unwritable[5]
        ],
        [None; 5]
    );
    assert!(
        chats
            .iter()
            .all(|chat| chat.writable == chat.unwritable.is_none())
    );
    let anna = &chats[0];
    assert_eq!(
        anna.last.as_ref().map(|last| last.message_id.as_str()),
        Some("OUT")
    );
    assert_eq!(anna.name, Some("Somebody".into()));
    assert_eq!((&anna.reason, &anna.sentence, &anna.fix), (&None, &None, &None));
    let bert = &chats[2];
    assert_eq!(bert.reason.as_deref(), Some("not_in_allowlist"));
    assert_eq!(
        bert.sentence.as_deref(),
        Some("The sender is not on the allow list.")
    );
    assert!(
        bert.fix.as_ref().is_some_and(|fix| fix.contains("+15550100003")),
        "{:?}",
        bert.fix
    );
    let text = &bert.last.as_ref().expect("he wrote").text.0;
    assert!(
        text.chars().count() == MOST_CHARS + 1 && text.ends_with('…'),
        "{text}"
    );
    assert_eq!(
        chats[4].name,
        Some("Family home".into()),
        "a name is made harmless"
    );
}

#[tokio::test]
async fn agents_are_told_only_of_chats_that_they_may_reach() {
    let (_dir, store) = store().await;
    let for_agent = ChatsRequest {
        for_agent: Some(main_agent()),
        ..request(2)
    };
    let (chats, more, withheld) = asked(Some(&store), &for_agent).await.expect("told");
    assert_eq!(shown(&chats), ["dm +15550100002 yes", "dm +15550100005 yes"]);
    assert_eq!((more, withheld), (2, 2));
    let text = serde_json::to_string(&chats).expect("json");
    assert!(!text.contains("+15550100003"), "{text}");
}

#[tokio::test]
async fn without_a_store_the_config_alone_is_told() {
    let (chats, ..) = asked(None, &request(10)).await.expect("told");
    assert_eq!(chats.len(), 4);
    assert!(chats.iter().all(|chat| chat.last.is_none()));
    for limit in [0, MAX_CHATS + 1] {
        let error = asked(None, &request(limit)).await.expect_err("no such number");
        assert_eq!(error.code, ErrorCode::Usage);
    }
    let elsewhere = ChatsRequest {
        account: Some("work".to_owned()),
        ..request(10)
    };
    assert_eq!(
        asked(None, &elsewhere).await.expect_err("no such account").code,
        ErrorCode::NotFound
    );
}

#[tokio::test]
async fn a_group_that_the_account_is_not_in_is_told_as_such_where_its_groups_are_known() {
    let accounts = Accounts::from([("default".to_owned(), linked(CONFIG))]);
    for (known, told) in [
        (Some("120363000000000007@g.us"), true),
        (Some("120363000000000001@g.us"), false),
        (None, false),
    ] {
        let known = known.map(|group| (("default".to_owned(), group.to_owned()), Private::from("A")));
        let subjects: Subjects = known.into_iter().collect();
        let listed = answer(None, &accounts, &request(10), &subjects)
            .await
            .expect("told");
        let ControlResponse::Chats { chats, .. } = listed else {
            panic!("{listed:?}");
        };
        let group = chats
            .iter()
            .find(|chat| chat.kind == "group")
            .expect("it is listed");
        let why = group.unwritable.as_deref().unwrap_or_default();
        assert_eq!(why.contains("is not in the group"), told, "{subjects:?}: {why}");
    }
}
