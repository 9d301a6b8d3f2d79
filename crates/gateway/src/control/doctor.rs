//! What only the gateway can tell the doctor: whether WhatsApp answers on its links, and how its host is reached from here.

use std::time::Duration;

use fased_protocol::control::{ControlError, ControlResponse, DoctorInfo, LinkProbe};
use fased_protocol::sidecar::Call;

use super::Live;
use crate::account::Account;
use crate::clock;
use crate::doctor::network;

/// A link on which WhatsApp does not answer within this is not alive.
const PROBE_DEADLINE: Duration = Duration::from_secs(10);

pub(super) async fn answer(live: &Live) -> Result<ControlResponse, ControlError> {
    let accounts = live.accounts().await?;
    // All at once: each may take as long as its deadline.
    let probes: Vec<_> = accounts
        .values()
        .map(|account| tokio::spawn(probe(account.clone())))
        .collect();
    let (host, node) = tokio::join!(network::whatsapp(), crate::doctor::node_here());
    let mut links = Vec::new();
    for probe in probes {
        links.extend(probe.await.ok().flatten());
    }
    Ok(ControlResponse::Doctor(DoctorInfo {
        links,
        host,
        node: Some(node),
    }))
}

/// Asks WhatsApp on an account's link; nothing where none is open.
async fn probe(account: Account) -> Option<LinkProbe> {
    let link = account.shared().link.borrow().clone()?;
    let asked = clock::monotonic();
    let answer = link.handle.call_within(Call::Ping, PROBE_DEADLINE).await;
    let took = u64::try_from(asked.elapsed().as_millis()).unwrap_or(u64::MAX);
    Some(LinkProbe {
        account: account.shared().id().to_owned(),
        round_trip_ms: answer.is_ok().then_some(took),
        error: answer.err().map(|fault| fault.message),
    })
}
