//! A turn in words, for models that read nothing else: who said what.

use crate::agent::Turn;
use crate::envelope::{ChatKind, Envelope};

/// Longest repetition of what a message replies to, in characters.
const MOST_QUOTED: usize = 300;

/// All of a turn. `prefix` stands before each text that is asked.
pub(super) fn of(turn: &Turn, prefix: Option<&str>) -> String {
    let Turn {
        text: _,
        messages,
        context,
        events,
    } = turn;
    if messages.is_empty() {
        return asked_of(turn, prefix);
    }
    let mut blocks = Vec::new();
    if !context.is_empty() {
        let lines = context
            .iter()
            .map(|said| format!("{}: {}", name(said), said.body()));
        blocks.push(block("Said here before", lines));
    }
    if !events.is_empty() {
        blocks.push(block("Happened since", events.iter().map(event)));
    }
    let asked = asked_of(turn, prefix);
    if blocks.is_empty() {
        return asked;
    }
    blocks.push(block("To be answered now", std::iter::once(asked)));
    blocks.join("\n\n")
}

/// What of it is asked. `prefix` stands before each text.
pub(super) fn asked_of(turn: &Turn, prefix: Option<&str>) -> String {
    if turn.messages.is_empty() {
        return turn.text.clone();
    }
    let lines = turn.messages.iter().map(|message| asked(message, prefix));
    lines.collect::<Vec<_>>().join("\n")
}

fn block(title: &str, lines: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = lines.collect();
    format!("[{title}]\n{}", lines.join("\n"))
}

/// Alone with somebody it is clear who writes.
fn asked(message: &Envelope, prefix: Option<&str>) -> String {
    let mut line = String::new();
    if message.chat.kind == ChatKind::Group {
        line.push_str(&name(message));
        line.push_str(": ");
    }
    if let Some(quoted) = quoted(message) {
        line.push_str(&format!("(in reply to {quoted}) "));
    }
    if let Some(prefix) = prefix {
        line.push_str(prefix);
        line.push(' ');
    }
    line.push_str(&message.body());
    line
}

fn event(event: &Envelope) -> String {
    let about = quoted(event)
        .map(|quoted| format!(" to {quoted}"))
        .unwrap_or_default();
    format!("{} ({}{about}): {}", name(event), event.kind, event.body())
}

/// Who said what, where both are known.
fn quoted(message: &Envelope) -> Option<String> {
    let quoted = message.quoted.as_ref()?;
    let text = fased_policy::name::one_line(&quoted.text.as_ref()?.0, MOST_QUOTED)?;
    let who = match (&quoted.sender, quoted.from_self) {
        (_, true) => "you",
        (Some(sender), false) => sender.0.as_str(),
        (None, false) => "somebody",
    };
    Some(format!("{who}: \"{text}\""))
}

/// The name that a person chose, which is neutralised, else the number or hidden id.
fn name(envelope: &Envelope) -> String {
    let sender = &envelope.sender;
    let name = sender.name.as_ref().map(|name| name.0.clone());
    let phone = sender.phone.as_ref().map(ToString::to_string);
    let lid = sender.lid.as_ref().map(ToString::to_string);
    name.or(phone).or(lid).unwrap_or_else(|| "somebody".to_owned())
}
