//! What can be asked for: `/livez`, `/healthz` and `/metrics`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use fased_protocol::control::Health;

use super::guard::Guard;
use super::metrics::Scrapes;
use crate::control::Live;

/// The longest that an answer may take to be made.
const DEADLINE: Duration = Duration::from_secs(8);
const PLAIN: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";

/// The address that a connection came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Local(pub(super) Option<SocketAddr>);

struct Shared {
    live: Arc<Live>,
    guard: Guard,
    scrapes: Scrapes,
}

/// All that can be asked for, behind the guard.
pub(super) fn router(live: Arc<Live>, guard: Guard) -> Router {
    let shared = Arc::new(Shared {
        live,
        guard,
        scrapes: Scrapes::default(),
    });
    Router::new()
        .route("/livez", get(livez))
        .route("/healthz", get(healthz))
        .route("/metrics", get(metrics))
        .fallback(async || {
            text(
                StatusCode::NOT_FOUND,
                PLAIN,
                "there are /metrics, /healthz and /livez\n",
            )
        })
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), guarded))
        .with_state(shared)
}

async fn guarded(
    State(shared): State<Arc<Shared>>,
    Extension(Local(local)): Extension<Local>,
    request: Request,
    next: Next,
) -> Response {
    let judged = shared
        .guard
        .judge(request.method(), request.uri(), request.headers(), local);
    let mut response = match judged {
        Ok(()) => match tokio::time::timeout(DEADLINE, next.run(request)).await {
            Ok(response) => response,
            Err(_) => text(StatusCode::SERVICE_UNAVAILABLE, PLAIN, "this took too long\n"),
        },
        Err((status, said)) => text(status, PLAIN, &format!("{said}\n")),
    };
    let headers = response.headers_mut();
    if headers.get(header::ALLOW).is_none()
        && judged.is_err_and(|(status, _)| status == StatusCode::METHOD_NOT_ALLOWED)
    {
        headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The gateway answers at all. For those who would start it again if it did not; a link that is down is no reason to.
async fn livez() -> Response {
    text(StatusCode::OK, PLAIN, "ok\n")
}

/// Whether all is well; why not is told to those who have the token, where there is one.
async fn healthz(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
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
    if !shared.guard.may_see(&headers) {
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

async fn metrics(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    if !shared.guard.may_see(&headers) {
        let mut response = text(
            StatusCode::UNAUTHORIZED,
            PLAIN,
            "this needs the token: Authorization: Bearer …\n",
        );
        let how = HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, how);
        return response;
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

fn text(status: StatusCode, kind: &'static str, body: &str) -> Response {
    (status, [(header::CONTENT_TYPE, kind)], body.to_owned()).into_response()
}
