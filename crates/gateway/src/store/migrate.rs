//! Migrations, compiled in. Only ever added to.

use anyhow::Result;
use sqlx::sqlite::SqliteConnection;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

pub(super) async fn bring_up_to_date(connection: &mut SqliteConnection) -> Result<()> {
    MIGRATIONS.run_direct(None, connection, false).await?;
    Ok(())
}
