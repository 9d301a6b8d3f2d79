//! Chat commands, carried out: one verb a file in `chat/`. Which texts are commands, and who may give them, is decided in
//! `fased_policy`; here is what they do.
//!
//! What a command changes in the store is committed together with its answer and the end of its run, so that a command
//! that a crash cut off has done nothing yet and is carried out once more. What cannot be part of that comes before it,
//! and is such that a second time does no harm.

mod activation;
mod agent;
mod choose;
mod help;
mod list;
mod new;
mod pairing;
mod session;
mod status;
mod stop;
mod task;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use anyhow::{Context as _, Result};
use fased_policy::access::{Commander, typed_number};
use fased_policy::command::{self, AgentVerb, Command, PairingVerb, SessionVerb};
use fased_policy::ids::{ChatId, GroupId, Identity};
use fased_policy::quoting;
use fased_protocol::private::{Jid, Private};
use fased_protocol::sidecar::Quote;

use crate::account::Shared;
use crate::clock;
use crate::config::AccountConfig;
use crate::known::Known;
use crate::run::Token;
use crate::run::running::Why;
use crate::session::Place;
use crate::session::several::Several;
use crate::store::{Change, Draft, FinishedRun, QueuedRun, Store, StoredMessage};

/// What the chat is told when the gateway itself fails.
const FAILED: &str = "That did not work; the gateway's log says why. Please try again.";

/// One command, and all that is known of it.
struct Asked<'a> {
    shared: &'a Shared,
    config: Arc<AccountConfig>,
    /// The run of the command, and when it was queued.
    run: i64,
    /// The place of its message in the journal.
    seq: i64,
    given_ms: i64,
    /// The command, without a mention before it; none if nobody typed it.
    text: Option<String>,
    chat: ChatId,
    /// The address of the chat, where answers go.
    address: &'a str,
    /// All of its addresses.
    addresses: Vec<String>,
    sender: Identity,
    commander: Commander,
    is_owner: bool,
    now_ms: i64,
}

/// What a command leads to.
#[derive(Debug)]
struct Answer {
    /// What the chat is told, with WhatsApp's own marks.
    text: String,
    /// What is changed together with it.
    changes: Vec<Change>,
}

impl Answer {
    /// Words only.
    fn says(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            changes: Vec::new(),
        }
    }
}

/// Carries out the command of a run that has started. The run ends with what comes back, and [`done`] has to be told.
pub(crate) async fn carry_out(shared: &Shared, run: &QueuedRun) -> FinishedRun {
    let answered = async {
        let message = run
            .message
            .as_ref()
            .context("the message with the command is gone")?;
        let asked = Asked::of(shared, run, message).await?;
        let answer = asked.answer().await?;
        let reply = drafts(shared, run, message, &answer.text).await?;
        Ok::<_, anyhow::Error>((reply, answer.changes))
    };
    match answered.await {
        Ok((reply, changes)) => FinishedRun {
            changes,
            ..FinishedRun::ok(run.id, reply)
        },
        Err(error) => {
            tracing::error!(
                account = shared.id(),
                run = run.id,
                "a chat command failed: {error:#}"
            );
            let reply = vec![Token::of(shared.id(), run).failure(FAILED.to_owned())];
            FinishedRun::failed(run.id, "internal", format!("{error:#}"), reply)
        }
    }
}

/// After commands were committed: what was changed is known everywhere.
pub(crate) async fn done<'a>(shared: &Shared, changes: impl Iterator<Item = &'a Change>) {
    for change in changes {
        match change {
            Change::Choose(chosen) => shared.conversations.chosen(chosen.clone()),
            Change::DeleteTask { id } => end_run_of(shared, id).await,
            Change::Approve { .. }
            | Change::Deny(_)
            | Change::Activation { .. }
            | Change::ShareOut { .. }
            | Change::BeginAnew { .. }
            | Change::OpenSession { .. }
            | Change::CloseSession { .. } => {}
        }
    }
    // What followed in the chat has waited for this, and so has who was let in.
    shared.undecided.notify_one();
}

/// A run of a Task that is gone says nothing any more. What of it was queued was taken out of the queue with the Task.
async fn end_run_of(shared: &Shared, task: &str) {
    match shared.store.open_task_run(task).await {
        Ok(Some(run)) => {
            shared.engine.running.cancel_run(run, Why::Stopped);
        }
        Ok(None) => {}
        Err(error) => tracing::error!(
            account = shared.id(),
            "the run of a deleted Task cannot be found: {error:#}"
        ),
    }
}

/// The messages that an answer becomes, quoting as the answers of agents do.
async fn drafts(shared: &Shared, run: &QueuedRun, message: &StoredMessage, text: &str) -> Result<Vec<Draft>> {
    let config = shared.config();
    let in_group = GroupId::parse(&message.chat).is_ok();
    let newer = shared
        .store
        .has_newer(shared.id(), &message.chat, message.seq)
        .await?;
    let mut quote = quoting::quotes(in_group, newer).then(|| Quote {
        id: message.message_id.clone(),
        sender: Jid(message.sender.clone()),
        text: Private(quoting::quoted_text(message.text.as_deref(), &message.content)),
    });
    let token = Token::of(shared.id(), run);
    // The text repeats what people wrote, which is not to be read as Markdown, nor to mention anybody.
    let text = match config.writing.prefix.as_deref().map(str::trim) {
        Some(prefix) if !prefix.is_empty() => format!("{prefix} {text}"),
        Some(_) | None => text.to_owned(),
    };
    let parts = config.writing.plain(&text).into_iter().enumerate();
    Ok(parts
        .map(|(part, text)| {
            let mut draft = token.answer(part, text, quote.take());
            draft.pending = None;
            draft
        })
        .collect())
}

fn for_owners() -> Answer {
    Answer::says("That is for the owner of this account. What you may use: /help")
}

impl<'a> Asked<'a> {
    async fn of(shared: &'a Shared, run: &QueuedRun, message: &'a StoredMessage) -> Result<Self> {
        let config = shared.config();
        let now_ms = clock::now_ms();
        let known = Known::of(&shared.store, message, &shared.own(), &[]).await?;
        let agent = shared.conversations.agent(&config, &known.chat, &known.sender);
        let patterns = config.patterns(&known.chat, &known.sender, &agent);
        let facts = known.facts(now_ms / 1000, patterns);
        let commander = config.rules.commander(&facts);
        let text = facts.command_text().map(str::to_owned);
        Ok(Self {
            shared,
            config,
            run: run.id,
            seq: message.seq,
            given_ms: run.created_ms,
            text,
            address: &message.chat,
            addresses: known.addresses(message),
            commander,
            is_owner: commander == Commander::Owner,
            now_ms,
            chat: known.chat,
            sender: known.sender,
        })
    }

    async fn answer(&self) -> Result<Answer> {
        // No command is a number, and no number is given to the gateway but in answer to an agent.
        if let Some(number) = self.text.as_deref().and_then(typed_number) {
            return Ok(choose::answer(self, number));
        }
        let command = match self.text.as_deref().and_then(command::parse) {
            Some(Ok(command)) => command,
            Some(Err(wrong)) => return Ok(Answer::says(wrong.to_string())),
            None => {
                let told = self
                    .text
                    .as_deref()
                    .and_then(command::slip)
                    .map(|slip| slip.to_string());
                let gone = || "That is no command any more. Those that are: /help".to_owned();
                return Ok(Answer::says(told.unwrap_or_else(gone)));
            }
        };
        if !self.commander.may(&command) {
            return Ok(for_owners());
        }
        Ok(match &command {
            Command::Help(topic) => help::answer(self, *topic),
            Command::Status => status::answer(self).await?,
            Command::New => new::answer(self),
            Command::Stop => stop::answer(self).await?,
            Command::Activation(wish) => activation::answer(self, *wish).await?,
            Command::Agent(AgentVerb::List) => agent::list(self),
            Command::Agent(AgentVerb::Current) => agent::current(self),
            Command::Agent(AgentVerb::Switch(name)) => agent::switch(self, name),
            // Each of several agents has one session in the chat, and whoever changed that of one would not be heard by the
            // others: to begin all of them anew is what is left, and /new does that.
            Command::Session(_) if let Some(several) = self.several() => session::refused(self, &several),
            Command::Session(SessionVerb::List) => session::list(self).await?,
            Command::Session(SessionVerb::Current) => session::current(self),
            Command::Session(SessionVerb::New(name)) => session::new(self, name.as_deref()).await?,
            Command::Session(SessionVerb::Switch(name)) => session::switch(self, name).await?,
            Command::Session(SessionVerb::Close) => session::close(self).await?,
            Command::Pairing(PairingVerb::List) => pairing::list(self).await?,
            Command::Pairing(PairingVerb::Approve(code)) => pairing::approve(self, code).await?,
            Command::Pairing(PairingVerb::Deny(code)) => pairing::deny(self, code).await?,
            Command::Task(verb) => task::answer(self, verb).await?,
        })
    }

    fn store(&self) -> &Store {
        &self.shared.store
    }

    fn account(&self) -> &str {
        self.shared.id()
    }

    /// The agent and session that the chat is in.
    fn place(&self) -> Place {
        self.shared
            .conversations
            .current(&self.config, &self.chat, &self.sender, self.is_owner)
    }

    /// Where the chat is, if several agents answer in it.
    fn several(&self) -> Option<Several> {
        self.shared
            .conversations
            .several(&self.config, &self.chat, &self.sender, self.is_owner)
    }

    /// Several agents as people know them: `A, B and C`.
    fn names_of(&self, several: &Several) -> String {
        let mut names: Vec<String> = several
            .places
            .iter()
            .map(|place| self.agent_name(&place.agent))
            .collect();
        match names.pop() {
            Some(last) if names.is_empty() => last,
            Some(last) => format!("{} and {last}", names.join(", ")),
            None => String::new(),
        }
    }

    /// The agent that the config names for this chat.
    fn routed(&self) -> &str {
        self.config.route(&self.chat, &self.sender).agent
    }

    /// An agent as people know it, with the id that commands take.
    fn agent_name(&self, id: &str) -> String {
        let agent = self.config.agents.list.get(id);
        match agent.and_then(|agent| agent.name.as_deref()) {
            Some(name) if name != id => format!("{name} ({id})"),
            Some(_) | None => id.to_owned(),
        }
    }
}
