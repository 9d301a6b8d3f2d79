//! What belongs to one account is not taken for another's.

use crate::store::Store;

const NOW: i64 = 1_700_000_000_000;

async fn filled(statement: &'static str) -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(&dir.path().join("fased.db")).await.expect("a store");
    {
        let mut write = store.write.turn().await.expect("a connection");
        sqlx::query(statement).execute(&mut *write).await.expect("filled");
    }
    (dir, store)
}

#[tokio::test]
async fn our_messages_are_known_by_account_and_id() {
    let (_dir, store) = filled(
        "INSERT INTO outbox (account, chat, message_id, purpose, text, secret, state, created_ms, expires_ms, updated_ms)
         VALUES ('default', '15550001111@s.whatsapp.net', 'A1', 'reply', 'hi', '00', 'written', 1, 2, 1)",
    )
    .await;
    for (account, id, ours) in [
        // In whichever chat it comes back, and under whichever address.
        ("default", "A1", true),
        ("default", "A2", false),
        ("default", "unknown", false),
        ("default", "", false),
        ("work", "A1", false),
    ] {
        let found = store.is_own_message(account, id).await.expect("read");
        assert_eq!(found, ours, "{account} {id}");
    }
}

#[tokio::test]
async fn a_request_is_found_in_its_own_account_only() {
    let (_dir, store) = filled(
        "INSERT INTO pairing_request (account, phone, chat, code, created_ms, expires_ms, last_seen_ms)
         VALUES ('work', '+15550000004', '15550000004@s.whatsapp.net', 'ABCD2345', 1, 1700000000001, 1)",
    )
    .await;
    for (account, waiting) in [(Some("work"), 1), (None, 1), (Some("default"), 0)] {
        let found = store.pending_pairings(account, NOW).await.expect("read");
        assert_eq!(found.len(), waiting, "{account:?}");
    }
}
