//! Quick messages of one sender, answered together: where a message's turn begins.

use std::collections::HashMap;

use anyhow::Result;
use fased_policy::debounce::may_wait;

use crate::account::Shared;
use crate::store::StoredMessage;

/// Somebody who never stops writing is answered after this many waits.
const MOST_WAITS: i64 = 10;

/// When the last turn is due of those that ever waited for more. Nobody else makes turns wait, so afterwards none does,
/// and the store need not be asked with each message.
#[derive(Default)]
pub(super) struct Latest {
    /// Not known until the store was asked for those of before.
    due_ms: Option<i64>,
}

impl Latest {
    /// May a turn of this account wait now?
    async fn may_wait(&mut self, shared: &Shared, now: i64) -> Result<bool> {
        let due_ms = match self.due_ms {
            Some(due_ms) => due_ms,
            None => shared.store.last_due(shared.id()).await?,
        };
        self.due_ms = Some(due_ms);
        Ok(due_ms > now)
    }

    fn note(&mut self, due_ms: i64) {
        self.due_ms = self.due_ms.map(|known| known.max(due_ms));
    }
}

/// Turns of this batch that wait for more, by session.
#[derive(Default)]
pub(super) struct Waiting {
    sessions: HashMap<String, Option<Turn>>,
}

/// A turn that waits.
#[derive(Clone)]
struct Turn {
    /// The message that started it.
    first: i64,
    sender: String,
    since_ms: i64,
}

/// Where a message's turn begins.
#[derive(Default)]
pub(super) struct Place {
    /// Not before; 0 is at once.
    pub(super) not_before_ms: i64,
    /// With the message of this place in the journal.
    pub(super) joins: Option<i64>,
    /// What waits in the session goes first.
    pub(super) flushes: bool,
}

impl Waiting {
    pub(super) async fn place(
        &mut self,
        shared: &Shared,
        message: &StoredMessage,
        session: &str,
        debounce_ms: i64,
        latest: &mut Latest,
        now: i64,
    ) -> Result<Place> {
        let waiting =
            match self.sessions.get(session) {
                Some(known) => known.clone(),
                None if !latest.may_wait(shared, now).await? => None,
                // A turn may still wait from before the config was changed.
                None => shared.store.waiting_run(shared.id(), session, now).await?.map(
                    |(first, sender, since_ms)| Turn {
                        first,
                        sender,
                        since_ms,
                    },
                ),
            };
        let is_plain_text = message.content == "text";
        let text = message.text.as_deref().unwrap_or_default();
        let waits = debounce_ms > 0 && may_wait(is_plain_text, message.quoted_id.is_some(), text);
        let place = match &waiting {
            Some(turn) if waits && turn.sender == message.sender => Place {
                not_before_ms: (now + debounce_ms).min(turn.since_ms + MOST_WAITS * debounce_ms),
                joins: Some(turn.first),
                flushes: false,
            },
            Some(_) | None => Place {
                not_before_ms: if waits { now + debounce_ms } else { 0 },
                joins: None,
                flushes: waiting.is_some(),
            },
        };
        latest.note(place.not_before_ms);
        let next = match (waits, place.joins) {
            (true, Some(_)) => waiting,
            (true, None) => Some(Turn {
                first: message.seq,
                sender: message.sender.clone(),
                since_ms: now,
            }),
            (false, _) => None,
        };
        self.sessions.insert(session.to_owned(), next);
        Ok(place)
    }
}
