//! Everything that happens from now on, as a stream.

use anyhow::Result;
use fased_protocol::control::{ControlResponse, WatchEvent, Watched};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::broadcast::error::RecvError;

use super::{Connection, Live, left, send};
use crate::clock;

pub(super) async fn follow<S: AsyncRead + AsyncWrite + Unpin>(
    client: &mut Connection<S>,
    live: &Live,
) -> Result<()> {
    let mut events = live.watchers.subscribe();
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            () = left(client) => return Ok(()),
            () = live.ending.shutdown.cancelled() => return Ok(()),
        };
        let event = match event {
            Ok(event) => event,
            Err(RecvError::Lagged(events)) => WatchEvent {
                at_ms: clock::now_ms(),
                account: String::new(),
                what: Watched::Missed { events },
            },
            Err(RecvError::Closed) => return Ok(()),
        };
        send(client, ControlResponse::Watched(event)).await?;
    }
}
