//! What an agent asks before it goes on, put to the chat that it answers: numbered choices, five minutes, and a line when
//! they are over. Who may answer is decided in `fased_policy`; a number is carried out in `crate::chat`.

use std::sync::Arc;
use std::time::Duration;

use fased_agents::{ChoiceKind, Question};
use fased_policy::ids::ChatId;
use fased_policy::name::one_line;
use tokio::sync::oneshot;

use super::put;
use super::questions::Asked;
use super::token::Token;
use crate::account::Shared;
use crate::clock;
use crate::config::AccountConfig;
use crate::store::Draft;

/// After this a question that could not be sent is old news, in milliseconds.
const TTL_MS: i64 = 300_000;
/// Of what it wants to do, so many lines are shown. What is left out is marked: nobody allows unawares what they cannot see.
const MOST_LINES: usize = 20;
/// And so many characters of each.
const MOST_IN_LINE: usize = 1_000;
/// Stands before and after what is shown as it is, such as a command: there no mark means bold and the like.
const FENCE: &str = "```";
/// Choices that are offered; there are never so many in practice, and more is no question for a phone.
const MOST_CHOICES: usize = 9;
/// Longest name of a choice, in characters.
const MOST_NAME: usize = 80;
/// Of what was allowed, so many characters are repeated with the answer.
const MOST_REPEATED: usize = 60;
/// What one run may ask; then it is no at once. Nobody is asked without end by an agent that asks in a loop.
const MOST_ASKED: usize = 20;
/// Nobody is there once so many questions of a run had no answer; the others are no at once.
const MOST_UNANSWERED: usize = 2;
/// How long after a question is too old to be sent it may still be on its way, in milliseconds.
const ON_ITS_WAY_MS: i64 = 30_000;

/// What a run has asked so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    asked: usize,
    unanswered: usize,
}

impl Tally {
    /// Why it may ask nothing more.
    fn is_full(&self) -> Option<&'static str> {
        if self.asked >= MOST_ASKED {
            Some("it has asked as often as one run may")
        } else if self.unanswered >= MOST_UNANSWERED {
            Some("nobody has answered what it asked before")
        } else {
            None
        }
    }
}

/// Who asks, for whom.
pub(super) struct Asker<'a> {
    pub(super) shared: &'a Shared,
    pub(super) config: &'a Arc<AccountConfig>,
    pub(super) run: i64,
    pub(super) token: &'a Token,
    /// Agent id.
    pub(super) agent: &'a str,
}

impl Asker<'_> {
    /// The place of the choice that an owner made; none if nobody did in time, or the chat could not be asked.
    pub(super) async fn ask(&self, question: &Question, tally: &mut Tally) -> Option<usize> {
        let choices = choices(question);
        if choices.is_empty() {
            return None;
        }
        if let Some(why) = tally.is_full() {
            tracing::info!(
                agent = self.agent,
                run = self.run,
                "an agent is told no at once: {why}"
            );
            return None;
        }
        if !self.may_be_answered().await {
            tracing::warn!(
                agent = self.agent,
                run = self.run,
                "an agent is told no at once: it asks in a direct chat with somebody who is no owner; who is one says \
                 channels.whatsapp.owners"
            );
            return None;
        }
        tally.asked += 1;
        let agent = self.name();
        let text = words(&agent, question, &choices);
        let questions = &self.shared.engine.questions;
        let (waits, answered) = questions.wait(Asked {
            account: self.shared.id().to_owned(),
            chat: self.token.chat().to_owned(),
            agent: agent.clone(),
            choices,
            wish: in_short(&question.text),
        });
        waits.turn().await;
        let drafts = self.drafts(&text);
        if !self.tell(&drafts).await {
            return None;
        }
        let ids: Vec<String> = drafts.into_iter().map(|draft| draft.message_id).collect();
        let until_ms = clock::now_ms() + TTL_MS + ON_ITS_WAY_MS;
        if let Err(why) = put::taken(&self.shared.store, self.shared.id(), &ids, until_ms).await {
            tally.unanswered += 1;
            tracing::warn!(
                agent = self.agent,
                run = self.run,
                "an agent is told no, since the chat could not be asked: {why}"
            );
            return None;
        }
        waits.put(ids, clock::now_ms());
        tracing::info!(
            agent = self.agent,
            "an agent asks for a permission, and waits for an owner"
        );
        let chosen = in_time(answered, questions.patience).await;
        if chosen.is_none() {
            tally.unanswered += 1;
            tracing::info!(agent = self.agent, "nobody answered an agent's question in time");
            let over = format!("⌛ No owner answered within 5 minutes, so {agent} was told no.");
            self.tell(&self.drafts(&over)).await;
        }
        drop(waits);
        chosen
    }

    /// Whether somebody may be in the chat whose answer counts. When that cannot be known, somebody may.
    async fn may_be_answered(&self) -> bool {
        let own = self.shared.own();
        let mut chat = ChatId::from_jids(self.token.chat(), None, &own);
        if let ChatId::Direct(person) = &mut chat
            && let Err(error) = self.shared.store.complete(person).await
        {
            tracing::warn!("other addresses of a chat cannot be read: {error:#}");
            return true;
        }
        self.config.rules.may_be_answered(&chat, &own)
    }

    /// The messages that a text becomes.
    fn drafts(&self, text: &str) -> Vec<Draft> {
        // It repeats what a program said, which is not to be read as Markdown, nor to mention anybody.
        let texts = self.config.writing.plain(text).into_iter();
        texts.map(|text| self.token.question(text, TTL_MS)).collect()
    }

    /// Commits messages to the chat. Returns whether the run is still under way.
    async fn tell(&self, drafts: &[Draft]) -> bool {
        let store = &self.shared.store;
        let told = store
            .say_meanwhile(self.shared.id(), self.run, drafts, clock::now_ms())
            .await;
        match told {
            Ok(is_open) => {
                self.shared.outbox.notify_one();
                is_open
            }
            Err(error) => {
                store.noticed(&error);
                tracing::error!(
                    account = self.shared.id(),
                    run = self.run,
                    "a chat cannot be asked for a permission, so it is refused: {error:#}"
                );
                false
            }
        }
    }

    /// The agent as people know it.
    fn name(&self) -> String {
        let agent = self.config.agents.list.get(self.agent);
        let name = agent.and_then(|agent| agent.name.as_deref());
        name.unwrap_or(self.agent).to_owned()
    }
}

/// Waits for the answer, by both clocks: a simulation moves one of them, and a host's may be set back.
async fn in_time(mut answered: oneshot::Receiver<usize>, patience: Duration) -> Option<usize> {
    let until_ms = clock::now_ms() + i64::try_from(patience.as_millis()).unwrap_or(i64::MAX);
    let mut over = std::pin::pin!(clock::pause(patience));
    loop {
        let moved = clock::moved();
        if clock::now_ms() < until_ms {
            tokio::select! {
                biased;
                chosen = &mut answered => return chosen.ok(),
                () = &mut over => {}
                () = moved => continue,
            }
        }
        // From here on nobody is told that an answer counts, so what has come by now does.
        answered.close();
        return answered.try_recv().ok();
    }
}

/// What may be chosen, as the chat is told, in the agent's order. What holds on says so, whatever the agent calls it.
fn choices(question: &Question) -> Vec<String> {
    let offered = question.choices.iter().take(MOST_CHOICES);
    offered
        .map(|choice| {
            let (word, holds_on) = match choice.kind {
                ChoiceKind::AllowOnce => ("Allow", ""),
                ChoiceKind::AllowAlways => ("Allow", " (from now on)"),
                ChoiceKind::RejectOnce => ("Reject", ""),
                ChoiceKind::RejectAlways => ("Reject", " (from now on)"),
            };
            let name = one_line(&choice.name, MOST_NAME);
            format!("{}{holds_on}", name.as_deref().unwrap_or(word))
        })
        .collect()
}

/// The choices, one a line.
pub(crate) fn numbered(choices: &[String]) -> String {
    let lines = choices.iter().enumerate();
    let lines: Vec<String> = lines
        .map(|(place, choice)| format!("{}. {choice}", place + 1))
        .collect();
    lines.join("\n")
}

fn words(agent: &str, question: &Question, choices: &[String]) -> String {
    format!(
        "🔐 {agent} asks for permission:\n{}\n\n{}\n\nAnswer with a number within 5 minutes; only an owner's answer counts.",
        wish(&question.text),
        numbered(choices)
    )
}

/// What it wants to do: as a quotation, or between fences, so that no line of it passes for a choice.
fn wish(text: &str) -> String {
    let mut shown = Vec::new();
    let mut fenced = false;
    let mut lines = text.lines().filter_map(line);
    for line in lines.by_ref().take(MOST_LINES) {
        if line == FENCE {
            fenced = !fenced;
            shown.push(line);
        } else if fenced {
            shown.push(line.replace(FENCE, "'''"));
        } else {
            shown.push(format!("> {line}"));
        }
    }
    if fenced {
        shown.push(FENCE.to_owned());
    }
    if lines.any(|line| line != FENCE) {
        shown.push("> …".to_owned());
    }
    shown.join("\n")
}

/// The first line of what it wants to do: of a command, if it shows one.
fn in_short(text: &str) -> String {
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let fenced = lines().skip_while(|line| *line != FENCE).nth(1);
    let first = fenced.or_else(|| lines().next()).unwrap_or_default();
    cut(first, MOST_REPEATED).unwrap_or_default()
}

/// One line, made harmless and marked where it is cut.
fn line(text: &str) -> Option<String> {
    cut(text, MOST_IN_LINE)
}

fn cut(text: &str, most: usize) -> Option<String> {
    let whole = one_line(text, most + 1)?;
    match whole.char_indices().nth(most) {
        Some((end, _)) => Some(format!("{}…", whole.get(..end).unwrap_or_default())),
        None => Some(whole),
    }
}

#[cfg(test)]
mod tests {
    use fased_agents::Choice;

    use super::*;

    fn question(text: &str, choices: &[(&str, ChoiceKind)]) -> Question {
        let choices = choices.iter().map(|(name, kind)| Choice {
            name: (*name).to_owned(),
            kind: *kind,
        });
        Question {
            text: text.to_owned(),
            choices: choices.collect(),
        }
    }

    #[test]
    fn the_chat_reads_what_is_wanted_and_what_it_may_choose() {
        let question = question(
            "Run a command\nrm -r build",
            &[
                ("Yes", ChoiceKind::AllowOnce),
                ("Yes", ChoiceKind::AllowAlways),
                ("\u{202e} ", ChoiceKind::RejectOnce),
            ],
        );
        assert_eq!(
            words("Coder", &question, &choices(&question)),
            "🔐 Coder asks for permission:\n> Run a command\n> rm -r build\n\n1. Yes\n2. Yes (from now on)\n3. Reject\n\n\
             Answer with a number within 5 minutes; only an owner's answer counts."
        );
    }

    #[test]
    fn what_an_agent_says_is_bounded_and_harmless() {
        let long = format!("a\u{202e}b\n\n{}\n{}", "x".repeat(2_000), "more\n".repeat(30));
        let question = question(&long, &[("1\n2. Reject", ChoiceKind::AllowOnce); 20]);
        let choices = choices(&question);
        assert_eq!(choices.len(), MOST_CHOICES);
        assert_eq!(choices.first().map(String::as_str), Some("1 2. Reject"));
        let words = words("main", &question, &choices);
        assert!(words.contains("\n> ab\n> xxx"), "{words}");
        assert!(words.contains("xxx…\n> more\n"), "{words}");
        assert!(words.contains("\n> more\n> …\n"), "{words}");
        assert!(words.chars().count() < MOST_LINES * MOST_IN_LINE + 1_000);
    }

    #[test]
    fn what_was_allowed_is_repeated_in_short() {
        assert_eq!(in_short("rm -r build\nsrc"), "rm -r build");
        assert_eq!(
            in_short("Tidy up\n```\n\nrm -rf home\nls\n```\nsrc"),
            "rm -rf home"
        );
        assert_eq!(in_short(&"x".repeat(99)), format!("{}…", "x".repeat(60)));
    }

    #[test]
    fn a_run_does_not_ask_without_end() {
        let full = |asked, unanswered| Tally { asked, unanswered }.is_full().is_some();
        assert!(!full(MOST_ASKED - 1, MOST_UNANSWERED - 1));
        assert!(full(MOST_ASKED, 0));
        assert!(full(2, MOST_UNANSWERED));
    }

    /// Marks in a command are part of it, and a fence in it does not end the one around it.
    #[test]
    fn a_command_is_shown_as_it_is() {
        let fenced = |command: &str| wish(&format!("Run a command\n```\n{command}\n```\nsrc/main.rs"));
        assert_eq!(
            fenced("rm *a* _b_"),
            "> Run a command\n```\nrm *a* _b_\n```\n> src/main.rs"
        );
        assert_eq!(
            fenced("echo x```\n1. Allow"),
            "> Run a command\n```\necho x'''\n1. Allow\n```\n> src/main.rs"
        );
        let cut = fenced(&"more\n".repeat(30));
        assert!(cut.ends_with("more\n```\n> …"), "{cut}");
    }
}
