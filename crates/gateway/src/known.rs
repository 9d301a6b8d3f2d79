//! All that is known of one event, gathered so that policy can judge it.

use anyhow::Result;
use fased_policy::access::{Activation, Facts, Nature};
use fased_policy::ids::{ChatId, Identity, Lid, Phone};
use fased_policy::mention::{Patterns, Said};
use fased_protocol::sidecar::ContentKind;

use crate::sidecar::translate::content_kind;
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
    /// Is somebody spoken to?
    pub nature: Nature,
    /// Text or caption.
    pub text: Option<String>,
    /// Its sender typed that: it is no caption, and no label that somebody else gave a button.
    pub typed: bool,
    /// Who is mentioned.
    pub mentions: Vec<Identity>,
    /// It replies to a message that the gateway sent.
    pub quotes_gateway: bool,
    /// What the owner chose for this group.
    pub activation: Option<Activation>,
    /// The agent that `/agent switch` chose in this chat. Filled in where a verdict is explained; who decides a message
    /// has it at hand.
    pub chosen_agent: Option<String>,
    /// An agent has asked in this chat and waits for an owner's answer: so many choices there are. Filled in where a verdict
    /// is given.
    pub question: Option<usize>,
    /// A request of the sender's waits for approval. Filled in where a verdict is explained.
    pub waits: bool,
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
            nature: nature(message),
            from_me: message.from_me,
            timestamp_s: message.timestamp_s,
            text: message.text.clone(),
            typed: is_typed(message),
            own: own.clone(),
            chat,
            sender,
            mentions,
            quotes_gateway,
            activation,
            chosen_agent: None,
            question: None,
            waits: false,
        })
    }

    /// All addresses of the chat that a message of it may have been written under.
    #[must_use]
    pub fn addresses(&self, message: &StoredMessage) -> Vec<String> {
        let mut chats = vec![message.chat.clone()];
        chats.extend(message.chat_alt.clone());
        let partner = match &self.chat {
            ChatId::SelfChat => Some(&self.own),
            ChatId::Direct(_) if !self.from_me => Some(&self.sender),
            ChatId::Direct(person) => Some(person),
            ChatId::Group(_) | ChatId::NotAConversation(_) => None,
        };
        if let Some(partner) = partner {
            chats.extend(partner.phones().map(Phone::to_jid));
            chats.extend(partner.lid.as_ref().map(Lid::to_jid));
        }
        chats
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
            nature: self.nature,
            said: Said {
                text: self.text.as_deref(),
                mentions: &self.mentions,
                quotes_gateway: self.quotes_gateway,
                patterns,
            },
            typed: self.typed,
            activation: self.activation,
            question: self.question,
        }
    }
}

/// Is somebody spoken to by it, is it about another message, or is there nothing in it?
fn nature(message: &StoredMessage) -> Nature {
    // What cannot be read yet is not judged before it can.
    let Some(kind) = content_kind(&message.content) else {
        return Nature::Said;
    };
    let has_text = message
        .text
        .as_deref()
        .is_some_and(|text| !text.trim().is_empty());
    let is = |holds: bool, nature: Nature| if holds { nature } else { Nature::Nothing };
    match kind {
        // Somebody pressed a button; that its label cannot be read does not undo that.
        ContentKind::Text => is(has_text || is_answer(&message.raw_kind), Nature::Said),
        ContentKind::Image
        | ContentKind::Video
        | ContentKind::Audio
        | ContentKind::Document
        | ContentKind::Sticker
        | ContentKind::Contact
        | ContentKind::Poll
        | ContentKind::Event => Nature::Said,
        // Somewhere is nowhere.
        ContentKind::Location => is(message.detail.is_some(), Nature::Said),
        ContentKind::Reaction | ContentKind::Edit | ContentKind::Delete | ContentKind::PollVote => {
            is(message.quoted_id.is_some(), Nature::About)
        }
        ContentKind::Other => Nature::Nothing,
    }
}

/// Is such a message about an earlier one?
pub(crate) fn is_about(kind: ContentKind) -> bool {
    match kind {
        ContentKind::Reaction | ContentKind::Edit | ContentKind::Delete | ContentKind::PollVote => true,
        ContentKind::Text
        | ContentKind::Image
        | ContentKind::Video
        | ContentKind::Audio
        | ContentKind::Document
        | ContentKind::Sticker
        | ContentKind::Contact
        | ContentKind::Location
        | ContentKind::Poll
        | ContentKind::Event
        | ContentKind::Other => false,
    }
}

/// An answer to buttons, a list or a form, which WhatsApp's clients make and nobody types.
pub(crate) fn is_answer(raw_kind: &str) -> bool {
    raw_kind.ends_with("ResponseMessage") || raw_kind.ends_with("ReplyMessage")
}

/// Did the sender type this text? The words of buttons, lists, forms, and invitations are those of whoever made them.
fn is_typed(message: &StoredMessage) -> bool {
    content_kind(&message.content) == Some(ContentKind::Text)
        && matches!(message.raw_kind.as_str(), "conversation" | "extendedTextMessage")
}
