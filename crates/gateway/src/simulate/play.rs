//! Does the steps of a script, one after the other.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use fased::client;
use fased::config::{Config, QueueMode};
use fased_protocol::control::{ControlRequest, ControlResponse, PairingWho};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Map, Value, json};

use super::asks::COMMAND_DEADLINE;
use super::log::Log;
use super::script::{self, Expect, Line, Reader, Step};
use super::talk::Chat;
use super::tally::{Meant, Sent, Tally, tally};
use super::world::World;

/// The number that the gateway's account is linked to.
pub(super) const OWN_PHONE: &str = "+15550100001";

/// The account of the gateway.
pub(super) const ACCOUNT: &str = "default";

/// The longest backoff, and a start of Node.
const READY_DEADLINE: Duration = Duration::from_secs(60);

pub(super) const LOOK_EVERY: Duration = Duration::from_millis(50);

pub(super) struct Player {
    pub(super) world: World,
    pub(super) log: Log,
    /// All messages so far, but the owner's.
    pub(super) sent: Vec<Sent>,
    /// How many of them a past `expect all answered` has settled, and the record's end then.
    settled: (usize, u64),
    /// Failures that the script expects: since then, and before.
    failures: (usize, usize),
    /// How many messages had been sent when a command that ends a run was.
    pub(super) stoppable: usize,
    /// By sender: the record's end when they last wrote, and their messages of that line.
    pub(super) last: HashMap<String, (u64, Vec<String>)>,
    /// Where somebody wrote last, and the last id.
    pub(super) latest: Option<(Chat, String)>,
    /// By reader: the last record that an `expect reply` has used up.
    used: HashMap<Reader, u64>,
    /// What the last command printed.
    pub(super) output: Option<String>,
    /// Words that the script has taken, by their names.
    pub(super) names: HashMap<String, String>,
}

/// Why an expectation does not hold: what was seen instead.
pub(super) type Instead = String;

impl Player {
    pub(super) fn new(world: World, log: Log) -> Self {
        Self {
            world,
            log,
            sent: Vec::new(),
            settled: (0, 0),
            failures: (0, 0),
            stoppable: 0,
            last: HashMap::new(),
            latest: None,
            used: HashMap::new(),
            output: None,
            names: HashMap::new(),
        }
    }

    /// Does what a line of a script says, with the words filled in that were taken before.
    pub(super) async fn line(&mut self, line: &Line) -> Result<Result<(), Instead>> {
        let filled = self.filled(&line.text);
        if filled == line.text {
            return self.step(&line.step).await;
        }
        match script::step(&filled) {
            Ok(step) => self.step(&step).await,
            Err(what) => bail!("with its words filled in it reads `{filled}`: {what}"),
        }
    }

    /// Does one step; the inner error is an expectation that does not hold.
    pub(super) async fn step(&mut self, step: &Step) -> Result<Result<(), Instead>> {
        if !matches!(step, Step::KillGateway | Step::StopGateway) {
            self.world.gateway_lives()?;
        }
        match step {
            Step::Say(text) => self.log.note("##", text.clone()),
            Step::Message { from, text } => {
                self.send(from, json!({ "text": text })).await?;
            }
            Step::Group {
                name,
                address,
                members,
            } => self.make_group(name, address.as_deref(), members).await?,
            Step::InGroup { group, from, text } => self.say_in_group(group, from, text).await?,
            Step::Me { to, text } => self.say_as_owner(to.as_ref(), text).await?,
            Step::Burst { count, from, text } => self.burst(*count, from, text).await?,
            Step::Approve(who) => self.decide(who, true).await?,
            Step::Deny(who) => self.decide(who, false).await?,
            Step::Fault(fault) => {
                let mut body = fault.clone();
                body.entry("account").or_insert_with(|| OWN_PHONE.into());
                self.world.api.post("/fault", &Value::Object(body)).await?;
                self.log.note("do", told(fault));
            }
            Step::KillGateway => {
                self.log
                    .note("do", "kill -9 gateway; the service manager starts it again");
                self.world.kill_gateway().await?;
            }
            Step::StopGateway => {
                self.log.note("do", "stop the gateway");
                self.world.stop_gateway().await?;
            }
            Step::StartGateway => {
                self.log.note("do", "start the gateway");
                self.world.start_gateway()?;
            }
            Step::KillSidecar => self.kill_sidecar().await?,
            Step::Pause => {
                let account = ACCOUNT.to_owned();
                self.command(&ControlRequest::ChannelsPause { account }).await?;
            }
            Step::Resume => {
                let account = ACCOUNT.to_owned();
                self.command(&ControlRequest::ChannelsResume { account }).await?;
            }
            Step::Link => {
                self.link().await?;
            }
            Step::WaitReady => return self.wait_ready().await,
            Step::Wait(time) => self.pause(*time).await,
            Step::Clock(by) => self.advance(*by).await?,
            Step::Fased(arguments) => return self.fased(arguments, 0).await,
            Step::Let { name, word } => return Ok(self.take_word(name, word)),
            Step::Expect(expect) => return self.expect(expect).await,
        }
        Ok(Ok(()))
    }

    async fn expect(&mut self, expect: &Expect) -> Result<Result<(), Instead>> {
        match expect {
            Expect::Reply {
                reader,
                contains,
                within,
            } => self.expect_reply(reader, contains, *within).await,
            Expect::Verdict {
                reason,
                sender,
                within,
            } => self.expect_verdict(reason, sender, *within).await,
            Expect::Code { sender, within } => self.expect_code(sender, *within).await,
            Expect::Silence { reader, lasting } => self.expect_silence(reader, *lasting).await,
            Expect::Output { contains } => Ok(self.expect_output(contains)),
            Expect::Exit { code, arguments } => self.fased(arguments, *code).await,
            Expect::Failures { count, within } => self.expect_failures(*count, *within).await,
            Expect::AllAnswered { within } => self.expect_all_answered(*within).await,
            Expect::NoViolations => self.expect_no_violations().await,
        }
    }

    async fn burst(&mut self, count: u32, from: &[String], text: &str) -> Result<()> {
        self.log.note(
            "do",
            format!("{count} messages at once from {}", from.join(" and ")),
        );
        let senders = u32::try_from(from.len()).context("too many senders")?;
        for (index, sender) in (0u32..).zip(from) {
            // The first ones get one more when it does not come out even.
            let share = count / senders + u32::from(index < count % senders);
            if share > 0 {
                self.send(sender, json!({ "text": text, "count": share })).await?;
            }
        }
        Ok(())
    }

    async fn decide(&mut self, who: &PairingWho, approve: bool) -> Result<()> {
        let mut who = who.clone();
        if let PairingWho::Sender(sender) = &who
            && let Some(code) = self.pending(sender).await.and_then(|pending| pending.code)
        {
            who = PairingWho::Code(code);
        }
        let request = if approve {
            ControlRequest::PairingApprove {
                account: None,
                who,
                notify: false,
            }
        } else {
            ControlRequest::PairingDeny { account: None, who }
        };
        self.command(&request).await
    }

    /// Has the gateway do something.
    async fn command(&mut self, request: &ControlRequest) -> Result<()> {
        let answer = self
            .until_answered(async |paths| client::ask_within(paths, request, COMMAND_DEADLINE).await)
            .await?;
        let ControlResponse::Done { message } = answer else {
            bail!("the gateway gave an odd answer");
        };
        self.log.note("do", message);
        Ok(())
    }

    pub(super) async fn kill_sidecar(&mut self) -> Result<()> {
        let found = self
            .look(COMMAND_DEADLINE, async |player: &mut Self| {
                player
                    .accounts()
                    .await
                    .into_iter()
                    .find_map(|account| account.sidecar_pid)
            })
            .await?;
        let pid = found
            .and_then(|pid| i32::try_from(pid).ok())
            .ok_or_else(|| anyhow!("there is no sidecar to kill"))?;
        self.log.note("do", "kill -9 sidecar");
        kill(Pid::from_raw(pid), Signal::SIGKILL).context("cannot kill the sidecar")
    }

    pub(super) async fn wait_ready(&mut self) -> Result<Result<(), Instead>> {
        let ready = self
            .look(READY_DEADLINE, async |player: &mut Self| {
                let accounts = player.accounts().await;
                accounts
                    .iter()
                    .any(|account| account.state == "ready")
                    .then_some(())
            })
            .await?;
        if ready.is_some() {
            return Ok(Ok(()));
        }
        let states: Vec<String> = self
            .accounts()
            .await
            .into_iter()
            .map(|account| format!("{}: {}", account.state, account.sentence))
            .collect();
        Ok(Err(format!(
            "not ready within {} s; {}",
            READY_DEADLINE.as_secs(),
            states.join(", ")
        )))
    }

    /// Counts all messages, or those since the last `expect all answered`.
    pub(super) async fn count(&mut self, everything: bool) -> Result<Tally> {
        let (from, after) = if everything { (0, 0) } else { self.settled };
        let sent = &self.sent[from..];
        let mut explained = HashMap::new();
        for message in sent {
            if let Some(explanation) = self.explained(&message.id).await {
                explained.insert(message.id.clone(), explanation);
            }
        }
        let answers = self.answers(after).await?;
        let known: HashSet<&str> = explained
            .values()
            .flat_map(|message| message.sent.iter().map(|sent| sent.message_id.as_str()))
            .collect();
        let ids = answers.iter().filter_map(|answer| answer["id"].as_str());
        let unasked = self.unasked(ids.filter(|id| !known.contains(id))).await;
        let (new, old) = self.failures;
        let meant = Meant {
            failures: if everything { new + old } else { new },
            stoppable: if self.newer_messages_interrupt() {
                sent.len()
            } else {
                self.stoppable.saturating_sub(from)
            },
            observes: self.only_observes(),
        };
        Ok(tally(sent, &explained, &answers, &unasked, meant))
    }

    /// So many of the messages since the last `expect all answered` are to fail.
    pub(super) fn expect_so_many_to_fail(&mut self, failures: usize) {
        self.failures.0 = failures;
    }

    /// The messages so far are settled; later counts leave them out.
    pub(super) fn settle(&mut self) {
        self.settled = (self.sent.len(), self.log.last_seq());
        self.failures = (0, self.failures.0 + self.failures.1);
    }

    /// Does a message end the run of the one before, as the config is now?
    fn newer_messages_interrupt(&self) -> bool {
        Config::load(&self.world.paths).is_ok_and(|config| config.agents.queue == QueueMode::Interrupt)
    }

    /// Is nobody answered, as the config is now?
    fn only_observes(&self) -> bool {
        let mut accounts = Config::load(&self.world.paths).map(|config| config.accounts.into_values());
        accounts
            .as_mut()
            .is_ok_and(|accounts| accounts.all(|account| account.observe_only))
    }

    /// Where in the record a contact last wrote, and the ids of what they wrote then.
    pub(super) fn last_of(&self, sender: &str) -> (u64, Vec<String>) {
        self.last.get(sender).cloned().unwrap_or_default()
    }

    /// Where in the record an `expect reply` for this reader starts to look.
    pub(super) fn unused_from(&self, reader: &Reader) -> u64 {
        self.used.get(reader).copied().unwrap_or_default()
    }

    pub(super) fn use_up(&mut self, reader: &Reader, seq: u64) {
        self.used.insert(reader.clone(), seq);
    }

    /// Looks again and again until something is there or the time is over.
    pub(super) async fn look<T>(
        &mut self,
        within: Duration,
        mut find: impl AsyncFnMut(&mut Self) -> Option<T>,
    ) -> Result<Option<T>> {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        let looked = tokio::time::timeout(within, async {
            loop {
                ticks.tick().await;
                self.world.gateway_lives()?;
                if let Some(found) = find(self).await {
                    return Ok(found);
                }
            }
        });
        looked.await.map_or(Ok(None), |found| found.map(Some))
    }

    pub(super) async fn pause(&self, time: Duration) {
        fased::clock::pause(time).await;
    }
}

/// A fault as it is written in a script.
fn told(fault: &Map<String, Value>) -> String {
    let mut told = "fault".to_owned();
    for (name, value) in fault {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        told.push_str(&if name == "kind" {
            format!(" {value}")
        } else {
            format!(" {name}={value}")
        });
    }
    told
}
