//! Questions that are answered with what is due and, in each row, when the next will be: one trip to SQLite's thread
//! for both. When nothing is due there is one row all the same, with the time alone.

use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row as _};

/// What is due, and when the next will be, Unix milliseconds (`wake_ms`). `id` is null where nothing is due.
pub(super) fn with_wake<T>(rows: &[SqliteRow], id: &str) -> sqlx::Result<(Vec<T>, Option<i64>)>
where
    T: for<'r> FromRow<'r, SqliteRow>,
{
    let wake_ms = rows.first().map(|row| row.try_get("wake_ms")).transpose()?;
    let mut due = Vec::with_capacity(rows.len());
    for row in rows {
        if row.try_get::<Option<i64>, _>(id)?.is_some() {
            due.push(T::from_row(row)?);
        }
    }
    Ok((due, wake_ms.flatten()))
}
