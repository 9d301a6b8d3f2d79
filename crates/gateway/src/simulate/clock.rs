//! The wall clock of a simulation: that of the gateway, of the fake server and of this program, moved on together. How
//! far is kept with the world, so that time never goes back in it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use fased::client;
use fased::clock::{SIMULATED, advance, simulate, simulated};
use fased_protocol::control::ControlRequest;
use serde_json::json;

use super::asks::COMMAND_DEADLINE;
use super::http::Api;
use super::play::Player;
use super::world::World;

/// How far the clock is ahead of the real one, milliseconds.
const FILE: &str = "fake-whatsapp-clock";

/// Sets the clock as an earlier simulation in this world has left it.
pub(super) async fn start(dir: &Path, api: &Api) -> Result<()> {
    let ahead_ms: i64 = match fs::read_to_string(dir.join(FILE)) {
        Ok(text) => text
            .trim()
            .parse()
            .with_context(|| format!("{FILE} holds no number"))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
        Err(error) => return Err(error).with_context(|| format!("cannot read {FILE}")),
    };
    simulate(ahead_ms).with_context(|| format!("{FILE} leads too far"))?;
    api.post("/clock", &json!({ "ms": ahead_ms })).await?;
    Ok(())
}

/// What a gateway or a command is started with, so that it has the same time.
pub(super) fn environment() -> Option<(&'static str, String)> {
    simulated().map(|ahead_ms| (SIMULATED, ahead_ms.to_string()))
}

/// Moves the clock of everybody on but that of the gateway, which begins at once with what is due now. Returns what is to
/// be asked of it.
pub(super) async fn move_on(world: &World, by: Duration) -> Result<ControlRequest> {
    let ms = u64::try_from(by.as_millis()).context("too far")?;
    advance(i64::try_from(ms).context("too far")?)?;
    world.api.post("/clock", &json!({ "ms": ms })).await?;
    let ahead_ms = simulated().unwrap_or_default();
    fs::write(world.paths.state_dir.join(FILE), ahead_ms.to_string())
        .with_context(|| format!("cannot write {FILE}"))?;
    Ok(ControlRequest::ClockAdvance { ms })
}

impl Player {
    /// Moves the clock on. A gateway that is stopped finds it so when it starts.
    pub(super) async fn advance(&mut self, by: Duration) -> Result<()> {
        let request = move_on(&self.world, by).await?;
        self.log.note("do", format!("the clock moves on by {}", told(by)));
        if self.world.is_stopped() {
            return Ok(());
        }
        self.until_answered(async |paths| client::ask_within(paths, &request, COMMAND_DEADLINE).await)
            .await?;
        Ok(())
    }
}

fn told(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        _ if seconds.is_multiple_of(86_400) => format!("{} d", seconds / 86_400),
        _ if seconds.is_multiple_of(3_600) => format!("{} h", seconds / 3_600),
        _ if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}
