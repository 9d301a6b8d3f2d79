//! Messages of the outbox.

use fased_policy::delivery::SendState;
use fased_policy::ids::{Identity, Lid, Phone, Target};
use fased_protocol::control::{ControlError, ControlResponse, OutboxInfo};
use fased_protocol::private::Private;

use super::internal;
use super::message_where::{target, usage};
use crate::clock;
use crate::store::{OutboxEntry, OutboxFilter, Store};

/// What is asked for.
pub(crate) struct Asked<'a> {
    pub(crate) account: Option<&'a str>,
    pub(crate) state: Option<&'a str>,
    pub(crate) chat: Option<&'a str>,
    pub(crate) limit: u32,
    pub(crate) text: bool,
}

pub(crate) async fn answer(store: &Store, asked: Asked<'_>) -> Result<ControlResponse, ControlError> {
    let state = match asked.state {
        Some(word) => Some(SendState::parse(word).ok_or_else(|| unknown_state(word))?),
        None => None,
    };
    let chats = match asked.chat {
        Some(chat) => addresses(store, &target(chat)?)
            .await
            .map_err(|error| internal(&error))?,
        None => Vec::new(),
    };
    let filter = OutboxFilter {
        account: asked.account.map(str::to_owned),
        state,
        chats,
        message_ids: Vec::new(),
        limit: i64::from(asked.limit),
    };
    let found = store
        .list_outbox(&filter)
        .await
        .map_err(|error| internal(&error))?;
    Ok(ControlResponse::Outbox {
        messages: infos(store, found, asked.text).await?,
    })
}

fn unknown_state(word: &str) -> ControlError {
    let states: Vec<&str> = SendState::ALL.iter().map(|state| state.as_str()).collect();
    usage(
        format!("{word:?} is no state of a message"),
        &format!("use one of: {}", states.join(", ")),
    )
}

/// Every address under which a chat may be recorded.
pub(super) async fn addresses(store: &Store, target: &Target) -> anyhow::Result<Vec<String>> {
    if let Target::Group(group) = target {
        return Ok(vec![group.to_string()]);
    }
    let mut person = Identity::from_jids(&target.to_jid(), None);
    store.complete(&mut person).await?;
    let mut found: Vec<String> = person.phones().map(Phone::to_jid).collect();
    found.extend(person.lid.as_ref().map(Lid::to_jid));
    Ok(found)
}

/// Chats as people know them: by number where it is known, also when WhatsApp is written to under a hidden id.
pub(crate) async fn shown(
    store: &Store,
    chats: impl IntoIterator<Item = &str>,
) -> anyhow::Result<Vec<String>> {
    let chats: Vec<&str> = chats.into_iter().collect();
    let mut people: Vec<Identity> = chats.iter().map(|chat| Identity::from_jids(chat, None)).collect();
    store.complete_all(&mut people).await?;
    let labelled = people.iter().zip(chats).map(|(person, chat)| {
        if person.is_empty() {
            chat.to_owned()
        } else {
            person.label()
        }
    });
    Ok(labelled.collect())
}

/// Messages, as every surface shows them.
pub(super) async fn infos(
    store: &Store,
    entries: Vec<OutboxEntry>,
    text: bool,
) -> Result<Vec<OutboxInfo>, ControlError> {
    let chats = shown(store, entries.iter().map(|entry| entry.chat.as_str()))
        .await
        .map_err(|error| internal(&error))?;
    Ok(entries
        .into_iter()
        .zip(chats)
        .map(|(entry, chat)| info(entry, chat, text))
        .collect())
}

fn info(entry: OutboxEntry, chat: String, text: bool) -> OutboxInfo {
    let queued = entry.state == SendState::Queued.as_str();
    OutboxInfo {
        account: entry.account,
        message_id: entry.message_id,
        chat,
        purpose: entry.purpose,
        run: entry.run_id,
        attempts: u64::try_from(entry.attempts).unwrap_or(0),
        error_code: entry.error_code.and_then(|code| u32::try_from(code).ok()),
        error: entry.error,
        created_ms: entry.created_ms,
        not_before_ms: Some(entry.not_before_ms).filter(|until| queued && *until > clock::now_ms()),
        expires_ms: entry.expires_ms,
        updated_ms: entry.updated_ms,
        text: text.then_some(Private(entry.text)),
        state: entry.state,
    }
}
