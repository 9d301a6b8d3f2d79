//! Approving senders: codes, who gets one, and the text that carries it.
//!
//! A code is minted from bytes that the gateway draws; this module never draws any. A text is sent at most
//! once in the life of a code and only to somebody who is writing right now, so that neither a restart nor
//! a backlog can make the account write to strangers. Linking a phone is called *login*, never pairing.

use std::fmt;

#[cfg(test)]
mod tests;

/// Letters of a code: none that is mistaken for another.
pub const CODE_ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// Letters in a code.
pub const CODE_LEN: usize = 8;

/// How long before the link opened a message may have been written and still be live.
const LIVE_SLACK_MS: i64 = 30_000;

/// A pairing code.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code([u8; CODE_LEN]);

/// The text is no pairing code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a pairing code is 8 letters and digits, such as ABCD2345")]
pub struct CodeError;

/// Makes a code from random bytes, five bits of each.
#[must_use]
pub fn code_from(bytes: [u8; CODE_LEN]) -> Code {
    Code(bytes.map(|byte| CODE_ALPHABET[usize::from(byte & 31)]))
}

impl Code {
    /// Reads what a person typed: any case, spaces around it.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let letters: [u8; CODE_LEN] = text
            .trim()
            .to_ascii_uppercase()
            .as_bytes()
            .try_into()
            .map_err(|_wrong_length| CodeError)?;
        if letters.iter().all(|letter| CODE_ALPHABET.contains(letter)) {
            Ok(Self(letters))
        } else {
            Err(CodeError)
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

/// A code lets somebody in, so a log gets none.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

/// An account's rules for pairing requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairingRules {
    /// How long a code lives, from its creation.
    pub code_ttl_ms: i64,
    /// Codes that may wait at once.
    pub max_pending: usize,
    /// Never send the text.
    pub silent: bool,
    /// Texts in any hour.
    pub max_texts_per_hour: usize,
}

impl Default for PairingRules {
    fn default() -> Self {
        Self {
            code_ttl_ms: 24 * 60 * 60 * 1000,
            max_pending: 3,
            silent: false,
            max_texts_per_hour: 10,
        }
    }
}

impl PairingRules {
    /// When a code made now ends.
    #[must_use]
    pub fn expires_ms(&self, now_ms: i64) -> i64 {
        now_ms.saturating_add(self.code_ttl_ms)
    }
}

/// What is known of a sender's earlier request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingFacts {
    /// When its code was made.
    pub created_ms: i64,
    /// When its code ends.
    pub expires_ms: i64,
    /// Was the text sent?
    pub text_sent: bool,
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// The earlier code stands; only the time of the last message changes.
    KeepCode {
        /// Send the text now; it was never sent.
        send_text: bool,
    },
    /// Make a code. It replaces an earlier one that ended.
    NewCode {
        /// Send the text now.
        send_text: bool,
    },
    /// List the sender without a code, send nothing.
    Full,
}

/// Decides what a held message of an unapproved sender leads to.
///
/// `existing` is this sender's own request, if there is one. `pending_count` counts the account's unexpired
/// codes, without this sender's. `live` comes from [`is_live`], `personal` is the account's mode.
#[must_use]
#[expect(
    clippy::too_many_arguments,
    reason = "each is one fact from another place, and all of them decide"
)]
pub fn on_request(
    existing: Option<&PendingFacts>,
    pending_count: usize,
    texts_last_hour: usize,
    live: bool,
    observe_only: bool,
    personal: bool,
    now_ms: i64,
    rules: &PairingRules,
) -> Ask {
    let may_text =
        live && !observe_only && !personal && !rules.silent && texts_last_hour < rules.max_texts_per_hour;
    match existing {
        Some(request) if now_ms < request.expires_ms => Ask::KeepCode {
            send_text: may_text && !request.text_sent,
        },
        Some(_) | None if pending_count >= rules.max_pending => Ask::Full,
        Some(_) | None => Ask::NewCode { send_text: may_text },
    }
}

/// Was this message written while the link was open, or no more than 30 s before?
#[must_use]
pub fn is_live(timestamp_s: i64, opened_at_ms: i64) -> bool {
    timestamp_s.saturating_mul(1000) >= opened_at_ms.saturating_sub(LIVE_SLACK_MS)
}

/// The text that a sender gets.
#[must_use]
pub fn request_text(sender_label: &str, code: &Code) -> String {
    format!(
        "This assistant answers only people its owner has approved.\n\
         \n\
         Your number: {sender_label}\n\
         Pairing code: {code}\n\
         \n\
         Ask the owner to run:\n\
         fased pairing approve whatsapp {code}"
    )
}
