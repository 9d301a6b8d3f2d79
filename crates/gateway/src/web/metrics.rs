//! What `/metrics` tells, gathered when it is asked for: from the live accounts, and from the store.
//!
//! A scrape never costs more than a tenth of the time: a page that took long to make is shown again for ten times as long,
//! and one at least for a second.

mod accounts;
mod counts;
mod page;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::clock;
use crate::control::Live;
use page::{Family, Page};

/// A page is shown again for so long.
const FRESH: Duration = Duration::from_secs(1);
/// The most times as long as it took to make a page that it is shown again.
const SHARE: u32 = 10;

/// Pages that were made. Those who ask at the same time get the same one.
#[derive(Debug, Default)]
pub(super) struct Scrapes {
    last: Arc<Mutex<Option<(Instant, String)>>>,
}

impl Scrapes {
    /// Who gives up waiting leaves the page to the next who asks.
    pub(super) async fn page(&self, live: &Arc<Live>) -> anyhow::Result<String> {
        let live = Arc::clone(live);
        self.kept(async move { made(&live).await }).await
    }

    async fn kept(
        &self,
        make: impl Future<Output = anyhow::Result<String>> + Send + 'static,
    ) -> anyhow::Result<String> {
        let last = Arc::clone(&self.last);
        let kept = async move {
            let mut last = last.lock().await;
            let began = clock::monotonic();
            if let Some((until, page)) = &*last
                && began < *until
            {
                return Ok(page.clone());
            }
            let page = make.await?;
            let took = began.elapsed();
            let fresh = FRESH.max(took.saturating_mul(SHARE));
            *last = Some((clock::monotonic() + fresh, page.clone()));
            Ok(page)
        };
        tokio::spawn(kept).await?
    }
}

async fn made(live: &Live) -> anyhow::Result<String> {
    let info = live.info();
    let figures = live.store().figures(clock::now_ms()).await?;
    let views = live.views();
    let mut families = vec![
        Family::gauge("fased_build_info", "Which version this is; always 1")
            .with(&[("version", &info.version)], 1.0),
        Family::gauge(
            "fased_process_start_time_seconds",
            "When the gateway started, Unix seconds",
        )
        .with(&[], seconds(info.started_ms)),
        Family::gauge(
            "fased_resident_memory_bytes",
            "Memory of the gateway's process in RAM",
        )
        .maybe(&[], info.rss_bytes.map(page::whole)),
        Family::gauge(
            "fased_config_problem",
            "1 while the config file is wrong and an older state of it is in force",
        )
        .with(&[], flag(live.config().problem.is_some())),
        Family::gauge(
            "fased_healthy",
            "1 while every account that is switched on is ready",
        )
        .with(&[], flag(live.health().ok)),
        Family::gauge(
            "fased_woke_timestamp_seconds",
            "When the host last woke from sleep, Unix seconds",
        )
        .maybe(&[], info.woke_ms.map(seconds)),
    ];
    families.extend(accounts::families(&views));
    families.extend(counts::families(&figures, &views));
    families.extend(counts::alerts(&figures, info.alerts.as_ref()));
    Page::new(families).text()
}

/// As Prometheus counts time.
fn seconds(unix_ms: i64) -> f64 {
    // Exact for every date within the next 280,000 years.
    #[allow(clippy::cast_precision_loss, reason = "whole numbers below 2^53 are exact")]
    let ms = unix_ms as f64;
    ms / 1000.0
}

fn flag(on: bool) -> f64 {
    if on { 1.0 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_page_that_nobody_waited_for_is_kept_for_the_next() {
        let scrapes = Scrapes::default();
        let (go, going) = tokio::sync::oneshot::channel::<()>();
        let slow = scrapes.kept(async {
            going.await?;
            Ok("slow".to_owned())
        });
        let gave_up = tokio::time::timeout(Duration::ZERO, slow).await;
        assert!(gave_up.is_err());
        go.send(()).expect("it is still being made");
        let next = scrapes.kept(async { Ok("another".to_owned()) });
        assert_eq!(next.await.expect("made"), "slow");
    }
}
