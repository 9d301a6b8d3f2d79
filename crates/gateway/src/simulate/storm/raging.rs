//! A storm while it rages: its rounds, one after the other.

use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use fased::clock::{monotonic, pause};
use nix::sys::signal::{self, Signal};
use nix::unistd::Pid;
use serde_json::json;
use tokio::time::Instant;

use super::Storm;
use super::audit::Planned;
use super::plan::{Kill, Round, Say, Target, When};
use crate::simulate::play::{OWN_PHONE, Player};

/// The longest a start takes on a busy machine; what is not ready then is found by the audit.
const READY_DEADLINE: Duration = Duration::from_secs(60);

/// A message of unknown fate is waited for after each start, and its chat with it. In a calm this is
/// over, so that the next kills hit messages that go out.
const CALM_DEADLINE: Duration = Duration::from_secs(20);

/// One storm while it rages.
pub(super) struct Raging<'a> {
    pub(super) player: &'a mut Player,
    pub(super) planned: Vec<Planned>,
    /// Addresses of the groups.
    pub(super) groups: Vec<String>,
    pub(super) gateway_kills: u64,
    pub(super) sidecar_kills: u64,
    /// Kills that found no sidecar, because it was just being replaced.
    pub(super) missed: u64,
}

impl Raging<'_> {
    pub(super) async fn round(&mut self, round: &Round) -> Result<()> {
        if round.when == When::Calm {
            self.until_calm().await?;
        }
        if matches!(round.when, When::Live | When::Calm) {
            self.until_ready().await?;
        }
        for say in &round.say {
            pause(say.after).await;
            self.say(say).await?;
        }
        if round.when == When::Backlog {
            self.until_ready().await?;
        }
        match &round.kill {
            None => Ok(()),
            Some(Kill { after, target }) => {
                pause(*after).await;
                self.kill(*target).await
            }
        }
    }

    async fn say(&mut self, say: &Say) -> Result<()> {
        let from = sender(say.sender);
        let group = say.group.and_then(|group| self.groups.get(group)).cloned();
        let place = if group.is_some() { "group" } else { "direct" };
        let text = format!("{place} {} from {from}", self.planned.len() + 1);
        let body = match &group {
            Some(group) => json!({ "group": group, "from": from, "text": text }),
            None => json!({ "to": OWN_PHONE, "from": from, "text": text }),
        };
        let mut answer = self.player.world.api.post("/messages", &body).await?;
        let mut ids: Vec<String> = serde_json::from_value(answer["ids"].take()).context("no message ids")?;
        let id = ids.pop().context("no message id")?;
        self.planned.push(Planned {
            id,
            from,
            group,
            text,
        });
        Ok(())
    }

    async fn kill(&mut self, target: Target) -> Result<()> {
        self.player.world.gateway_lives()?;
        match target {
            Target::Gateway => {
                self.gateway_kills += 1;
                self.player.world.kill_gateway().await
            }
            Target::Sidecar => {
                let accounts = self.player.accounts().await;
                let pid = accounts.into_iter().find_map(|account| account.sidecar_pid);
                let pid = pid.and_then(|pid| i32::try_from(pid).ok());
                let killed = pid.is_some_and(|pid| signal::kill(Pid::from_raw(pid), Signal::SIGKILL).is_ok());
                self.sidecar_kills += u64::from(killed);
                self.missed += u64::from(!killed);
                Ok(())
            }
        }
    }

    /// Waits until no message is of unknown fate, which is not to say that all are answered.
    async fn until_calm(&mut self) -> Result<()> {
        let calm = async |player: &mut Player| {
            let accounts = player.accounts().await;
            let account = accounts.first().filter(|account| account.state == "ready")?;
            let unknown = account.outbound.iter().any(|count| count.name == "unknown");
            (!unknown).then_some(())
        };
        // Where it never gets calm, the storm goes on as it is.
        self.player.look(CALM_DEADLINE, calm).await?;
        Ok(())
    }

    pub(super) async fn until_ready(&mut self) -> Result<()> {
        let ready = async |player: &mut Player| {
            let accounts = player.accounts().await;
            accounts
                .iter()
                .any(|account| account.state == "ready")
                .then_some(())
        };
        if self.player.look(READY_DEADLINE, ready).await?.is_some() {
            return Ok(());
        }
        let accounts = self.player.accounts().await;
        let states: Vec<&str> = accounts.iter().map(|account| account.sentence.as_str()).collect();
        Err(anyhow!(
            "the account was not ready again within {} s: {}; {}",
            READY_DEADLINE.as_secs(),
            states.join(" "),
            self.player.world.log("gateway.log")
        ))
    }

    pub(super) fn tell(&self, done: usize, rounds: usize, started: Instant) {
        self.player.log.note(
            "storm",
            format!(
                "round {done} of {rounds}: {} messages, {} gateway and {} sidecar kills, {} s",
                self.planned.len(),
                self.gateway_kills,
                self.sidecar_kills,
                (monotonic() - started).as_secs()
            ),
        );
    }
}

impl Player {
    pub(super) async fn make_storm_groups(&mut self, storm: &Storm) -> Result<Vec<String>> {
        let members: Vec<String> = (0..storm.senders).map(sender).collect();
        for group in 0..storm.groups {
            self.make_group(&format!("storm{}", group + 1), &members).await?;
        }
        Ok(self
            .groups()
            .await?
            .into_iter()
            .map(|group| group.address)
            .collect())
    }
}

fn sender(index: usize) -> String {
    format!("+1555010{:04}", 100 + index)
}
