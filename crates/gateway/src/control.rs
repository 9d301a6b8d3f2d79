//! The control socket's server: one request a connection, one handler a verb.

mod accounts;
pub(crate) mod agent_reach;
mod agents_list;
mod answers;
mod channels_add;
mod channels_login;
mod channels_logout;
mod channels_pause;
mod channels_restart;
mod channels_resume;
mod channels_status;
pub(crate) mod chats_list;
mod clock_advance;
mod config_change;
mod config_get;
mod config_reload;
mod config_set;
mod dashboard;
mod directory_groups;
pub(crate) mod directory_self;
mod doctor;
pub(crate) mod explain;
pub(crate) mod explain_sender;
mod gateway_restart;
mod groups_activation;
mod groups_allow;
mod groups_block;
pub(crate) mod groups_list;
mod handle;
mod live;
mod logs_tail;
mod message_delete;
mod message_edit;
mod message_key;
mod message_known;
mod message_poll;
mod message_queue;
mod message_react;
mod message_send;
pub(crate) mod message_status;
mod message_where;
pub(crate) mod messages_list;
mod outbox_cancel;
mod outbox_change;
pub(crate) mod outbox_list;
mod outbox_retry;
mod pairing_approve;
mod pairing_deny;
pub(crate) mod pairing_list;
mod pairing_revoke;
mod said;
pub(crate) mod status;
mod subjects;
mod tasks_cancel;
mod tasks_cancel_run;
mod tasks_edit;
pub(crate) mod tasks_last;
pub(crate) mod tasks_list;
mod tasks_new;
mod tasks_pause;
mod tasks_resume;
mod tasks_run;
pub(crate) mod tasks_runs;
pub(crate) mod tasks_show;
pub(crate) mod verdicts_list;
mod watch;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use fased_protocol::control::{ControlError, ControlRequest, ControlResponse, ErrorCode};
use fased_protocol::{MAX_LINE_BYTES, line};
use futures_util::{SinkExt, StreamExt};
use interprocess::local_socket::tokio::{Listener, Stream};
use interprocess::local_socket::traits::StreamCommon as _;
use interprocess::local_socket::traits::tokio::Listener as _;
use interprocess::local_socket::{GenericFilePath, ListenerOptions, ToFsName};
use interprocess::os::unix::local_socket::ListenerOptionsExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::codec::{Framed, LinesCodec};
use tokio_util::sync::CancellationToken;

pub(crate) use accounts::account_infos;
use answers::done;
pub(crate) use answers::internal;
use handle::handle;
pub use live::{Accounts, Ending, Live, Outside};
pub(crate) use outbox_list::shown as shown_chats;
pub(crate) use subjects::Subjects;

use crate::clock;
use crate::lease::make_private_dir;

/// A client must send its request, and take its answer, within this.
const CLIENT_DEADLINE: Duration = Duration::from_secs(10);

/// Clients at once. Further ones wait in the socket's backlog.
const MAX_CLIENTS: usize = 64;

/// A client, by whatever way it came.
type Connection<S> = Framed<S, LinesCodec>;

/// Binds the socket, mode 0600 in a folder 0700. The lease is held, so a socket that is there
/// already was left behind by a gateway that died.
///
/// # Errors
/// What the operating system said.
pub fn listen(path: &Path) -> Result<Listener> {
    if let Some(folder) = path.parent() {
        make_private_dir(folder)?;
    }
    remove_socket(path);
    let name = path
        .to_fs_name::<GenericFilePath>()
        .context("the control socket's path cannot be used")?;
    ListenerOptions::new()
        .name(name)
        .mode(0o600)
        .create_tokio()
        .with_context(|| format!("cannot listen on {}", path.display()))
}

/// Removes the socket's file.
pub fn remove_socket(path: &Path) {
    match std::fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => tracing::warn!("cannot remove {}: {error}", path.display()),
    }
}

/// Answers clients until told to end.
pub async fn serve(listener: Listener, live: Arc<Live>, shutdown: CancellationToken) {
    let clients = tokio_util::task::TaskTracker::new();
    let places = Arc::new(tokio::sync::Semaphore::new(MAX_CLIENTS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            break;
        };
        let stream = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match stream {
            Ok(stream) => {
                let live = Arc::clone(&live);
                clients.spawn(async move {
                    let _place = place;
                    if let Err(error) = answer(stream, &live).await {
                        tracing::debug!("a client left early: {error:#}");
                    }
                });
            }
            Err(error) => {
                tracing::warn!("cannot accept a client: {error}");
                clock::pause(Duration::from_millis(100)).await;
            }
        }
    }
    clients.close();
    // Answers under way may finish; streams without end are cut.
    if tokio::time::timeout(Duration::from_secs(1), clients.wait())
        .await
        .is_err()
    {
        tracing::debug!("watchers were cut off");
    }
}

/// Files of the state dir are the owner's, and so is this socket, but a sidecar runs as the owner, too.
/// Programs of agents are let in: they are the owner's own.
fn is_from_ourselves(stream: &Stream) -> bool {
    let pid = stream.peer_creds().ok().and_then(|peer| peer.pid());
    pid.is_some_and(crate::process::serves_us)
}

async fn answer(stream: Stream, live: &Live) -> Result<()> {
    if is_from_ourselves(&stream) {
        tracing::warn!("a process of the gateway's own wanted to give it orders and was not heard");
        return Ok(());
    }
    converse(stream, live).await
}

/// Hears one request and answers it. Who is on the other side was judged before.
///
/// # Errors
/// When the client left early, or took too long.
pub(crate) async fn converse<S: AsyncRead + AsyncWrite + Unpin>(stream: S, live: &Live) -> Result<()> {
    let mut client = Framed::new(stream, LinesCodec::new_with_max_length(MAX_LINE_BYTES));
    let Some(request) = tokio::time::timeout(CLIENT_DEADLINE, client.next()).await? else {
        return Ok(());
    };
    let Ok(request) = line::decode::<ControlRequest>(&request?) else {
        let error = ControlError {
            code: ErrorCode::Usage,
            message: "the request cannot be read: it is of another version, or no request at all".to_owned(),
            next: "use a fased of the same version as the gateway".to_owned(),
        };
        return send(&mut client, ControlResponse::Error(error)).await;
    };
    if request == ControlRequest::Watch {
        return watch::follow(&mut client, live).await;
    }
    if let ControlRequest::ChannelsLogin { account, method } = &request {
        return channels_login::follow(&mut client, live, account, method.clone()).await;
    }
    let response = handle(live, &request)
        .await
        .unwrap_or_else(ControlResponse::Error);
    send(&mut client, response).await
}

async fn send<S: AsyncWrite + Unpin>(client: &mut Connection<S>, response: ControlResponse) -> Result<()> {
    let line = line::encode(&response)?;
    tokio::time::timeout(CLIENT_DEADLINE, client.send(line.trim_end())).await??;
    Ok(())
}

/// Returns when the client has left, or says more than its one request.
async fn left<S: AsyncRead + Unpin>(client: &mut Connection<S>) {
    if client.next().await.is_some() {
        tracing::debug!("a client that was being answered said something else");
    }
}
