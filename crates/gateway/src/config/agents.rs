//! The agents of the config.

use std::collections::BTreeMap;
use std::time::Duration;

use fased_agents::Settings;
use fased_policy::mention::Patterns;
use fased_policy::route::{Binding, Broadcast};

use crate::agent::DEFAULT_AGENT;

/// The agents of the config, and what holds for all of them.
#[derive(Debug, Clone)]
pub struct Agents {
    /// Who answers unless another is named.
    pub default: String,
    /// All of them by id.
    pub list: BTreeMap<String, Agent>,
    /// What goes to whom, in the order of the file.
    pub bindings: Vec<Binding>,
    /// Chats that several of them answer.
    pub broadcasts: Vec<Broadcast>,
    /// Mention patterns of agents without their own.
    pub patterns: Patterns,
    /// What becomes of messages that come while their session's run is under way.
    pub queue: QueueMode,
    /// Runs under way at once, over all accounts.
    pub max_concurrent: usize,
    /// What a chat is told when no answer could be made; nothing if it is empty.
    pub failure_text: String,
    /// Owners' direct messages share one session, whatever the account.
    pub owners_share_session: bool,
    /// How long what was said is kept.
    pub transcript_days: u32,
}

/// One agent.
#[derive(Debug, Clone)]
pub struct Agent {
    /// Which one of the config's list it is, from 0.
    pub index: usize,
    /// What people call it.
    pub name: Option<String>,
    /// What answers.
    pub backend: Settings,
    /// What it is told before every conversation.
    pub system_prompt: Option<String>,
    /// Its own mention patterns.
    pub patterns: Option<Patterns>,
    /// Longest run.
    pub timeout: Duration,
    /// Most bytes of an answer.
    pub output_bytes: usize,
    /// Parts of an answer leave as soon as they are complete, not all at its end.
    pub stream: bool,
    /// It is offered to send and read messages through this gateway: see [`super::Config::load`].
    pub whatsapp_tools: bool,
}

/// What becomes of messages that come while their session's run is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QueueMode {
    /// They wait, and are answered together.
    #[default]
    Collect,
    /// They wait, and are answered one after another.
    Followup,
    /// The run is stopped, and what it was to answer is answered together with them.
    Interrupt,
}

/// Told to a chat when no answer could be made.
pub(super) const FAILURE_TEXT: &str = "Sorry, that did not work. Please try again later.";
/// Longest run where the config says nothing.
pub(super) const TIMEOUT: Duration = Duration::from_secs(600);
/// Most bytes of an answer where the config says nothing.
pub(super) const OUTPUT_BYTES: usize = 256 * 1024;
/// Runs under way at once where the config says nothing.
pub(super) const MAX_CONCURRENT: usize = 64;
/// How long an agent's process is kept that nobody talks to, where the config says nothing.
pub(super) const IDLE: Duration = Duration::from_secs(30 * 60);
/// Days that what was said is kept where the config says nothing.
pub(super) const TRANSCRIPT_DAYS: u32 = 90;

/// Scheduled work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskSettings {
    /// The time zone's name in the IANA database; none for the system's.
    pub zone: Option<String>,
    /// What was due while the gateway was down is done if it is not longer ago.
    pub catch_up_ms: i64,
    /// How long records of runs are kept.
    pub keep_days: u32,
    /// How many records of runs are kept of each Task.
    pub keep_runs: u32,
}

impl Default for TaskSettings {
    fn default() -> Self {
        Self {
            zone: None,
            catch_up_ms: 60 * 60_000,
            keep_days: 90,
            keep_runs: 100,
        }
    }
}

impl Default for Agent {
    fn default() -> Self {
        Self {
            index: 0,
            name: None,
            backend: Settings::Echo,
            system_prompt: None,
            patterns: None,
            timeout: TIMEOUT,
            output_bytes: OUTPUT_BYTES,
            stream: false,
            whatsapp_tools: false,
        }
    }
}

impl Default for Agents {
    fn default() -> Self {
        Self {
            default: DEFAULT_AGENT.to_owned(),
            list: BTreeMap::from([(DEFAULT_AGENT.to_owned(), Agent::default())]),
            bindings: Vec::new(),
            broadcasts: Vec::new(),
            patterns: Patterns::default(),
            queue: QueueMode::default(),
            max_concurrent: MAX_CONCURRENT,
            failure_text: FAILURE_TEXT.to_owned(),
            owners_share_session: false,
            transcript_days: TRANSCRIPT_DAYS,
        }
    }
}

impl Agent {
    /// Does it only repeat what it received? Then it answers each message alone, is done at once, and needs no memory.
    #[must_use]
    pub fn only_repeats(&self) -> bool {
        self.backend == Settings::Echo
    }
}

impl Agents {
    /// All of them with their ids, in the order of the config.
    #[must_use]
    pub fn in_order(&self) -> Vec<(&str, &Agent)> {
        let mut all: Vec<(&str, &Agent)> = self.list.iter().map(|(id, agent)| (id.as_str(), agent)).collect();
        all.sort_by_key(|(_, agent)| agent.index);
        all
    }

    /// What counts as a name of this agent.
    #[must_use]
    pub fn patterns_of(&self, agent: &str) -> &Patterns {
        self.list
            .get(agent)
            .and_then(|agent| agent.patterns.as_ref())
            .unwrap_or(&self.patterns)
    }
}
