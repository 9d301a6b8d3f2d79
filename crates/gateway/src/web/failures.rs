//! How often somebody may be wrong: ten times a minute, all callers together. Whoever guesses is not served faster by
//! asking from several places; and whoever has the right link or token is let in however often others are wrong, or any web
//! page could lock the owner out. That nothing can be guessed is due to its length.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Failures within [`WINDOW`] after which the next are told to wait.
const MOST: usize = 10;
/// How long a failure counts.
const WINDOW: Duration = Duration::from_mins(1);

/// The failures of the last minute.
#[derive(Debug, Default)]
pub(super) struct Failures(VecDeque<Instant>);

impl Failures {
    /// Tries. Only failures count, and only they are slowed.
    ///
    /// # Errors
    /// For how long, after too many failures, one more is told nothing.
    pub(super) fn attempt<T>(
        &mut self,
        now: Instant,
        attempt: impl FnOnce() -> Option<T>,
    ) -> Result<Option<T>, Duration> {
        if let Some(done) = attempt() {
            return Ok(Some(done));
        }
        while self.0.front().is_some_and(|at| now.duration_since(*at) >= WINDOW) {
            self.0.pop_front();
        }
        if self.0.len() >= MOST
            && let Some(oldest) = self.0.front()
        {
            return Err(WINDOW.saturating_sub(now.duration_since(*oldest)));
        }
        self.0.push_back(now);
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn d1_ten_failures_a_minute_and_then_only_who_is_right_is_heard() {
        let start = clock::monotonic();
        let mut failures = Failures::default();
        let second = |second| start + Duration::from_secs(second);
        for at in 0..10 {
            assert_eq!(
                failures.attempt(second(at), || Some(())),
                Ok(Some(())),
                "a right one"
            );
            assert_eq!(failures.attempt(second(at), || None::<()>), Ok(None));
        }
        let refused = failures.attempt(second(20), || None::<()>);
        assert_eq!(refused, Err(Duration::from_secs(40)), "one too many");
        assert_eq!(
            failures.attempt(second(20), || Some(())),
            Ok(Some(())),
            "a right one"
        );
        assert_eq!(failures.attempt(second(60), || None::<()>), Ok(None));
        assert_eq!(
            failures.attempt(second(60), || None::<()>),
            Err(Duration::from_secs(1)),
            "the next of the ten leaves a second later"
        );
        assert!(failures.0.len() <= MOST);
    }
}
