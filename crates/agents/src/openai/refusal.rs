//! What a server says when it refuses.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::Value;

use super::body::Dialect;
use super::retry::{Again, Trouble, asked_to_wait, is_passing};
use crate::Failure;

/// Most that is read of it.
const READ: usize = 64 * 1024;
/// Longest wait for it.
const WAIT: Duration = Duration::from_secs(5);

/// Reads a refusal.
pub(super) async fn read(response: reqwest::Response, dialect: Dialect) -> Trouble {
    let status = response.status();
    let asked = asked_to_wait(response.headers());
    let body = if status.is_redirection() {
        "it points to another address, which is not followed; correct the base URL".to_owned()
    } else {
        in_words(&beginning(response).await)
    };
    let again = match status.as_u16() {
        400 | 422 => dialect
            .after_refusal(&body)
            .map_or(Again::Never, Again::InOtherWords),
        status if is_passing(status) => Again::Later { asked },
        _ => Again::Never,
    };
    let status = status.as_u16();
    let failure = Failure::Http { status, body };
    Trouble { failure, again }
}

async fn beginning(response: reqwest::Response) -> Vec<u8> {
    let mut bytes = Vec::new();
    let reading = async {
        let mut pieces = response.bytes_stream();
        while let Some(Ok(piece)) = pieces.next().await {
            bytes.extend_from_slice(&piece);
            if bytes.len() >= READ {
                return;
            }
        }
    };
    if tokio::time::timeout(WAIT, reading).await.is_err() {
        tracing::debug!("a refusal has no end");
    }
    bytes.truncate(READ);
    bytes
}

/// The sentence in it, whole: it is shortened once nothing is left in it that it may not tell. JSON without one is left out: some servers repeat all that they were asked.
fn in_words(body: &[u8]) -> String {
    match serde_json::from_slice(body) {
        Ok(json) => error_of(&json).unwrap_or_default().1,
        Err(_) => String::from_utf8_lossy(body).trim().to_owned(),
    }
}

/// The status and the sentence of an error that is given as JSON: in `error`, or in `message` or `detail`.
pub(super) fn error_of(json: &Value) -> Option<(Option<u16>, String)> {
    let error = json.get("error").filter(|error| !error.is_null());
    let sentence = |value: &Value, name: &str| Some(value.get(name)?.as_str()?.trim().to_owned());
    let outside = || sentence(json, "message").or_else(|| sentence(json, "detail"));
    match error {
        Some(Value::String(text)) => Some((None, text.trim().to_owned())),
        Some(error) => {
            let status = [error.get("code"), error.get("status"), json.get("code")]
                .into_iter()
                .flatten()
                .find_map(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()))
                .and_then(|code| u16::try_from(code).ok());
            Some((
                status,
                sentence(error, "message").or_else(outside).unwrap_or_default(),
            ))
        }
        None => outside().map(|text| (None, text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_is_found_where_servers_put_it() {
        let cases = [
            (
                r#"{"error":{"message":"no such model","code":"model_not_found"}}"#,
                "no such model",
            ),
            (r#"{"error":"model 'x' not found"}"#, "model 'x' not found"),
            (
                r#"{"object":"error","message":"too long","code":400}"#,
                "too long",
            ),
            (r#"{"detail":"Not Found"}"#, "Not Found"),
            (
                r#"{"detail":[{"msg":"wrong","input":{"messages":"what people wrote"}}]}"#,
                "",
            ),
            ("<html>Bad gateway</html>\n", "<html>Bad gateway</html>"),
            ("", ""),
        ];
        for (body, sentence) in cases {
            assert_eq!(in_words(body.as_bytes()), sentence, "{body}");
        }
    }

    #[test]
    fn a_status_is_found_in_an_error() {
        for error in [
            r#"{"error":{"code":429}}"#,
            r#"{"error":{"code":"429"}}"#,
            r#"{"error":{},"code":429}"#,
        ] {
            assert_eq!(
                error_of(&serde_json::from_str(error).unwrap()).unwrap().0,
                Some(429),
                "{error}"
            );
        }
        assert_eq!(error_of(&serde_json::json!({"error": null, "choices": []})), None);
    }
}
