//! What is done to a gateway in a storm, and how it is made good again at the end.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use fased::client;
use fased::clock::{monotonic, pause};
use fased_protocol::control::{ControlRequest, ErrorCode};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

use super::disk::Disk;
use super::plan::{ACCOUNTS, Act, Whom};
use super::raging::{Raging, outlive};
use super::setting::{NAMES, config, phone};
use crate::simulate::clock;
use crate::simulate::processes::{self, Process};

/// A gateway that starts on a busy machine answers within this.
const ANSWER_DEADLINE: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(50);

impl Raging<'_> {
    pub(super) async fn act(&mut self, act: Act) -> Result<()> {
        self.world.gateway_lives()?;
        match act {
            Act::KillGateway => {
                let children = self.world.gateway_pid().map(processes::below).unwrap_or_default();
                self.note(
                    "kill gateway",
                    None,
                    &format!("{} processes below it", children.len()),
                );
                self.world.kill_gateway().await?;
                self.former.spawn(outlive(children, "its gateway was killed"));
                Ok(())
            }
            Act::KillSidecar(account) => {
                let found = self.sidecars(account);
                self.note(
                    "kill sidecar",
                    Some(account),
                    if found.is_empty() { "none runs" } else { "" },
                );
                found.iter().for_each(|pid| signal(*pid, Signal::SIGKILL));
                Ok(())
            }
            Act::Freeze(whom) => {
                let (kind, account) = match whom {
                    Whom::Gateway => ("freeze gateway", None),
                    Whom::Sidecar(account) => ("freeze sidecar", Some(account)),
                    Whom::Everybody => ("freeze everybody", None),
                };
                self.note(kind, account, "");
                let gateway = self.world.gateway_pid();
                self.frozen = match whom {
                    Whom::Gateway => gateway.into_iter().collect(),
                    Whom::Sidecar(account) => self.sidecars(account),
                    Whom::Everybody => {
                        let all = (0..ACCOUNTS).flat_map(|account| self.sidecars(account));
                        gateway.into_iter().chain(all).collect()
                    }
                };
                self.frozen.iter().for_each(|pid| signal(*pid, Signal::SIGSTOP));
                Ok(())
            }
            Act::Thaw => {
                self.note("thaw", None, "");
                self.thaw();
                Ok(())
            }
            Act::Drop(account) => self.fault("drop", account, json!({ "kind": "drop" })).await,
            Act::HalfOpen(account) => {
                self.fault("half open", account, json!({ "kind": "half_open" }))
                    .await
            }
            Act::StreamError(account, code) => {
                self.fault(
                    "stream error",
                    account,
                    json!({ "kind": "stream_error", "code": code }),
                )
                .await
            }
            Act::RefuseUpgrade(account, times) => {
                let refuse = json!({ "kind": "upgrade_http", "status": 503, "times": times });
                self.world.api.post("/fault", &refuse).await?;
                self.fault("refuse websocket", account, json!({ "kind": "drop" }))
                    .await
            }
            Act::RefuseLogin(account, times) => {
                let refuse = json!({ "kind": "login_failure", "code": 503, "times": times });
                self.fault("refuse login", account, refuse).await?;
                let cut = json!({ "kind": "drop", "account": phone(account) });
                self.world.api.post("/fault", &cut).await?;
                Ok(())
            }
            Act::AckErrors(account, count) => {
                let acks = json!({ "kind": "acks", "mode": "error", "code": 500, "count": count });
                self.fault("ack errors", account, acks).await
            }
            Act::AckDrops(account, count) => {
                let acks = json!({ "kind": "acks", "mode": "drop", "count": count });
                self.fault("acks dropped", account, acks).await
            }
            Act::Clock(seconds) => {
                self.note("clock moves on", None, &format!("{seconds} s"));
                let request = clock::move_on(self.world, Duration::from_secs(seconds.into())).await?;
                self.ask(&request).await
            }
            Act::Reload => {
                self.note("reload", None, "");
                self.edits += 1;
                fs::write(&self.world.paths.config, config(self.edits)).context("cannot write the config")?;
                self.ask(&ControlRequest::ConfigReload).await
            }
            Act::Restart => {
                self.note("restart", None, "");
                self.ask(&ControlRequest::GatewayRestart).await
            }
            Act::Pause(account) => {
                self.note("pause", Some(account), "");
                let account = NAMES[account].to_owned();
                self.ask(&ControlRequest::ChannelsPause { account }).await
            }
            Act::Resume(account) => {
                self.note("resume", Some(account), "");
                let account = NAMES[account].to_owned();
                self.ask(&ControlRequest::ChannelsResume { account }).await
            }
            Act::FillDisk | Act::FreeDisk if !self.has_disk => {
                self.note(
                    "full disk: SKIPPED",
                    None,
                    "the state dir has no file system of its own",
                );
                Ok(())
            }
            Act::FillDisk => {
                self.note("full disk", None, "");
                Disk::fill(&self.world.paths.state_dir)
            }
            Act::FreeDisk => {
                self.note("room on the disk", None, "");
                Disk::free(&self.world.paths.state_dir)
            }
        }
    }

    /// Whatever is still out of order is made good, so that all can settle.
    pub(super) async fn heal(&mut self) -> Result<()> {
        self.thaw();
        for account in 0..ACCOUNTS {
            for body in [
                json!({ "kind": "clear" }),
                json!({ "kind": "acks", "mode": "normal" }),
            ] {
                let mut body = body;
                body["account"] = phone(account).into();
                self.world.api.post("/fault", &body).await?;
            }
        }
        Ok(())
    }

    async fn fault(&mut self, kind: &'static str, account: usize, mut body: serde_json::Value) -> Result<()> {
        let count = [&body["code"], &body["times"], &body["count"]];
        let more: Vec<String> = count
            .iter()
            .filter(|value| value.is_number())
            .map(ToString::to_string)
            .collect();
        self.note(kind, Some(account), &more.join(", "));
        body["account"] = phone(account).into();
        self.world.api.post("/fault", &body).await?;
        Ok(())
    }

    /// Asks the gateway, which may be starting.
    async fn ask(&mut self, request: &ControlRequest) -> Result<()> {
        let until = monotonic() + ANSWER_DEADLINE;
        loop {
            self.world.gateway_lives()?;
            match client::ask(&self.world.paths, request).await {
                Ok(_) => return Ok(()),
                Err(error) if error.code == ErrorCode::NoGateway && monotonic() < until => {
                    pause(LOOK_EVERY).await;
                }
                Err(error) => {
                    let at = self.started.elapsed().as_secs_f64();
                    self.wrong
                        .push(format!("at {at:.2} s a command was refused: {}", error.message));
                    return Ok(());
                }
            }
        }
    }

    /// The sidecars of an account; two at most, while one replaces another.
    fn sidecars(&self, account: usize) -> Vec<u32> {
        let auth_dir = self.world.paths.default_auth_dir(NAMES[account]);
        let there = processes::holding(&auth_dir).into_iter();
        there
            .filter(Process::is_sidecar)
            .map(|process| process.pid)
            .collect()
    }

    fn thaw(&mut self) {
        for pid in self.frozen.drain(..) {
            signal(pid, Signal::SIGCONT);
        }
    }
}

/// One that is gone by now needs no signal.
fn signal(pid: u32, signal: Signal) {
    if let Ok(pid) = i32::try_from(pid) {
        kill(Pid::from_raw(pid), signal).ok();
    }
}
