//! What is our own: known by its id, or by its words where WhatsApp gave it another id.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use fased_policy::access::{Mode, Nature};
use fased_policy::echo::{LOOP_WINDOW_MS, Turns, are_alike, folded, is_in_window};
use fased_policy::ids::ChatId;

use crate::account::Shared;
use crate::known::Known;
use crate::store::{RecentSend, StoredMessage};

/// Chats whose turns are counted; beyond that counting starts anew.
const MOST_CHATS: usize = 10_000;

/// Outbox rows that were recognised in this batch: each absorbs one message at most.
#[derive(Default)]
pub(super) struct Absorbed {
    rows: HashSet<i64>,
}

/// What a message was recognised as.
#[derive(Default)]
pub(super) struct Echo {
    /// The outbox row that it is.
    pub(super) of: Option<i64>,
    /// It is none, and says what we said.
    pub(super) looks_like_ours: bool,
}

impl Absorbed {
    /// Finds out whether a message of the account itself is one that the gateway sent; completes `known`.
    pub(super) async fn recognise(
        &mut self,
        shared: &Shared,
        message: &StoredMessage,
        known: &mut Known,
        now: i64,
    ) -> Result<Echo> {
        if !message.from_me {
            return Ok(Echo::default());
        }
        // Elsewhere what the account writes is dropped whatever it says.
        let may_start_a_turn = match known.chat {
            ChatId::SelfChat => true,
            ChatId::Group(_) => shared.config().rules.mode == Mode::Personal,
            // There it may answer what an agent asks, and nothing else.
            ChatId::Direct(_) => known.question.is_some(),
            ChatId::NotAConversation(_) => false,
        };
        if !may_start_a_turn && !known.own_echo {
            return Ok(Echo::default());
        }
        let oldest = now.min(message.timestamp_s.saturating_mul(1000)) - LOOP_WINDOW_MS;
        let recent = shared
            .store
            .recent_sends(shared.id(), &known.addresses(message), oldest)
            .await?;
        if known.own_echo {
            let of = recent.iter().find(|sent| sent.message_id == message.message_id);
            self.rows.extend(of.map(|sent| sent.id));
            return Ok(Echo {
                of: of.map(|sent| sent.id),
                looks_like_ours: false,
            });
        }
        // A reaction repeats nobody's words, and an edit is meant to.
        if known.nature == Nature::About {
            return Ok(Echo::default());
        }
        let words = folded(message.text.as_deref().unwrap_or_default());
        if words.is_empty() {
            return Ok(Echo::default());
        }
        let here: Vec<(&RecentSend, String)> = recent.iter().map(|sent| (sent, folded(&sent.text))).collect();
        let absorbs = here.iter().find(|(sent, said)| {
            !sent.echoed
                && !self.rows.contains(&sent.id)
                && *said == words
                && is_in_window(sent.created_ms, message.timestamp_s, now)
        });
        if let Some((sent, _)) = absorbs {
            self.rows.insert(sent.id);
            known.own_echo = true;
            return Ok(Echo {
                of: Some(sent.id),
                looks_like_ours: false,
            });
        }
        Ok(Echo {
            of: None,
            looks_like_ours: here.iter().any(|(_, said)| are_alike(said, &words)),
        })
    }
}

/// Turns in a row that our own words may have started, by chat.
#[derive(Default)]
pub(super) struct Loops {
    chats: HashMap<String, Turns>,
}

impl Loops {
    /// Must this message, which would start a turn, not start it?
    pub(super) fn is_broken(&mut self, message: &StoredMessage, looks_like_ours: bool) -> bool {
        if !looks_like_ours {
            self.chats.remove(&message.chat);
            return false;
        }
        if self.chats.len() >= MOST_CHATS {
            self.chats.clear();
        }
        self.chats.entry(message.chat.clone()).or_default().next(true)
    }

    /// Is it the first that was turned away in this chat?
    pub(super) fn is_first_broken(&self, chat: &str) -> bool {
        self.chats.get(chat).is_some_and(|turns| turns.is_first_broken())
    }
}
