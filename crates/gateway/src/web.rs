//! The HTTP listener: what monitoring asks for, and nothing that changes anything.
//!
//! Off by default, and on this machine alone unless the config says otherwise. It is told apart from the control socket by
//! whom it trusts: nobody. `guard` judges each request before anything else looks at it.

mod guard;
mod metrics;
mod pages;
mod serve;

use std::sync::Arc;
use std::time::Duration;

use fased_protocol::control::HttpInfo;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::config::{HttpSettings, SHORTEST_TOKEN};
use crate::control::Live;
use guard::Guard;

/// How long until it is tried again to listen where that failed.
const AGAIN: Duration = Duration::from_secs(5);

/// Listens as the config says, and elsewhere when that changes, until told to end. Where it cannot listen, status says so
/// and it is tried again; the gateway goes on all the same.
pub(crate) async fn listen_forever(live: Arc<Live>, shutdown: CancellationToken) {
    let mut outside = live.outside.subscribe();
    loop {
        let settings = outside.borrow_and_update().http.clone();
        let other = async {
            // Alerts may change without the listener.
            while outside.changed().await.is_ok() {
                if outside.borrow().http != settings {
                    return;
                }
            }
            std::future::pending().await
        };
        tokio::select! {
            // One that ends by itself at the shutdown is not to listen again.
            biased;
            () = shutdown.cancelled() => break,
            () = other => {}
            () = listen(&live, &settings, &shutdown) => {}
        }
    }
    live.http.send_replace(None);
}

/// Listens until it is dropped or told to end; ends by itself only to be tried again.
async fn listen(live: &Arc<Live>, settings: &HttpSettings, shutdown: &CancellationToken) {
    if !settings.enabled {
        live.http.send_replace(None);
        return std::future::pending().await;
    }
    let opened = async {
        let token = settings.token.as_ref().map(token).transpose()?;
        let listener = TcpListener::bind(settings.address).await;
        let listener = listener.map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        Ok::<_, String>((listener, address, token))
    };
    match opened.await {
        Ok((listener, address, token)) => {
            tracing::info!(%address, "listens for monitoring over HTTP");
            live.http.send_replace(Some(HttpInfo {
                address: Some(address.to_string()),
                problem: None,
            }));
            let guard = Guard::new(settings, token.as_deref());
            serve::serve(listener, pages::router(Arc::clone(live), guard), shutdown).await;
        }
        Err(why) => {
            let problem = format!(
                "gateway.http cannot listen on {}: {why}; that is tried again",
                settings.address
            );
            let known = live.http.send_replace(Some(HttpInfo {
                address: None,
                problem: Some(problem.clone()),
            }));
            if known.and_then(|known| known.problem).as_ref() != Some(&problem) {
                tracing::warn!("{problem}");
            }
            clock::pause(AGAIN).await;
        }
    }
}

/// A token that is read elsewhere may be short, which the check of the config could not see.
fn token(secret: &crate::config::Secret) -> Result<String, String> {
    let token = secret.read()?;
    if token.chars().count() < SHORTEST_TOKEN {
        return Err(format!("its token has less than {SHORTEST_TOKEN} characters"));
    }
    Ok(token)
}
