//! Fills the store of a gateway that is not running with people who do not exist, for the bench.
//!
//! `fill_identities STATE_DIR COUNT`: pairs of a hidden id and a number, as the gateway learns them.

use std::path::PathBuf;

use anyhow::{Context, Result};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let dir = PathBuf::from(arguments.next().context("which state folder?")?);
    let count: i64 = arguments
        .next()
        .context("how many?")?
        .parse()
        .context("how many, as a number?")?;
    let options = SqliteConnectOptions::new().filename(dir.join("fased.db"));
    let mut store = SqliteConnection::connect_with(&options).await?;
    sqlx::query(
        "WITH RECURSIVE person (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM person WHERE n + 1 < ?)
         INSERT INTO identity (lid, phone, learned_ms, name)
         SELECT printf('2%014d@lid', n), printf('+1556%07d', n), 1, printf('Somebody %d', n) FROM person",
    )
    .bind(count)
    .execute(&mut store)
    .await?;
    store.close().await?;
    Ok(())
}
