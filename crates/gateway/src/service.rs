//! What a service manager is told: systemd, or whoever made the socket that NOTIFY_SOCKET names. Without one, nothing.
//!
//! It hears that the gateway lives from the gateway's own answers: over the control socket, as anybody gets them, and from the
//! store. An event loop that hangs, a socket that is gone and a store that never answers all end its patience.

use std::sync::Arc;
use std::time::Duration;

use fased_protocol::control::{ControlRequest, ControlResponse, Health};
use sd_notify::NotifyState;
use tokio_util::sync::CancellationToken;

use crate::control::Live;
use crate::health::summary;
use crate::{client, clock};

/// How often the state is told where nobody waits for signs of life.
const EVERY: Duration = Duration::from_secs(10);
/// Two signs of life may be missed before the patience ends.
const SIGNS_IN_PATIENCE: u32 = 3;

/// Tells that the socket answers and all accounts were started.
pub fn ready() {
    notify(&[NotifyState::Ready]);
}

/// Tells that the program is about to execute itself anew.
pub fn reloading() {
    let mut told = vec![NotifyState::Reloading, NotifyState::Watchdog];
    told.extend(NotifyState::monotonic_usec_now().ok());
    notify(&told);
}

/// Tells that the end has begun.
pub fn stopping() {
    notify(&[NotifyState::Stopping, NotifyState::Watchdog]);
}

/// Tells how it is, and gives signs of life where they are waited for, until told to end.
pub(crate) async fn tell_forever(live: Arc<Live>, shutdown: CancellationToken) {
    if std::env::var_os("NOTIFY_SOCKET").is_none() {
        return;
    }
    let patience = sd_notify::watchdog_enabled();
    let every = patience.map_or(EVERY, |patience| (patience / SIGNS_IN_PATIENCE).min(EVERY));
    let mut told = String::new();
    while !shutdown.is_cancelled() {
        match asked(&live, every).await {
            Ok(health) => {
                if patience.is_some() {
                    notify(&[NotifyState::Watchdog]);
                }
                let status = summary(&health);
                if status != told {
                    notify(&[NotifyState::Status(&status)]);
                    told = status;
                }
            }
            Err(why) => tracing::warn!("the gateway gets no answer from itself: {why}"),
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = clock::pause(every) => {}
        }
    }
}

/// Asks as a client does, and takes a turn at the store. What either says does not matter here, only that it does.
async fn asked(live: &Live, within: Duration) -> Result<Health, String> {
    let answers = async {
        let health = match client::ask(live.paths(), &ControlRequest::Health).await {
            Ok(ControlResponse::Health(health)) => Ok(health),
            Ok(_) => Err("it is of another kind".to_owned()),
            Err(error) => Err(error.message),
        };
        if let Err(error) = live.store().notices(1).await {
            tracing::warn!("the store cannot be read: {error:#}");
        }
        health
    };
    match tokio::time::timeout(within, answers).await {
        Ok(health) => health,
        Err(_) => Err(format!("nothing within {} s", within.as_secs_f32())),
    }
}

fn notify(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!("the service manager was not told: {error}");
    }
}
