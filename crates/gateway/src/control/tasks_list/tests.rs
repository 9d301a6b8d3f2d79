//! Which Tasks an agent is told of.

use std::sync::Arc;

use super::super::agent_reach::tests::{linked, main_agent};
use super::*;
use crate::tasks::{Origin, Wish};

const GROUP: &str = "120363000000000001@g.us";

#[tokio::test]
async fn of_tasks_whose_chats_it_may_not_reach_an_agent_is_told_the_number_only() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(&dir.path().join("fased.db")).await.expect("a store");
    let linked = linked("{ dmPolicy: 'allowlist', allowFrom: ['+15550100002'], groupPolicy: 'disabled' }");
    let desk = Desk::new(&store, [Arc::clone(&linked.config)]);
    for chat in ["15550100002@s.whatsapp.net", "15550100003@s.whatsapp.net", GROUP] {
        let origin = Origin {
            account: "default".to_owned(),
            agent: "main".to_owned(),
            session: format!("agent:main:whatsapp:default:{chat}"),
            chat: chat.to_owned(),
            by: None,
            run: None,
        };
        let wish = Wish {
            text: "every 1h report",
            ..Wish::default()
        };
        let made = desk.create(&origin, &wish, 1_700_000_000_000).await;
        assert!(made.is_ok(), "{made:?}");
    }
    let accounts = Accounts::from([("default".to_owned(), linked)]);
    let main = main_agent();
    for (for_agent, chats, left_out) in [
        (Some(&main), vec!["+15550100002"], 2),
        (None, vec!["+15550100002", "+15550100003", GROUP], 0),
    ] {
        let asked = Asked {
            account: None,
            chat: None,
            all: false,
            limit: 10,
            agent: for_agent.map(|_| "main"),
            for_agent,
        };
        let told = answer(&store, &desk, &accounts, asked).await.expect("told");
        let ControlResponse::Tasks { tasks, withheld, .. } = told else {
            panic!("{told:?}")
        };
        let mut shown: Vec<&str> = tasks.iter().map(|task| task.chat.as_str()).collect();
        shown.sort_unstable();
        assert_eq!((shown, withheld), (chats, left_out));
    }
}
