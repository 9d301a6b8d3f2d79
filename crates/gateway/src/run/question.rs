//! What an agent asks before it goes on, put to the chat that it answers: numbered choices, five minutes, and a line when
//! they are over. Who may answer is decided in `fased_policy`; a number is carried out in `crate::chat`.

use std::sync::Arc;
use std::time::Duration;

use fased_agents::{ChoiceKind, Question};
use fased_policy::name::one_line;
use tokio::sync::oneshot;

use super::questions::Asked;
use super::token::Token;
use crate::account::Shared;
use crate::clock;
use crate::config::AccountConfig;

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
    pub(super) async fn ask(&self, question: &Question) -> Option<usize> {
        let choices = choices(question);
        if choices.is_empty() {
            return None;
        }
        let agent = self.name();
        if !self.tell(&words(&agent, question, &choices)).await {
            return None;
        }
        let asked = Asked {
            account: self.shared.id().to_owned(),
            chat: self.token.chat().to_owned(),
            agent: agent.clone(),
            choices,
            asked_ms: clock::now_ms(),
        };
        tracing::info!(
            agent = self.agent,
            "an agent asks for a permission, and waits for an owner"
        );
        let questions = &self.shared.engine.questions;
        let (waits, answered) = questions.wait(asked);
        let chosen = in_time(answered, questions.patience).await;
        drop(waits);
        if chosen.is_none() {
            tracing::info!(agent = self.agent, "nobody answered an agent's question in time");
            self.tell(&format!(
                "⌛ No owner answered within 5 minutes, so {agent} was told no."
            ))
            .await;
        }
        chosen
    }

    /// Commits a message to the chat. Returns whether the run is still under way.
    async fn tell(&self, text: &str) -> bool {
        // It repeats what a program said, which is not to be read as Markdown, nor to mention anybody.
        let texts = self.config.writing.plain(text).into_iter();
        let drafts: Vec<_> = texts.map(|text| self.token.question(text, TTL_MS)).collect();
        let store = &self.shared.store;
        let told = store
            .say_meanwhile(self.shared.id(), self.run, &drafts, clock::now_ms())
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

/// One line, made harmless and marked where it is cut.
fn line(text: &str) -> Option<String> {
    let whole = one_line(text, MOST_IN_LINE + 1)?;
    match whole.char_indices().nth(MOST_IN_LINE) {
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
