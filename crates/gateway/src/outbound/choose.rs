//! Which messages may be written now.

use std::collections::HashSet;

use anyhow::Result;
use fased_policy::delivery::SendState;
use fased_policy::pacing::{self, Recent, WINDOW_MS};

use super::{Key, PARALLEL_CHATS, PARALLEL_PREPARATIONS, ROWS, Sending};
use crate::account::intake::tell_moved;
use crate::account::{OpenLink, Shared};
use crate::clock;
use crate::config::AccountConfig;
use crate::store::{Fate, OutboxLine, OutboxRow};

/// How long acks and receipts of the link before may take after a new one opened.
const LATE_ACK_MS: i64 = 10_000;
/// No ack for this long makes a written message `unknown`.
const ACK_DEADLINE_MS: i64 = 30_000;

/// What may be done now.
#[derive(Default)]
pub(super) struct Chosen {
    /// To be written; they are marked `sending`.
    pub(super) write: Vec<OutboxRow>,
    /// To be completed first.
    pub(super) prepare: Vec<OutboxRow>,
}

/// Picks what may be done now, and marks what may be written.
pub(super) async fn next_rows(shared: &Shared, link: &OpenLink, sending: &mut Sending) -> Result<Chosen> {
    let now = clock::now_ms();
    let passed: Vec<i64> = sending.repeated.iter().copied().collect();
    let open = shared.store.open_outbox(shared.id(), &passed, now, ROWS).await?;
    sending.wake_ms = open.wake_ms;
    let mut chosen = Chosen::default();
    let mut late = Vec::new();
    let too_old = look_at_passed(shared, sending, &passed, now, &mut late).await?;
    if too_old || open.heads.iter().any(|row| row.expires_ms <= now) {
        super::expiry::expire(shared).await;
    }
    let config = shared.config();
    let mut pace = Pace::default();
    let mut blocked: HashSet<Key> = sending.busy.keys().cloned().collect();
    let mut again = Vec::new();
    let preparing = sending.preparing.len();
    sending.passed_over = false;
    for row in open.heads {
        if chosen.write.len() + sending.busy.len() - preparing >= PARALLEL_CHATS {
            break;
        }
        let key = (row.chat.clone(), row.line);
        if blocked.contains(&key) {
            // The one under way itself is none.
            sending.passed_over |= sending.busy.get(&key).is_some_and(|busy| *busy != row.id);
            continue;
        }
        match SendState::parse(&row.state) {
            Some(SendState::Queued | SendState::Unknown) if row.expires_ms <= now => continue,
            // It waits until the account may speak again, or until its time is over.
            Some(SendState::Queued | SendState::Unknown) if config.observe_only => continue,
            Some(SendState::Queued) if row.draft.is_some() => {
                if preparing + chosen.prepare.len() < PARALLEL_PREPARATIONS {
                    chosen.prepare.push(row);
                }
                blocked.insert(key);
                continue;
            }
            Some(SendState::Queued) => {
                let held_until_ms = pace.holds_back(shared, &config, &row, now).await?;
                if held_until_ms.is_some() {
                    sending.wake_at(held_until_ms);
                    blocked.insert(key);
                    continue;
                }
            }
            Some(SendState::Unknown) if now >= link.opened_ms + LATE_ACK_MS => {
                again.push(row.id);
            }
            Some(SendState::Sending | SendState::Written) if now >= row.updated_ms + ACK_DEADLINE_MS => {
                late.push(unacknowledged(row.message_id));
                blocked.insert(key);
                continue;
            }
            _ => {
                blocked.insert(key);
                continue;
            }
        }
        blocked.insert(key);
        chosen.write.push(row);
    }
    if !pace.held.is_empty() {
        shared.store.hold_back(&pace.held).await?;
    }
    if !late.is_empty() {
        tell_moved(shared, shared.store.settle(shared.id(), &late, now).await?);
    }
    if !chosen.write.is_empty() {
        // An ack or an error may have come since they were read.
        let ids: Vec<i64> = chosen.write.iter().map(|row| row.id).collect();
        let started = shared.store.start_sending(&ids, now).await?;
        chosen.write.retain(|row| started.contains(&row.id));
        // Only what really goes again gives way: whatever failed before this leaves it the first of its chat.
        sending
            .repeated
            .extend(again.into_iter().filter(|id| started.contains(id)));
    }
    Ok(chosen)
}

fn unacknowledged(message_id: String) -> Fate {
    Fate {
        error: Some("WhatsApp has not acknowledged it in 30 s".to_owned()),
        ..Fate::new(message_id, SendState::Unknown)
    }
}

/// What was sent again blocks nothing, but still has to come to an end. Adds those whose ack did not come to `late`,
/// forgets those whose fate is known, and returns whether one is too old by now.
async fn look_at_passed(
    shared: &Shared,
    sending: &mut Sending,
    passed: &[i64],
    now: i64,
    late: &mut Vec<Fate>,
) -> Result<bool> {
    if passed.is_empty() {
        return Ok(false);
    }
    let open = shared.store.still_open(passed).await?;
    sending
        .repeated
        .retain(|id| open.iter().any(|passed| passed.id == *id));
    let under_way: HashSet<i64> = sending.busy.values().copied().collect();
    let mut too_old = false;
    for row in open.into_iter().filter(|row| !under_way.contains(&row.id)) {
        let state = SendState::parse(&row.state);
        let waits_for_ack = matches!(state, Some(SendState::Sending | SendState::Written));
        if waits_for_ack && now >= row.updated_ms + ACK_DEADLINE_MS {
            late.push(unacknowledged(row.message_id));
        } else if !waits_for_ack && row.expires_ms <= now {
            too_old = true;
        }
    }
    Ok(too_old)
}

/// What holds messages back; read once in a round, and only when something waits.
#[derive(Default)]
struct Pace {
    /// What was sent unasked in the last minute.
    sent: Option<Vec<(String, i64)>>,
    /// What has to wait from now on, and until when; kept all at once.
    held: Vec<(i64, i64)>,
}

impl Pace {
    /// Until when a message has to wait, if it has to.
    async fn holds_back(
        &mut self,
        shared: &Shared,
        config: &AccountConfig,
        row: &OutboxRow,
        now: i64,
    ) -> Result<Option<i64>> {
        if row.not_before_ms > now {
            return Ok(Some(row.not_before_ms));
        }
        match row.line {
            OutboxLine::Answers | OutboxLine::Acks => return Ok(None),
            OutboxLine::Unasked => {}
        }
        let sent = match self.sent.take() {
            Some(sent) => sent,
            None => {
                shared
                    .store
                    .sent_unasked_since(shared.id(), now - WINDOW_MS)
                    .await?
            }
        };
        let account: Vec<i64> = sent.iter().map(|(_, at)| *at).collect();
        let chat: Vec<i64> = sent
            .iter()
            .filter(|(chat, _)| *chat == row.chat)
            .map(|(_, at)| *at)
            .collect();
        let recent = Recent {
            chat: &chat,
            account: &account,
        };
        let sent = self.sent.insert(sent);
        // Its random wait is over once it has waited at all.
        let due = if row.not_before_ms > 0 {
            pacing::free_at(&config.pacing, recent, now)
        } else {
            pacing::due_at(&config.pacing, recent, now, clock::chance())
        };
        if due > now {
            self.held.push((row.id, due));
            return Ok(Some(due));
        }
        sent.push((row.chat.clone(), now));
        Ok(None)
    }
}
