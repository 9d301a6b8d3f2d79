//! Fills the store of a gateway that is not running with Tasks, for the bench.
//!
//! `fill_tasks STATE_DIR COUNT [APART_MS]`: Tasks of the account `default`, each with a run behind it. Some are paused or
//! done; the others are due from an hour on, one after the other, so far apart. If nothing is said, that is over a month.

use std::path::PathBuf;

use anyhow::{Context, Result};
use fased::clock;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

const HOUR_MS: i64 = 3_600_000;
const APART_MS: i64 = 250_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let dir = PathBuf::from(arguments.next().context("which state folder?")?);
    let count: i64 = arguments
        .next()
        .context("how many?")?
        .parse()
        .context("how many, as a number?")?;
    let apart_ms: i64 = match arguments.next() {
        Some(apart_ms) => apart_ms.parse().context("how far apart, in milliseconds?")?,
        None => APART_MS,
    };
    let options = SqliteConnectOptions::new().filename(dir.join("fased.db"));
    let mut store = SqliteConnection::connect_with(&options).await?;
    let mut work = store.begin().await?;
    let now = clock::now_ms();
    sqlx::query(
        "WITH RECURSIVE made (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM made WHERE n + 1 < ?1)
         INSERT INTO task (id, account, agent, session, chat, name, prompt, schedule, zone, state, next_ms, runs,
                 successes, created_by, created_ms, updated_ms)
         SELECT printf('%04d', n), 'default', 'main',
             printf('agent:main:whatsapp:default:dm:+1556%07d', n % 500), printf('1556%07d@s.whatsapp.net', n % 500),
             printf('Watch %d', n), printf('Look after thing %d and tell what has changed', n),
             CASE n % 2 WHEN 0 THEN '{\"kind\":\"every\",\"seconds\":86400}'
                 ELSE '{\"kind\":\"cron\",\"expression\":\"30 9 * * 1-5\"}' END,
             'Europe/Berlin', CASE n % 10 WHEN 8 THEN 'paused' WHEN 9 THEN 'done' ELSE 'active' END,
             CASE WHEN n % 10 < 8 THEN ?2 + ?3 + n * ?4 END, 1, 1, 'somebody', ?2 - ?3, ?2 - ?3
         FROM made",
    )
    .bind(count)
    .bind(now)
    .bind(HOUR_MS)
    .bind(apart_ms)
    .execute(&mut *work)
    .await?;
    sqlx::query(
        "INSERT INTO run (account, kind, task, chat, agent, session, state, attempts, prompt, cause, due_ms, result,
             created_ms, started_ms, ended_ms)
         SELECT account, 'task', id, chat, agent, session, 'ok', 1, prompt, 'schedule', created_ms, 'Nothing has changed',
             created_ms, created_ms, created_ms FROM task",
    )
    .execute(&mut *work)
    .await?;
    work.commit().await?;
    store.close().await?;
    Ok(())
}
