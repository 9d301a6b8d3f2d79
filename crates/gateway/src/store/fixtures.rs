//! What the store's tests begin with.

use super::*;

pub(super) const NOW: i64 = 1_700_000_000_000;

pub(super) const ACCOUNT: &str = "default";

pub(super) async fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(&dir.path().join("fased.db")).await.expect("a store");
    (dir, store)
}

pub(super) fn message(id: &str, text: &str) -> Journaled {
    Journaled {
        chat: "15550100002@s.whatsapp.net".into(),
        sender: "15550100002@s.whatsapp.net".into(),
        message_id: id.into(),
        chat_alt: None,
        sender_alt: None,
        from_me: false,
        push_name: None,
        timestamp_s: NOW / 1000,
        content: "text".into(),
        raw_kind: "conversation".into(),
        text: Some(text.into()),
        mentions: "[]".into(),
        quoted_id: None,
        quoted_sender: None,
        quoted_text: None,
        detail: None,
        media: None,
        learned: None,
    }
}

pub(super) fn admit(seq: i64) -> Decision {
    let run = Some(NewRun {
        kind: RunKind::Message,
        chat: "15550100002@s.whatsapp.net".to_owned(),
        agent: "main".to_owned(),
        session: "session".to_owned(),
        not_before_ms: 0,
        joins: None,
        flushes: false,
        reads: vec![],
        collects: false,
        forks: None,
        keeps: None,
    });
    Decision {
        seq,
        outcome: "admit",
        reason: "dm_open",
        rule: 7,
        has_file: false,
        run,
        pairing: None,
        sends: vec![],
        echo_of: None,
    }
}

pub(super) fn draft(id: &str) -> Draft {
    Draft {
        chat: "15550100002@s.whatsapp.net".into(),
        message_id: id.into(),
        purpose: Purpose::Reply,
        text: "hi".into(),
        secret: "00".repeat(32),
        expires_ms: NOW + 1000,
        not_before_ms: 0,
        first_contact: false,
        payload: None,
        pending: None,
    }
}

/// A message that is held for this reason.
pub(super) fn held(seq: i64, reason: &'static str, rule: u8) -> Decision {
    Decision {
        outcome: "hold",
        reason,
        rule,
        run: None,
        ..admit(seq)
    }
}

/// A row of the outbox, as far as tests ask.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct SentRow {
    pub(crate) account: String,
    pub(crate) chat: String,
    pub(crate) purpose: String,
    pub(crate) text: String,
    pub(crate) run_id: Option<i64>,
    pub(crate) message_id: String,
    pub(crate) payload: Option<String>,
}

/// A run, as far as tests ask.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct RunRow {
    pub(crate) id: i64,
    pub(crate) account: String,
    pub(crate) chat: String,
    pub(crate) session: String,
    pub(crate) state: String,
    pub(crate) failure: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) result: Option<String>,
    pub(crate) attempts: i64,
    pub(crate) cause: Option<String>,
}

impl Store {
    /// Changes what no function of the store would.
    pub(crate) async fn execute_for_tests(&self, statement: &str) {
        let mut write = self.write.turn().await.expect("open");
        sqlx::query(sqlx::AssertSqlSafe(statement.to_owned()))
            .execute(&mut *write)
            .await
            .expect("executed");
    }

    /// All that was ever to be sent, in its order.
    pub(crate) async fn sent_for_tests(&self) -> Vec<SentRow> {
        sqlx::query_as(
            "SELECT account, chat, purpose, text, run_id, message_id, payload FROM outbox ORDER BY id",
        )
        .fetch_all(&mut *self.read.turn().await.expect("open"))
        .await
        .expect("read")
    }

    /// The reason of the verdict on a message of the journal; none if there is no such message.
    pub(crate) async fn journaled_for_tests(&self, seq: i64) -> Option<Option<String>> {
        sqlx::query_scalar("SELECT reason FROM inbox WHERE seq = ?")
            .bind(seq)
            .fetch_optional(&mut *self.read.turn().await.expect("open"))
            .await
            .expect("read")
    }

    /// All runs, in their order.
    pub(crate) async fn runs_for_tests(&self) -> Vec<RunRow> {
        sqlx::query_as(
            "SELECT id, account, chat, session, state, failure, error, result, attempts, cause FROM run ORDER BY id",
        )
        .fetch_all(&mut *self.read.turn().await.expect("open"))
        .await
        .expect("read")
    }
}
