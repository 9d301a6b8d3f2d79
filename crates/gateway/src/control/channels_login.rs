//! Links an account and tells how it goes. With the last client who is told the login ends.

use anyhow::Result;
use fased_protocol::control::{ControlResponse, LoginEvent};
use fased_protocol::sidecar::LoginMethod;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::{Connection, Live, left, send};

pub(super) async fn follow<S: AsyncRead + AsyncWrite + Unpin>(
    client: &mut Connection<S>,
    live: &Live,
    account: &str,
    method: LoginMethod,
) -> Result<()> {
    let started = match live.account(account).await {
        Ok(account) => account.login(method).await.map(|events| (account, events)),
        Err(error) => Err(error),
    };
    let (account, events) = match started {
        Ok(started) => started,
        Err(error) => return send(client, ControlResponse::Error(error)).await,
    };
    let told = tell(client, live, events).await;
    account.login_left().await;
    told
}

/// Tells how it goes until it is over, or the client leaves.
async fn tell<S: AsyncRead + AsyncWrite + Unpin>(
    client: &mut Connection<S>,
    live: &Live,
    mut events: Receiver<LoginEvent>,
) -> Result<()> {
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
