//! Connections: so many at once, each with deadlines, and an end to all of them.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::pages::Local;
use crate::clock;

/// Connections at once. Further ones wait in the socket's backlog.
const MAX_CONNECTIONS: usize = 32;
/// The head of a request has to come within this, also the next one of a connection that stays open.
const HEAD_DEADLINE: Duration = Duration::from_secs(30);
/// Longest life of a connection, whatever comes and goes on it.
const LIFE: Duration = Duration::from_secs(600);
/// Largest head of a request, bytes.
const LARGEST_HEAD: usize = 16 * 1024;
/// Most headers of a request.
const MOST_HEADERS: usize = 64;
/// Answers under way have this long when the gateway ends.
const DRAIN: Duration = Duration::from_secs(2);
/// Accepting again after the system could not, such as with no file descriptor left.
const PAUSE: Duration = Duration::from_millis(200);

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
                tracing::warn!("cannot accept a connection for monitoring: {error}");
                clock::pause(PAUSE).await;
            }
        }
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(DRAIN, connections.wait()).await.is_err() {
        tracing::warn!("an answer to monitoring took too long and was cut off");
    }
}

async fn answer(stream: TcpStream, router: Router, ending: CancellationToken) {
    let local = stream.local_addr().ok();
    let router = router.layer(axum::Extension(Local(local)));
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
    match tokio::time::timeout(LIFE, whole).await {
        Ok(Ok(())) | Err(_) => {}
        Ok(Err(error)) => tracing::debug!("a connection for monitoring broke: {error}"),
    }
}
