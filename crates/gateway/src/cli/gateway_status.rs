//! `fased gateway status`: is a gateway running? The one read verb that fails without one, so
//! that a script can ask by the exit code.

use fased_protocol::control::{ErrorCode, GatewayInfo};
use serde_json::json;

use super::runtime::{block_on, paths};
use super::{Failure, Global, Outcome, ask, out, span};
use crate::exit::Exit;

pub(super) fn run(global: &Global) -> Outcome {
    let paths = paths(global)?;
    match block_on(async { ask::gateway(&paths).await }) {
        Ok(gateway) if global.json => out::json(&json!({ "gateway": gateway })),
        Ok(gateway) => out::text(&sentence(&gateway)),
        Err(Failure::Error(error)) if error.code == ErrorCode::NoGateway => {
            if global.json {
                out::json(&json!({ "gateway": null }))?;
            } else {
                out::text(&format!("not running: {}\nnext: {}", error.message, error.next))?;
            }
            Err(Failure::Shown(Exit::NoGateway))
        }
        Err(failure) => Err(failure),
    }
}

fn sentence(gateway: &GatewayInfo) -> String {
    format!(
        "running: pid {}, version {}, started {}\nstate dir: {}\nconfig: {}",
        gateway.pid,
        gateway.version,
        span::ago(gateway.started_ms),
        gateway.state_dir,
        gateway.config,
    )
}
