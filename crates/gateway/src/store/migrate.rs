//! Migrations, compiled in. Only ever added to.

use anyhow::Result;
use sqlx::sqlite::SqlitePool;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

pub(super) async fn bring_up_to_date(pool: &SqlitePool) -> Result<()> {
    MIGRATIONS.run(pool).await?;
    Ok(())
}
