//! An answer while it is made: its parts, and what is being done meanwhile.

use std::sync::Arc;

use anyhow::Result;
use fased_agents::{Event, Failure, Listener, Question};
use fased_policy::ids::GroupId;
use fased_policy::name::one_line;
use fased_policy::parts::Parts;
use fased_policy::quoting;
use fased_protocol::private::{Jid, Private};
use fased_protocol::sidecar::Quote;
use tokio::sync::watch;

use super::STORE_RETRY;
use super::question::{Asker, Tally};
use super::token::Token;
use crate::account::Shared;
use crate::clock;
use crate::config::AccountConfig;
use crate::store::{Draft, QueuedRun, StoredMessage};

/// Longest word on progress, in characters.
const MOST_PROGRESS: usize = 200;

/// An answer while it is made.
pub(super) struct Answer<'a> {
    shared: &'a Shared,
    config: Arc<AccountConfig>,
    run: i64,
    token: &'a Token,
    agent: &'a str,
    /// The last message that is answered.
    last: Option<StoredMessage>,
    /// Complete parts leave at once.
    streams: bool,
    parts: Parts,
    /// Complete parts, as the agent wrote them.
    said: Vec<String>,
    /// Messages that were made of them.
    messages: usize,
    /// Something was sent.
    has_spoken: bool,
    /// A part whose commit has begun, and the id of its first message. Work that is stopped may be dropped before it
    /// learns what came of that.
    leaving: Option<(String, String)>,
    /// What it has asked so far.
    tally: Tally,
    progress: watch::Sender<Option<String>>,
}

impl<'a> Answer<'a> {
    pub(super) fn new(
        shared: &'a Shared,
        config: Arc<AccountConfig>,
        run: &'a QueuedRun,
        token: &'a Token,
        last: Option<StoredMessage>,
        streams: bool,
    ) -> Self {
        Self {
            shared,
            config,
            run: run.id,
            token,
            agent: &run.agent,
            last,
            streams,
            parts: Parts::new(streams),
            said: Vec::new(),
            messages: 0,
            has_spoken: false,
            leaving: None,
            tally: Tally::default(),
            progress: watch::Sender::new(None),
        }
    }

    /// What is being done, as it changes.
    pub(super) fn progress(&self) -> watch::Receiver<Option<String>> {
        self.progress.subscribe()
    }

    /// Was a part of it sent?
    pub(super) fn has_spoken(&self) -> bool {
        self.has_spoken
    }

    /// The work was stopped, wherever it was. Learns whether a part was sent that nobody heard of any more.
    pub(super) async fn look_back(&mut self) {
        let Some((id, part)) = self.leaving.take() else {
            return;
        };
        let account = self.shared.id();
        match self.shared.store.was_queued(account, &id).await {
            Ok(false) => {}
            Ok(true) => {
                self.has_spoken = true;
                self.said.push(part);
            }
            Err(error) => tracing::error!(
                account,
                run = self.run,
                "whether a part was sent cannot be read: {error:#}"
            ),
        }
    }

    /// There is no more. Returns what is still to be sent of it.
    pub(super) async fn rest(&mut self) -> Result<Vec<Draft>> {
        let open = usize::from(self.has_spoken) * self.said.len();
        self.said.extend(self.parts.take());
        let rest: Vec<String> = self.said.iter().skip(open).cloned().collect();
        let mut drafts = Vec::new();
        for part in &rest {
            drafts.extend(self.drafts(part).await?);
        }
        Ok(drafts)
    }

    /// All of it that is complete, as the agent wrote it.
    pub(super) fn text(&self) -> Option<String> {
        let text = self.said.join("\n\n");
        (!text.trim().is_empty()).then_some(text)
    }

    async fn complete(&mut self, part: String) -> Result<(), Failure> {
        if !self.streams {
            self.said.push(part);
            return Ok(());
        }
        let unrecorded =
            |error: anyhow::Error| Failure::CutOff(format!("a part cannot be recorded: {error:#}"));
        let drafts = self.drafts(&part).await.map_err(unrecorded)?;
        let Some(first) = drafts.first() else {
            return Ok(());
        };
        self.leaving = Some((first.message_id.clone(), part.clone()));
        let store = &self.shared.store;
        let is_open = loop {
            let now = clock::now_ms();
            match store
                .say_meanwhile(self.shared.id(), self.run, &drafts, now)
                .await
            {
                Ok(is_open) => break is_open,
                // It is said once there is room on the disk.
                Err(error) if store.noticed(&error) && !self.shared.ending.is_cancelled() => {
                    clock::pause(STORE_RETRY).await;
                }
                Err(error) => return Err(unrecorded(error)),
            }
        };
        self.leaving = None;
        if !is_open {
            return Err(Failure::Cancelled);
        }
        self.has_spoken = true;
        self.said.push(part);
        self.shared.outbox.notify_one();
        Ok(())
    }

    /// The messages that a part becomes. The first of all may quote, and has the prefix, and says whose answer it is where
    /// several agents answer.
    async fn drafts(&mut self, part: &str) -> Result<Vec<Draft>> {
        let is_first = self.messages == 0;
        let writing = &self.config.writing;
        let texts = match self.token.speaker(&self.config) {
            Some(speaker) if is_first => writing.answer_of(&speaker, part),
            None if is_first => writing.answer(part),
            Some(_) | None => writing.text(part),
        };
        let mut quote = match &self.last {
            Some(last) if is_first && !texts.is_empty() => self.quote(last).await?,
            Some(_) | None => None,
        };
        let first = self.messages;
        self.messages += texts.len();
        Ok(texts
            .into_iter()
            .enumerate()
            .map(|(place, text)| self.token.answer(first + place, text, quote.take()))
            .collect())
    }

    async fn quote(&self, last: &StoredMessage) -> Result<Option<Quote>> {
        let in_group = GroupId::parse(&last.chat).is_ok();
        let store = &self.shared.store;
        let newer = store.has_newer(self.shared.id(), &last.chat, last.seq).await?;
        Ok(quoting::quotes(in_group, newer).then(|| Quote {
            id: last.message_id.clone(),
            sender: Jid(last.sender.clone()),
            text: Private(quoting::quoted_text(last.text.as_deref(), &last.content)),
        }))
    }
}

impl Listener for Answer<'_> {
    async fn heard(&mut self, event: Event) -> Result<(), Failure> {
        match event {
            Event::Text(piece) => {
                for part in self.parts.push(&piece) {
                    self.complete(part).await?;
                }
            }
            Event::PartEnd => {
                if let Some(part) = self.parts.take() {
                    self.complete(part).await?;
                }
            }
            Event::Progress(text) => {
                if let Some(text) = one_line(&text, MOST_PROGRESS) {
                    self.progress.send_replace(Some(text));
                }
            }
        }
        Ok(())
    }

    async fn asked(&mut self, question: &Question) -> Option<usize> {
        let asker = Asker {
            shared: self.shared,
            config: &self.config,
            run: self.run,
            token: self.token,
            agent: self.agent,
        };
        asker.ask(question, &mut self.tally).await
    }
}
