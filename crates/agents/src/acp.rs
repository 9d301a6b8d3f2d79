//! Talks to an agent's process by the Agent Client Protocol.
//!
//! Each conversation has a process of its own, which stays between turns for a while. What it may only do when it is
//! allowed to becomes a question, and it has neither files nor terminals from us: it has its own.

mod link;
mod permission;
mod pool;
mod prompt;
mod session;
mod start;
mod turn;
mod updates;
mod wire;
mod words;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio_util::sync::{CancellationToken, DropGuard};

use self::pool::{Pool, Turn};
use crate::{AcpSettings, Backend, Done, Events, Failure, Request};

/// Talks to an agent's process by the Agent Client Protocol. Dropping it ends its processes, and so does
/// [`settled`](crate::settled).
///
/// Unlike with other backends, work that is dropped may go on for some seconds: the agent is told to end the turn, and is
/// ended if it does not. The next turn of that conversation waits for that.
pub struct Acp {
    pool: Arc<Pool>,
    _end: DropGuard,
}

impl std::fmt::Debug for Acp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Acp").finish_non_exhaustive()
    }
}

impl Acp {
    /// With these settings.
    #[must_use]
    pub fn new(settings: AcpSettings) -> Self {
        let end = CancellationToken::new();
        Self {
            pool: Pool::new(settings, end.clone()),
            _end: end.drop_guard(),
        }
    }

    async fn turn(&self, request: &Request, events: &Events) -> Result<Done, Failure> {
        let (done, outcome) = oneshot::channel();
        let turn = Turn {
            request: request.clone(),
            events: events.clone(),
            done,
        };
        self.pool.admit(turn).await;
        // It is dropped without an outcome only when all of them end.
        outcome.await.unwrap_or(Err(Failure::Cancelled))
    }
}

impl Backend for Acp {
    fn answer<'a>(
        &'a self,
        request: &'a Request,
        events: &'a Events,
    ) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(self.turn(request, events))
    }
}
