//! Commands of the command line, carried out on the world that is played with.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use tokio::process::Command;

use super::play::{Instead, Player};
use super::{clock, spawn};

/// No command that a script would use takes longer.
const DEADLINE: Duration = Duration::from_secs(60);

/// Lines of an output that a failure shows.
const SHOWN: usize = 5;

impl Player {
    /// Carries out `fased ARGUMENTS`. What it printed is kept for what follows.
    pub(super) async fn fased(&mut self, arguments: &[String], exit: i32) -> Result<Result<(), Instead>> {
        let output = tokio::time::timeout(DEADLINE, self.command_line(arguments).output())
            .await
            .map_err(|_elapsed| anyhow!("the command did not end within {} s", DEADLINE.as_secs()))?
            .context("cannot start the command")?;
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        self.log.note("$", format!("fased {}", arguments.join(" ")));
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            self.log.note("", line.to_owned());
        }
        self.output = Some(text.clone());
        if output.status.code() == Some(exit) {
            return Ok(Ok(()));
        }
        let last: Vec<&str> = text.lines().rev().take(SHOWN).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        Ok(Err(format!(
            "the command ended with {}, after saying: {}",
            output.status,
            last.join(" ⏎ ")
        )))
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "a command of the simulation's user, which ends by itself"
    )]
    fn command_line(&self, arguments: &[String]) -> Command {
        let mut command = Command::new(self.world.executable());
        command
            .args(arguments)
            .arg("--state-dir")
            .arg(&self.world.paths.state_dir)
            .arg("--config")
            .arg(&self.world.paths.config)
            .env("FASED_HOME", self.world.home())
            .envs(clock::environment())
            .envs(spawn::search_path())
            .envs(self.world.whatsapp())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    pub(super) fn expect_output(&self, contains: &str) -> Result<(), Instead> {
        match &self.output {
            None => Err("no command was carried out; write: fased status".to_owned()),
            Some(output) if output.contains(contains) => Ok(()),
            Some(output) => Err(format!("it said: {}", super::log::one_line(output))),
        }
    }
}
