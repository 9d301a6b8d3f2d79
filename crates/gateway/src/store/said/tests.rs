use super::super::fixtures::{ACCOUNT, NOW, admit, draft, held, message, store};
use super::*;
use crate::store::{Decision, Draft, Purpose, RunKind};
use crate::store::{Taken, Wish};

const CHAT: &str = "15550100002@s.whatsapp.net";

async fn decided(store: &Store, id: &str, at_ms: i64, decision: impl FnOnce(i64) -> Decision) {
    store
        .journal(ACCOUNT, &[message(id, id)], at_ms)
        .await
        .expect("journaled");
    let row = store.undecided(ACCOUNT, &[], 1).await.expect("rows").remove(0);
    store
        .decide(ACCOUNT, &[decision(row.seq)], at_ms)
        .await
        .expect("decided");
}

async fn sends(store: &Store, drafts: &[Draft], at_ms: i64) {
    let taken = store
        .queue_messages(ACCOUNT, drafts, &Wish::default(), 100, at_ms)
        .await
        .expect("queued");
    assert_eq!(taken, Taken::Queued);
}

fn ids(received: &[StoredMessage], sent: &[SentMessage]) -> (Vec<String>, Vec<String>) {
    (
        received
            .iter()
            .map(|message| message.message_id.clone())
            .collect(),
        sent.iter().map(|message| message.message_id.clone()).collect(),
    )
}

async fn said(store: &Store, before: Before, for_agent: bool) -> (Vec<String>, Vec<String>) {
    let received = store
        .received_in(ACCOUNT, CHAT, before, for_agent, 10)
        .await
        .expect("rows");
    let sent = store
        .sent_to(ACCOUNT, &[CHAT.to_owned()], before, for_agent, 10)
        .await
        .expect("rows");
    ids(&received, &sent)
}

#[tokio::test]
async fn agents_are_not_shown_what_no_agent_is_told() {
    let (_dir, store) = store().await;
    decided(&store, "HELD", NOW, |seq| held(seq, "pairing_required", 11)).await;
    decided(&store, "LET-IN", NOW, admit).await;
    decided(&store, "BY-HAND", NOW, |seq| Decision {
        outcome: "drop",
        reason: "own_outgoing",
        run: None,
        ..admit(seq)
    })
    .await;
    decided(&store, "ECHO", NOW, |seq| Decision {
        outcome: "drop",
        reason: "own_echo",
        run: None,
        ..admit(seq)
    })
    .await;
    decided(&store, "COMMAND", NOW, |seq| {
        let mut decision = admit(seq);
        if let Some(run) = &mut decision.run {
            run.kind = RunKind::Command;
        }
        decision
    })
    .await;
    let of = |id: &str, purpose| Draft { purpose, ..draft(id) };
    let drafts = [
        of("CODE", Purpose::Pairing),
        of("NOTICE", Purpose::Notice),
        of("ACK", Purpose::AckReaction),
        of("SENT", Purpose::Message),
    ];
    sends(&store, &drafts, NOW).await;
    let (received, sent) = said(&store, Before::END, true).await;
    assert_eq!(
        (received, sent),
        (
            vec!["BY-HAND".to_owned(), "LET-IN".to_owned()],
            vec!["SENT".to_owned()]
        )
    );
    let (received, sent) = said(&store, Before::END, false).await;
    assert_eq!(
        received,
        ["COMMAND", "BY-HAND", "LET-IN", "HELD"],
        "an echo is nobody's"
    );
    assert_eq!(sent, ["SENT", "NOTICE", "CODE"]);
}

#[tokio::test]
async fn one_looks_back_from_either_side() {
    let (_dir, store) = store().await;
    for (number, at_ms) in [(1, NOW), (2, NOW + 20), (3, NOW + 40)] {
        decided(&store, &format!("IN-{number}"), at_ms, admit).await;
        // Two of one moment.
        let drafts = [draft(&format!("OUT-{number}A")), draft(&format!("OUT-{number}B"))];
        sends(&store, &drafts, at_ms + 10).await;
    }
    let chats = [CHAT.to_owned()];
    let place = async |id: &str| {
        let found = store.place_of(ACCOUNT, &chats, id).await.expect("read");
        found.expect("it is there")
    };
    let two = |ids: &[&str]| -> Vec<String> { ids.iter().map(|id| (*id).to_owned()).collect() };
    assert_eq!(
        said(&store, place("IN-3").await, true).await,
        (
            two(&["IN-2", "IN-1"]),
            two(&["OUT-2B", "OUT-2A", "OUT-1B", "OUT-1A"])
        )
    );
    assert_eq!(
        said(&store, place("OUT-2B").await, true).await,
        (two(&["IN-2", "IN-1"]), two(&["OUT-2A", "OUT-1B", "OUT-1A"]))
    );
    assert_eq!(
        said(&store, place("IN-1").await, true).await,
        (Vec::new(), Vec::new())
    );
    assert_eq!(store.place_of(ACCOUNT, &chats, "IN-9").await.expect("read"), None);
    assert_eq!(store.place_of("work", &chats, "IN-1").await.expect("read"), None);
}

#[tokio::test]
async fn chats_are_known_by_what_came_and_by_what_was_sent() {
    let (_dir, store) = store().await;
    assert_eq!(store.chat_heads(ACCOUNT).await.expect("read"), []);
    decided(&store, "IN", NOW, admit).await;
    let to_bert = Draft {
        chat: "15550100003@s.whatsapp.net".to_owned(),
        ..draft("OUT")
    };
    sends(&store, &[to_bert], NOW + 5).await;
    let heads = store.chat_heads(ACCOUNT).await.expect("read");
    let shown: Vec<(&str, i64)> = heads
        .iter()
        .map(|head| (head.chat.as_str(), head.at_ms))
        .collect();
    assert_eq!(shown, [(CHAT, NOW), ("15550100003@s.whatsapp.net", NOW + 5)]);
    assert_eq!(store.chat_heads("work").await.expect("read"), []);
}
