//! The sign in a chat that an answer is being made. Only work that takes a while shows it.

use std::time::Duration;

use fased_protocol::sidecar::Typing;

use crate::clock;

/// Work that is done within this shows nothing.
const SHOWN_AFTER: Duration = Duration::from_secs(1);
/// Phones let the sign fade after ten seconds or a little more.
const REFRESHED_EVERY: Duration = Duration::from_secs(10);

/// Does the work, and tells the chat of it as long as it takes.
pub(crate) async fn shown_while<T>(work: impl Future<Output = T>, mut tell: impl FnMut(Typing)) -> T {
    let mut work = std::pin::pin!(work);
    let mut next = SHOWN_AFTER;
    let mut shown = false;
    loop {
        tokio::select! {
            biased;
            done = &mut work => {
                if shown {
                    tell(Typing::Paused);
                }
                return done;
            }
            () = clock::pause(next) => {
                tell(Typing::Composing);
                shown = true;
                next = REFRESHED_EVERY;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn told_in(work: Duration) -> Vec<Typing> {
        let mut told = Vec::new();
        shown_while(clock::pause(work), |typing| told.push(typing)).await;
        told
    }

    #[tokio::test(start_paused = true)]
    async fn short_work_shows_nothing_and_long_work_until_its_end() {
        use Typing::{Composing, Paused};
        assert_eq!(told_in(Duration::from_millis(900)).await, []);
        assert_eq!(told_in(Duration::from_secs(5)).await, [Composing, Paused]);
        assert_eq!(
            told_in(Duration::from_secs(25)).await,
            [Composing, Composing, Composing, Paused]
        );
    }
}
