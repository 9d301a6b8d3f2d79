//! `POST /control`: the page asks what the command line asks, and the very same handlers answer.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use fased_protocol::MAX_LINE_BYTES;
use fased_protocol::control::{ControlError, ControlRequest, ControlResponse, ErrorCode};
use futures_util::{SinkExt, StreamExt, stream};
use tokio::io::DuplexStream;
use tokio_util::codec::{Framed, LinesCodec};
use tokio_util::sync::CancellationToken;

use super::events::{KEEP_ALIVE, STREAM};
use super::pages::{Shared, body_text, is_kind};
use super::refuse::No;
use super::serve::Connection;
use crate::clock;
use crate::control;

/// Requests at once. The page asks for a few at a time.
pub(super) const MOST_ASKING: usize = 24;
/// Longest wait for an answer.
const DEADLINE: Duration = Duration::from_secs(60);
/// What may be under way between a handler and the connection, bytes.
const BUFFER: usize = 64 * 1024;

type Lines = Framed<DuplexStream, LinesCodec>;

/// Answers one request; with `Accept: text/event-stream`, each of its answers.
pub(super) async fn control(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Connection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match answer(&shared, connection, &headers, body).await {
        Ok(response) => response,
        Err(no) => no.into_response(),
    }
}

async fn answer(
    shared: &Shared,
    connection: Connection,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, No> {
    let open = shared.logged_in(headers)?;
    if !is_kind(headers, "application/json") {
        return Err(No::kind("application/json"));
    }
    // A line break between two words of JSON means as much as a blank, and one within a word is no JSON.
    let line = body_text(body).await?.replace(['\n', '\r'], " ");
    let streams = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|accept| accept.to_str().ok())
        .any(|accept| accept.contains(STREAM));
    if let Some(error) = serde_json::from_str(&line)
        .ok()
        .and_then(|asked| unfit(&asked, streams))
    {
        return serde_json::to_string(&ControlResponse::Error(error))
            .map(json)
            .map_err(|_| broken());
    }
    let busy = || No::busy("the gateway is answering many requests already");
    let place = Arc::clone(&shared.asking)
        .try_acquire_owned()
        .map_err(|_| busy())?;
    let (near, far) = tokio::io::duplex(BUFFER);
    let live = Arc::clone(&shared.live);
    // To its end also when the browser leaves, as it is on the control socket.
    tokio::spawn(async move {
        let _place = place;
        if let Err(error) = control::converse(far, &live).await {
            tracing::debug!("the page left early: {error:#}");
        }
    });
    let mut lines = Framed::new(near, LinesCodec::new_with_max_length(MAX_LINE_BYTES));
    lines.send(line).await.map_err(|_| broken())?;
    if streams {
        connection.last();
        return Ok(stream_of(lines, connection.ending, open.closed.clone()));
    }
    match tokio::time::timeout(DEADLINE, lines.next()).await {
        Ok(Some(Ok(answer))) => Ok(json(answer)),
        Ok(Some(Err(_)) | None) => Err(broken()),
        Err(_) => {
            let message = format!("there was no answer within {} s", DEADLINE.as_secs());
            let next = "it may still be done; look again";
            Err(No::new(StatusCode::GATEWAY_TIMEOUT, "timed_out", &message, next))
        }
    }
}

fn json(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

fn broken() -> No {
    let said = "there was no answer";
    No::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        said,
        "see the gateway's log",
    )
}

/// Why a request is not for this way: it has many answers, and is to have one; or there is a better one.
fn unfit(asked: &ControlRequest, streams: bool) -> Option<ControlError> {
    let next = if *asked == ControlRequest::Watch {
        "GET /events"
    } else if matches!(asked, ControlRequest::ChannelsLogin { .. }) && !streams {
        "send Accept: text/event-stream"
    } else {
        return None;
    };
    Some(ControlError {
        code: ErrorCode::Usage,
        message: "this request is answered by a stream".to_owned(),
        next: next.to_owned(),
    })
}

fn stream_of(lines: Lines, ending: CancellationToken, closed: CancellationToken) -> Response {
    let answers = stream::unfold(lines, move |mut lines| {
        let (ending, closed) = (ending.clone(), closed.clone());
        async move {
            let text = tokio::select! {
                line = lines.next() => format!("data: {}\n\n", line?.ok()?),
                () = ending.cancelled() => return None,
                () = closed.cancelled() => return None,
                () = clock::pause(KEEP_ALIVE) => ": still here\n\n".to_owned(),
            };
            Some((Ok::<_, std::convert::Infallible>(Bytes::from(text)), lines))
        }
    });
    ([(header::CONTENT_TYPE, STREAM)], Body::from_stream(answers)).into_response()
}
