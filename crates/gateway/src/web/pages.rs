//! What can be asked for over HTTP, behind the guard: monitoring, and the control page while it is open.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use tokio::sync::Semaphore;

use super::guard::{Guard, is_anonymous, is_cross_site};
use super::metrics::Scrapes;
use super::monitoring::{PLAIN, text};
use super::refuse::No;
use super::serve::Connection;
use super::session::Open;
use super::{bridge, events, files, login, monitoring, qr};
use crate::control::Live;

/// The longest that an answer may take to be made.
const DEADLINE: Duration = Duration::from_secs(8);
/// The same for what the control socket is asked, which may ask WhatsApp; its own deadline is a little shorter.
const CONTROL_DEADLINE: Duration = Duration::from_secs(65);
/// Largest body of a request, bytes.
const LARGEST_BODY: usize = 64 * 1024;
/// It has come within this.
const BODY_DEADLINE: Duration = Duration::from_secs(10);
/// What the page may load: its own files, and nothing of anybody else's.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// What monitoring asks for; everything else is the page's.
const FOR_MONITORING: [&str; 3] = ["/livez", "/healthz", "/metrics"];
/// Those that tell or do something. They answer errors as JSON, and no page but the own one.
const ASKED_BY_THE_PAGE: [&str; 4] = ["/control", "/events", "/session", "/qr"];

/// What all answers are made of.
pub(super) struct Shared {
    pub(super) live: Arc<Live>,
    pub(super) guard: Guard,
    pub(super) scrapes: Scrapes,
    /// Requests to the control handlers at once, and streams at once.
    pub(super) asking: Arc<Semaphore>,
    pub(super) following: Arc<Semaphore>,
}

/// All that can be asked for, behind the guard.
pub(super) fn router(live: Arc<Live>, guard: Guard) -> Router {
    let shared = Arc::new(Shared {
        live,
        guard,
        scrapes: Scrapes::default(),
        asking: Arc::new(Semaphore::new(bridge::MOST_ASKING)),
        following: Arc::new(Semaphore::new(events::MOST_FOLLOWING)),
    });
    let for_session = get(login::session).post(login::by_token).delete(login::end);
    Router::new()
        .route("/livez", get(monitoring::livez))
        .route("/healthz", get(monitoring::healthz))
        .route("/metrics", get(monitoring::metrics))
        .route("/open", get(login::by_link))
        .route("/session", for_session)
        .route("/control", post(bridge::control))
        .route("/events", get(events::follow))
        .route("/qr", post(qr::picture))
        .fallback(files::file)
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), guarded))
        .with_state(shared)
}

async fn guarded(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Connection>,
    request: Request,
    next: Next,
) -> Response {
    let control = request.uri().path() == "/control";
    let mut response = match judged(&shared, &request, &connection) {
        Ok(()) => {
            if shared.is_known(request.headers()) {
                connection.known();
            }
            let deadline = if control { CONTROL_DEADLINE } else { DEADLINE };
            match tokio::time::timeout(deadline, next.run(request)).await {
                Ok(response) => response,
                Err(_) => text(StatusCode::SERVICE_UNAVAILABLE, PLAIN, "this took too long\n"),
            }
        }
        Err(refusal) => *refusal,
    };
    let headers = response.headers_mut();
    // Files of the page say of themselves how long they may be kept.
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        "cross-origin-opener-policy",
        HeaderValue::from_static("same-origin"),
    );
    response
}

/// Whether anything looks at a request at all.
fn judged(shared: &Shared, request: &Request, connection: &Connection) -> Result<(), Box<Response>> {
    let (method, path) = (request.method(), request.uri().path());
    let for_page = ASKED_BY_THE_PAGE.contains(&path);
    let judged = shared
        .guard
        .judge(request.uri(), request.headers(), connection.local);
    if let Err((status, said)) = judged {
        return Err(Box::new(if !for_page {
            text(status, PLAIN, &format!("{said}\n"))
        } else if status == StatusCode::MISDIRECTED_REQUEST {
            No::new(
                status,
                "misdirected",
                said,
                "use the address that fased dashboard prints",
            )
            .into_response()
        } else {
            No::foreign(said).into_response()
        }));
    }
    if for_page && is_cross_site(request.headers()) {
        return Err(Box::new(
            No::foreign("no other page may ask this gateway").into_response(),
        ));
    }
    if !FOR_MONITORING.contains(&path) && !shared.guard.has_page(connection.local) {
        return Err(Box::new(No::not_here().into_response()));
    }
    let reads = matches!(*method, Method::GET | Method::HEAD);
    if !reads && (!for_page || shared.live.door.now().is_none()) {
        let mut refusal = text(StatusCode::METHOD_NOT_ALLOWED, PLAIN, "only GET and HEAD\n");
        let allowed = HeaderValue::from_static("GET, HEAD");
        refusal.headers_mut().insert(header::ALLOW, allowed);
        return Err(Box::new(refusal));
    }
    if !reads && is_anonymous(request.headers()) {
        let said = "the request does not say which page it is from";
        return Err(Box::new(No::foreign(said).into_response()));
    }
    Ok(())
}

impl Shared {
    /// Whether the owner asks, or monitoring with its token.
    fn is_known(&self, headers: &HeaderMap) -> bool {
        self.live.door.now().is_some_and(|open| open.knows(headers))
            || Guard::bearer(headers).is_some_and(|given| self.guard.is_token(given))
    }

    /// The page, if it is open.
    pub(super) fn page(&self) -> Result<Arc<Open>, No> {
        self.live.door.now().ok_or_else(No::closed)
    }

    /// The same for who is logged in.
    pub(super) fn logged_in(&self, headers: &HeaderMap) -> Result<Arc<Open>, No> {
        let open = self.page()?;
        if open.knows(headers) {
            Ok(open)
        } else {
            Err(No::login())
        }
    }
}

/// Whether the body is of this kind, whatever its parameters are.
pub(super) fn is_kind(headers: &HeaderMap, kind: &str) -> bool {
    let mut given = headers.get_all(header::CONTENT_TYPE).iter();
    let first = given.next().and_then(|value| value.to_str().ok());
    first
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value.trim().eq_ignore_ascii_case(kind))
        && given.next().is_none()
}

/// The whole body, as text.
pub(super) async fn body_text(body: Body) -> Result<String, No> {
    let said = format!("the body has more than {LARGEST_BODY} bytes, or broke off");
    let too_large = || {
        No::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            &said,
            "send less at once",
        )
    };
    let read = tokio::time::timeout(BODY_DEADLINE, axum::body::to_bytes(body, LARGEST_BODY)).await;
    let bytes = read.map_err(|_| No::busy("the body did not come in time"))?;
    let bytes = bytes.map_err(|_| too_large())?;
    String::from_utf8(bytes.into()).map_err(|_| {
        let said = "the body is no text in UTF-8";
        No::new(StatusCode::BAD_REQUEST, "usage", said, "send JSON")
    })
}
