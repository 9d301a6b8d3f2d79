//! Intake: event → one transaction → ack. Never waits for policy or an agent.
//!
//! A sidecar holds the receipt of a message until the ack, so nothing may be acknowledged that
//! SQLite has not committed, and nothing here may give up: when the store fails, intake waits.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use fased_policy::delivery::SendState;
use fased_policy::ids::Lid;
use fased_protocol::control::{SentInfo, Watched};
use fased_protocol::sidecar::{Event, ReceiptStatus, ToSidecar};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Shared;
use crate::clock;
use crate::log;
use crate::outbound::timelock;
use crate::sidecar::{SequencedEvent, SidecarHandle, translate};
use crate::store::{Fate, Journaled, Moved};

/// Events that go into one transaction.
const BATCH: usize = 64;
/// How long acks and receipts of our own messages wait for more of their kind.
const GATHER: Duration = Duration::from_millis(10);
/// How long to wait before trying a failed commit again.
const STORE_RETRY: Duration = Duration::from_secs(1);
/// A flood of unreadable messages writes one line in this time.
const UNREADABLE_LOG_EVERY: Duration = Duration::from_secs(5);

/// People whose number was learned from a message in this process; beyond that remembering starts anew.
const MOST_TOLD: usize = 10_000;

/// What intake remembers from batch to batch of one process.
#[derive(Default)]
struct Memory {
    /// Those of them that a message told, and so the name of.
    told_lids: HashSet<Lid>,
    /// Unreadable messages not logged yet, and when the last line was written.
    unreadable: usize,
    logged: Option<Instant>,
}

/// Journals what one sidecar process says, until it is gone and all of it is committed that does not come again.
pub(super) async fn journal_until_gone(
    shared: Arc<Shared>,
    mut events: mpsc::Receiver<SequencedEvent>,
    handle: SidecarHandle,
) {
    let mut memory = Memory::default();
    let mut batch = Vec::with_capacity(BATCH);
    while events.recv_many(&mut batch, BATCH).await > 0 {
        let awaited = gather(&mut events, &mut batch).await;
        let last_seq = batch.last().map_or(0, |(seq, _)| *seq);
        while let Err(error) = commit(&shared, &batch, &mut memory).await {
            shared.store.noticed(&error);
            tracing::error!(
                account = shared.id(),
                "the journal cannot be written, so nothing is acknowledged: {error:#}"
            );
            if shared.ending.is_cancelled() {
                // Unacknowledged it comes again.
                return;
            }
            clock::pause(STORE_RETRY).await;
            if handle.is_gone() {
                if shared.store.is_damaged() {
                    return;
                }
                // To another process what waits for an ack comes again; the rest is told once.
                batch.retain(|(_, event)| !event.is_awaited());
            }
        }
        batch.clear();
        if !awaited {
            continue;
        }
        if let Err(fault) = handle.send(ToSidecar::Ack { seq: last_seq }).await {
            tracing::debug!("an ack was not sent: {}", fault.message);
        }
    }
}

/// Lets news of our own messages wait for more of it. Returns whether the batch has an event that the
/// sidecar waits for; that one keeps nobody waiting.
async fn gather(events: &mut mpsc::Receiver<SequencedEvent>, batch: &mut Vec<SequencedEvent>) -> bool {
    let until = clock::monotonic() + GATHER;
    loop {
        if batch.iter().any(|(_, event)| event.is_awaited()) {
            return true;
        }
        let room = BATCH.saturating_sub(batch.len());
        match tokio::time::timeout_at(until, events.recv_many(batch, room)).await {
            Ok(0) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

async fn commit(shared: &Arc<Shared>, batch: &[SequencedEvent], memory: &mut Memory) -> anyhow::Result<()> {
    let now = clock::now_ms();
    let before = shared.store.news();
    let mut messages: Vec<Journaled> = Vec::new();
    let mut pairs = Vec::new();
    let mut fates = Vec::new();
    for (_, event) in batch {
        match event {
            Event::Message(message) => messages.push(new_to(memory, translate::message(message))),
            Event::Undecryptable { origin, reason } => {
                log_unreadable(shared, memory, reason);
                messages.push(new_to(memory, translate::placeholder(origin)));
            }
            Event::LidMapping { pairs: learned } => pairs.extend(translate::lid_pairs(learned)),
            Event::ServerAck { id, .. } => fates.push(Fate::new(id.clone(), SendState::ServerAck)),
            Event::SendError { id, code, .. } => fates.push(Fate {
                error_code: Some(*code),
                error: Some("refused by WhatsApp".to_owned()),
                ..Fate::new(id.clone(), SendState::Failed)
            }),
            Event::Receipt { ids, status, .. } => {
                let state = match status {
                    ReceiptStatus::Delivered => SendState::Delivered,
                    ReceiptStatus::Read => SendState::Read,
                    ReceiptStatus::Played => SendState::Played,
                };
                fates.extend(ids.iter().map(|id| Fate::new(id.clone(), state)));
            }
            Event::Timelock { active, until_s } => timelock::set(shared, *active, *until_s).await?,
            Event::Unknown => {
                tracing::warn!(account = shared.id(), "an event of an unknown kind was skipped")
            }
        }
    }
    if !pairs.is_empty() {
        shared.store.learn_identities(&pairs, now).await?;
    }
    if !fates.is_empty() {
        timelock::learn_from(shared, &fates).await?;
    }
    let fresh = if messages.is_empty() {
        if !fates.is_empty() {
            tell_moved(shared, shared.store.settle(shared.id(), &fates, now).await?);
        }
        Vec::new()
    } else if fates.is_empty() {
        shared.store.journal(shared.id(), &messages, now).await?
    } else {
        // One commit for both: each waits for the disk, and a sidecar for the ack.
        let (moved, fresh) = shared.store.take_in(shared.id(), &fates, &messages, now).await?;
        tell_moved(shared, moved);
        fresh
    };
    if !messages.is_empty() {
        if !fresh.is_empty() {
            shared.undecided.notify_one();
        }
        for message in fresh.iter().filter_map(|index| messages.get(*index)) {
            if !message.from_me {
                shared.heard.now(now);
            }
            let _way = log::span::message(shared.id(), &message.message_id).entered();
            tracing::debug!("recorded");
        }
        tell(shared, &messages, &fresh);
        if memory.told_lids.len() >= MOST_TOLD {
            memory.told_lids.clear();
        }
        let told = messages.into_iter().filter_map(|message| message.learned);
        memory.told_lids.extend(told.map(|(lid, _)| lid));
    }
    if shared.store.news() != before {
        // What is held from these people is judged again there.
        shared.undecided.notify_one();
    }
    Ok(())
}

/// What this process has learned already need not be written again.
fn new_to(memory: &Memory, message: Journaled) -> Journaled {
    let learned = message.learned.filter(|(lid, _)| !memory.told_lids.contains(lid));
    Journaled { learned, ..message }
}

fn log_unreadable(shared: &Shared, memory: &mut Memory, reason: &str) {
    memory.unreadable += 1;
    let now = clock::monotonic();
    if memory.logged.is_some_and(|at| now < at + UNREADABLE_LOG_EVERY) {
        return;
    }
    let messages = std::mem::take(&mut memory.unreadable);
    tracing::warn!(
        account = shared.id(),
        messages,
        reason,
        "messages cannot be decrypted (yet)"
    );
    memory.logged = Some(now);
}

/// Wakes the sender, where the next message of a chat may go now, and tells watchers.
pub(crate) fn tell_moved(shared: &Shared, moved: Moved) {
    let frees = |sent: &SentInfo| match SendState::parse(&sent.state) {
        Some(SendState::ServerAck | SendState::Failed | SendState::Unknown | SendState::Written) => true,
        // The ack came before and made the way free; should it be missing, the sender's next look finds it.
        Some(SendState::Delivered | SendState::Read | SendState::Played) => false,
        Some(SendState::Queued | SendState::Sending | SendState::Expired | SendState::Cancelled) | None => {
            false
        }
    };
    if moved.followed && moved.sent.iter().any(frees) {
        shared.outbox.notify_one();
    }
    for SentInfo {
        message_id,
        chat,
        state,
        ..
    } in moved.sent
    {
        shared.watchers.tell(
            shared.id(),
            Watched::Outbound {
                message_id,
                chat,
                state,
                text: None,
            },
        );
    }
}

fn tell(shared: &Shared, messages: &[Journaled], fresh: &[usize]) {
    if !shared.watchers.any() {
        return;
    }
    for message in fresh.iter().filter_map(|index| messages.get(*index)) {
        shared.watchers.tell(
            shared.id(),
            Watched::Inbound {
                message_id: message.message_id.clone(),
                chat: message.chat.clone(),
                sender: crate::inbound::label(&message.sender, message.sender_alt.as_deref()),
                text: message.text.clone(),
            },
        );
    }
}
