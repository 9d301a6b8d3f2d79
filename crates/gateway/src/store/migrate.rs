//! Migrations, compiled in. Only ever added to.

use anyhow::{Result, bail};
use sqlx::sqlite::SqliteConnection;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

pub(super) async fn bring_up_to_date(connection: &mut SqliteConnection) -> Result<()> {
    let before = applied(connection).await;
    // A table that others refer to can only be made anew while references are not enforced. Within a migration this
    // cannot be switched off; it has no effect in a transaction.
    sqlx::query("PRAGMA foreign_keys = OFF")
        .execute(&mut *connection)
        .await?;
    MIGRATIONS.run_direct(None, connection, false).await?;
    if before.is_some_and(|before| before > 0) && applied(connection).await != before {
        let broken: Vec<(String,)> =
            sqlx::query_as("SELECT DISTINCT \"table\" FROM pragma_foreign_key_check")
                .fetch_all(&mut *connection)
                .await?;
        if !broken.is_empty() {
            bail!("after bringing it up to date, rows of {broken:?} refer to rows that are not there");
        }
    }
    sqlx::query("PRAGMA foreign_keys = ON")
        .execute(&mut *connection)
        .await?;
    Ok(())
}

/// The newest migration that this program knows.
pub(super) fn newest() -> i64 {
    MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0)
}

/// How many migrations a store has had; none of a new one.
async fn applied(connection: &mut SqliteConnection) -> Option<i64> {
    sqlx::query_scalar("SELECT COUNT(*) FROM _sqlx_migrations")
        .fetch_one(connection)
        .await
        .ok()
}

#[cfg(test)]
mod tests;
