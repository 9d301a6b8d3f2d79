//! What was decided, in the log and for those who watch.

use std::collections::HashSet;

use fased_policy::access::{Outcome, Reason};
use fased_policy::ids::{ChatId, Identity};
use fased_protocol::control::Watched;
use fased_protocol::private::short_hash;

use super::decide::Decided;
use crate::account::Shared;
use crate::config::AccountConfig;
use crate::explain;
use crate::log;
use crate::reading::ReadMark;
use crate::store::StoredMessage;

/// Chats and reasons that are remembered; beyond that remembering starts anew.
const MOST_TOLD: usize = 10_000;

/// For which chats a reason has been logged as a warning.
#[derive(Default)]
pub(super) struct Told {
    pairs: HashSet<(String, Reason)>,
}

impl Told {
    fn is_first(&mut self, chat: &str, reason: Reason) -> bool {
        if self.pairs.len() >= MOST_TOLD {
            self.pairs.clear();
        }
        self.pairs.insert((chat.to_owned(), reason))
    }
}

pub(super) fn tell(
    shared: &Shared,
    config: &AccountConfig,
    message: &StoredMessage,
    decided: &Decided,
    told: &mut Told,
) {
    let verdict = decided.verdict;
    let reason = verdict.reason.as_str();
    let _way = log::span::message(shared.id(), &message.message_id).entered();
    tracing::info!(verdict = verdict.outcome.as_str(), reason, "verdict");
    // WhatsApp hears only now, when the admission is committed, and only of what an agent will see.
    if verdict.outcome == Outcome::Admit && !message.from_me {
        shared.reading.push(ReadMark {
            chat: message.chat.clone(),
            participant: matches!(decided.known.chat, ChatId::Group(_)).then(|| message.sender.clone()),
            message_id: message.message_id.clone(),
        });
    }
    let is_refused = matches!(verdict.outcome, Outcome::Drop | Outcome::Hold);
    if is_refused && told.is_first(&message.chat, verdict.reason) {
        warn_first(config, message, decided);
    }
    if decided.code.is_some() {
        let sender = label(&message.sender, message.sender_alt.as_deref());
        let code = decided.code.clone();
        shared
            .watchers
            .tell(shared.id(), Watched::Pairing { sender, code });
    }
    shared.watchers.tell(
        shared.id(),
        Watched::Verdict {
            seq: message.seq,
            message_id: message.message_id.clone(),
            chat: label(&message.chat, message.chat_alt.as_deref()),
            sender: label(&message.sender, message.sender_alt.as_deref()),
            content: message.content.clone(),
            verdict: verdict.outcome.as_str().to_owned(),
            reason: reason.to_owned(),
            sentence: verdict.reason.sentence().to_owned(),
        },
    );
}

/// The first of its kind in a chat, with the line of the config or the command that would change it.
fn warn_first(config: &AccountConfig, message: &StoredMessage, decided: &Decided) {
    let verdict = decided.verdict;
    let Some(remedy) = explain::config_line(verdict.reason, verdict.by, config, &decided.known) else {
        return;
    };
    tracing::warn!(
        chat = short_hash(&message.chat),
        reason = verdict.reason.as_str(),
        remedy,
        "{}",
        verdict.reason.sentence()
    );
}

/// A sender as people know them: number, else hidden id, else the address.
pub(crate) fn label(jid: &str, alt: Option<&str>) -> String {
    let identity = Identity::from_jids(jid, alt);
    if identity.is_empty() {
        jid.to_owned()
    } else {
        identity.label()
    }
}
