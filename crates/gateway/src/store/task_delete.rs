//! Deleting Tasks.

use anyhow::Result;
use sqlx::{Connection as _, SqliteConnection};

use super::Store;

/// The failure of runs whose Task was deleted.
pub(super) const TASK_CANCELLED: &str = "task_cancelled";

impl Store {
    /// Forgets a Task, and ends what is queued of it; what it did stays known for a while. Returns its runs under way,
    /// which whoever has them has to end; nothing when there is no such Task.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn delete_task(&self, id: &str, now_ms: i64) -> Result<Option<Vec<i64>>> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let running = delete(&mut tx, id, now_ms).await?;
        tx.commit().await?;
        self.tasks.notify_one();
        Ok(running)
    }
}

/// Forgets a Task as part of a greater change.
pub(super) async fn delete(tx: &mut SqliteConnection, id: &str, now_ms: i64) -> Result<Option<Vec<i64>>> {
    let gone = sqlx::query("DELETE FROM task WHERE id = ?")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    if gone.rows_affected() == 0 {
        return Ok(None);
    }
    sqlx::query(
        "UPDATE run SET state = 'cancelled', failure = ?, ended_ms = ?
         WHERE task = ? AND state = 'queued' AND task IS NOT NULL AND state IN ('queued', 'running')",
    )
    .bind(TASK_CANCELLED)
    .bind(now_ms)
    .bind(id)
    .execute(&mut *tx)
    .await?;
    // Should the gateway end before they have, they are not run again.
    let running = sqlx::query_scalar(
        "UPDATE run SET failure = ? WHERE task = ? AND task IS NOT NULL AND state IN ('queued', 'running') RETURNING id",
    )
    .bind(TASK_CANCELLED)
    .bind(id)
    .fetch_all(tx)
    .await?;
    Ok(Some(running))
}
