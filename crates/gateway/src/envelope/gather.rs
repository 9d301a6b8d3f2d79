//! Envelopes of journaled messages, with what the store knows of the messages that they are about.

use anyhow::Result;
use fased_policy::ids::Identity;

use super::{Envelope, MediaState};
use crate::known::Known;
use crate::store::{Store, StoredMessage, Target};

/// An earlier message that another one replies to or is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Earlier {
    /// The message.
    pub target: Target,
    /// Who wrote it, under all addresses known.
    pub writer: Identity,
}

/// Of each message, in the same order.
///
/// # Errors
/// What SQLite said.
pub async fn envelopes(store: &Store, messages: &[StoredMessage], own: &Identity) -> Result<Vec<Envelope>> {
    let mut envelopes = Vec::with_capacity(messages.len());
    for message in messages {
        let known = Known::of(store, message, own, &[]).await?;
        envelopes.push(envelope(store, message, &known).await?);
    }
    Ok(envelopes)
}

/// Of one message of which the rest is known.
///
/// # Errors
/// What SQLite said.
pub async fn envelope(store: &Store, message: &StoredMessage, known: &Known) -> Result<Envelope> {
    let earlier = earlier(store, message, known).await?;
    let mut envelope = Envelope::of(message, known, earlier.as_ref());
    if let [media] = envelope.media.as_mut_slice()
        && let Some(found) = store.media_of(&[message.seq]).await?.remove(&message.seq)
    {
        // What is here counts more than what its sender says of it.
        if let Some(bytes) = found.bytes.and_then(|bytes| u64::try_from(bytes).ok()) {
            media.bytes = bytes;
        }
        media.state = MediaState::stored(found);
    }
    Ok(envelope)
}

/// The message of the same chat that this one replies to or is about.
///
/// # Errors
/// What SQLite said.
pub async fn earlier(store: &Store, message: &StoredMessage, known: &Known) -> Result<Option<Earlier>> {
    let Some(id) = message.quoted_id.as_deref() else {
        return Ok(None);
    };
    let mut named = message
        .quoted_sender
        .as_deref()
        .map(|jid| Identity::from_jids(jid, None));
    if let Some(named) = &mut named {
        store.complete(named).await?;
    }
    let chats = known.addresses(message);
    let Some(target) = store.target(&message.account, &chats, id, named.as_ref()).await? else {
        return Ok(None);
    };
    let writer = match &target {
        Target::Sent { .. } => known.own.clone(),
        Target::Received(message) if message.from_me => known.own.clone(),
        Target::Received(message) => {
            let mut writer = message.written_by();
            store.complete(&mut writer).await?;
            writer
        }
    };
    Ok(Some(Earlier { target, writer }))
}
