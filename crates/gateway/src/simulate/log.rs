//! What is seen while a script plays: the gateway's own events and the fake server's record,
//! brought into one order and told as it comes.
//!
//! Both carry times of the same clock but arrive by different ways, so each is held for a moment
//! before it is told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fased::clock::now_ms;
use fased_protocol::control::{WatchEvent, Watched};
use serde_json::Value;

use super::play::OWN_PHONE;

/// How long an entry waits for earlier ones that arrive later.
const SETTLE_MS: i64 = 400;

/// One line of what is told.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Unix milliseconds.
    pub(crate) at_ms: i64,
    /// `in`, `why`, `out`, `✓`, …
    pub(crate) kind: &'static str,
    /// For people.
    pub(crate) text: String,
}

#[derive(Debug, Default)]
struct Seen {
    /// Not told yet.
    waiting: Vec<Entry>,
    /// All records of the fake server.
    records: Vec<Value>,
    /// Who wrote which message, as far as the gateway told.
    senders: HashMap<String, String>,
    /// Names of groups by their addresses.
    groups: HashMap<String, String>,
    /// When something came in last.
    last_ms: i64,
    /// Reasons of the verdicts by message id.
    reasons: HashMap<String, Vec<String>>,
}

/// Everything seen so far, shared by those who see and those who check.
#[derive(Debug, Clone, Default)]
pub(super) struct Log {
    seen: Arc<Mutex<Seen>>,
}

impl Log {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something that the script does or finds, now.
    pub(super) fn note(&self, kind: &'static str, text: impl Into<String>) {
        let at_ms = now_ms();
        let mut seen = self.lock();
        seen.last_ms = at_ms;
        seen.waiting.push(Entry {
            at_ms,
            kind,
            text: text.into(),
        });
    }

    /// From now on the group is told by its name.
    pub(super) fn name_group(&self, address: &str, name: &str) {
        self.lock().groups.insert(address.to_owned(), name.to_owned());
    }

    /// The name of a group.
    pub(super) fn group_name(&self, address: &str) -> Option<String> {
        self.lock().groups.get(address).cloned()
    }

    /// The address of a group.
    pub(super) fn group_named(&self, name: &str) -> Option<String> {
        let seen = self.lock();
        let (address, _) = seen.groups.iter().find(|(_, known)| *known == name)?;
        Some(address.clone())
    }

    /// When something came in last, Unix milliseconds.
    pub(super) fn last_ms(&self) -> i64 {
        self.lock().last_ms
    }

    /// What is old enough to be told, or everything at the end.
    pub(super) fn take(&self, everything: bool) -> Vec<Entry> {
        let settled = if everything {
            i64::MAX
        } else {
            now_ms() - SETTLE_MS
        };
        let mut seen = self.lock();
        let (mut told, waiting): (Vec<_>, Vec<_>) = std::mem::take(&mut seen.waiting)
            .into_iter()
            .partition(|entry| entry.at_ms <= settled);
        seen.waiting = waiting;
        // Stable: what arrived first at the same millisecond stays first.
        told.sort_by_key(|entry| entry.at_ms);
        told
    }

    /// An event that the gateway tells.
    pub(super) fn watched(&self, event: WatchEvent) {
        let mut seen = self.lock();
        let (kind, text) = match event.what {
            Watched::Inbound {
                message_id,
                sender,
                text,
                chat,
            } => {
                let place = if chat.ends_with("@g.us") {
                    format!(" in {}", seen.groups.get(&chat).unwrap_or(&chat))
                } else if sender == OWN_PHONE && number_of(&chat) != sender {
                    format!(" to {}", number_of(&chat))
                } else {
                    String::new()
                };
                let text = one_line(text.as_deref().unwrap_or("(no text)"));
                let told = format!("{sender}{place}  {text}  [{message_id}]");
                seen.senders.insert(message_id, sender);
                ("in", told)
            }
            Watched::Verdict {
                message_id,
                verdict,
                reason,
                sentence,
                ..
            } => {
                let sender = seen.senders.get(&message_id).cloned().unwrap_or_default();
                let told = format!("{sender}  {verdict}: {reason}. {sentence}");
                seen.reasons.entry(message_id).or_default().push(reason);
                ("why", told)
            }
            Watched::Pairing {
                sender,
                code: Some(code),
            } => ("code", format!("{sender}  {code}")),
            Watched::Pairing { sender, code: None } => ("code", format!("{sender}  listed without a code")),
            Watched::Outbound { chat, state, .. }
                if matches!(state.as_str(), "failed" | "expired" | "unknown") =>
            {
                ("out", format!("{chat}  {state}"))
            }
            // What goes out is told as the recipient's phone sees it.
            Watched::Outbound { .. } => return,
            Watched::Account { state, sentence } => ("link", format!("{state}: {sentence}")),
            Watched::Missed { events } => ("note", format!("{events} events were missed by this view")),
        };
        seen.last_ms = now_ms();
        seen.waiting.push(Entry {
            at_ms: event.at_ms,
            kind,
            text,
        });
    }

    /// A record of the fake server.
    pub(super) fn recorded(&self, record: Value) {
        let text = |name: &str| record[name].as_str().unwrap_or_default();
        let told = match text("type") {
            "message" => Some(("out", format!("{}  {}", text("contact"), one_line(text("text"))))),
            "server_ack" => Some(("✓", format!("{}  taken by the server", text("id")))),
            "contact_receipt" => Some((
                "✓✓",
                format!("{}  on the phone of {}", text("id"), text("contact")),
            )),
            "duplicate" => Some((
                "note",
                format!("{}  dropped a repeated {}", text("contact"), text("id")),
            )),
            "violation" => Some(("WRONG", format!("{}: {}", text("code"), record["detail"]))),
            "connection_closed" => Some(("wire", format!("closed by the {}", text("by")))),
            "login" => Some(("wire", "logged in".to_owned())),
            "server_error" => Some(("WRONG", format!("the fake server itself: {}", record["detail"]))),
            _ => None,
        };
        let at_ms = record["at_ms"].as_i64().unwrap_or_else(now_ms);
        let mut seen = self.lock();
        if let Some((kind, text)) = told {
            seen.last_ms = now_ms();
            seen.waiting.push(Entry { at_ms, kind, text });
        }
        seen.records.push(record);
    }

    /// The records of one type, in order.
    pub(super) fn records(&self, kind: &str) -> Vec<Value> {
        self.lock()
            .records
            .iter()
            .filter(|record| record["type"] == kind)
            .cloned()
            .collect()
    }

    /// The number of the last record.
    pub(super) fn last_seq(&self) -> u64 {
        self.lock()
            .records
            .last()
            .and_then(|record| record["seq"].as_u64())
            .unwrap_or_default()
    }

    /// Was this message decided for this reason, at any time?
    pub(super) fn reasons(&self, message_id: &str) -> Vec<String> {
        self.lock().reasons.get(message_id).cloned().unwrap_or_default()
    }
}

/// The number in an address; hidden ids and numbers stay as they are.
fn number_of(chat: &str) -> String {
    match chat.split_once('@') {
        Some((number, "s.whatsapp.net")) => format!("+{number}"),
        _ => chat.to_owned(),
    }
}

/// A text on one line.
pub(super) fn one_line(text: &str) -> String {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ⏎ ")
}
