//! How fast messages go out that nobody asked for, and to whom they may go.
//!
//! WhatsApp bans numbers that write to strangers, or to many people in little time. Answers are never held back here.
//! What left in the last minute is read from the store, so a restart does not give a new minute.

#[cfg(test)]
mod tests;

/// The limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PacingRules {
    /// Most messages to one chat in a minute.
    pub per_chat: usize,
    /// Most messages of the account in a minute.
    pub per_account: usize,
    /// Longest random wait before a message, in milliseconds.
    pub jitter_ms: u32,
    /// People may be written to who never wrote.
    pub first_contact: bool,
}

impl Default for PacingRules {
    fn default() -> Self {
        Self {
            per_chat: 20,
            per_account: 60,
            jitter_ms: 400,
            first_contact: false,
        }
    }
}

/// What the limits are counted over.
pub const WINDOW_MS: i64 = 60_000;

/// What left within the last minute or so: when each message was first written, in any order.
#[derive(Debug, Clone, Copy)]
pub struct Recent<'a> {
    /// Of the chat.
    pub chat: &'a [i64],
    /// Of the whole account, the chat's included.
    pub account: &'a [i64],
}

/// The first moment from `now_ms` on at which one more message keeps both limits.
#[must_use]
pub fn free_at(rules: &PacingRules, recent: Recent<'_>, now_ms: i64) -> i64 {
    let chat = window_end(recent.chat, rules.per_chat, now_ms);
    let account = window_end(recent.account, rules.per_account, now_ms);
    now_ms.max(chat).max(account)
}

/// The same, with a random wait: people do not write like clockwork. `chance` is from 0 to below 1.
#[must_use]
pub fn due_at(rules: &PacingRules, recent: Recent<'_>, now_ms: i64, chance: f64) -> i64 {
    let wait = f64::from(rules.jitter_ms) * chance.clamp(0.0, 1.0);
    free_at(rules, recent, now_ms).saturating_add(wait as i64)
}

/// When fewer than `limit` of these lie within a window that ends then.
fn window_end(sent: &[i64], limit: usize, now_ms: i64) -> i64 {
    let mut inside: Vec<i64> = sent
        .iter()
        .copied()
        .filter(|at| at.saturating_add(WINDOW_MS) > now_ms)
        .collect();
    // A limit of 0 would wait for ever.
    let limit = limit.max(1);
    if inside.len() < limit {
        return now_ms;
    }
    inside.sort_unstable();
    inside
        .get(inside.len() - limit)
        .map_or(now_ms, |oldest| oldest.saturating_add(WINDOW_MS))
}

/// What is known of a person who is to be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acquaintance {
    /// They wrote to this account, or were approved, which they asked for.
    pub wrote: bool,
    /// They are an owner, or the account itself.
    pub owner: bool,
}

/// Whether somebody may be written to without having written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    /// They know this account.
    Known,
    /// It is the first message between the two, and allowed, unless WhatsApp forbids first contacts for a while.
    First,
    /// It would be the first, and the config does not want it.
    Refused,
}

/// Judges a person; groups are always known.
#[must_use]
pub fn contact(rules: &PacingRules, who: Acquaintance) -> Contact {
    match (who.wrote || who.owner, rules.first_contact) {
        (true, _) => Contact::Known,
        (false, true) => Contact::First,
        (false, false) => Contact::Refused,
    }
}

/// WhatsApp's code for "you may not write to people who never wrote to you".
pub const TIME_LOCKED: u32 = 463;
/// How long such a lock is taken to last when WhatsApp does not say.
pub const TIME_LOCK_MS: i64 = 24 * 3_600_000;

/// When a time lock ends: as WhatsApp says, if that is still to come.
#[must_use]
pub fn lock_end(until_ms: Option<i64>, now_ms: i64) -> i64 {
    until_ms
        .filter(|until| *until > now_ms)
        .unwrap_or(now_ms.saturating_add(TIME_LOCK_MS))
}
