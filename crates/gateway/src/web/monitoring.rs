//! What monitoring asks for: `/livez`, `/healthz` and `/metrics`. Nothing here changes anything.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use fased_protocol::control::Health;

use super::guard::Guard;
use super::pages::Shared;

pub(super) const PLAIN: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";

/// What somebody is told.
enum Seen {
    All,
    /// Only what is no secret.
    Nothing,
    /// There were too many wrong tokens.
    Later(Duration),
}

/// A session of the page or the token; nothing is needed where monitoring is on without a token.
fn seen(shared: &Shared, headers: &HeaderMap) -> Seen {
    let is_session = || shared.live.door.now().is_some_and(|open| open.knows(headers));
    if shared.guard.is_open() || is_session() {
        return Seen::All;
    }
    let Some(given) = Guard::bearer(headers).filter(|_| shared.guard.has_token()) else {
        return Seen::Nothing;
    };
    match shared.live.door.bearer(|| shared.guard.is_token(given)) {
        Ok(true) => Seen::All,
        Ok(false) => Seen::Nothing,
        Err(retry) => Seen::Later(retry),
    }
}

/// The gateway answers at all. For those who would start it again if it did not; a link that is down is no reason to.
pub(super) async fn livez() -> Response {
    text(StatusCode::OK, PLAIN, "ok\n")
}

/// Whether all is well; why not is told to those who have the token, where there is one.
pub(super) async fn healthz(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let health = shared.live.health();
    let status = if health.ok {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let wants_json = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|accept| accept.to_str().ok())
        .any(|accept| accept.contains(JSON));
    if !matches!(seen(&shared, &headers), Seen::All) {
        let word = if health.ok { "ok\n" } else { "not ready\n" };
        return match wants_json {
            true => text(status, JSON, &format!("{{\"ok\":{}}}\n", health.ok)),
            false => text(status, PLAIN, word),
        };
    }
    if wants_json {
        return match serde_json::to_string(&health) {
            Ok(json) => text(status, JSON, &format!("{json}\n")),
            Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, PLAIN, &format!("{error}\n")),
        };
    }
    text(status, PLAIN, &told(&health))
}

/// `ok`, or a line for each problem: code, account, sentence, next command, with tabs between them.
fn told(health: &Health) -> String {
    if health.ok {
        return "ok\n".to_owned();
    }
    let problems = health.problems.iter().filter(|problem| !problem.warning);
    let lines = problems.map(|problem| {
        let account = problem.account.as_deref().unwrap_or("-");
        let next = problem.next.as_deref().unwrap_or("-");
        format!(
            "{}\t{account}\t{}\t{next}\n",
            problem.code,
            problem.sentence.replace(['\n', '\t'], " ")
        )
    });
    lines.collect()
}

pub(super) async fn metrics(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    match seen(&shared, &headers) {
        Seen::All => {}
        Seen::Nothing => {
            let said = "this needs the token: Authorization: Bearer …\n";
            let mut response = text(StatusCode::UNAUTHORIZED, PLAIN, said);
            let how = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, how);
            return response;
        }
        Seen::Later(retry) => {
            let said = "there were too many wrong tokens; wait a minute\n";
            let mut response = text(StatusCode::TOO_MANY_REQUESTS, PLAIN, said);
            let seconds = HeaderValue::from(retry.as_secs().max(1));
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
            return response;
        }
    }
    match shared.scrapes.page(&shared.live).await {
        Ok(page) => text(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", &page),
        Err(error) => {
            tracing::warn!("the metrics cannot be read: {error:#}");
            text(
                StatusCode::SERVICE_UNAVAILABLE,
                PLAIN,
                "the store cannot be read; see fased doctor\n",
            )
        }
    }
}

pub(super) fn text(status: StatusCode, kind: &'static str, body: &str) -> Response {
    (status, [(header::CONTENT_TYPE, kind)], body.to_owned()).into_response()
}
