//! Strangers: who gets a code, who is texted, and what the owner hears of it.

use std::collections::HashSet;

use anyhow::Result;
use fased_policy::ids::Identity;
use fased_policy::name::neutralised;
use fased_policy::pairing::{
    Ask, Code, PendingFacts, code_from, is_live, notice_text, on_request, request_text,
};

use crate::account::Shared;
use crate::clock;
use crate::config::AccountConfig;
use crate::outbound::REPLY_TTL_MS;
use crate::store::{Draft, PairingChange, Purpose, StoredMessage, Waiting};

const HOUR_MS: i64 = 3_600_000;
/// Senders that are listed without a code. Beyond that they are held and not listed; each can still be
/// approved by number.
const MOST_LISTED: usize = 1_000;

/// The requests of one batch, so that a later message finds what an earlier one led to.
#[derive(Default)]
pub(super) struct Desk {
    waiting: Option<Waiting>,
    texts: Option<usize>,
    /// Addresses that are writing right now, as some message of the batch shows.
    live: HashSet<String>,
    /// Senders that were seen in this batch, and whether they got no code.
    seen: Vec<(Identity, bool)>,
}

/// What a stranger's message leads to.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) change: Option<PairingChange>,
    pub(super) sends: Vec<Draft>,
    pub(super) new_code: Option<String>,
    pub(super) is_full: bool,
}

impl Desk {
    pub(super) fn new(shared: &Shared, messages: &[StoredMessage]) -> Self {
        let opened_ms = shared.link.borrow().as_ref().map(|link| link.opened_ms);
        let live = |message: &&StoredMessage| {
            opened_ms.is_some_and(|opened_ms| is_live(message.timestamp_s, opened_ms))
        };
        Self {
            live: messages
                .iter()
                .filter(live)
                .map(|message| message.sender.clone())
                .collect(),
            ..Self::default()
        }
    }

    pub(super) async fn ask(
        &mut self,
        shared: &Shared,
        config: &AccountConfig,
        message: &StoredMessage,
        sender: &Identity,
        is_owner: bool,
        now: i64,
    ) -> Result<Asked> {
        // What the first message of this batch led to stands for the others.
        if let Some((_, is_full)) = self.seen.iter().find(|(seen, _)| seen.matches(sender)) {
            return Ok(Asked {
                is_full: *is_full,
                ..Asked::default()
            });
        }
        let existing = shared.store.pairing_of(shared.id(), sender, now).await?;
        let facts = existing
            .as_ref()
            .filter(|row| row.code.is_some())
            .map(|row| PendingFacts {
                created_ms: row.created_ms,
                expires_ms: row.expires_ms,
                text_sent: row.text_sent_ms.is_some(),
            });
        let waiting = self.waiting(shared, now).await?;
        let texts = self.texts(shared, now).await?;
        let live = self.live.contains(&message.sender);
        let ask = on_request(
            facts.as_ref(),
            waiting.with_code,
            texts,
            live && !is_owner,
            config.observe_only,
            config.is_personal(),
            now,
            &config.pairing,
        );
        let mut asked = Asked::default();
        match (ask, existing) {
            (Ask::KeepCode { send_text }, Some(row)) => {
                let code = row.code.as_deref().filter(|_| send_text);
                asked
                    .sends
                    .extend(code.map(|code| text_with_code(message, sender, code, now)));
                asked.change = Some(PairingChange::Seen {
                    id: row.id,
                    text_sent: send_text,
                });
            }
            (Ask::Full, Some(row)) => {
                asked.is_full = true;
                asked.change = Some(PairingChange::Seen {
                    id: row.id,
                    text_sent: false,
                });
            }
            (Ask::Full, None) => {
                asked.is_full = true;
                if waiting.without_code < MOST_LISTED {
                    self.count(|waiting| waiting.without_code += 1);
                    asked.change = Some(add(config, message, sender, None, false, now));
                }
            }
            (Ask::NewCode { send_text } | Ask::KeepCode { send_text }, _) => {
                let code = code_from(clock::random()).to_string();
                self.count(|waiting| waiting.with_code += 1);
                if send_text {
                    asked.sends.push(text_with_code(message, sender, &code, now));
                }
                if config.notify_owner && !config.observe_only && !is_owner {
                    asked
                        .sends
                        .extend(owner_notices(shared, config, message, sender, &code, now));
                }
                asked.change = Some(add(config, message, sender, Some(code.clone()), send_text, now));
                asked.new_code = Some(code);
            }
        }
        let texted = matches!(
            asked.change,
            Some(PairingChange::Add { text_sent: true, .. } | PairingChange::Seen { text_sent: true, .. })
        );
        self.texts = Some(texts + usize::from(texted));
        self.seen.push((sender.clone(), asked.is_full));
        Ok(asked)
    }

    fn count(&mut self, change: impl FnOnce(&mut Waiting)) {
        if let Some(waiting) = &mut self.waiting {
            change(waiting);
        }
    }

    async fn waiting(&mut self, shared: &Shared, now: i64) -> Result<Waiting> {
        let waiting = match self.waiting {
            Some(waiting) => waiting,
            None => shared.store.waiting(shared.id(), now).await?,
        };
        self.waiting = Some(waiting);
        Ok(waiting)
    }

    async fn texts(&mut self, shared: &Shared, now: i64) -> Result<usize> {
        match self.texts {
            Some(texts) => Ok(texts),
            None => shared.store.pairing_texts_since(shared.id(), now - HOUR_MS).await,
        }
    }
}

fn add(
    config: &AccountConfig,
    message: &StoredMessage,
    sender: &Identity,
    code: Option<String>,
    text_sent: bool,
    now: i64,
) -> PairingChange {
    PairingChange::Add {
        sender: sender.clone(),
        chat: message.chat.clone(),
        name: message.push_name.as_deref().and_then(neutralised),
        code,
        expires_ms: config.pairing.expires_ms(now),
        text_sent,
    }
}

fn text_with_code(message: &StoredMessage, sender: &Identity, code: &str, now: i64) -> Draft {
    let text = Code::parse(code).map(|code| request_text(&sender.label(), &code));
    draft(
        message.chat.clone(),
        Purpose::Pairing,
        text.unwrap_or_default(),
        now,
    )
}

/// One for each owner that is named, or for the linked number itself.
fn owner_notices(
    shared: &Shared,
    config: &AccountConfig,
    message: &StoredMessage,
    sender: &Identity,
    code: &str,
    now: i64,
) -> Vec<Draft> {
    let mut chats: Vec<String> = match &config.rules.owners {
        Some(owners) => {
            let phones = owners.phones().map(|phone| phone.to_jid());
            phones.chain(owners.lids().map(|lid| lid.to_jid())).collect()
        }
        None => shared
            .own()
            .phone
            .map(|phone| phone.to_jid())
            .into_iter()
            .collect(),
    };
    chats.sort();
    let name = message.push_name.as_deref().and_then(neutralised);
    let Ok(code) = Code::parse(code) else {
        return Vec::new();
    };
    let text = notice_text(shared.id(), &sender.label(), name.as_deref(), &code);
    chats
        .into_iter()
        .map(|chat| draft(chat, Purpose::Notice, text.clone(), now))
        .collect()
}

fn draft(chat: String, purpose: Purpose, text: String, now: i64) -> Draft {
    Draft::text(chat, purpose, text, now + REPLY_TTL_MS)
}
