//! The files of the page. They hold no data and need no login.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};

use super::lean::lean;
use super::monitoring::{PLAIN, text};
use super::pages::Shared;
use super::refuse::No;

/// In the program; one that is built for development reads the folder each time.
#[derive(Embed)]
#[folder = "page/"]
struct Files;

/// A file of the page, while it is open.
pub(super) async fn file(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if shared.page().is_err() {
        let said = "there are /metrics, /healthz and /livez; the control page is closed: fased dashboard\n";
        return text(StatusCode::NOT_FOUND, PLAIN, said);
    }
    if !matches!(method, Method::GET | Method::HEAD) {
        return text(StatusCode::METHOD_NOT_ALLOWED, PLAIN, "only GET and HEAD\n");
    }
    let found = named(uri.path()).and_then(|name| Some((name, kind(name)?, Files::get(name)?)));
    let Some((name, kind, file)) = found else {
        let said = "the control page has no such file";
        return No::new(StatusCode::NOT_FOUND, "not_found", said, "open /").into_response();
    };
    answer(name, file, kind, &headers)
}

fn answer(name: &str, file: EmbeddedFile, kind: &'static str, headers: &HeaderMap) -> Response {
    let hash: String = file.metadata.sha256_hash()[..12]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let tag = format!("\"{hash}\"");
    let known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|value| value.trim().trim_start_matches("W/") == tag);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, kind)], lean(name, file.data).into_owned()).into_response()
    };
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    // Asked for each time, so that a gateway that was updated is not met with the page of before.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// The name of the file that a path means; none where it leads out of the folder.
fn named(path: &str) -> Option<&str> {
    let name = path.strip_prefix('/')?;
    if name.is_empty() {
        return Some("index.html");
    }
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    (name.split('/').all(plain) && !is_for_developers(name)).then_some(name)
}

/// Types and tests lie beside the page, and are not served.
fn is_for_developers(name: &str) -> bool {
    name.starts_with("test/") || name.ends_with(".ts") || name.ends_with(".json")
}

/// What browsers are told that a file is; other files are not served.
fn kind(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "html" => Some("text/html; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        "webmanifest" => Some("application/manifest+json"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_page() {
        assert_eq!(named("/"), Some("index.html"));
        assert_eq!(named("/vendor/lit-html.js"), Some("vendor/lit-html.js"));
        for path in [
            "",
            "index.html",
            "//index.html",
            "/../Cargo.toml",
            "/vendor/../../Cargo.toml",
            "/..%2fCargo.toml",
            "/.hidden",
            "/vendor/",
            "/a\\b",
        ] {
            assert_eq!(named(path), None, "{path}");
        }
        assert!(kind("Cargo.toml").is_none() && kind("page").is_none());
    }

    #[test]
    fn the_page_is_there_and_small() {
        assert!(Files::get("index.html").is_some());
        let size: usize = Files::iter()
            .filter(|name| !is_for_developers(name))
            .filter_map(|name| Files::get(&name).map(|file| lean(&name, file.data).len()))
            .sum();
        assert!(size <= 150 * 1024, "the whole page has {size} bytes");
        for name in Files::iter() {
            assert!(
                kind(&name).is_some() || is_for_developers(&name),
                "{name} is never served"
            );
        }
    }
}
