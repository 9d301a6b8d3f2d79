//! Who may come in to the control page. The door is shut until somebody with the control socket opens it, or the
//! gateway was started with an address for the page; it stays open over restarts for as long as there is a `page.key`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, header};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::failures::Failures;
use super::key::{self, Key, SESSION_MS};
use super::links::{LIFE, Links};
use crate::clock;

/// The name of the cookie.
const COOKIE: &str = "fased_page";

/// The door of the control page.
pub(crate) struct Door {
    key_file: PathBuf,
    open: watch::Sender<Option<Arc<Open>>>,
    /// Where the page is to be, if the gateway was told at its start.
    at: Mutex<Option<SocketAddr>>,
    links: Mutex<Links>,
    /// Links and tokens on the page; and, apart, tokens of monitoring, so that a program with an old one shuts nobody out.
    failures: Mutex<Failures>,
    bearers: Mutex<Failures>,
    /// One at a time opens or closes.
    changing: tokio::sync::Mutex<()>,
}

/// The page, while it is open.
pub(super) struct Open {
    key: Key,
    /// Cancelled when the page is closed: what is under way for a browser ends.
    pub(super) closed: CancellationToken,
}

impl Open {
    /// Whether one of the cookies is a session of this key.
    pub(super) fn knows(&self, headers: &HeaderMap) -> bool {
        let now_ms = clock::now_ms();
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .any(|(name, value)| name == COOKIE && self.key.is_session(value, now_ms))
    }

    /// The cookie of a new session, as a header has it.
    pub(super) fn cookie(&self) -> String {
        let session = self.key.session(clock::random(), clock::now_ms());
        format!(
            "{COOKIE}={session}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict",
            SESSION_MS / 1000
        )
    }
}

/// What takes the cookie back.
pub(super) fn no_cookie() -> String {
    format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict")
}

/// A way in.
pub(crate) struct Link {
    /// Goes into the address.
    pub(crate) code: String,
    /// Until when, Unix milliseconds.
    pub(crate) expires_ms: i64,
}

impl Door {
    /// Shut, until [`Door::begin`].
    pub(crate) fn new(key_file: PathBuf) -> Self {
        Self {
            key_file,
            open: watch::Sender::new(None),
            at: Mutex::default(),
            links: Mutex::default(),
            failures: Mutex::default(),
            bearers: Mutex::default(),
            changing: tokio::sync::Mutex::default(),
        }
    }

    /// How a gateway starts: open where it was, or where it is told to.
    ///
    /// # Errors
    /// When it is told to and the key cannot be kept.
    pub(crate) async fn begin(&self, at: Option<SocketAddr>) -> Result<(), String> {
        *locked(&self.at) = at;
        if at.is_some() {
            return self.open().await;
        }
        let file = self.key_file.clone();
        match tokio::task::spawn_blocking(move || Key::read(&file)).await {
            Ok(Ok(Some(key))) => self.set(key),
            Ok(Ok(None)) => {}
            Ok(Err(error)) => {
                tracing::warn!(
                    "cannot read {}, so the page stays closed: {error}",
                    self.key_file.display()
                );
            }
            Err(error) => tracing::error!("the page stays closed: {error}"),
        }
        Ok(())
    }

    /// Opens it; nothing changes where it is open.
    ///
    /// # Errors
    /// Why the key cannot be kept.
    pub(crate) async fn open(&self) -> Result<(), String> {
        let _alone = self.changing.lock().await;
        if self.open.borrow().is_some() {
            return Ok(());
        }
        let (file, random) = (self.key_file.clone(), clock::random());
        let kept = move || match Key::read(&file)? {
            Some(key) => Ok(key),
            None => {
                let key = Key::new(random);
                key.write(&file).map(|()| key)
            }
        };
        let kept: std::io::Result<Key> = tokio::task::spawn_blocking(kept)
            .await
            .map_err(|error| error.to_string())?;
        let key = kept.map_err(|error| format!("cannot keep {}: {error}", self.key_file.display()))?;
        self.set(key);
        Ok(())
    }

    /// Shuts it: no session, link or stream of before is good any more.
    ///
    /// # Errors
    /// When the key cannot be removed, and would be good again after a restart. It is shut all the same.
    pub(crate) async fn close(&self) -> Result<(), String> {
        let _alone = self.changing.lock().await;
        locked(&self.links).clear();
        if let Some(open) = self.open.send_replace(None) {
            open.closed.cancel();
        }
        let file = self.key_file.clone();
        let removed = tokio::task::spawn_blocking(move || key::remove(&file)).await;
        let removed = removed.map_err(|error| error.to_string())?;
        removed.map_err(|error| format!("cannot remove {}: {error}", self.key_file.display()))
    }

    fn set(&self, key: Key) {
        self.open.send_replace(Some(Arc::new(Open {
            key,
            closed: CancellationToken::new(),
        })));
    }

    /// Where the page is to be, if the gateway was told at its start.
    pub(super) fn at(&self) -> Option<SocketAddr> {
        *locked(&self.at)
    }

    /// The page, if it is open now.
    pub(super) fn now(&self) -> Option<Arc<Open>> {
        self.open.borrow().clone()
    }

    pub(super) fn changes(&self) -> watch::Receiver<Option<Arc<Open>>> {
        self.open.subscribe()
    }

    /// A new way in.
    pub(crate) fn link(&self) -> Link {
        let life_ms = i64::try_from(LIFE.as_millis()).unwrap_or(i64::MAX);
        Link {
            code: locked(&self.links).make(clock::random(), clock::monotonic()),
            expires_ms: clock::now_ms().saturating_add(life_ms),
        }
    }

    /// Uses a link up: whether it was good.
    ///
    /// # Errors
    /// For how long nobody is heard, after too many failures.
    pub(super) fn enter(&self, code: &str) -> Result<bool, Duration> {
        let now = clock::monotonic();
        let entered = || locked(&self.links).take(code, now).then_some(());
        Ok(locked(&self.failures).attempt(now, entered)?.is_some())
    }

    /// Tries a token on the page.
    ///
    /// # Errors
    /// As [`Door::enter`].
    pub(super) fn token(&self, is_good: impl FnOnce() -> bool) -> Result<bool, Duration> {
        let attempt = || is_good().then_some(());
        Ok(locked(&self.failures)
            .attempt(clock::monotonic(), attempt)?
            .is_some())
    }

    /// Tries a token that came with a request for monitoring.
    ///
    /// # Errors
    /// As [`Door::enter`].
    pub(super) fn bearer(&self, is_good: impl FnOnce() -> bool) -> Result<bool, Duration> {
        let attempt = || is_good().then_some(());
        Ok(locked(&self.bearers)
            .attempt(clock::monotonic(), attempt)?
            .is_some())
    }
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(cookie: &str) -> HeaderMap {
        let cookie = cookie.split("; ").next().expect("a cookie");
        HeaderMap::from_iter([(header::COOKIE, cookie.parse().expect("a header"))])
    }

    #[tokio::test]
    async fn d1_the_door_opens_again_at_a_start_and_not_once_it_was_shut() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("page.key");
        let door = Door::new(file.clone());
        door.begin(None).await.expect("begun");
        assert!(door.now().is_none(), "shut by default");
        door.open().await.expect("opened");
        let open = door.now().expect("open");
        let cookie = open.cookie();
        assert!(open.knows(&with(&cookie)) && !open.knows(&HeaderMap::new()));
        assert!(open.knows(&with(&format!("other=1;{cookie}"))));
        assert!(!open.knows(&with(&cookie.replace("fased_page", "other"))));
        assert!(!open.knows(&with(&no_cookie())));

        let next = Door::new(file.clone());
        next.begin(None).await.expect("begun");
        assert!(
            next.now().is_some_and(|open| open.knows(&with(&cookie))),
            "the same sessions"
        );
        let link = next.link();
        next.close().await.expect("shut");
        assert!(next.now().is_none() && !file.exists());
        next.open().await.expect("opened");
        assert!(
            next.now().is_some_and(|open| !open.knows(&with(&cookie))),
            "others"
        );
        assert_eq!(next.enter(&link.code), Ok(false));
        let link = next.link();
        assert_eq!(next.enter(&link.code), Ok(true));
        assert!(!open.closed.is_cancelled());
        door.close().await.expect("shut");
        assert!(open.closed.is_cancelled(), "streams end");
    }
}
