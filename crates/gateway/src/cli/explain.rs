//! `fased explain`: what became of a message and why, from arrival to the ticks of the answer. With
//! `--sender` or `--event`, what would become of one.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{ArgGroup, Args};
use fased::envelope::{Detail, Envelope, Media, MediaState};
use fased_protocol::control::{
    ControlRequest, ControlResponse, Explanation, JudgementInfo, RouteInfo, RunInfo, SentInfo, SourceInfo,
    TriedInfo,
};
use fased_protocol::private::short_hash;
use serde_json::json;

use super::{Global, Outcome, ask, explain_event, explain_sender, out, span};

pub(super) const USAGE: &str = "fased explain MESSAGE-ID
       fased explain --sender NUMBER|LID [--group JID] [--account ID]
       fased explain --event FILE [--config FILE]";

pub(super) const AFTER_HELP: &str = r#"An event (FILE, or - for standard input) is judged by the config alone, without a gateway:
  {"account": "default", "chat": {"kind": "dm"|"group", "id": "…"},
   "sender": {"phone", "lid", "name"}, "self": {"phone", "lid"}, "fromMe": false, "kind": "text"|"image"|"reaction"|…,
   "text": "…", "mentions": [{"phone", "lid"}], "quotedFromSelf": false, "timestamp": SECONDS, "now": SECONDS,
   "state": {"paired": ["+15550100002"], "activation": "mention"|"always"}}
Needed are chat, sender (unless fromMe) and self.phone. A direct chat without id is the sender's. What fromMe
marks was written by self, whatever sender says. With quotedFromSelf the message replies to one of the linked
number: one of the gateway's own, unless the owner of a personal number quotes their own words. Every listed
number counts as asked about, so nobody is held because it may be theirs in another spelling, as those of
Brazil, Mexico and Argentina have."#;

/// How much of a message's text is shown.
const SHOWN_CHARS: usize = 200;

/// Which message, real or supposed.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true).args(["message_id", "sender", "event"])))]
pub(super) struct Options {
    /// The message's id on WhatsApp, in or out; or a sender, for the last message of theirs; or the six letters and
    /// digits that the log shows for a message
    #[arg(value_name = "MESSAGE-ID|NUMBER|LID")]
    message_id: Option<String>,
    /// Would this person be heard?
    #[arg(long, value_name = "NUMBER|LID")]
    sender: Option<String>,
    /// In this group
    #[arg(long, value_name = "JID", requires = "sender", conflicts_with_all = ["message_id", "event"])]
    group: Option<String>,
    /// By this account [default: `default`, or the only one]
    #[arg(long, value_name = "ID", requires = "sender", conflicts_with_all = ["message_id", "event"])]
    account: Option<String>,
    /// Judge the event that this file describes
    #[arg(long, value_name = "FILE")]
    event: Option<PathBuf>,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    if let Some(file) = options.event {
        return explain_event::run(global, &file);
    }
    if let Some(sender) = options.sender {
        return explain_sender::run(global, sender, options.group, options.account);
    }
    let message_id = options.message_id.unwrap_or_default();
    let answer = ask::read(global, &ControlRequest::Explain { message_id })?;
    let ControlResponse::Explanation { messages } = answer else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        return out::json(&json!({ "messages": messages }));
    }
    let parts: Vec<String> = messages.iter().map(rendered).collect();
    out::text(&parts.join("\n"))
}

pub(super) fn rendered(message: &Explanation) -> String {
    let mut text = format!(
        "message {} ({}, {}), account {}, chat {}\n",
        message.message_id, message.direction, message.content, message.account, message.chat
    );
    let event = message
        .event
        .as_ref()
        .and_then(|event| serde_json::from_value::<Envelope>(event.clone()).ok());
    if let Some(sender) = &message.sender {
        let name = event.as_ref().and_then(|event| event.sender.name.as_ref());
        let name = name.map(|name| format!(" ({})", name.0)).unwrap_or_default();
        push(&mut text, "from", &format!("{sender}{name}"));
    }
    if let Some(event) = &event {
        push_event(&mut text, event);
    }
    if let Some(timestamp) = message.timestamp {
        push(&mut text, "written", &span::ago(timestamp.saturating_mul(1000)));
    }
    push(&mut text, "recorded", &span::ago(message.recorded_ms));
    push(&mut text, "in the log", &short_hash(&message.message_id));
    if message.direction == "in" {
        push(&mut text, "verdict", &verdict(message));
    }
    if let Some(sentence) = &message.sentence {
        push(&mut text, "why", sentence);
    }
    if let Some(now) = &message.now {
        push(
            &mut text,
            "judged again",
            &format!("now it would be: {}", headline(now)),
        );
    }
    let run_agent = message.run.as_ref().map(|run| run.agent.as_str());
    push_route(&mut text, message.route.as_ref(), run_agent);
    push_because(
        &mut text,
        message.source.as_ref(),
        message.fix.as_deref(),
        &message.tried,
    );
    if let Some(note) = &message.note {
        push(&mut text, "not judged", note);
    }
    if let Some(run) = &message.run {
        push(&mut text, "run", &run_line(run));
        for line in complaint(run) {
            push(&mut text, "on stderr", line);
        }
        for fork in &run.forks {
            push(&mut text, "its run", &run_line(fork));
            for line in complaint(fork) {
                push(&mut text, "on stderr", line);
            }
        }
    }
    let label = if message.direction == "out" {
        "state"
    } else {
        "answer"
    };
    for sent in &message.sent {
        push(&mut text, label, &sent_line(sent));
    }
    text
}

/// The last lines of what the agent's process complained of, if the line of the run does not end with them already.
fn complaint(run: &RunInfo) -> Vec<&str> {
    const MOST_LINES: usize = 10;
    let said = run.stderr.as_ref().map_or("", |said| said.0.trim_end());
    let told = run.error.as_deref().map_or("", str::trim_end);
    if said.is_empty() || told.ends_with(said) {
        return Vec::new();
    }
    let lines: Vec<&str> = said.lines().collect();
    lines.into_iter().rev().take(MOST_LINES).rev().collect()
}

fn run_line(run: &RunInfo) -> String {
    let RunInfo {
        id,
        agent,
        state,
        attempts,
        ..
    } = run;
    let error: String = [&run.failure, &run.error]
        .into_iter()
        .flatten()
        .map(|told| format!(": {told}"))
        .collect();
    if run.kind == "command" {
        return format!(
            "{id}, a chat command; the gateway answered it, no agent was asked: {state}, started {attempts} times{error}"
        );
    }
    if !run.forks.is_empty() {
        return format!("{id}, shared out among {agent}: {state}{error}");
    }
    format!("{id} by agent {agent}, {state}, started {attempts} times{error}")
}

fn sent_line(sent: &SentInfo) -> String {
    let code = sent
        .error_code
        .map(|code| format!(" (code {code})"))
        .unwrap_or_default();
    format!(
        "{} to {}: {}{code}, {}",
        sent.message_id,
        sent.chat,
        sent.state,
        span::ago(sent.updated_ms)
    )
}

fn push_event(text: &mut String, event: &Envelope) {
    let said = event.body();
    if !said.is_empty() {
        let cut: String = said.chars().take(SHOWN_CHARS).collect();
        let more = if cut.len() < said.len() { "…" } else { "" };
        push(text, "said", &format!("{}{more}", json!(cut)));
    }
    for media in &event.media {
        push(text, "media", &media_line(media));
    }
    if let Some(detail) = &event.detail {
        push(text, "holds", &detail_line(detail));
    }
    if let Some(quoted) = &event.quoted {
        let whose = match (&quoted.sender, quoted.from_self) {
            (_, true) => ", of this account".to_owned(),
            (Some(sender), false) => format!(", of {}", sender.0),
            (None, false) => String::new(),
        };
        let label = if event.is_about_message() {
            "about"
        } else {
            "replies to"
        };
        let kind = quoted
            .kind
            .as_ref()
            .map(|kind| format!(" ({kind})"))
            .unwrap_or_default();
        push(text, label, &format!("{}{kind}{whose}", quoted.id));
    }
    let mentions: Vec<String> = event
        .mentions
        .iter()
        .map(|mention| {
            let phone = mention.phone.as_ref().map(ToString::to_string);
            let lid = mention.lid.as_ref().map(ToString::to_string);
            let who = phone.or(lid).unwrap_or_else(|| "somebody unknown".to_owned());
            if mention.is_self {
                format!("{who} (this account)")
            } else {
                who
            }
        })
        .collect();
    if !mentions.is_empty() {
        push(text, "mentions", &mentions.join(", "));
    }
}

/// Where a file came to; its name is its sender's.
fn media_line(media: &Media) -> String {
    let mime = media.mime.as_deref().unwrap_or("of no type");
    let why = match &media.state {
        MediaState::Failed { error } => format!(" ({error})"),
        MediaState::Ready { file, .. } => format!(" ({file})"),
        MediaState::NotFetched | MediaState::Wanted | MediaState::Removed => String::new(),
    };
    format!("{mime}, {} bytes, {}{why}", media.bytes, media.state.as_str())
}

/// What kind of thing it is; what is in it stands in `said`.
fn detail_line(detail: &Detail) -> String {
    match detail {
        Detail::Vote {
            problem: Some(problem),
            ..
        } => format!("a vote that cannot be read: {problem}"),
        Detail::Vote { unknown, .. } if *unknown > 0 => {
            format!("a vote, {unknown} of it for what the poll does not have")
        }
        Detail::Location { .. }
        | Detail::Contacts { .. }
        | Detail::Poll { .. }
        | Detail::Vote { .. }
        | Detail::Event { .. } => detail.as_str().to_owned(),
    }
}

fn verdict(message: &Explanation) -> String {
    let Some(verdict) = &message.verdict else {
        return "not decided yet".to_owned();
    };
    let reason = message.reason.as_deref().unwrap_or("no reason recorded");
    line(verdict, reason, message.rule.as_deref())
}

/// A judgement in one line: `drop: not_in_allowlist, rule dm.12`.
pub(super) fn headline(judgement: &JudgementInfo) -> String {
    line(&judgement.verdict, &judgement.reason, judgement.rule.as_deref())
}

fn line(verdict: &str, reason: &str, rule: Option<&str>) -> String {
    let rule = rule.map(|rule| format!(", rule {rule}")).unwrap_or_default();
    format!("{verdict}: {reason}{rule}")
}

/// A judgement below its headline.
pub(super) fn push_judgement(text: &mut String, judgement: &JudgementInfo) {
    if let Some(sentence) = fased::explain::sentence(&judgement.reason) {
        push(text, "why", sentence);
    }
    push_route(text, judgement.route.as_ref(), None);
    push_because(
        text,
        judgement.source.as_ref(),
        judgement.fix.as_deref(),
        &judgement.tried,
    );
}

/// `answered` is the agent that answered already, which may have been another one than would answer now.
fn push_route(text: &mut String, route: Option<&RouteInfo>, answered: Option<&str>) {
    if let Some(route) = route {
        let RouteInfo {
            agent,
            sentence,
            source,
            by: _,
            agents: _,
        } = route;
        let label = match answered {
            Some(answered) if answered != agent => "agent now",
            Some(_) | None => "agent",
        };
        // The sentence says already what was chosen.
        let place = match source.level.as_str() {
            "stored" => String::new(),
            _written => format!(" [{}]", place(source)),
        };
        push(text, label, &format!("{agent}: {sentence}{place}"));
    }
}

fn push_because(text: &mut String, source: Option<&SourceInfo>, fix: Option<&str>, tried: &[TriedInfo]) {
    if let Some(source) = source {
        push(text, "decided by", &place(source));
    }
    if let Some(fix) = fix {
        push(text, "to change it", fix);
    }
    for (index, tried) in tried.iter().enumerate() {
        let label = if index == 0 { "tried" } else { "" };
        let place = tried
            .source
            .as_ref()
            .map(|source| format!(" [{}]", place(source)));
        let place = place.unwrap_or_default();
        push(text, label, &format!("{:8} {}{place}", tried.rule, tried.found));
    }
}

fn place(source: &SourceInfo) -> String {
    let path = &source.path;
    match (&source.file, source.line) {
        (Some(file), Some(line)) => format!("{path} ({file}:{line})"),
        (Some(file), None) => format!("{path} in {file}"),
        (None, _) if source.level == "default" => format!("{path} (default)"),
        (None, _) => path.clone(),
    }
}

pub(super) fn push(text: &mut String, label: &str, value: &str) {
    // Writing to a string cannot fail.
    writeln!(text, "  {label:12}  {value}").ok();
}

#[cfg(test)]
mod tests;
