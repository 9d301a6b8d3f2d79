//! Messages that nobody asked for: checked, committed with their ids, and then the sender's.
//!
//! Whoever calls this may be told "queued" only; how far a message came is read from the store by its id.

use fased_policy::access::Mode;
use fased_policy::addressing;
use fased_policy::ids::{Identity, Target};
use fased_policy::pacing::{self, Acquaintance, Contact};
use fased_protocol::control::{ControlError, ErrorCode};
use fased_protocol::private::Private;
use fased_protocol::sidecar::{MediaFile, MediaKind, Outgoing, Payload, Quote};

use crate::account::Shared;
use crate::clock;
use crate::config::AccountConfig;
use crate::control::internal;
use crate::store::{Draft, Pending, Purpose, Store, Taken, Wish};

/// A message that was not sent for this long is not sent any more.
pub const MESSAGE_TTL_MS: i64 = 24 * 3_600_000;
/// Messages of one account that wait to be sent. When there are more, no more are taken.
const MOST_WAITING: i64 = 10_000;

/// What is to be sent.
#[derive(Debug, Clone)]
pub enum Content {
    /// A Markdown text, formatted and split as the config says.
    Markdown(String),
    /// A text as it is, split only.
    Plain(String),
    /// A file below the media folder, with a caption in Markdown. What cannot hold one (sound, stickers) is followed by
    /// it; so is what does not fit.
    File {
        /// The file.
        file: MediaFile,
        /// The caption.
        caption: Option<String>,
    },
    /// Anything else that is complete: a reaction, a poll, an edit, a deletion, a place, a contact.
    Ready {
        /// What.
        content: Outgoing,
        /// What a person reads of it: the question, the new wording, the emoji.
        text: String,
    },
}

/// A message to be sent.
#[derive(Debug, Clone)]
pub struct Order {
    /// To whom.
    pub to: Target,
    /// What.
    pub content: Content,
    /// What its first message quotes.
    pub quote: Option<Quote>,
    /// Not sent after this long, milliseconds; [`MESSAGE_TTL_MS`] unless somebody wants another.
    pub ttl_ms: i64,
}

/// What was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// The address that is written to: the hidden id of a number, where it is known.
    pub chat: String,
    /// The ids, in order.
    pub message_ids: Vec<String>,
    /// Nothing is sent before this, Unix milliseconds: WhatsApp does not allow first contacts until then.
    pub locked_until_ms: Option<i64>,
}

/// Why a message is not taken.
#[derive(Debug)]
pub enum Refusal {
    /// The account only observes.
    ObserveOnly,
    /// They never wrote to this account.
    FirstContact,
    /// There is nothing to be seen in it.
    Empty,
    /// Too many wait.
    Full,
    /// Something is queued under the same key already.
    Repeated,
    /// The store failed.
    Store(anyhow::Error),
}

impl Refusal {
    /// Its name on every surface.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::ObserveOnly => "observe_only",
            Self::FirstContact => "first_contact",
            Self::Empty => "empty",
            Self::Full => "outbox_full",
            Self::Repeated => "repeated",
            Self::Store(_) => "store",
        }
    }

    /// For the one who asked.
    #[must_use]
    pub fn told(&self, account: &str, to: &Target) -> ControlError {
        let (code, message, next) = match self {
            Self::ObserveOnly => (
                ErrorCode::Refused,
                format!("account {account} only observes, so it sends nothing"),
                "let it send: fased config set channels.whatsapp.observeOnly false".to_owned(),
            ),
            Self::FirstContact => (
                ErrorCode::Refused,
                format!(
                    "{to} never wrote to account {account}, and WhatsApp bans numbers that write to strangers"
                ),
                "let them write first, or allow it: fased config set channels.whatsapp.pacing.firstContact true".to_owned(),
            ),
            Self::Empty => (
                ErrorCode::Usage,
                "there is nothing to be seen in this message".to_owned(),
                "give it a text".to_owned(),
            ),
            Self::Full => (
                ErrorCode::Refused,
                format!("{MOST_WAITING} messages of account {account} wait already"),
                "see `fased outbox list`, and try again when some of them are through".to_owned(),
            ),
            Self::Repeated => (
                ErrorCode::Refused,
                format!("something was queued for account {account} under this key before"),
                "choose a new key for each message".to_owned(),
            ),
            Self::Store(error) => return internal(error),
        };
        ControlError { code, message, next }
    }
}

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        Self::Store(error)
    }
}

/// Commits a message, all of it in order, and wakes the sender.
///
/// # Errors
/// Why it is not taken; then nothing of it is committed.
pub async fn enqueue(shared: &Shared, order: Order) -> Result<Queued, Refusal> {
    let planned = plan(shared, order).await?;
    commit(shared, planned).await
}

/// Commits what was planned, all of it in order, and wakes the sender.
///
/// # Errors
/// Why it is not taken; then nothing of it is committed.
pub async fn commit(shared: &Shared, planned: Planned) -> Result<Queued, Refusal> {
    let now = clock::now_ms();
    let taken = shared
        .store
        .queue_messages(shared.id(), &planned.drafts, &planned.wish, MOST_WAITING, now)
        .await?;
    match taken {
        Taken::Queued => {}
        Taken::Full => return Err(Refusal::Full),
        Taken::Repeated => return Err(Refusal::Repeated),
    }
    shared.outbox.notify_one();
    Ok(Queued {
        chat: planned.chat,
        message_ids: planned.drafts.into_iter().map(|draft| draft.message_id).collect(),
        locked_until_ms: planned.locked_until_ms,
    })
}

/// What an order would become.
#[derive(Debug)]
pub struct Planned {
    /// The address that would be written to.
    pub chat: String,
    /// The messages, in order; nothing is committed.
    pub drafts: Vec<Draft>,
    /// On whose wish.
    pub wish: Wish,
    /// See [`Queued::locked_until_ms`].
    pub locked_until_ms: Option<i64>,
}

/// What an order would become, checked as if it were to be sent.
///
/// # Errors
/// Why it would not be taken.
pub async fn plan(shared: &Shared, order: Order) -> Result<Planned, Refusal> {
    let config = shared.config();
    if config.observe_only {
        return Err(Refusal::ObserveOnly);
    }
    let now = clock::now_ms();
    let mut locked_until_ms = None;
    let mut first_contact = false;
    let chat = match &order.to {
        Target::Group(group) => group.to_string(),
        Target::Phone(_) | Target::Lid(_) => {
            let mut person = Identity::from_jids(&order.to.to_jid(), None);
            shared.store.complete(&mut person).await?;
            match contact(&shared.store, &config, &shared.own(), &person).await? {
                Contact::Known => {}
                Contact::First => {
                    first_contact = true;
                    locked_until_ms = shared.store.timelock(shared.id(), now).await?;
                }
                Contact::Refused => return Err(Refusal::FirstContact),
            }
            match &person.lid {
                Some(lid) => lid.to_jid(),
                None => order.to.to_jid(),
            }
        }
    };
    let mut drafts = drafts(&config.writing, &chat, order, now);
    if drafts.is_empty() {
        return Err(Refusal::Empty);
    }
    for draft in &mut drafts {
        draft.first_contact = first_contact;
    }
    Ok(Planned {
        chat,
        drafts,
        wish: Wish::default(),
        locked_until_ms,
    })
}

/// May this person be written to unasked, all addresses of theirs being known?
///
/// # Errors
/// What SQLite said.
pub(crate) async fn contact(
    store: &Store,
    config: &AccountConfig,
    own: &Identity,
    person: &Identity,
) -> anyhow::Result<Contact> {
    let personal = config.rules.mode == Mode::Personal;
    let owner = own.matches(person)
        || config
            .rules
            .owners
            .as_ref()
            .is_some_and(|owners| owners.names(person))
        || (personal && config.rules.allow_from.names(person));
    let account = config.id.as_str();
    let is_approved = async || -> anyhow::Result<bool> {
        let approved = store.approved(account).await?;
        Ok(approved.iter().any(|identity| identity.matches(person)))
    };
    let wrote = !owner && (is_approved().await? || store.wrote(account, person).await?);
    Ok(pacing::contact(&config.pacing, Acquaintance { wrote, owner }))
}

fn drafts(
    writing: &crate::config::Writing,
    chat: &str,
    Order {
        content,
        quote,
        ttl_ms,
        ..
    }: Order,
    now: i64,
) -> Vec<Draft> {
    let expires_ms = now.saturating_add(ttl_ms);
    let said = |text: String| spoken(chat, Purpose::Message, text, None, expires_ms);
    let mut drafts: Vec<Draft> = match content {
        Content::Markdown(text) => writing.text(&text).into_iter().map(said).collect(),
        Content::Plain(text) => writing.plain(&text).into_iter().map(said).collect(),
        Content::File { file, caption } => {
            let mut texts = writing.text(caption.as_deref().unwrap_or_default()).into_iter();
            let caption = if holds_caption(file.kind) {
                texts.next()
            } else {
                None
            };
            let mut draft = said(caption.unwrap_or_default());
            draft.pending.get_or_insert_default().upload = Some(file);
            std::iter::once(draft).chain(texts.map(said)).collect()
        }
        Content::Ready { content, text } => {
            let mut draft = Draft::text(chat.to_owned(), Purpose::Message, text, expires_ms);
            draft.payload = Some(Payload {
                content,
                secret: Private(draft.secret.clone()),
                mentions: Vec::new(),
                quote: None,
                at_ms: None,
            });
            vec![draft]
        }
    };
    if let (Some(first), Some(quote)) = (drafts.first_mut(), quote) {
        first.quoting(quote);
    }
    drafts
}

/// Does this kind of file show a text with it?
#[must_use]
pub fn holds_caption(kind: MediaKind) -> bool {
    match kind {
        MediaKind::Image | MediaKind::Video | MediaKind::Gif | MediaKind::Document => true,
        MediaKind::Audio | MediaKind::Voice | MediaKind::Sticker => false,
    }
}

/// One message of a text that is formatted and fits. Members that it names are looked up before it leaves.
pub(crate) fn spoken(
    chat: &str,
    purpose: Purpose,
    text: String,
    quote: Option<Quote>,
    expires_ms: i64,
) -> Draft {
    let names_members = !addressing::numbers(&text).is_empty();
    let mut draft = Draft::text(chat.to_owned(), purpose, text, expires_ms);
    if names_members {
        draft.pending = Some(Pending {
            upload: None,
            mentions: true,
        });
    }
    if let Some(quote) = quote {
        draft.quoting(quote);
    }
    draft
}
