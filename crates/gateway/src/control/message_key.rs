//! Messages under a key that whoever asks has chosen: asked for twice, they are sent once.
//!
//! Their ids follow from the key, and the outbox has an id once. So the key is kept as long as the message, and over crashes.

use fased_policy::ids::Target;
use fased_protocol::control::{ControlError, ControlResponse, ErrorCode, PartInfo, SendInfo, SendRequest};
use sha2::{Digest, Sha256};

use super::message_queue::kind;
use super::message_where::{addresses, usage};
use super::{agent_reach, internal, outbox_list};
use crate::account::Shared;
use crate::outbound::{Planned, id_from};

/// Longest key, in characters.
const MOST_CHARS: usize = 100;
/// Messages that one request may become under a key.
const MOST_PARTS: usize = 64;

/// The ids that a key leads to.
pub(super) struct Key {
    key: String,
    ids: Vec<String>,
    /// A digest of what is asked for.
    asked: String,
}

impl Key {
    /// Of a request that has one. Keys of one agent are none of another's.
    pub(super) fn of(shared: &Shared, request: &SendRequest) -> Result<Option<Self>, ControlError> {
        let Some(key) = request.key.as_deref().filter(|_| !request.dry_run) else {
            return Ok(None);
        };
        let chars = key.chars().count();
        if key.trim().is_empty() || chars > MOST_CHARS {
            return Err(usage(
                format!("a key of {chars} characters cannot be used"),
                "give one of 1 to 100 characters, a new one for each message",
            ));
        }
        let config = shared.config();
        let agent = agent_reach::named(Some(&config.agents), request.for_agent.as_ref())?;
        let ids = ids(shared.id(), agent, key);
        Ok(Some(Self {
            key: key.to_owned(),
            ids,
            asked: digest(request),
        }))
    }

    /// Gives messages that are to be queued their ids.
    pub(super) fn give(&self, planned: &mut Planned) -> Result<(), ControlError> {
        planned.wish.asked = Some(self.asked.clone());
        let drafts = &mut planned.drafts;
        if drafts.len() > self.ids.len() {
            return Err(usage(
                format!("{} messages are more than one key is for", drafts.len()),
                "send less at once",
            ));
        }
        for (draft, id) in drafts.iter_mut().zip(&self.ids) {
            draft.message_id.clone_from(id);
        }
        Ok(())
    }

    /// What was queued under it before, and how far it came.
    pub(super) async fn earlier(
        &self,
        shared: &Shared,
        to: &Target,
    ) -> Result<Option<ControlResponse>, ControlError> {
        let failed = |error| internal(&error);
        let (mut chat, mut asked) = (None, None);
        let mut messages = Vec::new();
        for id in &self.ids {
            let found = shared.store.own_message(shared.id(), id).await.map_err(failed)?;
            let Some(own) = found else { break };
            messages.push(PartInfo {
                message_id: Some(id.clone()),
                state: Some(own.state),
                kind: own
                    .payload
                    .as_ref()
                    .map_or("text", |payload| kind(&payload.content))
                    .to_owned(),
                bytes: None,
                text: None,
            });
            (chat, asked) = (Some(own.chat), own.asked);
        }
        let Some(chat) = chat else { return Ok(None) };
        if !addresses(shared, to).await?.contains(&chat) {
            return Err(ControlError {
                code: ErrorCode::Refused,
                message: format!(
                    "the key {:?} belongs to a message that went to another chat than {to}",
                    self.key
                ),
                next: "choose a new key for each message".to_owned(),
            });
        }
        if asked.is_some_and(|asked| asked != self.asked) {
            return Err(ControlError {
                code: ErrorCode::Refused,
                message: format!(
                    "the key {:?} was used for another text, or with other files, and nothing was sent now",
                    self.key
                ),
                next: "choose a new key for each message".to_owned(),
            });
        }
        let mut shown = outbox_list::shown(&shared.store, [chat.as_str()])
            .await
            .map_err(failed)?;
        Ok(Some(ControlResponse::Queued(Box::new(SendInfo {
            account: shared.id().to_owned(),
            chat: shown.pop().unwrap_or_default(),
            dry_run: false,
            repeated: true,
            messages,
            not_before_ms: None,
            pacing_ms: 0,
            waits_for: None,
        }))))
    }
}

/// What is asked for besides the chat.
fn digest(request: &SendRequest) -> String {
    let SendRequest {
        to: _,
        text,
        raw,
        media,
        shown_as,
        place,
        contacts,
        reply_to,
        dry_run: _,
        key: _,
        for_agent: _,
    } = request;
    let asked = serde_json::json!([text, raw, media, shown_as, place, contacts, reply_to]).to_string();
    let hash = Sha256::digest(asked);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn ids(account: &str, agent: Option<&str>, key: &str) -> Vec<String> {
    let whose = serde_json::json!([account, agent, key]).to_string();
    (0..MOST_PARTS)
        .map(|part| id_from(&format!("key/{whose}/{part}")))
        .collect()
}

#[cfg(test)]
mod tests;
