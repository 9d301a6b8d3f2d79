//! What became of the last messages, each as a finding.

use std::collections::HashSet;

use fased_protocol::control::Explanation;

use super::super::facts::Facts;
use super::super::finding::{Finding, Level};
use crate::span::span;

const CHECK: &str = "messages";
/// A run that takes longer than this is told, milliseconds.
const LONG_RUN_MS: i64 = 120_000;

/// The newest of each writer and reason, so that one who writes much does not hide the others.
pub(super) fn newest(messages: &[Explanation]) -> Vec<&Explanation> {
    let mut seen = HashSet::new();
    let newest = messages.iter();
    newest
        .filter(|message| seen.insert((&message.account, &message.chat, &message.sender, &message.reason)))
        .collect()
}

/// What became of one. `asked` says that it is the one that somebody misses an answer to.
pub(super) fn one(facts: &Facts, message: &Explanation, asked: bool) -> Finding {
    let sender = message.sender.as_deref().unwrap_or("somebody");
    let place = if message.chat == sender {
        String::new()
    } else {
        format!(" in {}", message.chat)
    };
    let ago = span(facts.now_ms - message.recorded_ms);
    let who = format!("{sender}{place}, {ago} ago, to {}", message.account);
    let explain = format!("fased explain {}", message.message_id);
    let Some(verdict) = &message.verdict else {
        let next = "look at the gateway's log, and at: fased status";
        return Finding::warning(
            CHECK,
            format!("{who}: not judged yet"),
            "the gateway has not come to it",
        )
        .next(next);
    };
    if verdict == "admit" {
        return admitted(facts, message, &who, explain);
    }
    let reason = message.reason.as_deref().unwrap_or_default();
    let cause = message.sentence.clone().unwrap_or_default();
    let what = format!("{who}: {verdict}, {reason}");
    if let Some(now) = message.now.as_ref().filter(|now| now.verdict == "admit") {
        let cause = format!(
            "{cause} Since then that was changed: now it would be let in ({})",
            now.reason
        );
        return Finding::note(CHECK, what, cause).next("write once more, or wait for the next message");
    }
    let expected = !super::super::drops::is_worth(reason);
    let level = match (asked, expected) {
        (_, true) => Level::Note,
        (true, false) => Level::Problem,
        (false, false) => Level::Warning,
    };
    Finding::new(CHECK, level, what, cause).next(message.fix.clone().unwrap_or(explain))
}

fn admitted(facts: &Facts, message: &Explanation, who: &str, explain: String) -> Finding {
    let failed = message
        .sent
        .iter()
        .find(|sent| ["failed", "expired"].contains(&sent.state.as_str()));
    if let Some(sent) = failed {
        let code = sent
            .error_code
            .map_or_else(String::new, |code| format!(" ({code})"));
        let what = format!("{who}: let in, and the answer {}{code}", sent.state);
        let next = format!(
            "fased outbox list --account {} --state {}",
            message.account, sent.state
        );
        return Finding::problem(CHECK, what, "the agent answered, WhatsApp did not take it").next(next);
    }
    let Some(run) = &message.run else {
        let what = format!("{who}: let in, and no run answers it");
        return Finding::note(
            CHECK,
            what,
            "it was about another message, or part of an answer to several",
        )
        .next(explain);
    };
    match run.state.as_str() {
        "ok" if message.sent.is_empty() => {
            let what = format!("{who}: let in, and the agent {} said nothing", run.agent);
            Finding::warning(CHECK, what, "its answer was empty")
                .next(format!("fased agents test {} hello", run.agent))
        }
        "ok" => Finding::ok(CHECK, format!("{who}: let in and answered")),
        "error" | "interrupted" => {
            let what = format!("{who}: let in, and the agent {} failed", run.agent);
            let word = run.failure.clone().unwrap_or_else(|| run.state.clone());
            let error = run
                .error
                .as_deref()
                .and_then(|error| error.lines().next())
                .unwrap_or_default();
            Finding::problem(CHECK, what, format!("{word}: {error}").trim_end_matches(": "))
                .next(format!("fased agents test {} hello", run.agent))
        }
        "cancelled" => Finding::note(
            CHECK,
            format!("{who}: let in, and its run was stopped"),
            "somebody stopped it",
        )
        .next(explain),
        state => {
            let waits_ms = facts.now_ms - message.recorded_ms;
            let what = format!("{who}: let in, its run is {state}");
            let level = if waits_ms > LONG_RUN_MS {
                Level::Warning
            } else {
                Level::Note
            };
            Finding::new(CHECK, level, what, format!("for {}", span(waits_ms))).next(explain)
        }
    }
}
