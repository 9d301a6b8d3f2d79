//! `fased messages`: what was said in a chat, by both sides, oldest first.

use clap::Args;
use fased_protocol::control::{
    ControlRequest, ControlResponse, Destination, MAX_MESSAGES, MessagesRequest, SaidInfo,
};
use fased_protocol::private::Jid;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use super::{Global, Outcome, ask, out};

/// Most that can be asked for at once.
const MOST: i64 = MAX_MESSAGES as i64;

/// Which messages.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// A number, a hidden id or a group
    #[arg(value_name = "CHAT", allow_hyphen_values = true)]
    chat: String,
    /// The account [default: `default`, or the only one]
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// So many of the last at most
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=MOST))]
    limit: u32,
    /// Only those before the message with this id
    #[arg(long, value_name = "MESSAGE-ID")]
    before: Option<String>,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let request = MessagesRequest {
        to: Destination {
            account: options.account,
            target: Some(Jid(options.chat)),
        },
        limit: options.limit,
        before: options.before,
        for_agent: None,
    };
    let answer = ask::read(global, &ControlRequest::MessagesList(Box::new(request)))?;
    let ControlResponse::Messages {
        account,
        chat,
        messages,
        more,
    } = answer
    else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        return out::json(&json!({ "account": account, "chat": chat, "messages": messages, "more": more }));
    }
    let Some(first) = messages.first() else {
        return out::text(&format!(
            "nothing was said in the chat with {chat}, as far as is known"
        ));
    };
    let mut text = rendered(&messages, &TimeZone::system());
    if more {
        text.push_str(&format!(
            "there are older ones: fased messages {chat} --before {}\n",
            first.message_id
        ));
    }
    out::text(&text)
}

fn rendered(messages: &[SaidInfo], zone: &TimeZone) -> String {
    let mut text = String::new();
    for message in messages {
        let when = Timestamp::from_millisecond(message.at_ms)
            .map(|at| {
                at.to_zoned(zone.clone())
                    .strftime("%Y-%m-%d %H:%M:%S")
                    .to_string()
            })
            .unwrap_or_default();
        let state = message
            .state
            .as_ref()
            .map(|state| format!(", {state}"))
            .unwrap_or_default();
        let about = message
            .about
            .as_ref()
            .map(|id| format!(", about {id}"))
            .unwrap_or_default();
        let kind = if message.kind == "text" {
            String::new()
        } else {
            format!(", {}", message.kind)
        };
        text.push_str(&format!(
            "{when}  {}  ({}{kind}{about}{state})\n",
            who(message),
            message.message_id
        ));
        for line in message.text.0.lines() {
            text.push_str(&format!("    {line}\n"));
        }
    }
    text
}

fn who(message: &SaidInfo) -> String {
    let sender = message.sender.as_deref().unwrap_or("-");
    match (&message.agent, message.from_me, &message.name) {
        (Some(agent), _, _) => format!("agent {agent}"),
        (None, true, _) if message.state.is_some() => "the gateway".to_owned(),
        (None, true, _) => "written by hand".to_owned(),
        (None, false, Some(name)) => format!("{} {sender}", name.0),
        (None, false, None) => sender.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_shows_who_when_and_how_far() {
        let messages = [
            SaidInfo {
                message_id: "3A01".to_owned(),
                sender: Some("+15550100002".to_owned()),
                name: Some("Anna".into()),
                kind: "text".to_owned(),
                text: "one\ntwo".into(),
                ..SaidInfo::default()
            },
            SaidInfo {
                message_id: "3EB01".to_owned(),
                at_ms: 61_000,
                from_me: true,
                agent: Some("main".to_owned()),
                kind: "image".to_owned(),
                text: "look".into(),
                about: Some("3A01".to_owned()),
                state: Some("delivered".to_owned()),
                ..SaidInfo::default()
            },
        ];
        assert_eq!(
            rendered(&messages, &TimeZone::UTC),
            "1970-01-01 00:00:00  Anna +15550100002  (3A01)\n    one\n    two\n\
             1970-01-01 00:01:01  agent main  (3EB01, image, about 3A01, delivered)\n    look\n"
        );
    }
}
