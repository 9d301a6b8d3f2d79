//! How verbs ask: the running gateway first, then, if they only read, the store.

use std::time::Duration;

use fased::paths::Paths;
use fased::{client, offline};
use fased_protocol::control::{ControlError, ControlRequest, ControlResponse, ErrorCode};
use serde_json::json;

use super::runtime::{block_on, paths};
use super::{Failure, Global, Outcome, out};

/// Asks the gateway, or the store when none runs.
pub(super) fn read(global: &Global, request: &ControlRequest) -> Result<ControlResponse, Failure> {
    let paths = paths(global)?;
    block_on(reading(&paths, request))
}

/// The same for a verb that asks more than once.
pub(super) async fn reading(paths: &Paths, request: &ControlRequest) -> Result<ControlResponse, Failure> {
    let asked = client::ask(paths, request).await;
    if asked
        .as_ref()
        .is_err_and(|error| error.code == ErrorCode::NoGateway)
    {
        let answer = offline::answer(paths, request).await;
        let ControlResponse::Error(error) = answer else {
            return Ok(answer);
        };
        return Err(error.into());
    }
    Ok(asked?)
}

/// Asks the gateway to do something and prints what it did.
pub(super) fn act(global: &Global, request: &ControlRequest, deadline: Duration) -> Outcome {
    let paths = paths(global)?;
    let answer = block_on(async { Ok(client::ask_within(&paths, request, deadline).await?) })?;
    done(global, answer)
}

/// Prints what was done.
pub(super) fn done(global: &Global, answer: ControlResponse) -> Outcome {
    let ControlResponse::Done { message } = answer else {
        return Err(unexpected(&answer));
    };
    if global.json {
        out::json(&json!({ "done": true, "message": message }))
    } else {
        out::text(&message)
    }
}

/// The error for an answer of another kind than the request has.
pub(super) fn unexpected(answer: &ControlResponse) -> Failure {
    let kind = serde_json::to_value(answer)
        .ok()
        .and_then(|value| value["kind"].as_str().map(str::to_owned));
    Failure::Error(ControlError {
        code: ErrorCode::Internal,
        message: format!(
            "the gateway gave an answer of the wrong kind: {}",
            kind.unwrap_or_default()
        ),
        next: "make sure that gateway and CLI are the same version: fased gateway status".to_owned(),
    })
}

/// The error of a verb that waited in vain.
pub(super) fn timed_out(message: String, next: &str) -> Failure {
    Failure::Error(ControlError {
        code: ErrorCode::TimedOut,
        message,
        next: next.to_owned(),
    })
}

/// The gateway's own data, asked from the running one only.
pub(super) async fn gateway(paths: &Paths) -> Result<fased_protocol::control::GatewayInfo, Failure> {
    let answer = client::ask(paths, &ControlRequest::GatewayStatus).await?;
    let ControlResponse::Gateway(info) = answer else {
        return Err(unexpected(&answer));
    };
    Ok(info)
}
