//! On a real file.

use fased_policy::ids::{Identity, Lid, Phone};

use super::super::fixtures::{ACCOUNT, NOW, held as unclear, message, store};
use super::super::{Decision, Journaled};
use super::*;

const DAY_MS: i64 = 24 * 3_600_000;
/// As the owner wrote it, and as WhatsApp knows it.
const LISTED: &str = "+5511987654321";
const CANONICAL: &str = "+551187654321";

fn phone(text: &str) -> Phone {
    Phone::parse(text).expect("a number")
}

fn lid(text: &str) -> Lid {
    Lid::parse(text).expect("a hidden id")
}

fn from(sender: &str, id: usize) -> Journaled {
    Journaled {
        chat: sender.to_owned(),
        sender: sender.to_owned(),
        push_name: Some("Bo".to_owned()),
        quoted_id: Some("Q".to_owned()),
        quoted_text: Some("what was said".to_owned()),
        ..message(&format!("M{id}"), "hi")
    }
}

async fn hold(store: &Store, messages: &[Journaled]) {
    for batch in messages.chunks(1_000) {
        store.journal(ACCOUNT, batch, NOW).await.expect("committed");
    }
    let waiting = store.undecided(ACCOUNT, &[], i64::MAX).await.expect("read");
    let held: Vec<Decision> = waiting
        .iter()
        .map(|message| unclear(message.seq, "unresolved_identity", 10))
        .collect();
    for batch in held.chunks(64) {
        store.decide(ACCOUNT, batch, NOW).await.expect("decided");
    }
}

async fn undecided(store: &Store) -> Vec<String> {
    let waiting = store.undecided(ACCOUNT, &[], i64::MAX).await.expect("read");
    waiting.into_iter().map(|message| message.sender).collect()
}

#[tokio::test]
async fn a_number_is_asked_for_once_and_an_unknown_one_again_after_a_week() {
    let (_dir, store) = store().await;
    let listed = [phone(LISTED), phone("+5491122334455")];
    assert_eq!(store.alias_pending(&listed, NOW).await.expect("read").len(), 2);
    let known = phone(CANONICAL);
    store
        .learn_alias(&listed[0], Some(&known), NOW)
        .await
        .expect("kept");
    store.learn_alias(&listed[1], None, NOW).await.expect("kept");
    assert!(store.alias_pending(&listed, NOW).await.expect("read").is_empty());
    let later = store
        .alias_pending(&listed, NOW + 6 * DAY_MS)
        .await
        .expect("read");
    assert!(later.is_empty());
    let after_a_week = store
        .alias_pending(&listed, NOW + 8 * DAY_MS)
        .await
        .expect("read");
    assert_eq!(after_a_week, [phone("+5491122334455")]);
    assert_eq!(store.asked_aliases().await.expect("read").len(), 2);
}

#[tokio::test]
async fn an_alias_is_the_same_person_and_a_like_number_is_not() {
    let (_dir, store) = store().await;
    store
        .learn_alias(&phone(LISTED), Some(&phone(CANONICAL)), NOW)
        .await
        .expect("kept");
    let entry = Identity::from(phone(LISTED));
    for (number, same) in [(CANONICAL, true), (LISTED, true), ("+551187654322", false)] {
        let mut person = Identity::from(phone(number));
        store.complete(&mut person).await.expect("read");
        assert_eq!(person.matches(&entry), same, "{number}");
    }
}

#[tokio::test]
async fn hidden_ids_are_asked_for_by_the_number_that_whatsapp_uses() {
    let (_dir, store) = store().await;
    let listed = [phone(LISTED), phone("+5491122334455"), phone("+15550100002")];
    store
        .learn_alias(&listed[0], Some(&phone(CANONICAL)), NOW)
        .await
        .expect("kept");
    store.learn_alias(&listed[1], None, NOW).await.expect("kept");
    let mut unknown = store.phones_without_lid(&listed).await.expect("read");
    unknown.sort();
    assert_eq!(unknown, [phone("+15550100002"), phone(CANONICAL)]);
    let pair = (lid("100200300400500@lid"), phone(CANONICAL));
    store.learn_identities(&[pair], NOW).await.expect("kept");
    assert_eq!(
        store.phones_without_lid(&listed).await.expect("read"),
        [phone("+15550100002")]
    );
}

#[tokio::test]
async fn of_ten_thousand_held_messages_only_those_of_the_person_are_judged_again() {
    let (_dir, store) = store().await;
    let mut messages: Vec<Journaled> = (0..10_000)
        .map(|number| from(&format!("{}@lid", 100_000_000_000_u64 + number), number as usize))
        .collect();
    messages.push(from("551187654321@s.whatsapp.net", 20_000));
    messages.push(from("5511987654321@s.whatsapp.net", 20_001));
    hold(&store, &messages).await;
    store
        .learn_alias(&phone(LISTED), Some(&phone(CANONICAL)), NOW)
        .await
        .expect("kept");
    let pair = (lid("100000000007@lid"), phone(CANONICAL));
    store.learn_identities(&[pair], NOW).await.expect("kept");
    assert_eq!(store.judge_again_by_news(ACCOUNT).await.expect("done"), 3);
    let mut again = undecided(&store).await;
    again.sort();
    assert_eq!(
        again,
        [
            "100000000007@lid",
            "551187654321@s.whatsapp.net",
            "5511987654321@s.whatsapp.net"
        ]
    );
    let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(
        "EXPLAIN QUERY PLAN UPDATE inbox SET outcome = NULL WHERE account = 'a' AND outcome = 'hold'
             AND content != 'undecryptable' AND sender IN (SELECT value FROM json_each('[]'))",
    )
    .fetch_all(&mut *store.read.turn().await.expect("open"))
    .await
    .expect("a plan");
    assert!(
        plan.iter()
            .any(|(_, _, _, step)| step.contains("inbox_held_sender (account=? AND sender=?)")),
        "{plan:?}"
    );
}

#[tokio::test]
async fn a_country_is_judged_again_as_a_whole_and_no_other() {
    let (_dir, store) = store().await;
    let pair = (lid("900800700600500@lid"), phone("+551133334444"));
    store.learn_identities(&[pair], NOW).await.expect("kept");
    let other_address = Journaled {
        sender_alt: Some("551144445555@s.whatsapp.net".to_owned()),
        ..from("900800700600501@lid", 3)
    };
    hold(
        &store,
        &[
            from("551122223333@s.whatsapp.net", 1),
            from("900800700600500@lid", 2),
            other_address,
            from("541122223333@s.whatsapp.net", 4),
            from("15550100002@s.whatsapp.net", 5),
            from("900800700600502@lid", 6),
        ],
    )
    .await;
    assert_eq!(store.judge_unclear_again(ACCOUNT, "55").await.expect("done"), 3);
    assert_eq!(
        undecided(&store).await,
        [
            "551122223333@s.whatsapp.net",
            "900800700600500@lid",
            "900800700600501@lid"
        ]
    );
}

#[tokio::test]
async fn a_message_brings_a_name_and_what_it_quotes() {
    let (_dir, store) = store().await;
    let pair = (lid("100200300400500@lid"), phone("+15550100002"));
    store
        .learn_identities(std::slice::from_ref(&pair), NOW)
        .await
        .expect("kept");
    let message = Journaled {
        learned: Some(pair),
        ..from("100200300400500@lid", 1)
    };
    let nameless = Journaled {
        push_name: None,
        message_id: "M2".to_owned(),
        ..message.clone()
    };
    store
        .journal(ACCOUNT, &[message, nameless], NOW)
        .await
        .expect("committed");
    let names: Vec<Option<String>> = sqlx::query_scalar("SELECT name FROM identity")
        .fetch_all(&mut *store.read.turn().await.expect("open"))
        .await
        .expect("read");
    assert_eq!(
        names,
        [Some("Bo".to_owned())],
        "kept when a later message has none"
    );
    let kept = store.undecided(ACCOUNT, &[], 10).await.expect("read");
    assert_eq!(kept[0].quoted_text.as_deref(), Some("what was said"));
}

#[tokio::test]
async fn what_is_held_is_judged_again_once_by_what_any_account_learned_also_after_a_restart() {
    let (_dir, store) = store().await;
    hold(
        &store,
        &[from("100000000007@lid", 1), from("100000000008@lid", 2)],
    )
    .await;
    assert_eq!(store.judge_again_by_news(ACCOUNT).await.expect("done"), 0);
    let before = store.news();
    let pair = (lid("100000000007@lid"), phone("+15550100002"));
    let learned = Journaled {
        learned: Some(pair.clone()),
        ..from("100000000007@lid", 3)
    };
    // Another account hears from the same person.
    store.journal("work", &[learned], NOW).await.expect("committed");
    assert_ne!(store.news(), before, "there is something to look at");
    assert_eq!(store.judge_again_by_news(ACCOUNT).await.expect("done"), 1);
    assert_eq!(undecided(&store).await, ["100000000007@lid"]);
    hold(&store, &[]).await;
    let before = store.news();
    store.learn_identities(&[pair], NOW + 1).await.expect("kept");
    assert_eq!(store.news(), before, "what was known is no news");
    assert_eq!(store.judge_again_by_news(ACCOUNT).await.expect("done"), 0);
}
