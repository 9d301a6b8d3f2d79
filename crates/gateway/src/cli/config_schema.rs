//! `fased config schema`: what editors check the config with.

use super::{Failure, Global, Outcome, out};
use fased_protocol::control::{ControlError, ErrorCode};

/// JSON either way; for programs on one line.
pub(super) fn run(global: &Global) -> Outcome {
    let schema = fased::config::schema();
    if global.json {
        return out::json(&schema);
    }
    let text = serde_json::to_string_pretty(&schema).map_err(|error| {
        Failure::Error(ControlError {
            code: ErrorCode::Internal,
            message: format!("cannot write the schema: {error}"),
            next: "try with --json".to_owned(),
        })
    })?;
    out::raw(&format!("{text}\n"))
}
