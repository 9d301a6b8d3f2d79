//! Coming in to the page, and leaving it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::pages::{Shared, body_text, is_kind};
use super::refuse::No;
use super::session::{Open, Session, no_cookie};

/// Where a link that is no longer good leads.
const SHUT: &str = "/#/closed";

/// `GET /open?t=CODE`: uses the link up and leads to the page.
pub(super) async fn by_link(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let open = match shared.page() {
        Ok(open) => open,
        Err(no) => return no.into_response(),
    };
    let headers = request.headers();
    // Who only looks whether there is something, or loads what may be wanted later, does not use it up.
    if *request.method() == Method::HEAD {
        return StatusCode::NO_CONTENT.into_response();
    }
    if is_early(headers) {
        let said = "this link is not loaded in advance";
        return No::new(StatusCode::FORBIDDEN, "forbidden", said, "open it").into_response();
    }
    // Only somebody who opens it comes in by it, and no picture in a page somewhere counts as a wrong one.
    if !is_opened(headers) {
        return see(SHUT);
    }
    let code = code(request.uri().query().unwrap_or_default());
    match shared.live.door.enter(code) {
        Ok(true) => {
            let Session { cookie, secret } = open.session();
            // What follows the # is for the page alone: it is sent to nobody.
            let place = [(header::LOCATION, format!("/#key={secret}"))];
            (StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie)], place).into_response()
        }
        // Somebody who opens the link again is still logged in, as the page kept its secret.
        Ok(false) if open.recognizes(headers) => see("/"),
        Ok(false) => see(SHUT),
        Err(retry) => No::wait(retry).into_response(),
    }
}

/// `GET /session`: whether this browser is logged in.
pub(super) async fn session(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    match shared.logged_in(&headers) {
        Ok(_open) => StatusCode::NO_CONTENT.into_response(),
        Err(no) => no.into_response(),
    }
}

/// What the page sends to log in.
#[derive(Deserialize)]
struct Token {
    token: String,
}

/// `POST /session`: logs in with the token of the config.
pub(super) async fn by_token(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Body) -> Response {
    match token(&shared, &headers, body).await {
        Ok(open) => {
            let Session { cookie, secret } = open.session();
            let kind = (header::CONTENT_TYPE, "application/json".to_owned());
            let body = format!("{}\n", json!({ "key": secret }));
            ([(header::SET_COOKIE, cookie), kind], body).into_response()
        }
        Err(no) => no.into_response(),
    }
}

async fn token(shared: &Shared, headers: &HeaderMap, body: Body) -> Result<Arc<Open>, No> {
    let open = shared.page()?;
    if !is_kind(headers, "application/json") {
        return Err(No::kind("application/json"));
    }
    let body = body_text(body).await?;
    let given: Token = serde_json::from_str(&body).map_err(|_| {
        let said = "the body is no JSON with a token";
        No::new(StatusCode::BAD_REQUEST, "usage", said, "send {\"token\": \"…\"}")
    })?;
    let wrong = |said: &str| {
        let next = "see gateway.http.token in the config, or get a link: fased dashboard";
        No::new(StatusCode::UNAUTHORIZED, "unauthorized", said, next)
    };
    match shared
        .live
        .door
        .token(|| shared.guard.is_token(given.token.trim()))
    {
        Ok(true) => Ok(open),
        Ok(false) if shared.guard.has_token() => Err(wrong("this is not the token")),
        Ok(false) => Err(wrong("no token is set, so nobody comes in by one")),
        Err(retry) => Err(No::wait(retry)),
    }
}

/// `DELETE /session`: the browser forgets its session. No list of them is kept, so a copy of it that somebody took elsewhere
/// ends with its thirty days, or with all others.
pub(super) async fn end(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    match shared.logged_in(&headers) {
        Ok(_open) => (StatusCode::NO_CONTENT, [(header::SET_COOKIE, no_cookie())]).into_response(),
        Err(no) => no.into_response(),
    }
}

fn see(place: &'static str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response()
}

fn is_early(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-purpose", "x-moz"]
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .any(|purpose| {
            purpose.contains("prefetch") || purpose.contains("prerender") || purpose.contains("preview")
        })
}

/// Whether somebody follows a link to it, or a browser does not say.
fn is_opened(headers: &HeaderMap) -> bool {
    headers
        .get_all("sec-fetch-dest")
        .iter()
        .all(|what| what == "document")
}

/// The code of a link; it has letters, digits, `-` and `_` only, so nothing is encoded in it.
fn code(query: &str) -> &str {
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix("t="))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d1_a_link_is_read_and_not_used_in_advance() {
        assert_eq!(code("t=abc-_9"), "abc-_9");
        assert_eq!(code("x=1&t=abc"), "abc");
        assert_eq!(code("tt=abc"), "");
        for (name, value) in [
            ("sec-purpose", "prefetch;prerender"),
            ("purpose", "prefetch"),
            ("x-moz", "prefetch"),
            ("x-purpose", "preview"),
        ] {
            let early =
                HeaderMap::from_iter([(name.parse().expect("a name"), value.parse().expect("a value"))]);
            assert!(is_early(&early), "{name}");
        }
        assert!(!is_early(&HeaderMap::new()));
        assert!(is_opened(&HeaderMap::new()), "an old browser, or none");
        for (what, opened) in [
            ("document", true),
            ("image", false),
            ("iframe", false),
            ("empty", false),
            ("", false),
        ] {
            let name = "sec-fetch-dest".parse().expect("a name");
            let headers = HeaderMap::from_iter([(name, what.parse().expect("a value"))]);
            assert_eq!(is_opened(&headers), opened, "{what}");
        }
    }
}
