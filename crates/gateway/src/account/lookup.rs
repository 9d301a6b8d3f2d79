//! What was sent under an id? A recipient who could not read a message asks for it again, perhaps
//! after a restart of ours. Only who got the message gets it again: the chat must be the same.

use std::sync::Arc;

use anyhow::Result;
use fased_policy::ids::Identity;
use fased_protocol::private::Jid;
use fased_protocol::sidecar::{Payload, ToSidecar};
use tokio::sync::mpsc;

use super::Shared;
use crate::clock;
use crate::outbound::PAYLOAD_KEPT_MS;
use crate::sidecar::{Lookup, SidecarHandle};
use crate::store::RESEND_MISSED;

/// Answers one sidecar's lookups until it is gone.
pub(super) async fn answer_until_gone(
    shared: Arc<Shared>,
    mut lookups: mpsc::Receiver<Lookup>,
    handle: SidecarHandle,
) {
    while let Some(lookup) = lookups.recv().await {
        let sent = find(&shared, &lookup).await.unwrap_or_else(|error| {
            tracing::error!(
                account = shared.id(),
                "a sent message cannot be looked up: {error:#}"
            );
            None
        });
        let hit = sent.is_some();
        if !hit && let Err(error) = shared.store.count_one(shared.id(), RESEND_MISSED).await {
            tracing::error!(account = shared.id(), "a miss cannot be counted: {error:#}");
        }
        tracing::info!(account = shared.id(), chat = ?lookup.chat, hit, "a recipient asks for a message again");
        let (chat, payload) = sent.unzip();
        if let Err(fault) = handle
            .send(ToSidecar::Found {
                id: lookup.id,
                chat: chat.map(Jid),
                payload: payload.map(Box::new),
            })
            .await
        {
            tracing::debug!("a lookup was not answered: {}", fault.message);
        }
    }
}

async fn find(shared: &Shared, lookup: &Lookup) -> Result<Option<(String, Payload)>> {
    let oldest = clock::now_ms() - PAYLOAD_KEPT_MS;
    let Some((chat, payload)) = shared
        .store
        .sent_payload(shared.id(), &lookup.message_id, oldest)
        .await?
    else {
        return Ok(None);
    };
    let asked_by_recipient = same_chat(shared, &chat, &lookup.chat.0).await?;
    Ok(asked_by_recipient.then_some((chat, payload)))
}

/// The same group, or the same person under a number and a hidden id.
async fn same_chat(shared: &Shared, sent_to: &str, asked_by: &str) -> Result<bool> {
    if sent_to == asked_by {
        return Ok(true);
    }
    let mut recipient = Identity::from_jids(sent_to, None);
    let mut asker = Identity::from_jids(asked_by, None);
    shared.store.complete(&mut recipient).await?;
    shared.store.complete(&mut asker).await?;
    Ok(recipient.matches(&asker))
}
