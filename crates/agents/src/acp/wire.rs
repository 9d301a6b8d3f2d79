//! The protocol itself: lines over a process's pipes, by the library. The only file that knows it, apart from the names of
//! what is sent and heard, which others use by way of this one.
//!
//! What the agent says goes through one queue in the order it was said in. A full queue makes the agent wait, down to its
//! pipe, although the library's own queues have no bound: no line is taken from the pipe while there is no room. A line that
//! is no message is let go of here, since the library would answer it, and agents do not expect that.

use std::sync::{Arc, OnceLock};

pub(super) use agent_client_protocol::v1::schema::{
    AuthMethod, CancelNotification, ContentBlock, ContentChunk, EmbeddedResourceResource, EnvVariable,
    ImageContent, Implementation, InitializeRequest, InitializeResponse, LoadSessionRequest, McpServer,
    McpServerStdio, MessageId, NewSessionRequest, PermissionOption, PermissionOptionId, PermissionOptionKind,
    Plan, PlanEntryStatus, PromptRequest, PromptResponse, RequestPermissionOutcome, RequestPermissionRequest,
    RequestPermissionResponse, ResourceLink, ResumeSessionRequest, SelectedPermissionOutcome, SessionId,
    SessionNotification, SessionUpdate, StopReason, TextContent, ToolCallContent, ToolCallId,
    ToolCallUpdateFields, ToolKind,
};
use agent_client_protocol::{Client, Lines, UntypedMessage, v1};
pub(super) use agent_client_protocol::{
    Error, ErrorCode, is_connection_terminated, is_incoming_transport_closed, schema::ProtocolVersion,
};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::io::AsyncRead;
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::{mpsc, oneshot};
use tokio_util::codec::{
    AnyDelimiterCodec, AnyDelimiterCodecError, FramedRead, FramedWrite, LinesCodec, LinesCodecError,
};
use tokio_util::sync::CancellationToken;

use crate::Failure;

/// Where requests and notifications go.
pub(super) type Agent = v1::ConnectionTo<agent_client_protocol::Agent>;
/// Where the outcome of a request for permission goes.
pub(super) type Responder = v1::Responder<RequestPermissionResponse>;

/// Longest line, in bytes. The connection ends with one that is longer.
pub(super) const LONGEST: usize = 8 * 1024 * 1024;
/// What the agent said and nobody has heard yet, in messages. When it is full the agent waits.
const QUEUE: usize = 64;
/// The name of an update's notification.
const UPDATE: &str = "session/update";

/// What an agent says unasked.
pub(super) enum Heard {
    /// What it does.
    Update(Box<SessionNotification>),
    /// It wants to be allowed something.
    Ask(Box<Wish>),
}

/// A request for permission, and where its outcome goes.
pub(super) struct Wish {
    pub(super) request: RequestPermissionRequest,
    pub(super) responder: Responder,
}

/// A connection.
pub(super) struct Wire {
    pub(super) agent: Agent,
    pub(super) heard: mpsc::Receiver<Heard>,
    /// Why its lines cannot be read any more.
    pub(super) broken: Arc<OnceLock<Failure>>,
}

/// Connects. The second has to be polled, and ends with the connection: when the token is cancelled, after what was to be
/// sent has left, or when its lines cannot be read.
pub(super) fn connect(
    stdin: ChildStdin,
    stdout: ChildStdout,
    end: CancellationToken,
) -> (
    impl Future<Output = Option<Wire>> + Send,
    impl Future<Output = ()> + Send + 'static,
) {
    let (to, heard) = mpsc::channel(QUEUE);
    let broken = Arc::new(OnceLock::new());
    let outgoing = FramedWrite::new(stdin, LinesCodec::new());
    let outgoing = SinkExt::<String>::sink_map_err(outgoing, |error| match error {
        LinesCodecError::Io(error) => error,
        LinesCodecError::MaxLineLengthExceeded => std::io::ErrorKind::InvalidData.into(),
    });
    let transport = Lines::new(outgoing, incoming(stdout, to.clone(), Arc::clone(&broken)));
    let (connected, connection) = oneshot::channel();
    let driver = async move {
        let updates = to.clone();
        let ended = Client
            .v1()
            .name("fased")
            // All of them, so that one of a kind that is not known is no error.
            .on_receive_notification(
                async move |notification: UntypedMessage, _agent: Agent| {
                    if let Some(update) = update(notification) {
                        updates.send(Heard::Update(Box::new(update))).await.ok();
                    }
                    Ok(())
                },
                agent_client_protocol::on_receive_notification!(),
            )
            .on_receive_request(
                async move |request: RequestPermissionRequest, responder: Responder, _agent: Agent| {
                    // One that nobody hears any more is answered with an error, by being dropped.
                    to.send(Heard::Ask(Box::new(Wish { request, responder })))
                        .await
                        .ok();
                    Ok(())
                },
                agent_client_protocol::on_receive_request!(),
            )
            .connect_with(transport, async move |agent: Agent| {
                connected.send(agent).ok();
                end.cancelled().await;
                Ok(())
            })
            .await;
        if let Err(error) = ended {
            tracing::debug!(code = ?error.code, "the connection to an agent broke");
        }
    };
    let wire = async move {
        Some(Wire {
            agent: connection.await.ok()?,
            heard,
            broken,
        })
    };
    (wire, driver)
}

/// The update of a session, if it is one of a known kind.
fn update(notification: UntypedMessage) -> Option<SessionNotification> {
    let (method, parameters) = notification.into_parts();
    if method != UPDATE {
        tracing::debug!("an agent's notification of a kind that is not known");
        return None;
    }
    match serde_json::from_value(parameters) {
        Ok(update) => Some(update),
        Err(error) => {
            tracing::debug!(category = ?error.classify(), "an agent's update of a kind that is not known");
            None
        }
    }
}

/// The lines that are messages, each when there is room for what it may say.
fn incoming(
    stdout: impl AsyncRead + Send + 'static,
    room: mpsc::Sender<Heard>,
    broken: Arc<OnceLock<Failure>>,
) -> impl futures_util::Stream<Item = std::io::Result<String>> + Send + 'static {
    // Not by the codec for lines, to which one that is no UTF-8 is the end.
    let codec = AnyDelimiterCodec::new_with_max_length(b"\n".to_vec(), Vec::new(), LONGEST);
    FramedRead::new(stdout, codec).filter_map(move |line| {
        let (room, broken) = (room.clone(), Arc::clone(&broken));
        async move {
            let failure = match line {
                Ok(line) => {
                    let message = message(&line).map(str::to_owned);
                    if message.is_none() {
                        tracing::debug!(bytes = line.len(), "an agent's line that is no message");
                        return None;
                    }
                    // Whoever deals with the line before is given the time to, so that there is room or not.
                    tokio::task::yield_now().await;
                    drop(room.reserve().await);
                    return message.map(Ok);
                }
                Err(AnyDelimiterCodecError::MaxChunkLengthExceeded) => {
                    Failure::BadAnswer(format!("one line of its output is longer than {LONGEST} bytes"))
                }
                Err(AnyDelimiterCodecError::Io(error)) => {
                    Failure::CutOff(format!("reading from the program failed: {error}"))
                }
            };
            // The first is why.
            broken.set(failure).ok();
            Some(Err(std::io::ErrorKind::InvalidData.into()))
        }
    })
}

/// The text of a line, if it is an object of JSON-RPC.
fn message(line: &[u8]) -> Option<&str> {
    #[derive(Deserialize)]
    struct Message {
        #[serde(rename = "jsonrpc")]
        _version: IgnoredAny,
    }
    let line = std::str::from_utf8(line).ok()?;
    serde_json::from_str::<Message>(line).is_ok().then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_no_message() {
        let messages: [&[u8]; 2] = [
            br#"{"jsonrpc":"2.0","method":"session/update","params":{}}"#,
            b"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\r",
        ];
        for line in messages {
            assert!(message(line).is_some(), "{}", String::from_utf8_lossy(line));
        }
        let noise: [&[u8]; 7] = [
            b"npm notice new version",
            b"",
            b"[1,2]",
            b"\"jsonrpc\"",
            b"{\"jsonrpc\":\"2.0\"",
            b"{\"level\":\"info\"}",
            b"{\"jsonrpc\":\"\xFF\"}",
        ];
        for line in noise {
            assert!(message(line).is_none(), "{}", String::from_utf8_lossy(line));
        }
    }

    // Time is paused: it passes when nothing else happens.
    #[tokio::test(start_paused = true)]
    async fn no_line_is_taken_while_there_is_no_room() {
        let line = "{\"jsonrpc\":\"2.0\",\"method\":\"x\"}\n";
        let (to, mut from) = mpsc::channel(1);
        let stdout = std::io::Cursor::new(format!("{line}noise\n{line}"));
        let mut lines = std::pin::pin!(incoming(stdout, to.clone(), Arc::default()));
        assert_eq!(
            lines.next().await.and_then(Result::ok).as_deref(),
            Some(line.trim_end())
        );
        let known = r#"{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"a"}}"#;
        let known: serde_json::Value = serde_json::from_str(known).expect("JSON");
        let parameters = serde_json::json!({"sessionId": "s", "update": known});
        let told = update(UntypedMessage::new(UPDATE, &parameters).expect("JSON")).expect("an update");
        assert!(to.try_send(Heard::Update(Box::new(told))).is_ok());
        let wait = tokio::time::timeout(std::time::Duration::from_secs(60), lines.next());
        assert!(wait.await.is_err(), "there is no room");
        from.recv().await.expect("it was told");
        assert!(lines.next().await.is_some_and(|line| line.is_ok()));
        assert!(lines.next().await.is_none());
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_breaks_it_and_says_why() {
        let (to, _from) = mpsc::channel(1);
        let broken = Arc::default();
        let stdout = std::io::Cursor::new(vec![b'x'; LONGEST + 2]);
        let mut lines = std::pin::pin!(incoming(stdout, to, Arc::clone(&broken)));
        assert!(lines.next().await.is_some_and(|line| line.is_err()));
        assert!(matches!(broken.get(), Some(Failure::BadAnswer(_))));
    }

    #[test]
    fn an_update_of_another_kind_is_none() {
        let told = |method: &str, update: &str| {
            let update: serde_json::Value = serde_json::from_str(update).expect("JSON");
            let parameters = serde_json::json!({"sessionId": "s", "update": update});
            update_of(method, &parameters)
        };
        let known = r#"{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"a"}}"#;
        assert!(told(UPDATE, known));
        assert!(!told("session/weather", known));
        assert!(!told(UPDATE, r#"{"sessionUpdate":"weather"}"#));
        assert!(!told(
            UPDATE,
            r#"{"sessionUpdate":"agent_message_chunk","content":{"type":"smell"}}"#
        ));
    }

    fn update_of(method: &str, parameters: &serde_json::Value) -> bool {
        update(UntypedMessage::new(method, parameters).expect("JSON")).is_some()
    }
}
