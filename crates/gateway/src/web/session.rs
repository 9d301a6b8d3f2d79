//! Whether somebody is logged in: a cookie, which a browser sends by itself, and a secret, which only the page sends. Browsers
//! do not tell the ports of an address apart when they send cookies, so the cookie is seen by whoever listens on another.

use std::sync::Mutex;

use axum::http::{HeaderMap, header};
use tokio_util::sync::CancellationToken;

use super::key::{Key, Port, SESSION_MS};
use crate::clock;

/// The name of the cookie.
const COOKIE: &str = "fased_page";
/// What the page says in each request: the secret of its session. No other page has it, and none can send the header.
pub(super) const OURS: &str = "x-fased";

/// The page, while it is open.
pub(super) struct Open {
    pub(super) key: Key,
    /// What is kept with the key.
    pub(super) port: Mutex<Option<Port>>,
    /// Cancelled when the page is closed: what is under way for a browser ends.
    pub(super) closed: CancellationToken,
}

impl Open {
    /// Its sessions are those of this key.
    pub(super) fn new(key: Key) -> Self {
        Self {
            port: Mutex::new(key.port),
            key,
            closed: CancellationToken::new(),
        }
    }

    /// Whether one of the cookies is a session of this key, and its secret is there, too.
    pub(super) fn knows(&self, headers: &HeaderMap) -> bool {
        let secret = headers.get(OURS).map_or(&b""[..], |value| value.as_bytes());
        self.sessions(headers)
            .any(|session| self.key.is_secret(secret, session))
    }

    /// Whether the cookie is there. This is enough for nothing but to be led to the page.
    pub(super) fn recognizes(&self, headers: &HeaderMap) -> bool {
        self.sessions(headers).next().is_some()
    }

    fn sessions<'a>(&'a self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
        let now_ms = clock::now_ms();
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .filter_map(move |(name, value)| {
                (name == COOKIE && self.key.is_session(value, now_ms)).then_some(value)
            })
    }

    /// A new session.
    pub(super) fn session(&self) -> Session {
        let session = self.key.session(clock::random(), clock::now_ms());
        Session {
            cookie: format!(
                "{COOKIE}={session}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict",
                SESSION_MS / 1000
            ),
            secret: self.key.secret(&session),
        }
    }
}

/// What a browser gets that comes in.
pub(super) struct Session {
    /// As a header has it.
    pub(super) cookie: String,
    /// For the page alone.
    pub(super) secret: String,
}

/// What takes the cookie back.
pub(super) fn no_cookie() -> String {
    format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict")
}
