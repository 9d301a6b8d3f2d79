//! The HTTP listener: what monitoring asks for, and the control page.
//!
//! Off by default, and on this machine alone unless somebody says otherwise in as many words. It is told apart from the control
//! socket by whom it trusts: nobody. `guard` judges each request before anything else looks at it. What monitoring asks for
//! changes nothing (`monitoring`). What changes something is there only while the owner has opened the page (`door`), comes
//! only from the page itself, and goes to the handlers of the control socket (`bridge`).

mod bridge;
mod door;
mod events;
mod failures;
mod files;
mod guard;
mod key;
mod lean;
mod links;
mod login;
mod metrics;
mod monitoring;
mod pages;
mod qr;
mod refuse;
mod serve;
mod session;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use fased_protocol::control::HttpInfo;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::config::{HttpSettings, SHORTEST_TOKEN};
use crate::control::Live;
pub(crate) use door::Door;
use guard::Guard;

/// How long until it is tried again to listen where that failed.
const AGAIN: Duration = Duration::from_secs(5);

/// Where and how to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wish {
    settings: HttpSettings,
    /// Another port will do where this one is taken: nobody was told of it yet.
    any_port: bool,
}

/// What the config, the start and the door come to; none where nobody is to be listened to.
fn wish(config: &HttpSettings, page: bool, at: Option<SocketAddr>) -> Option<Wish> {
    let mut settings = config.clone();
    let mut any_port = false;
    match (page, at) {
        (true, Some(at)) => settings.address = at,
        _ if config.enabled => {}
        (true, None) => {
            any_port = true;
            // That others may reach it was said of monitoring.
            if !settings.address.ip().to_canonical().is_loopback() {
                settings.address.set_ip(Ipv4Addr::LOCALHOST.into());
            }
        }
        (false, _) => return None,
    }
    Some(Wish { settings, any_port })
}

/// Listens as the config and the door say, and elsewhere when that changes, until told to end. Where it cannot listen, status
/// says so and it is tried again; the gateway goes on all the same.
pub(crate) async fn listen_forever(live: Arc<Live>, shutdown: CancellationToken) {
    let mut outside = live.outside.subscribe();
    let mut door = live.door.changes();
    loop {
        let at = live.door.at();
        let wished = wish(
            &outside.borrow_and_update().http,
            door.borrow_and_update().is_some(),
            at,
        );
        let other = async {
            // Alerts may change without the listener, and the page may open where monitoring is.
            loop {
                let changed = tokio::select! {
                    changed = outside.changed() => changed,
                    changed = door.changed() => changed,
                };
                if changed.is_err() {
                    return std::future::pending().await;
                }
                if wish(&outside.borrow().http, door.borrow().is_some(), at) != wished {
                    return;
                }
            }
        };
        tokio::select! {
            // One that ends by itself at the shutdown is not to listen again.
            biased;
            () = shutdown.cancelled() => break,
            () = other => {}
            () = listen(&live, wished.as_ref(), &shutdown) => {}
        }
    }
    live.http.send_replace(None);
}

/// Listens until it is dropped or told to end; ends by itself only to be tried again.
async fn listen(live: &Arc<Live>, wished: Option<&Wish>, shutdown: &CancellationToken) {
    let Some(wished) = wished else {
        live.http.send_replace(None);
        return std::future::pending().await;
    };
    let settings = &wished.settings;
    let opened = async {
        let token = settings.token.as_ref().map(token).transpose()?;
        let listener = bind(live, wished).await.map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        Ok::<_, String>((listener, address, token))
    };
    match opened.await {
        Ok((listener, address, token)) => {
            tracing::info!(%address, "listens over HTTP");
            live.http.send_replace(Some(HttpInfo {
                address: Some(address.to_string()),
                problem: None,
            }));
            if wished.any_port {
                live.door.keep_port(settings.address.port(), address.port()).await;
            }
            let guard = Guard::new(settings, token.as_deref(), live.door.at().is_some());
            serve::serve(listener, pages::router(Arc::clone(live), guard), shutdown).await;
        }
        Err(why) => {
            let problem = format!(
                "the gateway cannot listen over HTTP on {}: {why}; that is tried again",
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

async fn bind(live: &Live, wished: &Wish) -> std::io::Result<TcpListener> {
    let address = wished.settings.address;
    // Where it was browsers look for it, and the page there keeps what it knows.
    let before = live.door.port(address.port()).filter(|_| wished.any_port);
    if let Some(port) = before
        && let Ok(listener) = TcpListener::bind(SocketAddr::new(address.ip(), port)).await
    {
        return Ok(listener);
    }
    match TcpListener::bind(address).await {
        Err(error) if wished.any_port && error.kind() == ErrorKind::AddrInUse => {
            TcpListener::bind(SocketAddr::new(address.ip(), 0)).await
        }
        bound => bound,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d1_the_page_alone_is_on_this_machine_unless_the_start_says_otherwise() {
        let of = |enabled, address: &str| HttpSettings {
            enabled,
            address: address.parse().expect("an address"),
            ..HttpSettings::default()
        };
        let at = |config: &HttpSettings, page, at: Option<&str>| {
            let at = at.map(|at| at.parse().expect("an address"));
            wish(config, page, at).map(|wish| (wish.settings.address.to_string(), wish.any_port))
        };
        let to = |address: &str, any_port| Some((address.to_owned(), any_port));
        let off = of(false, "127.0.0.1:9464");
        assert_eq!(at(&off, false, None), None);
        assert_eq!(at(&off, true, None), to("127.0.0.1:9464", true));
        assert_eq!(at(&off, true, Some("0.0.0.0:80")), to("0.0.0.0:80", false));
        assert_eq!(at(&off, false, Some("0.0.0.0:80")), None, "it was shut");
        let exposed = of(false, "0.0.0.0:9464");
        assert_eq!(at(&exposed, true, None), to("127.0.0.1:9464", true));
        let on = of(true, "0.0.0.0:9464");
        assert_eq!(at(&on, false, None), to("0.0.0.0:9464", false));
        // Monitoring stays where it is; the guard keeps the page from those who come from elsewhere.
        assert_eq!(at(&on, true, None), to("0.0.0.0:9464", false));
        assert_eq!(at(&on, true, Some("127.0.0.1:80")), to("127.0.0.1:80", false));
        assert_eq!(at(&on, false, Some("127.0.0.1:80")), to("0.0.0.0:9464", false));
    }
}
