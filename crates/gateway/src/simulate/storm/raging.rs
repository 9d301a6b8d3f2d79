//! A storm while it rages: people write and faults happen, each at its moment.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use fased::clock::{monotonic, pause};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::plan::{Kind, Place, Plan, Say, What};
use super::setting::{NAMES, Setting, person, phone};
use crate::simulate::log::Log;
use crate::simulate::processes::Process;
use crate::simulate::world::World;

/// A line about how it goes is told this often.
const LINE_EVERY: Duration = Duration::from_secs(15);

/// A message that was sent, in the order of the sending.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) id: String,
    pub(super) account: usize,
    pub(super) from: String,
    /// The group's address, if it was said in one.
    pub(super) group: Option<String>,
    /// In a group: the account was meant.
    pub(super) mention: bool,
    /// A word that no other message has.
    pub(super) word: String,
}

/// One storm while it rages.
pub(super) struct Raging<'a> {
    pub(super) world: &'a mut World,
    pub(super) log: Log,
    pub(super) setting: Setting,
    pub(super) said: Vec<Said>,
    /// How often what was done.
    pub(super) done: BTreeMap<&'static str, u64>,
    /// What went wrong at once.
    pub(super) wrong: Vec<String>,
    /// Those that are stopped.
    pub(super) frozen: Vec<u32>,
    pub(super) edits: u64,
    /// The state dir has a file system of its own.
    pub(super) has_disk: bool,
    /// What waits for the children of a gateway that was killed. Each says which lived on.
    pub(super) former: JoinSet<Vec<String>>,
    pub(super) started: Instant,
}

impl<'a> Raging<'a> {
    pub(super) fn new(world: &'a mut World, log: Log, setting: Setting) -> Self {
        Self {
            world,
            log,
            setting,
            said: Vec::new(),
            done: BTreeMap::new(),
            wrong: Vec::new(),
            frozen: Vec::new(),
            edits: 0,
            has_disk: false,
            former: JoinSet::new(),
            started: monotonic(),
        }
    }

    pub(super) async fn through(&mut self, plan: &Plan) -> Result<()> {
        self.started = monotonic();
        let mut told = self.started;
        for moment in &plan.moments {
            // What comes late, because something before it took long, comes at once.
            pause((self.started + moment.at).saturating_duration_since(monotonic())).await;
            match &moment.what {
                What::Say(say) => self.say(say).await?,
                What::Do(act) => self.act(*act).await?,
            }
            if told.elapsed() >= LINE_EVERY {
                told = monotonic();
                self.log
                    .note("storm", format!("{} messages so far", self.said.len()));
            }
        }
        self.heal().await
    }

    async fn say(&mut self, say: &Say) -> Result<()> {
        let from = person(say.person);
        let own = phone(say.account);
        let word = format!("word-{}", self.said.len() + 1);
        let group = match say.place {
            Place::Direct => None,
            Place::Mention | Place::Group => self.setting.groups.get(say.account).cloned(),
        };
        let mention = say.place == Place::Mention;
        let mut body = match &group {
            None => json!({ "to": own, "from": from, "text": word }),
            Some(group) if mention => {
                let text = format!("@{} {word}", own.trim_start_matches('+'));
                json!({ "group": group, "from": from, "text": text, "mentions": [own] })
            }
            Some(group) => json!({ "group": group, "from": from, "text": word }),
        };
        with_file(&mut body, say.kind);
        let mut answer = self.world.api.post("/messages", &body).await?;
        let mut ids: Vec<String> = serde_json::from_value(answer["ids"].take()).context("no message ids")?;
        self.said.push(Said {
            id: ids.pop().context("no message id")?,
            account: say.account,
            from,
            group,
            mention,
            word,
        });
        Ok(())
    }

    /// Tells what is done, with its moment, and counts it.
    pub(super) fn note(&mut self, kind: &'static str, account: Option<usize>, more: &str) {
        *self.done.entry(kind).or_default() += 1;
        let at = self.started.elapsed().as_secs_f64();
        let whose = account.map_or_else(String::new, |account| format!(" of {}", NAMES[account]));
        let more = if more.is_empty() {
            String::new()
        } else {
            format!(" ({more})")
        };
        self.log.note("do", format!("{at:6.2} s  {kind}{whose}{more}"));
    }

    /// Waits for those that a killed gateway has left, and says which lived on for too long.
    pub(super) async fn orphans(&mut self) -> Vec<String> {
        let mut left = Vec::new();
        while let Some(found) = self.former.join_next().await {
            left.extend(found.unwrap_or_default());
        }
        left
    }
}

/// Who of them is still there after five seconds, however busy the machine is.
pub(super) async fn outlive(children: Vec<Process>, what: &'static str) -> Vec<String> {
    const AT_MOST: Duration = Duration::from_secs(5);
    let until = monotonic() + AT_MOST;
    while monotonic() < until && children.iter().any(Process::lives) {
        pause(Duration::from_millis(50)).await;
    }
    let left = children.iter().filter(|child| child.lives());
    left.map(|child| format!("{} ({}) after {what}", child.pid, child.command))
        .collect()
}

fn with_file(body: &mut Value, kind: Kind) {
    let media = match kind {
        Kind::Text => return,
        Kind::Image | Kind::Document => json!({ "size": 3000 }),
        Kind::Fails => json!({ "size": 5000, "fail": 2 }),
        Kind::Stalls => json!({ "size": 200_000, "stall": 70_000 }),
    };
    body["kind"] = match kind {
        Kind::Image => "image",
        Kind::Text | Kind::Document | Kind::Fails | Kind::Stalls => "document",
    }
    .into();
    body["media"] = media;
}
