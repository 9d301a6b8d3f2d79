//! What went wrong with a try, and whether another one may help.

use std::error::Error;
use std::io::ErrorKind;
use std::time::Duration;

use jiff::fmt::rfc2822;
use reqwest::header::{self, HeaderMap};

use super::body::Dialect;
use crate::Failure;

/// Most tries, the first one included.
const TRIES: u32 = 4;
/// The first wait, when the server asks for none. Each one after it is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Longest wait that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Why a try failed.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) failure: Failure,
    pub(super) again: Again,
}

/// Whether another try may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    Never,
    /// Later; the server may have said when.
    Later {
        asked: Option<Duration>,
    },
    /// At once, but asked differently.
    InOtherWords(Dialect),
}

impl Trouble {
    /// There is not even the head of an answer.
    pub(super) fn of_sending(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let again = if may_pass(&error) || (error.is_request() && !error.is_connect() && !error.is_timeout())
        {
            Again::Later { asked: None }
        } else {
            Again::Never
        };
        let failure = if error.is_dns() {
            Failure::NotStarted(format!("its host is not found: {}", innermost(&error)))
        } else {
            broken(&error)
        };
        Self { failure, again }
    }

    /// An answer began, or was to begin.
    pub(super) fn of_answering(failure: Failure, has_begun: bool) -> Self {
        let may_pass = match &failure {
            Failure::CutOff(_) | Failure::Network(_) => true,
            Failure::Http { status, .. } => is_passing(*status),
            Failure::Cancelled
            | Failure::TimedOut
            | Failure::TooLong { .. }
            | Failure::NotStarted(_)
            | Failure::Exited { .. }
            | Failure::Ended { .. }
            | Failure::BadAnswer(_) => false,
        };
        let again = if may_pass && !has_begun {
            Again::Later { asked: None }
        } else {
            Again::Never
        };
        Self { failure, again }
    }
}

/// A broken connection, in words.
pub(super) fn broken(error: &reqwest::Error) -> Failure {
    if error.is_connect() && error.is_timeout() {
        return Failure::Network("it could not be reached in time".to_owned());
    }
    Failure::Network(innermost(error))
}

/// Whether a status is one of those that pass.
pub(super) fn is_passing(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504)
}

/// Whether nobody listens at the moment, or somebody hung up.
fn may_pass(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            return matches!(
                error.kind(),
                ErrorKind::ConnectionRefused
                    | ErrorKind::ConnectionReset
                    | ErrorKind::ConnectionAborted
                    | ErrorKind::BrokenPipe
                    | ErrorKind::UnexpectedEof
            );
        }
        cause = error.source();
    }
    false
}

/// The cause of all the others.
pub(super) fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// How long a server asks to wait. A date is compared with the server's own, so that nobody's clock need be right.
pub(super) fn asked_to_wait(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let asked = text(header::RETRY_AFTER)?;
    if let Ok(seconds) = asked.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let at = |text: &str| Some(rfc2822::parse(text).ok()?.timestamp());
    let wait = at(asked)?.as_second() - at(text(header::DATE)?)?.as_second();
    Some(Duration::from_secs(u64::try_from(wait).unwrap_or(0)))
}

/// Counts tries.
#[derive(Debug, Default)]
pub(super) struct Tries {
    failed: u32,
}

impl Tries {
    /// Whether there may be another one after the one that failed just now.
    pub(super) fn are_left(&self) -> bool {
        self.failed + 1 < TRIES
    }

    /// Waits before the next one.
    pub(super) async fn wait(&mut self, asked: Option<Duration>, failure: &Failure) {
        let wait = match asked {
            Some(asked) => asked.min(LONGEST_WAIT),
            // Who was turned away together does not come back together.
            None => (FIRST_WAIT * 2_u32.pow(self.failed)).mul_f64(0.75 + chance() / 2.0),
        };
        self.failed += 1;
        tracing::info!(
            failure = failure.code(),
            wait_ms = wait.as_millis(),
            "a model's server is asked again"
        );
        #[allow(clippy::disallowed_methods, reason = "a try waits, and ends with its run")]
        tokio::time::sleep(wait).await;
    }
}

/// A fraction in 0.0..=1.0 from the operating system; the middle if it has none, for nothing but politeness depends on it.
fn chance() -> f64 {
    getrandom::u32().map_or(0.5, |bits| f64::from(bits) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn wait(retry_after: &'static str, date: Option<&'static str>) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static(retry_after));
        headers.extend(date.map(|date| (header::DATE, HeaderValue::from_static(date))));
        asked_to_wait(&headers)
    }

    #[test]
    fn seconds_and_dates_are_understood() {
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(wait("7", None), Some(Duration::from_secs(7)));
        assert_eq!(wait("0.5", None), Some(Duration::from_millis(500)));
        assert_eq!(
            wait("Sun, 06 Nov 1994 08:50:07 GMT", date),
            Some(Duration::from_secs(30))
        );
        assert_eq!(wait("Sun, 06 Nov 1994 08:40:00 GMT", date), Some(Duration::ZERO));
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:07 GMT", None), None);
        assert_eq!(wait("-3", None), None);
        assert_eq!(wait("soon", date), None);
    }

    #[tokio::test(start_paused = true)]
    async fn waits_grow_and_have_an_end() {
        let failure = Failure::Http {
            status: 503,
            body: String::new(),
        };
        let mut tries = Tries::default();
        let mut waits = Vec::new();
        while tries.are_left() {
            let before = tokio::time::Instant::now();
            tries.wait(None, &failure).await;
            waits.push(before.elapsed().as_millis());
        }
        for (wait, middle) in waits.iter().zip([500, 1000, 2000]) {
            assert!(
                (middle * 3 / 4 - 1..=middle * 5 / 4 + 2).contains(wait),
                "{waits:?}"
            );
        }
        assert_eq!(waits.len(), 3);

        let before = tokio::time::Instant::now();
        Tries::default()
            .wait(Some(Duration::from_secs(3600)), &failure)
            .await;
        assert_eq!(before.elapsed().as_secs(), 60);
    }
}
