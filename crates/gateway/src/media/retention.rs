//! How long files are kept that came in, and what was left behind by a crash.
//!
//! The store is told first and the file deleted after that: a file without a row is found at the next start, and a
//! row never names a file that is gone.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use fased_policy::media::{Kept, outlived};

use super::{INBOUND, OUTBOUND, delete};
use crate::account::Shared;
use crate::clock;
use crate::store::Store;

/// Removes what an account keeps too long, or too much of.
pub(super) async fn clear(shared: &Shared) {
    if let Err(error) = remove_outlived(shared).await {
        tracing::error!(account = shared.id(), "old files cannot be removed: {error:#}");
    }
}

async fn remove_outlived(shared: &Shared) -> Result<()> {
    let settings = shared.config().media.clone();
    let kept = shared.store.kept_media(shared.id()).await?;
    let facts: Vec<Kept> = kept
        .iter()
        .map(|file| Kept {
            created_ms: file.created_ms,
            bytes: u64::try_from(file.bytes).unwrap_or(0),
        })
        .collect();
    let now = clock::now_ms();
    let gone = outlived(&facts, now, settings.keep_ms, settings.keep_bytes);
    if gone == 0 {
        return Ok(());
    }
    let gone = kept.get(..gone).unwrap_or_default();
    let seqs: Vec<i64> = gone.iter().map(|file| file.inbox_seq).collect();
    shared.store.remove_media(&seqs, now).await?;
    for file in gone {
        delete(&shared.media_dir.join(&file.file)).await;
    }
    tracing::info!(
        account = shared.id(),
        files = gone.len(),
        "files were kept long enough and are removed"
    );
    Ok(())
}

/// Before any account starts: deletes what belongs to no message, half a file above all.
///
/// # Errors
/// What SQLite said, or that a folder cannot be read.
pub(crate) async fn clear_left_behind(store: &Store, media_dir: &Path) -> Result<()> {
    let in_use: HashSet<PathBuf> = store
        .media_in_use()
        .await?
        .into_iter()
        .map(|file| media_dir.join(file))
        .collect();
    let folders = [INBOUND, OUTBOUND].map(|folder| media_dir.join(folder));
    let unused = tokio::task::spawn_blocking(move || -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for folder in folders {
            found.extend(files_below(&folder)?);
        }
        found.retain(|file| !in_use.contains(file));
        Ok(found)
    });
    let unused = unused.await??;
    for file in &unused {
        delete(file).await;
    }
    if !unused.is_empty() {
        tracing::info!(
            files = unused.len(),
            "files were left behind by an earlier end and are removed"
        );
    }
    Ok(())
}

/// The files in a folder and in the folders of the months below it. Links are files here, and never followed.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let unread = || format!("cannot read {}", folder.display());
        for entry in std::fs::read_dir(&folder).with_context(unread)? {
            let entry = entry.with_context(unread)?;
            if entry.file_type().with_context(unread)?.is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    Ok(found)
}

/// The month that a time is in, as `2026-11`: people look for files by date.
pub(super) fn month_of(unix_ms: i64) -> String {
    // Days are counted from the first of March of the year 0, where leap days come last.
    let days = unix_ms.div_euclid(86_400_000) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_in_its_month() {
        for (unix_s, month) in [
            (0, "1970-01"),
            (951_782_400, "2000-02"),
            (951_868_799, "2000-02"),
            (951_868_800, "2000-03"),
            (1_767_225_599, "2025-12"),
            (1_767_225_600, "2026-01"),
            (1_795_910_400, "2026-11"),
        ] {
            assert_eq!(month_of(unix_s * 1000), month, "{unix_s}");
        }
    }
}
