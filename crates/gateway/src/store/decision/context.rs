//! What waits in a chat to be read: talk in a group, and what happened to earlier messages. One run reads it, and no other.

use anyhow::Result;
use sqlx::SqliteConnection;

use super::Decision;

/// Does anything wait in any chat?
pub(super) async fn waits(tx: &mut SqliteConnection, account: &str) -> Result<bool> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM inbox WHERE account = ? AND outcome = 'context' AND context_run IS NULL LIMIT 1",
    )
    .bind(account)
    .fetch_optional(tx)
    .await?;
    Ok(found.is_some())
}

/// What waited in the chat is read by the run that answers this message.
pub(super) async fn hand_over(tx: &mut SqliteConnection, account: &str, decision: &Decision) -> Result<()> {
    let Some(run) = &decision.run else {
        return Ok(());
    };
    sqlx::query(
        "UPDATE inbox SET context_run = (
             SELECT id FROM run WHERE inbox_seq = ?1
             UNION SELECT run_id FROM run_input WHERE inbox_seq = ?1)
         WHERE account = ?2 AND chat IN (SELECT value FROM json_each(?3))
             AND outcome = 'context' AND context_run IS NULL AND seq < ?1",
    )
    .bind(decision.seq)
    .bind(account)
    .bind(serde_json::to_string(&run.reads)?)
    .execute(tx)
    .await?;
    Ok(())
}

/// What happened to a message whose run has not started yet is read by that run, not by the one after it: it answers
/// what the message says now. Several agents read it if none of them has started.
pub(super) async fn give_to_waiting_run(tx: &mut SqliteConnection, event: i64) -> Result<()> {
    sqlx::query(
        "UPDATE inbox SET context_run = (
             SELECT run.id FROM inbox AS event
             JOIN inbox AS target ON target.message_id = event.quoted_id AND target.account = event.account
                 AND (target.chat IN (event.chat, event.chat_alt) OR target.chat_alt IN (event.chat, event.chat_alt))
             LEFT JOIN run_input ON run_input.inbox_seq = target.seq
             JOIN run ON run.inbox_seq = target.seq OR run.id = run_input.run_id
             WHERE event.seq = ?1 AND (run.state = 'queued' OR run.kind = 'broadcast' AND run.state = 'ok' AND NOT EXISTS (
                 SELECT 1 FROM run AS fork WHERE fork.fork_of = run.id AND fork.state <> 'queued')) LIMIT 1)
         WHERE seq = ?1 AND context_run IS NULL",
    )
    .bind(event)
    .execute(tx)
    .await?;
    Ok(())
}
