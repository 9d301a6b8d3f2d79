//! Rows of the journal, added and filled in.

use anyhow::Result;

use super::Journaled;

/// Adds a message; `false` when it is there already.
pub(super) async fn insert(
    connection: &mut sqlx::SqliteConnection,
    account: &str,
    message: &Journaled,
    now_ms: i64,
) -> Result<bool> {
    let query = sqlx::query(
        "INSERT INTO inbox (account, chat, sender, message_id, chat_alt, sender_alt, from_me, push_name,
             timestamp_s, content, raw_kind, text, mentions, quoted_id, quoted_sender, quoted_text, detail, media,
             recorded_ms, outcome, reason, rule)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
             CASE ?10 WHEN 'undecryptable' THEN 'hold' END,
             CASE ?10 WHEN 'undecryptable' THEN 'undecryptable' END,
             CASE ?10 WHEN 'undecryptable' THEN 0 END)
         ON CONFLICT (account, chat, sender, message_id) DO NOTHING",
    );
    let done = bind(query, account, message)
        .bind(now_ms)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives a placeholder its content; `false` when there is none that waits for it.
pub(super) async fn fill_in(
    connection: &mut sqlx::SqliteConnection,
    account: &str,
    message: &Journaled,
) -> Result<bool> {
    let query = sqlx::query(
        "UPDATE inbox SET chat_alt = ?5, sender_alt = ?6, from_me = ?7, push_name = ?8, timestamp_s = ?9,
             content = ?10, raw_kind = ?11, text = ?12, mentions = ?13, quoted_id = ?14,
             quoted_sender = ?15, quoted_text = ?16, detail = ?17, media = ?18, outcome = NULL, reason = NULL, rule = NULL, deliveries = deliveries + 1
         WHERE account = ?1 AND chat = ?2 AND sender = ?3 AND message_id = ?4
             AND content = 'undecryptable' AND ?10 != 'undecryptable'",
    );
    let done = bind(query, account, message).execute(connection).await?;
    Ok(done.rows_affected() == 1)
}

/// Counts one more delivery of a message that is there already.
pub(super) async fn count_again(
    connection: &mut sqlx::SqliteConnection,
    account: &str,
    message: &Journaled,
) -> Result<()> {
    sqlx::query(
        "UPDATE inbox SET deliveries = deliveries + 1
         WHERE account = ? AND chat = ? AND sender = ? AND message_id = ?",
    )
    .bind(account)
    .bind(&message.chat)
    .bind(&message.sender)
    .bind(&message.message_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Has held messages judged again.
pub(in crate::store) async fn take_back(connection: &mut sqlx::SqliteConnection, held: &[i64]) -> Result<()> {
    sqlx::query(
        "UPDATE inbox SET outcome = NULL, reason = NULL, rule = NULL
         WHERE outcome = 'hold' AND seq IN (SELECT value FROM json_each(?))",
    )
    .bind(serde_json::to_string(held)?)
    .execute(connection)
    .await?;
    Ok(())
}

type Query<'a> = sqlx::query::Query<'a, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;

fn bind<'a>(query: Query<'a>, account: &'a str, message: &'a Journaled) -> Query<'a> {
    query
        .bind(account)
        .bind(&message.chat)
        .bind(&message.sender)
        .bind(&message.message_id)
        .bind(&message.chat_alt)
        .bind(&message.sender_alt)
        .bind(message.from_me)
        .bind(&message.push_name)
        .bind(message.timestamp_s)
        .bind(&message.content)
        .bind(&message.raw_kind)
        .bind(&message.text)
        .bind(&message.mentions)
        .bind(&message.quoted_id)
        .bind(&message.quoted_sender)
        .bind(&message.quoted_text)
        .bind(&message.detail)
        .bind(&message.media)
}
