//! Links an account and tells how it goes.

use anyhow::Result;
use fased_protocol::control::{ControlResponse, LoginEvent};
use fased_protocol::sidecar::LoginMethod;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::broadcast::error::RecvError;

use super::{Connection, Live, left, send};

pub(super) async fn follow<S: AsyncRead + AsyncWrite + Unpin>(
    client: &mut Connection<S>,
    live: &Live,
    account: &str,
    method: LoginMethod,
) -> Result<()> {
    let started = match live.account(account).await {
        Ok(account) => account.login(method).await,
        Err(error) => Err(error),
    };
    let mut events = match started {
        Ok(events) => events,
        Err(error) => return send(client, ControlResponse::Error(error)).await,
    };
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            () = left(client) => return Ok(()),
            () = live.ending.shutdown.cancelled() => return Ok(()),
        };
        match event {
            Ok(event) => {
                let last = matches!(event, LoginEvent::Linked { .. } | LoginEvent::Error(_));
                send(client, ControlResponse::Login(event)).await?;
                if last {
                    return Ok(());
                }
            }
            // Only the newest QR matters, and it comes next.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return Ok(()),
        }
    }
}
