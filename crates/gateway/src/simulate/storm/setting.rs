//! The setting of a storm: three linked accounts with a group each, two sorts of agents, and Tasks.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use fased::client;
use fased_protocol::control::{
    ControlRequest, ControlResponse, Destination, ErrorCode, LoginEvent, TaskRequest,
};
use fased_protocol::private::{Jid, Private};
use fased_protocol::sidecar::LoginMethod;
use serde_json::json;

use super::plan::{ACCOUNTS, PEOPLE};
use crate::simulate::asks::told;
use crate::simulate::http::Api;
use crate::simulate::script::File;
use crate::simulate::world::World;

/// What a chat is told of a run that came to nothing.
pub(super) const FAILED: &str = "That came to nothing.";

/// How often Tasks run, milliseconds of the clock that is moved on.
pub(super) const EVERY_MS: i64 = 60_000;

/// A gateway, or a link, is there again after this.
const DEADLINE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// However many sidecars are killed, none is given up for a while: no storm is to wait for that. Everybody may write; whoever is `second` has a program, and so has the group of `third`; two answer one of them.
const CONFIG: &str = r#"{
  channels: { whatsapp: {
    dmPolicy: "open", allowFrom: ["*"],
    reconnect: { initialMs: 200, maxMs: 2000 },
    supervision: { breakerExits: 100, breakerWindowMs: 1000 },
    pacing: { jitterMs: 0, perChatPerMinute: 600, perAccountPerMinute: 6000, firstContact: true },
    accounts: { first: {}, second: {}, third: {} },
  } },
  agents: { list: [
    { id: "echo" },
    { id: "worker", backend: "command", command: { argv: ["./worker"] } },
  ] },
  bindings: [
    { agentId: "worker", match: { accountId: "second" } },
    { agentId: "worker", match: { accountId: "third", peer: { kind: "direct", id: "+15550101000" } } },
  ],
  broadcast: { "+15550101002": ["echo", "worker"] },
  messages: { failureText: "That came to nothing." },
}
"#;

/// Takes a while and says again which words it was asked: those of the text that stands beside the messages, in whatever order
/// an object's fields are written.
const WORKER: &str = r#"#!/bin/sh
asked=$(sed -e 's/.*,"text":"\([^"]*\)","messages".*/\1/' -e 's/.*"messages".*,"text":"\([^"]*\)".*/\1/' | grep -oE '(word|job)-[0-9a-z-]+' | tr '\n' ' ')
sleep 0.$(( $$ % 7 ))
echo "$asked"
"#;

/// The accounts, in order.
pub(super) const NAMES: [&str; ACCOUNTS] = ["first", "second", "third"];

pub(super) fn config(edits: u64) -> String {
    format!("// Edited {edits} times.\n{CONFIG}")
}

pub(super) fn files() -> [File; 1] {
    [File {
        name: "worker".to_owned(),
        text: WORKER.to_owned(),
    }]
}

/// The number that an account is linked to.
pub(super) fn phone(account: usize) -> String {
    format!("+1555010000{}", account + 1)
}

/// Who writes.
pub(super) const PEOPLE_NUMBERS: [&str; PEOPLE] = ["+15550101000", "+15550101001", "+15550101002"];

pub(super) fn person(index: usize) -> String {
    PEOPLE_NUMBERS[index].to_owned()
}

/// What was made before the storm.
#[derive(Debug)]
pub(super) struct Setting {
    /// Addresses of the accounts' groups.
    pub(super) groups: Vec<String>,
    /// Ids of Tasks.
    pub(super) tasks: Vec<String>,
}

/// Links everybody and makes the rest.
pub(super) async fn make(world: &World) -> Result<Setting> {
    let [first, second, third] = [0, 1, 2].map(|account| link(world, account));
    let (first, second, third) = tokio::join!(first, second, third);
    first.and(second).and(third)?;
    until_ready(world).await?;
    let mut groups = Vec::new();
    let mut tasks = Vec::new();
    for (account, name) in NAMES.iter().enumerate() {
        groups.push(group(&world.api, account).await?);
        for (number, to) in [(1, person(0)), (2, person(1))] {
            let request = ControlRequest::TasksNew(Box::new(TaskRequest {
                text: Private(format!("every 1m j{number}: job-{name}-{number}")),
                schedule: None,
                name: None,
                to: Destination {
                    account: Some((*name).to_owned()),
                    target: Some(Jid(to)),
                },
                agent: Some(["echo", "worker"][number % 2].to_owned()),
                max_runs: None,
                max_successes: None,
                timezone: Some("UTC".to_owned()),
                for_agent: None,
            }));
            let made = client::ask(&world.paths, &request).await;
            let ControlResponse::Task(task) = made.map_err(|error| told(&error))? else {
                bail!("a Task was to be made, and the gateway answered something else");
            };
            tasks.push(task.id.clone());
        }
    }
    Ok(Setting { groups, tasks })
}

async fn group(api: &Api, account: usize) -> Result<String> {
    let mut members: Vec<String> = (0..PEOPLE).map(person).collect();
    members.push(phone(account));
    let body = json!({ "subject": NAMES[account], "members": members });
    let mut made = api.post("/groups", &body).await?;
    serde_json::from_value(made["group"].take()).context("no group address")
}

async fn link(world: &World, account: usize) -> Result<()> {
    let linked = tokio::time::timeout(DEADLINE, scan(world, account)).await;
    linked.map_err(|_elapsed| anyhow!("{} was not linked in time", NAMES[account]))?
}

async fn scan(world: &World, account: usize) -> Result<()> {
    world
        .api
        .post("/phones", &json!({ "phone": phone(account) }))
        .await?;
    let login = ControlRequest::ChannelsLogin {
        account: NAMES[account].to_owned(),
        method: LoginMethod::Qr,
    };
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    let mut answers = loop {
        ticks.tick().await;
        match client::open(&world.paths, &login).await {
            Err(error) if error.code == ErrorCode::NoGateway => {}
            answers => break answers.map_err(|error| told(&error))?,
        }
    };
    loop {
        match answers.next().await.map_err(|error| told(&error))? {
            Some(ControlResponse::Login(LoginEvent::Qr { payload, .. })) => {
                let scanned = json!({ "phone": phone(account), "qr": payload });
                world.api.post("/scan", &scanned).await?;
            }
            Some(ControlResponse::Login(LoginEvent::Linked { .. })) => return Ok(()),
            Some(ControlResponse::Login(LoginEvent::Error(error)) | ControlResponse::Error(error)) => {
                return Err(told(&error));
            }
            Some(_) => {}
            None => bail!("the gateway ended during the login; {}", world.log("gateway.log")),
        }
    }
}

/// Waits until all accounts are ready.
pub(super) async fn until_ready(world: &World) -> Result<()> {
    let mut states = String::new();
    let ready = async {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        loop {
            ticks.tick().await;
            let request = ControlRequest::ChannelsStatus { account: None };
            if let Ok(ControlResponse::Accounts { accounts, .. }) = client::ask(&world.paths, &request).await
            {
                if accounts.len() == ACCOUNTS && accounts.iter().all(|account| account.state == "ready") {
                    return;
                }
                let told = accounts
                    .iter()
                    .map(|account| format!("{}: {}", account.account, account.sentence));
                states = told.collect::<Vec<_>>().join(" ");
            }
        }
    };
    if tokio::time::timeout(DEADLINE, ready).await.is_ok() {
        return Ok(());
    }
    Err(anyhow!(
        "not all accounts were ready within {} s: {states}; {}",
        DEADLINE.as_secs(),
        world.log("gateway.log")
    ))
}
