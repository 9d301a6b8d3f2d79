//! Quick messages of one sender in one chat, answered together.

use crate::command;

#[cfg(test)]
mod tests;

/// May this message wait for more? Commands, replies and whatever is more than text are answered at once,
/// after what waits.
#[must_use]
pub fn may_wait(is_plain_text: bool, is_reply: bool, text: &str) -> bool {
    is_plain_text && !is_reply && !text.trim().is_empty() && !command::is_command(text) && !is_stop(text)
}

/// Somebody wants it to end, and means now.
fn is_stop(text: &str) -> bool {
    let word = text.trim().trim_end_matches(['.', '!']);
    ["stop", "abort", "cancel"]
        .iter()
        .any(|stop| stop.eq_ignore_ascii_case(word))
}

/// The order of messages that are answered together: by when they were written, then by when they came.
pub fn sort<T>(messages: &mut [T], key: impl Fn(&T) -> (i64, i64)) {
    messages.sort_by_key(key);
}

/// Their texts as one.
#[must_use]
pub fn joined<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().collect::<Vec<_>>().join("\n")
}
