//! Links that let somebody in once. What is kept of one does not let anybody in.

use std::collections::VecDeque;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::time::Instant;

/// A link ends after this.
pub(super) const LIFE: Duration = Duration::from_mins(10);
/// Links at once. One more, and the oldest is no longer good.
const MOST: usize = 16;

/// Those that may still be used.
#[derive(Default)]
pub(super) struct Links(VecDeque<([u8; 32], Instant)>);

impl Links {
    /// The code of a new one, made of these bytes.
    pub(super) fn make(&mut self, random: [u8; 24], now: Instant) -> String {
        let code = URL_SAFE_NO_PAD.encode(random);
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back((digest(&code), now + LIFE));
        code
    }

    /// Uses one up; whether it was good.
    pub(super) fn take(&mut self, code: &str, now: Instant) -> bool {
        self.0.retain(|(_, until)| now < *until);
        let given = digest(code);
        let mut found = None;
        // Each is looked at, so that the time this takes tells nothing.
        for (place, (known, _)) in self.0.iter().enumerate() {
            if bool::from(known.ct_eq(&given)) {
                found = Some(place);
            }
        }
        found.is_some_and(|place| self.0.remove(place).is_some())
    }

    /// Whether none may still be used.
    pub(super) fn is_empty(&mut self, now: Instant) -> bool {
        self.0.retain(|(_, until)| now < *until);
        self.0.is_empty()
    }

    /// None of them is good any more.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

fn digest(code: &str) -> [u8; 32] {
    Sha256::digest(code.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn d1_a_link_lets_in_once_and_for_ten_minutes() {
        let now = clock::monotonic();
        let mut links = Links::default();
        let code = links.make([7; 24], now);
        assert_eq!(code.len(), 32);
        assert!(!links.take("", now) && !links.take(&code[1..], now));
        assert!(links.take(&code, now));
        assert!(!links.take(&code, now), "a used one");
        let code = links.make([8; 24], now);
        assert!(!links.take(&code, now + LIFE), "an old one");
        assert!(links.is_empty(now + LIFE));
        let code = links.make([9; 24], now);
        assert!(!links.is_empty(now));
        links.clear();
        assert!(!links.take(&code, now), "one of before");
    }

    #[test]
    fn d1_the_oldest_of_many_links_makes_room() {
        let now = clock::monotonic();
        let mut links = Links::default();
        let codes: Vec<String> = (0..17).map(|byte| links.make([byte; 24], now)).collect();
        assert_eq!(links.0.len(), MOST);
        assert!(!links.take(&codes[0], now));
        assert!(codes[1..].iter().all(|code| links.take(code, now)));
    }
}
