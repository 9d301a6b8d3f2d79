//! `fased gateway status`: is a gateway running? The one read verb that fails without one, so
//! that a script can ask by the exit code.

use fased::clock::SIMULATED;
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
        "running: pid {}, version {}, started {}\n{}state dir: {}\nconfig: {}",
        gateway.pid,
        gateway.version,
        span::ago(gateway.started_ms),
        clock_warning(gateway),
        gateway.state_dir,
        gateway.config,
    )
}

/// A line where the clock is not that of the world, else nothing.
pub(super) fn clock_warning(gateway: &GatewayInfo) -> String {
    gateway.clock_ahead_ms.map_or_else(String::new, |ahead_ms| {
        format!(
            "warning: its clock is a simulation's, {} s ahead of the real one ({} is set)\n",
            ahead_ms / 1000,
            SIMULATED
        )
    })
}
