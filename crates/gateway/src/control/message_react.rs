//! Puts an emoji on a message, or takes it back.

use fased_policy::acking;
use fased_protocol::control::{ControlError, ControlResponse, Destination, ForAgent};
use fased_protocol::private::Private;
use fased_protocol::sidecar::Outgoing;

use super::{Live, agent_reach, message_known, message_queue, message_where};

pub(super) async fn answer(
    live: &Live,
    to: &Destination,
    message_id: &str,
    emoji: &str,
    for_agent: Option<&ForAgent>,
) -> Result<ControlResponse, ControlError> {
    let (account, to) = message_where::find(live, to).await?;
    agent_reach::allowed(live, &account, for_agent, &to).await?;
    let emoji = emoji.trim();
    if !acking::is_reaction(emoji) {
        return Err(message_where::usage(
            "a reaction is one emoji, or nothing to take it back".to_owned(),
            "give one emoji, such as 👍",
        ));
    }
    let message = message_known::message(account.shared(), &to, message_id).await?;
    let reaction = Outgoing::Reaction {
        target: message_known::key(&to, message_id, &message),
        emoji: Private(emoji.to_owned()),
    };
    message_queue::ready(&account, &to, reaction, emoji.to_owned()).await
}
