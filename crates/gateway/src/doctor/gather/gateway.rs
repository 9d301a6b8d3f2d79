//! The gateway of this state dir, asked over its socket; and what else there is of gateways.

use std::path::PathBuf;
use std::time::Duration;

use fased_protocol::control::{AccountInfo, ControlRequest, ControlResponse, ErrorCode};
use tokio::net::UnixStream;

use super::super::facts::{GatewayFacts, SocketFact};
use super::processes;
use crate::client;
use crate::paths::Paths;

/// The gateway probes its links within ten seconds, and the way to WhatsApp within eight.
const PROBE_DEADLINE: Duration = Duration::from_secs(15);
/// Somebody who listens accepts within this.
const CONNECT_DEADLINE: Duration = Duration::from_secs(2);

/// The gateway, and its accounts if it answers.
pub(super) async fn look(paths: &Paths) -> (GatewayFacts, Option<Vec<AccountInfo>>) {
    let mut facts = GatewayFacts {
        holders: processes::with_open(&paths.lease),
        others: processes::other_gateways(&paths.lease),
        sockets: sockets(paths).await,
        ..GatewayFacts::default()
    };
    let mut accounts = None;
    match client::ask(paths, &ControlRequest::Status).await {
        Ok(ControlResponse::Status(status)) => {
            facts.info = status.gateway;
            facts.config = status.config;
            accounts = Some(status.accounts);
        }
        Ok(_other) => {
            facts.silent = Some("its answer is of another kind: it is of another version".to_owned())
        }
        Err(error) if error.code == ErrorCode::NoGateway => {}
        // Whoever answers with an error lives: what needs no store is asked instead.
        Err(error) if error.code != ErrorCode::TimedOut => {
            let (info, health) = (ControlRequest::GatewayStatus, ControlRequest::Health);
            match (client::ask(paths, &info).await, client::ask(paths, &health).await) {
                (Ok(ControlResponse::Gateway(info)), Ok(ControlResponse::Health(health))) => {
                    facts.info = Some(info);
                    facts.hampered = Some((error.message, health.problems));
                }
                (Ok(_) | Err(_), _) => facts.silent = Some(error.message),
            }
        }
        Err(error) => facts.silent = Some(error.message),
    }
    if facts.info.is_some()
        && let Ok(ControlResponse::Doctor(probe)) =
            client::ask_within(paths, &ControlRequest::Doctor, PROBE_DEADLINE).await
    {
        facts.probe = Some(probe);
    }
    let pid = facts.info.as_ref().map_or_else(std::process::id, |info| info.pid);
    facts.most_files = processes::most_files(pid);
    (facts, accounts)
}

/// Sockets of this version and of others.
async fn sockets(paths: &Paths) -> Vec<SocketFact> {
    let mut found: Vec<PathBuf> = vec![paths.socket.clone()];
    let folders = std::fs::read_dir(paths.state_dir.join("run"))
        .into_iter()
        .flatten()
        .flatten();
    found.extend(folders.map(|folder| folder.path().join("gateway.sock")));
    found.sort();
    found.dedup();
    let mut sockets = Vec::new();
    for path in found.into_iter().filter(|path| path.exists()) {
        let listening = tokio::time::timeout(CONNECT_DEADLINE, UnixStream::connect(&path)).await;
        sockets.push(SocketFact {
            ours: path == paths.socket,
            // Who may not connect cannot tell that nobody listens.
            listening: match listening {
                Ok(Ok(_)) | Err(_) => true,
                Ok(Err(error)) => error.kind() != std::io::ErrorKind::ConnectionRefused,
            },
            path,
        });
    }
    sockets
}
