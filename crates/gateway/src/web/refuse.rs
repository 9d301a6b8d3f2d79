//! How the page is told no: a status, and an error like those of the control socket.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why a request gets nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct No {
    pub(super) status: StatusCode,
    /// To decide by.
    code: &'static str,
    message: String,
    /// What to do.
    next: &'static str,
    /// When it makes sense to try again.
    retry: Option<Duration>,
}

impl No {
    pub(super) fn new(status: StatusCode, code: &'static str, message: &str, next: &'static str) -> Self {
        Self {
            status,
            code,
            message: message.to_owned(),
            next,
            retry: None,
        }
    }

    /// The page is closed.
    pub(super) fn closed() -> Self {
        let said = "the control page is closed";
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            said,
            "open it: fased dashboard",
        )
    }

    /// Others can reach the listener, and it was opened to them for monitoring alone.
    pub(super) fn not_here() -> Self {
        let said = "the control page is answered to this machine alone; the listener is open to others for monitoring";
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            said,
            "use the address that fased dashboard prints, or start with fased gateway run --page ADDR:PORT",
        )
    }

    /// No session.
    pub(super) fn login() -> Self {
        let said = "this browser is not logged in, or no longer";
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            said,
            "get a new link: fased dashboard",
        )
    }

    /// A request of another page, or of one that does not say which.
    pub(super) fn foreign(message: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            message,
            "use the page of this gateway",
        )
    }

    /// Too many failures.
    pub(super) fn wait(retry: Duration) -> Self {
        let said = "there were too many wrong links and tokens";
        Self {
            retry: Some(retry),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many", said, "wait a minute")
        }
    }

    /// A body of another kind.
    pub(super) fn kind(kind: &str) -> Self {
        let said = format!("the request is to have Content-Type: {kind}");
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content_type",
            &said,
            "send that",
        )
    }

    /// All places are taken.
    pub(super) fn busy(message: &str) -> Self {
        Self {
            retry: Some(Duration::from_secs(5)),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                message,
                "try again in a moment",
            )
        }
    }
}

impl IntoResponse for No {
    fn into_response(self) -> Response {
        let error = json!({ "code": self.code, "message": self.message, "next": self.next });
        let body = format!("{}\n", json!({ "error": error }));
        let mut response = (self.status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
        if let Some(retry) = self.retry {
            let seconds = HeaderValue::from(retry.as_secs().max(1));
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}
