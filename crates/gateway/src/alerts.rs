//! Tells the owner outside of WhatsApp what is noticed about the accounts: by a webhook or by a program.
//!
//! Each notice is told at least once: what was not taken is told again, after longer and longer waits, and over restarts.
//! After a day it is given up. Nothing waits for this, and what does not work here shows in status.

mod deliver;
mod message;

use std::sync::Arc;
use std::time::Duration;

use fased_policy::alerting::{Choice, GIVEN_UP_AFTER_MS, choose, retry_after_ms};
use fased_protocol::control::AlertsInfo;
use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::config::AlertSettings;
use crate::control::Live;
use crate::store::alert::Alert;

pub use deliver::deliver;
pub use message::Message;

/// After the store failed it is looked at again after so long.
const STORE_PAUSE: Duration = Duration::from_secs(5);

/// Tells what is to be told as the config says, until told to end.
pub(crate) async fn tell_forever(live: Arc<Live>, shutdown: CancellationToken) {
    let mut outside = live.outside.subscribe();
    loop {
        let settings = outside.borrow_and_update().alerts.clone();
        let other = async {
            while outside.changed().await.is_ok() {
                if outside.borrow().alerts != settings {
                    return;
                }
            }
            std::future::pending().await
        };
        // What is dropped in the middle of a try is tried again.
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = other => {}
            () = tell(&live, settings.as_ref()) => {}
        }
    }
}

async fn tell(live: &Live, settings: Option<&AlertSettings>) {
    let Some(settings) = settings else {
        live.alerts.send_replace(None);
        return std::future::pending().await;
    };
    live.alerts.send_replace(Some(AlertsInfo {
        target: settings.target.word().to_owned(),
        ..AlertsInfo::default()
    }));
    let mut taken = None;
    loop {
        let moved = clock::moved();
        let wait = match step(live, settings, &mut taken).await {
            Ok(Step::Again) => continue,
            Ok(Step::Wait(wait)) => wait,
            Err(error) => {
                tracing::error!("what is to be told outside cannot be read: {error:#}");
                clock::pause(STORE_PAUSE).await;
                continue;
            }
        };
        let over = async {
            match wait {
                Some(wait) => clock::pause(wait).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = live.store().notices.notified() => {}
            () = moved => {}
            () = over => {}
        }
    }
}

enum Step {
    Again,
    /// Until a notice is written, or so long.
    Wait(Option<Duration>),
}

/// `taken` is the alert that was taken while the store could not record that, as on a full disk: it is not told again.
async fn step(live: &Live, settings: &AlertSettings, taken: &mut Option<String>) -> anyhow::Result<Step> {
    let store = live.store();
    let now = clock::now_ms();
    if let Some(alert) = store.open_alert().await? {
        if taken.as_ref() == Some(&alert.id) {
            store.alert_told(&alert.id, now).await?;
            *taken = None;
        } else if alert.first_ms < now - GIVEN_UP_AFTER_MS {
            give_up(live, now).await?;
        } else {
            hand_over(live, settings, &alert, taken).await;
        }
        return Ok(Step::Again);
    }
    let every_ms = i64::try_from(settings.every.as_millis()).unwrap_or(i64::MAX);
    let (waiting, told) = store.untold(now.saturating_sub(every_ms)).await?;
    if waiting.is_empty() {
        return Ok(Step::Wait(None));
    }
    let wanted = |kind: &str| settings.on.as_ref().is_none_or(|on| on.contains(kind));
    let (waiting, unwanted): (Vec<_>, Vec<_>) =
        waiting.into_iter().partition(|waiting| wanted(&waiting.kind));
    if !unwanted.is_empty() {
        let ids: Vec<i64> = unwanted.iter().map(|waiting| waiting.id).collect();
        store.skip_alerts(&ids).await?;
        return Ok(Step::Again);
    }
    match choose(&waiting, &told, every_ms, now) {
        Choice::Nothing => Ok(Step::Wait(None)),
        Choice::WaitUntil(until) => {
            let wait = u64::try_from(until.saturating_sub(now)).unwrap_or(0);
            Ok(Step::Wait(Some(Duration::from_millis(wait))))
        }
        Choice::Tell(ids) => {
            // From before there was anybody to tell.
            give_up(live, now).await?;
            store.begin_alert(&ids, &message::new_id()).await?;
            Ok(Step::Again)
        }
    }
}

async fn give_up(live: &Live, now: i64) -> anyhow::Result<()> {
    let given_up = live.store().give_up_alerts(now - GIVEN_UP_AFTER_MS, now).await?;
    if given_up > 0 {
        tracing::error!(given_up, "alerts could not be told within a day and are given up");
    }
    Ok(())
}

/// One try, and the wait after one that failed.
async fn hand_over(live: &Live, settings: &AlertSettings, alert: &Alert, taken: &mut Option<String>) {
    let running = live.running();
    let account = running.get(&alert.account);
    let state = account.map(|account| account.view().stored.state);
    match deliver(&settings.target, &Message::of(alert, state)).await {
        Ok(_said) => {
            *taken = Some(alert.id.clone());
            tracing::info!(account = alert.account, kind = alert.kind, "an alert was taken");
            change(live, |info| {
                info.failures = 0;
                info.problem = None;
                info.failing_since_ms = None;
                info.last_told_ms = Some(clock::now_ms());
            });
        }
        Err(failure) => {
            let mut failures = 0;
            change(live, |info| {
                info.failures = info.failures.saturating_add(1);
                info.failing_since_ms.get_or_insert_with(clock::now_ms);
                info.problem = Some(failure.to_string());
                failures = info.failures;
            });
            if let Err(error) = live.store().alert_failed(&alert.id).await {
                tracing::error!("it cannot be recorded that an alert was not taken: {error:#}");
            }
            let wait = Duration::from_millis(retry_after_ms(failures, clock::chance()));
            // What a server or a program says of it is for status: it may repeat what it was told.
            tracing::warn!(
                failure = failure.code(),
                failures,
                wait_ms = wait.as_millis(),
                "an alert was not taken and is told again; to try it: fased alerts test"
            );
            clock::pause(wait).await;
        }
    }
}

fn change(live: &Live, change: impl FnOnce(&mut AlertsInfo)) {
    live.alerts.send_modify(|info| {
        if let Some(info) = info {
            change(info);
        }
    });
}
