//! One message: what is known of it, the verdict, and what follows.

use anyhow::Result;
use fased_policy::access::{Facts, Outcome, Reason, Rules, Verdict, judge};
use fased_policy::command;
use fased_policy::ids::Identity;
use fased_policy::mention::mentioned;

use super::{ask, echoes, react, wait};
use crate::account::Shared;
use crate::clock;
use crate::config::AccountConfig;
use crate::known::Known;
use crate::run::questions::{Candidate, Open};
use crate::store::{Decision, NewRun, RunKind, StoredMessage};

/// One batch of verdicts: what later messages of it have to know of the earlier ones.
pub(super) struct Bench<'a> {
    shared: &'a Shared,
    config: &'a AccountConfig,
    approved: &'a [Identity],
    asking: ask::Desk,
    waiting: wait::Waiting,
    echoes: echoes::Absorbed,
}

/// What became of a message, for those who watch.
pub(super) struct Decided {
    pub(super) known: Known,
    pub(super) verdict: Verdict,
    /// A code that was made for the sender.
    pub(super) code: Option<String>,
    /// It is the first that is turned away because our own words kept coming back.
    pub(super) starts_loop_break: bool,
}

impl<'a> Bench<'a> {
    pub(super) fn new(
        shared: &'a Shared,
        config: &'a AccountConfig,
        approved: &'a [Identity],
        messages: &[StoredMessage],
    ) -> Self {
        Self {
            shared,
            config,
            approved,
            asking: ask::Desk::new(shared, messages),
            waiting: wait::Waiting::default(),
            echoes: echoes::Absorbed::default(),
        }
    }

    pub(super) async fn decide(
        &mut self,
        message: &StoredMessage,
        loops: &mut echoes::Loops,
        waits: &mut wait::Latest,
    ) -> Result<(Decision, Decided)> {
        let (shared, config) = (self.shared, self.config);
        let now = clock::now_ms();
        let mut known = Known::of(&shared.store, message, &shared.own(), self.approved).await?;
        known.identity_pending = shared.identity_pending(&known.sender);
        let asked = question(shared, message, &known);
        known.question = asked.map(|question| question.choices);
        let echo = self.echoes.recognise(shared, message, &mut known, now).await?;
        let agent = shared.conversations.agent(config, &known.chat, &known.sender);
        let patterns = config.patterns(&known.chat, &known.sender, &agent);
        let facts = known.facts(now / 1000, patterns);
        let mut verdict = judge(&facts, &config.rules);
        let is_owner = config.rules.is_owner(&facts);
        let mut starts_loop_break = false;
        if verdict.outcome == Outcome::Admit && loops.is_broken(message, echo.looks_like_ours) {
            starts_loop_break = loops.is_first_broken(&message.chat);
            verdict = Verdict::ECHO_LOOP;
        }
        let mut decision = Decision {
            seq: message.seq,
            outcome: "",
            reason: "",
            rule: verdict.rule.number(),
            has_file: message.media.is_some(),
            run: None,
            pairing: None,
            sends: Vec::new(),
            echo_of: echo.of,
        };
        let mut code = None;
        match (verdict.outcome, verdict.reason) {
            (Outcome::Admit, Reason::PermissionAnswer) if !config.observe_only => {
                if let Some(question) = asked {
                    shared.engine.questions.mean(question.id, message.seq);
                }
                decision.run = Some(command_run(shared.id(), message, &agent));
            }
            (Outcome::Admit, _) if !config.observe_only && is_for_gateway(&facts, &config.rules) => {
                decision.run = Some(command_run(shared.id(), message, &agent));
            }
            (Outcome::Admit, _) if !config.observe_only => {
                decision.run = Some(self.run(message, &known, is_owner, waits, now).await?);
                let means_us = || mentioned(&facts.said, facts.own, config.rules.mode).0;
                decision.sends.extend(react::acknowledge(
                    config.ack.as_ref(),
                    message,
                    &known.chat,
                    means_us,
                    now,
                ));
            }
            (Outcome::Hold, Reason::PairingRequired) => {
                let asked = self
                    .asking
                    .ask(shared, config, message, &known.sender, is_owner, now)
                    .await?;
                if asked.is_full {
                    verdict = Verdict::PAIRING_FULL;
                }
                decision.pairing = asked.change;
                decision.sends = asked.sends;
                code = asked.new_code;
            }
            (Outcome::Admit | Outcome::Hold | Outcome::Drop | Outcome::Context | Outcome::Stale, _) => {}
        }
        decision.outcome = verdict.outcome.as_str();
        decision.reason = verdict.reason.as_str();
        let decided = Decided {
            known,
            verdict,
            code,
            starts_loop_break,
        };
        Ok((decision, decided))
    }

    async fn run(
        &mut self,
        message: &StoredMessage,
        known: &Known,
        is_owner: bool,
        waits: &mut wait::Latest,
        now: i64,
    ) -> Result<NewRun> {
        let (shared, config) = (self.shared, self.config);
        let conversations = &shared.conversations;
        let debounce_ms = i64::from(config.debounce_ms);
        if let Some(several) = conversations.several(config, &known.chat, &known.sender, is_owner) {
            let place = self
                .waiting
                .place(shared, message, &several.gathers_in, debounce_ms, waits, now)
                .await?;
            return Ok(NewRun {
                kind: RunKind::Broadcast,
                chat: message.chat.clone(),
                agent: several.names(),
                not_before_ms: place.not_before_ms,
                joins: place.joins,
                flushes: place.flushes,
                reads: known.addresses(message),
                collects: false,
                forks: Some(several.forks()),
                keeps: several.keeps(),
                session: several.gathers_in,
            });
        }
        let at = conversations.current(config, &known.chat, &known.sender, is_owner);
        let place = self
            .waiting
            .place(shared, message, &at.session, debounce_ms, waits, now)
            .await?;
        Ok(NewRun {
            kind: RunKind::Message,
            chat: message.chat.clone(),
            collects: shared.engine.running.is_running(&at.session),
            agent: at.agent,
            session: at.session,
            not_before_ms: place.not_before_ms,
            joins: place.joins,
            flushes: place.flushes,
            reads: known.addresses(message),
            forks: None,
            keeps: at.is_new.then_some(at.peer),
        })
    }
}

/// What waits for an owner's answer in the chat of a message.
fn question(shared: &Shared, message: &StoredMessage, known: &Known) -> Option<Open> {
    let questions = &shared.engine.questions;
    if questions.count(shared.id()) == 0 {
        return None;
    }
    let candidate = Candidate {
        chats: &known.addresses(message),
        recorded_ms: message.recorded_ms,
        timestamp_s: message.timestamp_s,
        quoted_id: message.quoted_id.as_deref(),
    };
    questions.open(shared.id(), candidate)
}

/// Is it a command, or a slip of one, of somebody who may give commands? Those of others are talk.
fn is_for_gateway(facts: &Facts<'_>, rules: &Rules) -> bool {
    facts.command_text().is_some_and(command::is_meant) && rules.commander(facts).may_command()
}

/// A command waits neither for more of its kind nor for the conversation that it is about, and leaves what waits in the
/// chat to be read by an agent.
fn command_run(account: &str, message: &StoredMessage, agent: &str) -> NewRun {
    NewRun {
        kind: RunKind::Command,
        chat: message.chat.clone(),
        agent: agent.to_owned(),
        session: format!("command:{account}:{}", message.chat),
        not_before_ms: 0,
        joins: None,
        flushes: false,
        reads: Vec::new(),
        collects: false,
        forks: None,
        keeps: None,
    }
}
