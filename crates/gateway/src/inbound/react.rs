//! The reaction that says that an answer is being made. It goes its own way: no answer waits for it.

use fased_policy::acking::{AckRules, applies};
use fased_policy::ids::ChatId;
use fased_protocol::private::{Jid, Private};
use fased_protocol::sidecar::{MessageKey, Outgoing, Payload};

use crate::store::{Draft, Purpose, StoredMessage};

/// Later than this it would say nothing any more.
const TTL_MS: i64 = 10 * 60_000;

/// The reaction to a message that will be answered, if the config wants one.
pub(super) fn acknowledge(
    rules: Option<&AckRules>,
    message: &StoredMessage,
    chat: &ChatId,
    means_us: impl FnOnce() -> bool,
    now: i64,
) -> Option<Draft> {
    let rules = rules?;
    let in_group = matches!(chat, ChatId::Group(_));
    if !applies(rules, chat, in_group && means_us()) {
        return None;
    }
    let emoji = rules.emoji.clone();
    let mut draft = Draft::text(
        message.chat.clone(),
        Purpose::AckReaction,
        emoji.clone(),
        now + TTL_MS,
    );
    draft.payload = Some(Payload {
        content: Outgoing::Reaction {
            target: MessageKey {
                id: message.message_id.clone(),
                from_me: message.from_me,
                participant: (in_group && !message.from_me).then(|| Jid(message.sender.clone())),
            },
            emoji: Private(emoji),
        },
        secret: Private(draft.secret.clone()),
        mentions: Vec::new(),
        quote: None,
        at_ms: None,
    });
    Some(draft)
}
