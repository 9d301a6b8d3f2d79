//! Connections: so many at once, each with deadlines, and an end to all of them. Those of somebody who is logged in, or has the
//! token, have places of their own, so that nobody else can take them.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock;

/// Connections at once of those of whom nothing is known. Further ones wait in the socket's backlog.
const MOST_STRANGERS: usize = 40;
/// Those besides of whom it is known that they may ask; further ones stay among the others.
const MOST_KNOWN: usize = 24;
/// A connection of whom nothing is known ends when it asks nothing for so long.
const STRANGERS_PATIENCE: Duration = Duration::from_secs(5);
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
    state: Arc<State>,
}

impl Connection {
    /// It may be open for long.
    pub(super) fn last(&self) {
        self.state.lasting.store(true, Ordering::Relaxed);
    }

    /// Whoever asks may ask: the connection makes room for others, and may be silent for longer.
    pub(super) fn known(&self) {
        if self.state.known.swap(true, Ordering::Relaxed) {
            return;
        }
        if let Ok(place) = Arc::clone(&self.state.reserved).try_acquire_owned() {
            *self.state.place.lock().unwrap_or_else(PoisonError::into_inner) = place;
        }
    }
}

/// What is known of a connection.
#[derive(Debug)]
struct State {
    lasting: AtomicBool,
    known: AtomicBool,
    /// Answers that are being made.
    busy: AtomicUsize,
    /// A request has come, or its answer begins.
    stirred: Notify,
    place: Mutex<OwnedSemaphorePermit>,
    reserved: Arc<Semaphore>,
}

impl State {
    fn new(place: OwnedSemaphorePermit, reserved: Arc<Semaphore>) -> Arc<Self> {
        Arc::new(Self {
            lasting: AtomicBool::new(false),
            known: AtomicBool::new(false),
            busy: AtomicUsize::new(0),
            stirred: Notify::new(),
            place: Mutex::new(place),
            reserved,
        })
    }

    /// Ends once a stranger has asked nothing for too long.
    async fn abandoned(&self) {
        loop {
            let stirred = tokio::time::timeout(STRANGERS_PATIENCE, self.stirred.notified()).await;
            let stays = self.known.load(Ordering::Relaxed) || self.busy.load(Ordering::Relaxed) > 0;
            if stirred.is_err() && !stays {
                return;
            }
        }
    }
}

/// An answer that is being made.
struct Busy(Arc<State>);

impl Busy {
    fn new(state: &Arc<State>) -> Self {
        state.busy.fetch_add(1, Ordering::Relaxed);
        state.stirred.notify_one();
        Self(Arc::clone(state))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
        self.0.stirred.notify_one();
    }
}

/// Answers until told to end. Dropped, it ends all connections.
pub(super) async fn serve(listener: TcpListener, router: Router, shutdown: &CancellationToken) {
    let ending = shutdown.child_token();
    let _ends_all = ending.clone().drop_guard();
    let connections = TaskTracker::new();
    let places = Arc::new(Semaphore::new(MOST_STRANGERS));
    let reserved = Arc::new(Semaphore::new(MOST_KNOWN));
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
                let state = State::new(place, Arc::clone(&reserved));
                connections.spawn(answer(stream, router, ending, state));
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

async fn answer(stream: TcpStream, router: Router, ending: CancellationToken, state: Arc<State>) {
    let router = router.layer(axum::Extension(Connection {
        local: stream.local_addr().ok(),
        ending: ending.clone(),
        state: Arc::clone(&state),
    }));
    let service = TowerToHyperService::new(router);
    let asked = Arc::clone(&state);
    let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let busy = Busy::new(&asked);
        let answer = hyper::service::Service::call(&service, request.map(axum::body::Body::new) as Request);
        async move {
            let _busy = busy;
            answer.await
        }
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
            () = async { tokio::select! { () = ending.cancelled() => {}, () = state.abandoned() => {} } } => {
                connection.as_mut().graceful_shutdown();
                tokio::time::timeout(DRAIN, connection.as_mut()).await.unwrap_or(Ok(()))
            }
        }
    };
    let mut whole = pin!(whole);
    let mut ended = tokio::time::timeout(LIFE, whole.as_mut()).await;
    if ended.is_err() && state.lasting.load(Ordering::Relaxed) {
        ended = tokio::time::timeout(LONG_LIFE, whole).await;
    }
    match ended {
        Ok(Ok(())) | Err(_) => {}
        // Who closes a tab leaves like that, and the page shows this log.
        Ok(Err(error)) if error.is_incomplete_message() => {
            tracing::trace!("somebody left in the middle of an answer over HTTP");
        }
        Ok(Err(error)) => tracing::debug!("a connection over HTTP broke: {error}"),
    }
}
