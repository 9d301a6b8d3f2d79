//! Members mentioned in a text that goes out: `@+15550100002`, rewritten the way a chat addresses its members.

use std::ops::Range;

use crate::ids::{Identity, Lid, Phone};

#[cfg(test)]
mod tests;

/// The numbers that a text mentions, and where.
#[must_use]
pub fn numbers(text: &str) -> Vec<(Range<usize>, Phone)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("@+") {
        // `mail@+1…` is no mention.
        if text[..at].chars().next_back().is_some_and(char::is_alphanumeric) {
            continue;
        }
        let digits = &text[at + 2..];
        let end = digits
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(digits.len());
        if let Ok(phone) = Phone::parse(&digits[..end]) {
            found.push((at..at + 2 + end, phone));
        }
    }
    found
}

/// A text as the chat wants it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addressed {
    /// The text, with each number that could be resolved in the chat's form.
    pub text: String,
    /// Whom it mentions, as addresses, each once.
    pub mentions: Vec<String>,
}

/// Rewrites the mentions of a text. `people` are those of its numbers of whom more is known; where the chat goes by
/// hidden ids and somebody has none, their number stays as it was written and they are not mentioned.
#[must_use]
pub fn addressed(text: &str, by_lid: bool, people: &[Identity]) -> Addressed {
    let mut result = Addressed::default();
    let mut done = 0;
    for (place, phone) in numbers(text) {
        let person = people
            .iter()
            .find(|person| person.phones().any(|known| *known == phone));
        let address = if by_lid {
            person
                .and_then(|person| person.lid.as_ref())
                .map(|lid| lid.to_jid())
        } else {
            let canonical = person.and_then(|person| person.phone.as_ref()).unwrap_or(&phone);
            Some(canonical.to_jid())
        };
        let Some(address) = address else { continue };
        let user = address.split('@').next().unwrap_or_default();
        result.text.push_str(&text[done..place.start]);
        result.text.push('@');
        result.text.push_str(user);
        done = place.end;
        if !result.mentions.contains(&address) {
            result.mentions.push(address);
        }
    }
    result.text.push_str(&text[done..]);
    result
}

/// The longest that a mention becomes: `@` and the digits of a hidden id.
const LONGEST_MENTION: usize = 1 + Lid::MAX_DIGITS;
/// The shortest that is one before: `@+` and seven digits.
const SHORTEST_MENTION: usize = 9;

/// By how much a text may grow when its mentions are rewritten.
fn growth(text: &str) -> usize {
    let mentions = numbers(text).into_iter();
    mentions
        .map(|(place, _)| LONGEST_MENTION.saturating_sub(place.len()))
        .sum()
}

/// Cuts a text so that its messages keep the limit, in UTF-16 units, whatever their mentions become. `cut` cuts it
/// at a limit; what it cannot cut, such as a long paragraph that is kept whole, stays as long as it is.
pub fn fitting(limit: usize, cut: impl Fn(usize) -> Vec<String>) -> Vec<String> {
    // With this much room even a text of nothing but mentions keeps the limit.
    let least = limit * SHORTEST_MENTION / LONGEST_MENTION;
    let mut room = limit;
    loop {
        let chunks = cut(room);
        let over = |chunk: &String| {
            let growth = growth(chunk);
            let length = if growth == 0 {
                0
            } else {
                chunk.encode_utf16().count()
            };
            if length > room {
                0
            } else {
                (length + growth).saturating_sub(limit)
            }
        };
        let over = chunks.iter().map(over).max().unwrap_or(0);
        if over == 0 || room <= least {
            return chunks;
        }
        room = room.saturating_sub(over).max(least);
    }
}
