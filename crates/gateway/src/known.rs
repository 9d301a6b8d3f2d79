//! All that is known of one event, gathered so that policy can judge it.

use anyhow::Result;
use fased_policy::access::{Activation, Facts};
use fased_policy::ids::{ChatId, Identity};
use fased_policy::mention::{Patterns, Said};

use crate::store::{Store, StoredMessage};

/// Everything that [`Facts`] borrows.
#[derive(Debug, Clone)]
pub struct Known {
    /// Where it was written.
    pub chat: ChatId,
    /// Who wrote it, under all addresses known.
    pub sender: Identity,
    /// The linked account.
    pub own: Identity,
    /// Written by the linked account itself.
    pub from_me: bool,
    /// When, Unix seconds.
    pub timestamp_s: i64,
    /// One of our own sends coming back.
    pub own_echo: bool,
    /// The sender was approved.
    pub paired: bool,
    /// WhatsApp has still to be asked about a listed number that may be the sender's.
    pub identity_pending: bool,
    /// Nobody is spoken to: a reaction, an edit, a deletion, a vote, a system message.
    pub aside: bool,
    /// Text or caption.
    pub text: Option<String>,
    /// Who is mentioned.
    pub mentions: Vec<Identity>,
    /// It replies to a message that the gateway sent.
    pub quotes_gateway: bool,
    /// What the owner chose for this group.
    pub activation: Option<Activation>,
}

impl Known {
    /// Of a journaled message.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn of(
        store: &Store,
        message: &StoredMessage,
        own: &Identity,
        approved: &[Identity],
    ) -> Result<Self> {
        let account = message.account.as_str();
        let mut sender = Identity::from_jids(&message.sender, message.sender_alt.as_deref());
        store.complete(&mut sender).await?;
        let chat = ChatId::from_jids(&message.chat, message.chat_alt.as_deref(), own);
        let mut mentions = Vec::new();
        let mut quotes_gateway = false;
        let mut activation = None;
        if matches!(chat, ChatId::Group(_)) {
            mentions = message
                .mentions()
                .iter()
                .map(|jid| Identity::from_jids(jid, None))
                .collect();
            store.complete_all(&mut mentions).await?;
            if let Some(id) = &message.quoted_id {
                quotes_gateway = store.is_own_message(account, id).await?;
            }
            activation = store.activation(account, &message.chat).await?;
        }
        Ok(Self {
            own_echo: message.from_me && store.is_own_message(account, &message.message_id).await?,
            paired: approved.iter().any(|identity| identity.matches(&sender)),
            identity_pending: false,
            aside: is_aside(&message.content),
            from_me: message.from_me,
            timestamp_s: message.timestamp_s,
            text: message.text.clone(),
            own: own.clone(),
            chat,
            sender,
            mentions,
            quotes_gateway,
            activation,
        })
    }

    /// For policy, at a moment and with the names of the agent that would answer.
    #[must_use]
    pub fn facts<'a>(&'a self, now_s: i64, patterns: &'a Patterns) -> Facts<'a> {
        Facts {
            chat: &self.chat,
            sender: &self.sender,
            own: &self.own,
            from_me: self.from_me,
            age_s: now_s.saturating_sub(self.timestamp_s),
            own_echo: self.own_echo,
            paired: self.paired,
            identity_pending: self.identity_pending,
            aside: self.aside,
            said: Said {
                text: self.text.as_deref(),
                mentions: &self.mentions,
                quotes_gateway: self.quotes_gateway,
                patterns,
            },
            activation: self.activation,
        }
    }
}

/// Kinds that are about another message, or about the chat.
fn is_aside(content: &str) -> bool {
    matches!(content, "reaction" | "edit" | "delete" | "poll_vote" | "other")
}
