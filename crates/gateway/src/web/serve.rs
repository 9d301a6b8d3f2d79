//! Connections: so many at once, each with deadlines, and an end to all of them.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock;

/// Connections at once. Further ones wait in the socket's backlog.
const MAX_CONNECTIONS: usize = 32;
/// The head of a request has to come within this, also the next one of a connection that stays open.
const HEAD_DEADLINE: Duration = Duration::from_secs(30);
/// Longest life of a connection, whatever comes and goes on it.
const LIFE: Duration = Duration::from_mins(10);
/// The same where somebody who is logged in follows something.
const LONG_LIFE: Duration = Duration::from_hours(12);
/// Largest head of a request, bytes.
const LARGEST_HEAD: usize = 16 * 1024;
/// Most headers of a request.
const MOST_HEADERS: usize = 64;
/// Answers under way have this long when the gateway ends.
const DRAIN: Duration = Duration::from_secs(2);
/// Accepting again after the system could not, such as with no file descriptor left.
const PAUSE: Duration = Duration::from_millis(200);

/// What an answer knows of the connection it goes out on.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    /// The address that it came to.
    pub(super) local: Option<SocketAddr>,
    /// Answers that have no end by themselves end when this is cancelled, or they would hold up the end of the gateway.
    pub(super) ending: CancellationToken,
    lasting: Arc<AtomicBool>,
}

impl Connection {
    /// It may be open for long.
    pub(super) fn last(&self) {
        self.lasting.store(true, Ordering::Relaxed);
    }
}

/// Answers until told to end. Dropped, it ends all connections.
pub(super) async fn serve(listener: TcpListener, router: Router, shutdown: &CancellationToken) {
    let ending = shutdown.child_token();
    let _ends_all = ending.clone().drop_guard();
    let connections = TaskTracker::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            break;
        };
        let accepted = tokio::select! {
            () = ending.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _peer)) => {
                let (router, ending) = (router.clone(), ending.clone());
                connections.spawn(async move {
                    answer(stream, router, ending).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!("cannot accept a connection over HTTP: {error}");
                clock::pause(PAUSE).await;
            }
        }
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(DRAIN, connections.wait()).await.is_err() {
        tracing::warn!("an answer over HTTP took too long and was cut off");
    }
}

async fn answer(stream: TcpStream, router: Router, ending: CancellationToken) {
    let lasting = Arc::new(AtomicBool::new(false));
    let router = router.layer(axum::Extension(Connection {
        local: stream.local_addr().ok(),
        ending: ending.clone(),
        lasting: Arc::clone(&lasting),
    }));
    let service = TowerToHyperService::new(router);
    let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        hyper::service::Service::call(&service, request.map(axum::body::Body::new) as Request)
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_DEADLINE)
        .max_buf_size(LARGEST_HEAD)
        .max_headers(MOST_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let whole = async {
        tokio::select! {
            ended = connection.as_mut() => ended,
            () = ending.cancelled() => {
                connection.as_mut().graceful_shutdown();
                tokio::time::timeout(DRAIN, connection.as_mut()).await.unwrap_or(Ok(()))
            }
        }
    };
    let mut whole = pin!(whole);
    let mut ended = tokio::time::timeout(LIFE, whole.as_mut()).await;
    if ended.is_err() && lasting.load(Ordering::Relaxed) {
        ended = tokio::time::timeout(LONG_LIFE, whole).await;
    }
    match ended {
        Ok(Ok(())) | Err(_) => {}
        Ok(Err(error)) => tracing::debug!("a connection over HTTP broke: {error}"),
    }
}
