//! How often somebody may be wrong: ten times a minute, all callers together. Whoever guesses is not served faster by
//! asking from several places.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Failures within [`WINDOW`] after which nobody is heard for a while.
const MOST: usize = 10;
/// How long a failure counts.
const WINDOW: Duration = Duration::from_mins(1);

/// The failures of the last minute.
#[derive(Debug, Default)]
pub(super) struct Failures(VecDeque<Instant>);

impl Failures {
    /// Tries, unless there were too many failures.
    ///
    /// # Errors
    /// Until when it is not even tried.
    pub(super) fn attempt<T>(
        &mut self,
        now: Instant,
        attempt: impl FnOnce() -> Option<T>,
    ) -> Result<Option<T>, Duration> {
        while self.0.front().is_some_and(|at| now.duration_since(*at) >= WINDOW) {
            self.0.pop_front();
        }
        if self.0.len() >= MOST
            && let Some(oldest) = self.0.front()
        {
            return Err(WINDOW.saturating_sub(now.duration_since(*oldest)));
        }
        let done = attempt();
        if done.is_none() {
            self.0.push_back(now);
        }
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn d1_ten_failures_a_minute_and_then_nobody_is_heard_for_a_while() {
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
        let refused = failures.attempt(second(20), || Some(()));
        assert_eq!(refused, Err(Duration::from_secs(40)), "not even a right one");
        assert_eq!(failures.attempt(second(60), || Some(())), Ok(Some(())));
        assert_eq!(failures.attempt(second(60), || None::<()>), Ok(None));
        assert_eq!(
            failures.attempt(second(60), || Some(())),
            Err(Duration::from_secs(1)),
            "the next of the ten leaves a second later"
        );
        assert!(failures.0.len() <= MOST);
    }
}
