//! What was said in a chat, by both sides, as people and agents see it.

use anyhow::Result;
use fased_policy::ids::Identity;
use fased_protocol::control::{MAX_MESSAGE_BYTES, SaidInfo};
use fased_protocol::private::Private;
use fased_protocol::sidecar::Outgoing;

use super::message_queue::{kind, media};
use crate::envelope;
use crate::known::Known;
use crate::store::{Before, SentMessage, Store, StoredMessage};

/// Longest text of one message, in characters; WhatsApp's own limit is as great.
const MOST_CHARS: usize = 65_536;

/// A chat, and for whom it is read.
pub(super) struct Chat<'a> {
    pub(super) store: &'a Store,
    pub(super) account: &'a str,
    pub(super) own: &'a Identity,
    /// All addresses under which it may be recorded.
    pub(super) addresses: &'a [String],
    /// Only what agents are shown.
    pub(super) for_agent: bool,
}

/// One message, and where it is.
enum Found {
    Received(Box<StoredMessage>),
    Sent(Box<SentMessage>),
}

impl Found {
    /// By time, and what came before what was sent at the same moment.
    fn place(&self) -> (i64, bool, i64) {
        match self {
            Self::Received(message) => (message.recorded_ms, false, message.seq),
            Self::Sent(message) => (message.created_ms, true, message.id),
        }
    }
}

impl Chat<'_> {
    /// The last messages before a place, oldest first, and whether there are older ones. Fewer than `limit` where they are
    /// long.
    pub(super) async fn last(&self, before: Before, limit: usize) -> Result<(Vec<SaidInfo>, bool)> {
        let rows = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut found: Vec<Found> = Vec::new();
        for chat in self.addresses {
            let received = self
                .store
                .received_in(self.account, chat, before, self.for_agent, rows)
                .await?;
            found.extend(
                received
                    .into_iter()
                    .map(|message| Found::Received(Box::new(message))),
            );
        }
        let sent = self
            .store
            .sent_to(self.account, self.addresses, before, self.for_agent, rows)
            .await?;
        found.extend(sent.into_iter().map(|message| Found::Sent(Box::new(message))));
        found.sort_unstable_by_key(|found| std::cmp::Reverse(found.place()));
        let all = found.len();
        let mut said = Vec::new();
        let mut bytes = 0;
        for each in found.into_iter().take(limit) {
            let info = match each {
                Found::Received(message) => self.received(&message).await?,
                Found::Sent(message) => sent_info(*message),
            };
            bytes += serde_json::to_string(&info)?.len();
            if bytes > MAX_MESSAGE_BYTES && !said.is_empty() {
                break;
            }
            said.push(info);
        }
        let more = said.len() < all;
        said.reverse();
        Ok((said, more))
    }

    async fn received(&self, message: &StoredMessage) -> Result<SaidInfo> {
        let known = Known::of(self.store, message, self.own, &[]).await?;
        let envelope = envelope::envelope(self.store, message, &known).await?;
        let text = clipped(&envelope.body());
        let sender = (!known.sender.is_empty()).then(|| known.sender.label());
        Ok(SaidInfo {
            message_id: envelope.id,
            at_ms: envelope.timestamp.saturating_mul(1_000),
            from_me: envelope.from_me,
            sender,
            name: envelope.sender.name,
            agent: None,
            kind: envelope.kind,
            text: Private(text),
            about: envelope.quoted.map(|quoted| quoted.id),
            state: None,
        })
    }
}

fn sent_info(message: SentMessage) -> SaidInfo {
    let payload = message.payload();
    let pending = message.pending();
    let upload = pending.and_then(|pending| pending.upload);
    let kind = match (&payload, &upload) {
        (_, Some(file)) => media(file.kind),
        (Some(payload), None) => kind(&payload.content),
        (None, None) => "text",
    };
    let about = payload.and_then(|payload| match payload.content {
        Outgoing::Reaction { target, .. } | Outgoing::Edit { target, .. } | Outgoing::Delete { target } => {
            Some(target.id)
        }
        Outgoing::Text { .. }
        | Outgoing::Media { .. }
        | Outgoing::Poll { .. }
        | Outgoing::Location { .. }
        | Outgoing::Contact { .. } => payload.quote.map(|quote| quote.id),
    });
    SaidInfo {
        message_id: message.message_id,
        at_ms: message.created_ms,
        from_me: true,
        sender: None,
        name: None,
        agent: message.agent,
        kind: kind.to_owned(),
        text: Private(clipped(&message.text)),
        about,
        state: Some(message.state),
    }
}

fn clipped(text: &str) -> String {
    text.chars().take(MOST_CHARS).collect()
}
