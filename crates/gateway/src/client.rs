//! Asks a running gateway over its control socket: one connection, one request, one answer or a
//! stream of them. Every wait has a deadline, and every failure says what to do next.

use std::future::Future;
use std::io;
use std::time::Duration;

use fased_protocol::MAX_LINE_BYTES;
use fased_protocol::control::{ControlError, ControlRequest, ControlResponse, ErrorCode};
use futures_util::{SinkExt, StreamExt};
use interprocess::local_socket::tokio::{Stream, prelude::*};
use interprocess::local_socket::{GenericFilePath, ToFsName};
use tokio_util::codec::{Framed, LinesCodec};

use crate::paths::Paths;

/// How long a gateway may take to accept a connection, and to answer a plain request.
pub const ANSWER_DEADLINE: Duration = Duration::from_secs(5);

/// Answers of one request, in order.
#[derive(Debug)]
pub struct Answers {
    lines: Framed<Stream, LinesCodec>,
}

/// Asks for one answer.
///
/// # Errors
/// `no_gateway` when nobody listens, `timed_out` after [`ANSWER_DEADLINE`], `internal` for an
/// answer that makes no sense; and whatever error the gateway itself answered with.
pub async fn ask(paths: &Paths, request: &ControlRequest) -> Result<ControlResponse, ControlError> {
    ask_within(paths, request, ANSWER_DEADLINE).await
}

/// Asks for one answer that may take longer, as those do that WhatsApp has a part in.
///
/// # Errors
/// As [`ask`].
pub async fn ask_within(
    paths: &Paths,
    request: &ControlRequest,
    deadline: Duration,
) -> Result<ControlResponse, ControlError> {
    let mut answers = open(paths, request).await?;
    match within(deadline, "the gateway did not answer", answers.next()).await?? {
        Some(ControlResponse::Error(error)) => Err(error),
        Some(answer) => Ok(answer),
        None => Err(internal(
            "the gateway closed the connection without an answer".to_owned(),
        )),
    }
}

/// Asks for a stream of answers.
///
/// # Errors
/// As [`ask`], for the connection and the request; each answer has to be waited for with a
/// deadline by the caller.
pub async fn open(paths: &Paths, request: &ControlRequest) -> Result<Answers, ControlError> {
    let name = paths
        .socket
        .as_path()
        .to_fs_name::<GenericFilePath>()
        .map_err(|error| internal(format!("{} is no socket path: {error}", paths.socket.display())))?;
    let stream = within(
        ANSWER_DEADLINE,
        "the gateway did not accept the connection",
        Stream::connect(name),
    )
    .await?
    .map_err(|error| connect_failed(paths, &error))?;
    let mut lines = Framed::new(stream, LinesCodec::new_with_max_length(MAX_LINE_BYTES));
    let line = serde_json::to_string(request)
        .map_err(|error| internal(format!("cannot write the request: {error}")))?;
    within(
        ANSWER_DEADLINE,
        "the gateway did not take the request",
        lines.send(line),
    )
    .await?
    .map_err(|error| internal(format!("the gateway closed the connection: {error}")))?;
    Ok(Answers { lines })
}

impl Answers {
    /// The next answer, or none when the gateway is done or gone. Losing the race in a `select!`
    /// loses no answer.
    ///
    /// # Errors
    /// When the connection breaks or the answer makes no sense.
    pub async fn next(&mut self) -> Result<Option<ControlResponse>, ControlError> {
        let Some(line) = self.lines.next().await else {
            return Ok(None);
        };
        let line = line.map_err(|error| internal(format!("the connection to the gateway broke: {error}")))?;
        serde_json::from_str(&line).map(Some).map_err(|error| {
            internal(format!(
                "the gateway answered something this fased does not know: {error}"
            ))
        })
    }
}

async fn within<T>(deadline: Duration, what: &str, wait: impl Future<Output = T>) -> Result<T, ControlError> {
    tokio::time::timeout(deadline, wait)
        .await
        .map_err(|_elapsed| ControlError {
            code: ErrorCode::TimedOut,
            message: format!("{what} within {} s", deadline.as_secs()),
            next: "look at its log, or start it again: fased gateway restart".to_owned(),
        })
}

fn connect_failed(paths: &Paths, error: &io::Error) -> ControlError {
    if matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
    ) {
        return ControlError {
            code: ErrorCode::NoGateway,
            message: format!("no gateway runs on {}", paths.state_dir.display()),
            next: "start it: fased gateway run".to_owned(),
        };
    }
    ControlError {
        code: ErrorCode::Internal,
        message: format!("cannot reach the gateway at {}: {error}", paths.socket.display()),
        next: "run this as the user who runs the gateway".to_owned(),
    }
}

fn internal(message: String) -> ControlError {
    ControlError {
        code: ErrorCode::Internal,
        message,
        next: "make sure that gateway and CLI are the same version: fased gateway status".to_owned(),
    }
}
