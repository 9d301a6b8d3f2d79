//! Outbox row → sidecar → ack → receipts. Order is kept within a chat; chats go in parallel.
//!
//! A row is marked `sending` before its first byte leaves. What was under way when a link ended is
//! `unknown`: nobody can say whether it arrived. If neither ack nor receipt comes soon after the
//! next `ready`, the identical message goes again under the same id, which recipients drop if they
//! have it.

mod choose;
mod enqueue;
mod expiry;
mod prepare;
pub(crate) mod timelock;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use fased_policy::delivery::SendState;
use fased_protocol::control::Watched;
use fased_protocol::fault::{Fault, FaultCode};
use fased_protocol::private::Jid;
use fased_protocol::sidecar::Call;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::account::intake::tell_moved;
use crate::account::{OpenLink, Shared};
use crate::clock;
use crate::log;
use crate::store::{Fate, OutboxLine, OutboxRow};

pub use enqueue::{
    Content, MESSAGE_TTL_MS, Order, Planned, Queued, Refusal, commit, enqueue, holds_caption, plan,
};
pub(crate) use enqueue::{contact, spoken};
pub(crate) use expiry::PAYLOAD_KEPT_MS;

/// A reply that could not be sent for this long is not sent any more.
pub const REPLY_TTL_MS: i64 = 24 * 3_600_000;

/// Chats written to at once.
const PARALLEL_CHATS: usize = 16;
/// Messages completed at once, such as by an upload.
const PARALLEL_PREPARATIONS: usize = 4;
/// Lines of chats looked at in one round.
const ROWS: i64 = 500;
/// How long a chat rests after too much was asked at once, or after its link turned out to be closed. A new link
/// ends the rest.
const CHAT_RESTS: Duration = Duration::from_secs(5);
/// How long the end of an attempt may stay unrecorded. Most are acknowledged within, and `written` is then
/// old news; to a restart `sending` and `written` mean the same.
const RECORD_WITHIN: Duration = Duration::from_millis(20);
/// How often what is too old is looked for while there is no link.
const EXPIRE_EVERY: Duration = Duration::from_secs(60);
/// Looks for work at least this often: acks time out, rows expire.
const SWEEP: Duration = Duration::from_secs(1);

/// Sends whatever the outbox holds, and forgets what is no longer needed of it, until told to end.
pub(crate) async fn send_forever(shared: Arc<Shared>, shutdown: CancellationToken) {
    tokio::select! {
        () = send_over_links(&shared, &shutdown) => {}
        () = expiry::tidy_forever(&shared) => {}
    }
}

async fn send_over_links(shared: &Arc<Shared>, shutdown: &CancellationToken) {
    let mut links = shared.link.subscribe();
    loop {
        let link = links.borrow_and_update().clone();
        let ended = async {
            tokio::select! {
                changed = links.changed() => changed.is_err(),
                () = shutdown.cancelled() => true,
            }
        };
        match link {
            Some(link) => tokio::select! {
                ended = ended => if ended { return },
                () = send_while_open(shared, &link) => {}
            },
            None => tokio::select! {
                ended = ended => if ended { return },
                () = expire_while_closed(shared) => {}
            },
        }
    }
}

/// What waits for a link that does not come grows old all the same.
async fn expire_while_closed(shared: &Shared) {
    loop {
        clock::pause(EXPIRE_EVERY).await;
        expiry::expire(shared).await;
    }
}

/// A line of a chat: its messages follow each other.
type Key = (String, OutboxLine);

/// One link's worth of sending.
struct Sending {
    /// Lines with a send under way, and the row it is about.
    busy: HashMap<Key, i64>,
    /// Of them, those whose row is being completed.
    preparing: HashSet<Key>,
    /// Which line a task works for: one that breaks off cannot say so itself.
    tasks: HashMap<tokio::task::Id, Key>,
    /// Unknown rows that were sent again in this link: they block their chat no longer.
    repeated: HashSet<i64>,
    /// In the last look a message was passed over because an attempt of its line was under way.
    passed_over: bool,
    /// Attempts that are over and not recorded yet.
    over: Vec<Fate>,
    /// When they must be.
    record_at: Instant,
    /// When the next message may go that waits for nothing but time, Unix milliseconds.
    wake_ms: Option<i64>,
}

/// An attempt that is over.
struct Attempted {
    key: Key,
    row: i64,
    /// What is known of the message now; nothing when it was certainly not written and waits for its
    /// turn again.
    fate: Option<Fate>,
}

async fn send_while_open(shared: &Arc<Shared>, link: &OpenLink) {
    while let Err(error) = shared.store.mark_unknown(shared.id(), clock::now_ms()).await {
        tracing::error!(account = shared.id(), "the outbox cannot be written: {error:#}");
        shared.store.noticed(&error);
        clock::pause(SWEEP).await;
    }
    let mut sending = Sending {
        busy: HashMap::new(),
        preparing: HashSet::new(),
        tasks: HashMap::new(),
        repeated: HashSet::new(),
        passed_over: false,
        over: Vec::new(),
        record_at: clock::monotonic(),
        wake_ms: None,
    };
    expiry::expire(shared).await;
    let mut attempts = tokio::task::JoinSet::new();
    let mut look = true;
    loop {
        if look {
            match choose::next_rows(shared, link, &mut sending).await {
                Ok(chosen) => {
                    for row in chosen.write {
                        let key = (row.chat.clone(), row.line);
                        sending.busy.insert(key.clone(), row.id);
                        let way = log::span::message(shared.id(), &row.message_id);
                        let writing = attempt(Arc::clone(shared), link.clone(), row).instrument(way);
                        let task = attempts.spawn(writing);
                        sending.tasks.insert(task.id(), key);
                    }
                    for row in chosen.prepare {
                        let key = (row.chat.clone(), row.line);
                        sending.preparing.insert(key.clone());
                        sending.busy.insert(key.clone(), row.id);
                        let task = attempts.spawn(prepare::prepare(Arc::clone(shared), link.clone(), row));
                        sending.tasks.insert(task.id(), key);
                    }
                }
                Err(error) => {
                    tracing::error!(
                        account = shared.id(),
                        "the outbox cannot be read or written: {error:#}"
                    );
                    shared.store.noticed(&error);
                }
            }
        }
        look = tokio::select! {
            Some(attempted) = attempts.join_next_with_id(), if !attempts.is_empty() => match attempted {
                Ok((task, attempted)) => {
                    sending.tasks.remove(&task);
                    sending.note(shared, attempted).await
                }
                Err(error) => {
                    sending.free(error.id());
                    tracing::error!(account = shared.id(), "an attempt broke off: {error}");
                    false
                }
            },
            () = tokio::time::sleep_until(sending.record_at), if !sending.over.is_empty() => {
                sending.record(shared).await
            }
            () = shared.outbox.notified() => true,
            () = clock::pause(sending.rest()) => true,
        };
    }
}

impl Sending {
    /// Looks again at this moment, if not before.
    fn wake_at(&mut self, moment_ms: Option<i64>) {
        self.wake_ms = self.wake_ms.into_iter().chain(moment_ms).min();
    }

    /// How long until the next look, unless something happens before.
    fn rest(&self) -> Duration {
        let until = self.wake_ms.map(|wake| wake - clock::now_ms());
        until.map_or(SWEEP, |until| {
            SWEEP.min(Duration::from_millis(u64::try_from(until).unwrap_or(0)))
        })
    }

    /// Frees the line of a task that broke off. What it was writing becomes `unknown` when no ack comes.
    fn free(&mut self, task: tokio::task::Id) {
        if let Some(key) = self.tasks.remove(&task) {
            self.busy.remove(&key);
            self.preparing.remove(&key);
        }
    }

    /// Notes that an attempt is over. Returns whether another message may go now: after one that was
    /// written its chat waits for the ack.
    async fn note(&mut self, shared: &Shared, Attempted { key, row, fate }: Attempted) -> bool {
        let full = self.busy.len() - self.preparing.len() >= PARALLEL_CHATS;
        self.busy.remove(&key);
        self.preparing.remove(&key);
        let Some(fate) = fate else {
            self.repeated.remove(&row);
            return true;
        };
        if self.over.is_empty() {
            self.record_at = clock::monotonic() + RECORD_WITHIN;
        }
        let waits = fate.to == SendState::Written;
        self.over.push(fate);
        if !waits {
            self.record(shared).await;
        }
        full || !waits
    }

    /// Records the attempts that are over. Returns whether another message may go now.
    async fn record(&mut self, shared: &Shared) -> bool {
        let fates = std::mem::take(&mut self.over);
        match shared.store.settle(shared.id(), &fates, clock::now_ms()).await {
            Ok(moved) => {
                // One that did not move was acknowledged while it was still under way.
                let acknowledged = moved.sent.len() < fates.len();
                tell_moved(shared, moved);
                acknowledged && self.passed_over
            }
            Err(error) => {
                tracing::error!(account = shared.id(), "attempts cannot be recorded: {error:#}");
                shared.store.noticed(&error);
                self.over = fates;
                self.record_at = clock::monotonic() + SWEEP;
                false
            }
        }
    }
}

/// Writes one row.
async fn attempt(shared: Arc<Shared>, link: OpenLink, row: OutboxRow) -> Attempted {
    shared.watchers.tell(
        shared.id(),
        Watched::Outbound {
            message_id: row.message_id.clone(),
            chat: row.chat.clone(),
            state: SendState::Sending.as_str().to_owned(),
            text: Some(row.text.clone()),
        },
    );
    let outcome = match row.payload() {
        Ok(payload) => {
            let call = Call::Send {
                chat: Jid(row.chat.clone()),
                message_id: row.message_id.clone(),
                payload: Box::new(payload),
            };
            link.handle.call(call).await
        }
        Err(error) => Err(Fault {
            code: FaultCode::BadRequest,
            message: format!("the stored message cannot be read: {error:#}"),
        }),
    };
    match &outcome {
        Ok(_) => tracing::debug!("written"),
        // What else is said of it may name somebody.
        Err(fault) => tracing::debug!(code = ?fault.code, "not written"),
    }
    let failed = |to, message| {
        Some(Fate {
            error: Some(message),
            ..Fate::new(row.message_id.clone(), to)
        })
    };
    let fate = match outcome {
        Ok(_) => Some(Fate::new(row.message_id.clone(), SendState::Written)),
        Err(Fault { code, message }) => match code {
            // Nothing was written.
            FaultCode::Overloaded | FaultCode::NotConnected => {
                if let Err(error) = shared.store.send_again_later(row.id, clock::now_ms()).await {
                    tracing::error!(account = shared.id(), "an attempt cannot be recorded: {error:#}");
                }
                // The chat stays busy meanwhile: who is asked to slow down must not ask at once again, and what waits
                // behind it would meet the same closed link.
                clock::pause(CHAT_RESTS).await;
                None
            }
            FaultCode::BadRequest
            | FaultCode::Rejected
            | FaultCode::TooLarge
            | FaultCode::Damaged
            | FaultCode::Gone => failed(SendState::Failed, message),
            // It may have been written: only an ack, a receipt or a repetition can tell.
            FaultCode::TimedOut | FaultCode::Internal => failed(SendState::Unknown, message),
        },
    };
    Attempted {
        key: (row.chat, row.line),
        row: row.id,
        fate,
    }
}

/// A new message id, in the form that WhatsApp's own web client uses.
#[must_use]
pub fn mint_id() -> String {
    format!("3EB0{}", hex::<9>().to_uppercase())
}

/// The id, in the same form, that follows from these words: what is committed once more is the same message.
#[must_use]
pub(crate) fn id_from(words: &str) -> String {
    let hash = Sha256::digest(words);
    let hex: String = hash.iter().take(9).map(|byte| format!("{byte:02X}")).collect();
    format!("3EB0{hex}")
}

/// The secret of a new message.
#[must_use]
pub fn mint_secret() -> String {
    hex::<32>()
}

fn hex<const N: usize>() -> String {
    let bytes: [u8; N] = clock::random();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
