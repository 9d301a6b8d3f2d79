//! How long an Opus in Ogg plays: the position that its last page names, at 48,000 a second.

use std::io::SeekFrom;
use std::path::Path;

use tokio::io::{AsyncReadExt, AsyncSeekExt};

/// A page has at most 65,307 bytes, so the last one begins in this.
const TAIL_BYTES: u64 = 64 * 1024 + 512;
const PER_SECOND: u64 = 48_000;
/// Where a page's position is.
const POSITION: std::ops::Range<usize> = 6..14;

/// Whole seconds, at least one.
pub(super) async fn seconds(path: &Path) -> Option<u32> {
    match tail(path).await {
        Ok(tail) => seconds_of(&tail),
        Err(error) => {
            tracing::debug!("a voice note's length cannot be read: {error}");
            None
        }
    }
}

async fn tail(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = tokio::fs::File::open(path).await?;
    let length = file.metadata().await?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))
        .await?;
    let mut tail = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut tail).await?;
    Ok(tail)
}

fn seconds_of(tail: &[u8]) -> Option<u32> {
    let mark = b"OggS";
    let last = (0..=tail.len().checked_sub(mark.len())?)
        .rev()
        .find(|at| tail[*at..].starts_with(mark))?;
    let position = tail.get(last..)?.get(POSITION)?;
    let position = u64::from_le_bytes(position.try_into().ok()?);
    // All ones: no packet ends on this page.
    (position != u64::MAX).then(|| u32::try_from(position.div_ceil(PER_SECOND).clamp(1, 86_400)).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_says_how_long_it_plays() {
        let page = |position: u64| {
            let mut page = b"OggS\0\x04".to_vec();
            page.extend(position.to_le_bytes());
            page.extend([0; 20]);
            page
        };
        let two = [page(1000), page(48_000 * 7 + 1)].concat();
        assert_eq!(seconds_of(&two), Some(8));
        assert_eq!(seconds_of(&page(u64::MAX)), None);
        assert_eq!(seconds_of(b"OggS"), None);
        assert_eq!(seconds_of(b""), None);
    }
}
