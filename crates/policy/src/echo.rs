//! Was this message ours? An id tells, most of the time; where WhatsApp gave our message another id or
//! another form, its words do. And should an echo ever be taken for a message, the loop ends soon.

#[cfg(test)]
mod tests;

/// How long ago a message of ours may have been written for an unknown id to be its echo.
pub const ECHO_WINDOW_MS: i64 = 120_000;

/// How long ago a message of ours may have been written for its words to make another one doubtful.
pub const LOOP_WINDOW_MS: i64 = 600_000;

/// Turns in a row, in one chat, that our own words may have started.
pub const LOOP_TURNS: u32 = 3;

/// WhatsApp's clock and ours differ, and whole seconds are cut off, so an echo may be stamped before it was
/// written.
const CLOCK_SLACK_MS: i64 = 2_000;

/// Shorter texts say nothing about where they come from.
const MIN_CONTAINED: usize = 8;

/// The words of a text: what is left when formatting marks, white space and case are gone.
#[must_use]
pub fn folded(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_whitespace() && !matches!(character, '*' | '_' | '~' | '`'))
        .filter(|character| !character.is_control())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Could a text of ours, sent at `written_ms`, be what came back with this timestamp, now?
#[must_use]
pub fn is_in_window(written_ms: i64, timestamp_s: i64, now_ms: i64) -> bool {
    let after_ms = |at_ms: i64| at_ms.saturating_sub(written_ms);
    let sent_ms = timestamp_s.saturating_mul(1000);
    (0..=ECHO_WINDOW_MS).contains(&after_ms(now_ms))
        || (-CLOCK_SLACK_MS..=ECHO_WINDOW_MS).contains(&after_ms(sent_ms))
}

/// Do these folded texts share so much that one may be made of the other?
#[must_use]
pub fn are_alike(ours: &str, theirs: &str) -> bool {
    ours == theirs
        || (ours.len() >= MIN_CONTAINED && theirs.contains(ours))
        || (theirs.len() >= MIN_CONTAINED && ours.contains(theirs))
}

/// How many turns in a row our own words have started in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Turns(u32);

impl Turns {
    /// The next message that would start a turn. Returns whether it must not: it looks like our own words,
    /// as those before it did.
    pub fn next(&mut self, looks_like_ours: bool) -> bool {
        if !looks_like_ours {
            *self = Self::default();
            return false;
        }
        let broken = self.0 >= LOOP_TURNS;
        self.0 = self.0.saturating_add(1);
        broken
    }

    /// Is this the first message that is turned away?
    #[must_use]
    pub fn is_first_broken(self) -> bool {
        self.0 == LOOP_TURNS + 1
    }
}
