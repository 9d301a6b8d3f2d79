//! Who may come in to the control page. The door is shut until somebody with the control socket opens it, or the
//! gateway was started with an address for the page; it stays open over restarts for as long as there is a `page.key`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::failures::Failures;
use super::key::{self, Key, Port};
use super::links::{LIFE, Links};
use super::session::Open;
use crate::clock;

/// The door of the control page.
pub(crate) struct Door {
    key_file: PathBuf,
    /// Leads a browser of this machine to the page, until its link was used.
    link_file: PathBuf,
    open: watch::Sender<Option<Arc<Open>>>,
    /// Where the page is to be, if the gateway was told at its start.
    at: Mutex<Option<SocketAddr>>,
    port: Mutex<Option<Port>>,
    links: Arc<Mutex<Links>>,
    /// Links and tokens on the page; and, apart, tokens of monitoring, so that a program with an old one shuts nobody out.
    failures: Mutex<Failures>,
    bearers: Mutex<Failures>,
    /// One at a time opens or closes.
    changing: tokio::sync::Mutex<()>,
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
    pub(crate) fn new(key_file: PathBuf, link_file: PathBuf) -> Self {
        Self {
            key_file,
            link_file,
            open: watch::Sender::new(None),
            at: Mutex::default(),
            port: Mutex::default(),
            links: Arc::default(),
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
        // One of a gateway that was killed.
        self.forget_link();
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
        self.forget_link();
        if let Some(open) = self.open.send_replace(None) {
            open.closed.cancel();
        }
        let file = self.key_file.clone();
        let removed = tokio::task::spawn_blocking(move || key::remove(&file)).await;
        let removed = removed.map_err(|error| error.to_string())?;
        removed.map_err(|error| format!("cannot remove {}: {error}", self.key_file.display()))
    }

    fn set(&self, key: Key) {
        let mut port = locked(&self.port);
        *port = key.port.or(*port);
        drop(port);
        self.open.send_replace(Some(Arc::new(Open::new(key))));
    }

    /// Where the page is to be, if the gateway was told at its start.
    pub(crate) fn at(&self) -> Option<SocketAddr> {
        *locked(&self.at)
    }

    /// The port to try first where the config has this one.
    pub(super) fn port(&self, wished: u16) -> Option<u16> {
        let kept = locked(&self.port).filter(|port| port.wished == wished);
        kept.map(|port| port.taken)
    }

    /// Keeps the port for as long as the page is open, so that a browser finds it again. Where that cannot be written, it is
    /// kept for as long as the gateway runs.
    pub(super) async fn keep_port(&self, wished: u16, taken: u16) {
        let _alone = self.changing.lock().await;
        let port = Port { wished, taken };
        *locked(&self.port) = Some(port);
        let Some(open) = self.now() else { return };
        let before = locked(&open.port).replace(port);
        // Where the page is as the config says there is nothing to write.
        if before == Some(port) || (before.is_none() && wished == taken) {
            return;
        }
        let (file, mut key) = (self.key_file.clone(), open.key.clone());
        key.port = Some(port);
        let written = tokio::task::spawn_blocking(move || key.write(&file)).await;
        if let Err(error) = written.unwrap_or_else(|error| Err(std::io::Error::other(error))) {
            tracing::warn!("the port of the page cannot be kept: {error}");
        }
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
    /// For how long to wait, after too many failures.
    pub(super) fn enter(&self, code: &str) -> Result<bool, Duration> {
        let now = clock::monotonic();
        let entered = || locked(&self.links).take(code, now).then_some(());
        let entered = locked(&self.failures).attempt(now, entered)?.is_some();
        if entered {
            self.forget_link();
        }
        Ok(entered)
    }

    /// Waits until a link of now has ended, and removes what leads a browser to the page if it was the last.
    pub(crate) fn see_out_link(&self) -> impl Future<Output = ()> + Send + 'static {
        let (links, file) = (Arc::clone(&self.links), self.link_file.clone());
        async move {
            clock::pause(LIFE).await;
            if locked(&links).is_empty(clock::monotonic()) {
                forget(&file);
            }
        }
    }

    fn forget_link(&self) {
        forget(&self.link_file);
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

fn forget(link_file: &Path) {
    if let Err(error) = key::remove(link_file) {
        tracing::warn!("cannot remove {}: {error}", link_file.display());
    }
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, header};

    use super::super::session::{OURS, Session, no_cookie};
    use super::*;

    fn door(file: &Path) -> Door {
        Door::new(file.to_owned(), file.with_file_name("open.html"))
    }

    fn with(cookie: &str, secret: &str) -> HeaderMap {
        let cookie = cookie.split("; ").next().expect("a cookie");
        HeaderMap::from_iter([
            (header::COOKIE, cookie.parse().expect("a header")),
            (OURS.parse().expect("a name"), secret.parse().expect("a header")),
        ])
    }

    #[tokio::test]
    async fn the_page_is_found_where_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("page.key");
        let before = door(&file);
        before.open().await.expect("opened");
        assert_eq!(before.port(9464), None);
        before.keep_port(9464, 40_001).await;
        assert_eq!((before.port(9464), before.port(80)), (Some(40_001), None));
        let next = door(&file);
        next.begin(None).await.expect("begun");
        assert_eq!(next.port(9464), Some(40_001), "also after a restart");
        next.keep_port(9464, 9464).await;
        let last = door(&file);
        last.begin(None).await.expect("begun");
        assert_eq!(last.port(9464), Some(9464), "somebody else had the other");
        last.close().await.expect("shut");
        last.keep_port(9464, 40_002).await;
        assert!(!file.exists(), "it is closed and stays so");
    }

    #[tokio::test]
    async fn d1_what_leads_a_browser_in_is_gone_once_it_is_in() {
        let folder = tempfile::tempdir().expect("a folder");
        let door = door(&folder.path().join("page.key"));
        let file = folder.path().join("open.html");
        let leave = || std::fs::write(&file, "x").expect("written");
        leave();
        door.begin(None).await.expect("begun");
        assert!(!file.exists(), "one that was left behind");
        let link = door.link();
        leave();
        assert_eq!(door.enter("another"), Ok(false));
        assert!(file.exists(), "nobody is in");
        assert_eq!(door.enter(&link.code), Ok(true));
        assert!(!file.exists());
        leave();
        door.close().await.expect("shut");
        assert!(!file.exists());
    }

    #[tokio::test]
    async fn d1_the_door_opens_again_at_a_start_and_not_once_it_was_shut() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("page.key");
        let opened = door(&file);
        opened.begin(None).await.expect("begun");
        assert!(opened.now().is_none(), "shut by default");
        opened.open().await.expect("opened");
        let open = opened.now().expect("open");
        let Session { cookie, secret } = open.session();
        let with = |cookie: &str| with(cookie, &secret);
        assert!(open.knows(&with(&cookie)) && !open.knows(&HeaderMap::new()));
        assert!(open.knows(&with(&format!("other=1;{cookie}"))));
        assert!(!open.knows(&with(&cookie.replace("fased_page", "other"))));
        assert!(!open.knows(&with(&no_cookie())));
        for wrong in [
            "",
            "1",
            &open.session().secret,
            &cookie[11..cookie.find(';').unwrap_or(11)],
        ] {
            let headers = super::tests::with(&cookie, wrong);
            assert!(!open.knows(&headers), "the cookie with {wrong}");
            assert!(open.recognizes(&headers));
        }

        let next = door(&file);
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
        opened.close().await.expect("shut");
        assert!(open.closed.is_cancelled(), "streams end");
    }
}
