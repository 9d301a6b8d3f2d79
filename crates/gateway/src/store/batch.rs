//! Many rows in one statement: each statement is a trip to SQLite's thread and back, which costs more
//! than what it does there. Values are bound: taken out of JSON, each would cost a parse, and a text would
//! end at its first NUL.

use anyhow::Result;
use fased_policy::delivery::SendState;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::Decision;
use super::draft::Draft;

/// Messages in one statement. SQLite takes 32,766 values, and an answer may become any number of messages.
const STEP: usize = 1_000;

/// Gives messages their verdicts.
pub(super) async fn record_verdicts(
    tx: &mut SqliteConnection,
    decisions: &[Decision],
    now_ms: i64,
) -> Result<()> {
    if decisions.is_empty() {
        return Ok(());
    }
    let mut update = QueryBuilder::<Sqlite>::new("WITH new (seq, outcome, reason, rule) AS (");
    update.push_values(decisions, |mut row, decision| {
        row.push_bind(decision.seq)
            .push_bind(decision.outcome)
            .push_bind(decision.reason)
            .push_bind(decision.rule);
    });
    update
        .push(
            ") UPDATE inbox SET outcome = new.outcome, reason = new.reason, rule = new.rule,
                 decided_ms = ",
        )
        .push_bind(now_ms)
        .push(" FROM new WHERE inbox.seq = new.seq");
    update.build().execute(&mut *tx).await?;
    Ok(())
}

/// Queues the runs that verdicts lead to.
pub(super) async fn add_runs(
    tx: &mut SqliteConnection,
    account: &str,
    decisions: &[Decision],
    now_ms: i64,
) -> Result<()> {
    let runs: Vec<_> = decisions
        .iter()
        .filter_map(|decision| decision.run.as_ref().map(|run| (decision.seq, run)))
        .collect();
    if runs.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::with_capacity(runs.len());
    for (seq, run) in runs {
        let forks = run.forks.as_ref().map(serde_json::to_string).transpose()?;
        rows.push((seq, run, forks));
    }
    let mut insert = QueryBuilder::<Sqlite>::new(
        "INSERT INTO run (account, kind, inbox_seq, chat, agent, session, state, created_ms, not_before_ms,
             collects, forks) ",
    );
    insert.push_values(rows, |mut row, (seq, run, forks)| {
        row.push_bind(account)
            .push_bind(run.kind.as_str())
            .push_bind(seq)
            .push_bind(&run.chat)
            .push_bind(&run.agent)
            .push_bind(&run.session)
            .push_bind("queued")
            .push_bind(now_ms)
            .push_bind(run.not_before_ms)
            .push_bind(run.collects)
            .push_bind(forks);
    });
    insert.push(" ON CONFLICT (inbox_seq) DO NOTHING");
    insert.build().execute(&mut *tx).await?;
    Ok(())
}

/// Queues messages to send, in this order.
pub(super) async fn queue(
    tx: &mut SqliteConnection,
    account: &str,
    drafts: &[(Option<i64>, &Draft)],
    now_ms: i64,
) -> Result<()> {
    for step in drafts.chunks(STEP) {
        queue_step(tx, account, step, now_ms).await?;
    }
    Ok(())
}

async fn queue_step(
    tx: &mut SqliteConnection,
    account: &str,
    drafts: &[(Option<i64>, &Draft)],
    now_ms: i64,
) -> Result<()> {
    let mut insert = QueryBuilder::<Sqlite>::new(
        "INSERT INTO outbox (account, chat, message_id, purpose, run_id, text, secret, state, created_ms,
             expires_ms, not_before_ms, first_contact, updated_ms, payload, draft, file) ",
    );
    let mut rows = Vec::with_capacity(drafts.len());
    for (run, draft) in drafts {
        let payload = draft.payload.as_ref().map(serde_json::to_string).transpose()?;
        let pending = draft.pending.as_ref().map(serde_json::to_string).transpose()?;
        rows.push((run, draft, payload, pending));
    }
    insert.push_values(rows, |mut row, (run, draft, payload, pending)| {
        let upload = draft.pending.as_ref().and_then(|pending| pending.upload.as_ref());
        row.push_bind(account)
            .push_bind(&draft.chat)
            .push_bind(&draft.message_id)
            .push_bind(draft.purpose.as_str())
            .push_bind(run)
            .push_bind(&draft.text)
            .push_bind(&draft.secret)
            .push_bind(SendState::Queued.as_str())
            .push_bind(now_ms)
            .push_bind(draft.expires_ms)
            .push_bind(draft.not_before_ms)
            .push_bind(draft.first_contact)
            .push_bind(now_ms)
            .push_bind(payload)
            .push_bind(pending)
            .push_bind(upload.map(|upload| &upload.file));
    });
    // The ids of an answer follow from its run: committed once more it is not sent once more.
    insert.push(" ON CONFLICT (account, message_id) DO NOTHING");
    insert.build().execute(&mut *tx).await?;
    Ok(())
}
