//! Asks for something to be sent, prints its ids, and waits if that is wished.

use std::collections::HashMap;
use std::fmt::Write;
use std::time::Duration;

use fased::paths::Paths;
use fased::{client, clock};
use fased_policy::delivery::SendState;
use fased_protocol::control::{
    ControlError, ControlRequest, ControlResponse, ErrorCode, OutboxInfo, PartInfo, SendInfo,
};
use serde_json::{Value, json};

use super::message_where::{Reached, Waiting};
use super::runtime::{block_on, paths};
use super::{Failure, Global, Outcome, ask, message_status, out, span};

/// How long until the next look at a message.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How often the gateway may be away while it is waited for, such as for a restart.
const AWAY: Duration = Duration::from_secs(15);

/// Sends, prints, waits. `deadline` is for the queueing alone.
pub(super) fn run(
    global: &Global,
    request: &ControlRequest,
    waiting: &Waiting,
    deadline: Duration,
) -> Outcome {
    let paths = paths(global)?;
    block_on(async {
        let answer = client::ask_within(&paths, request, deadline).await?;
        let ControlResponse::Queued(info) = answer else {
            return Err(ask::unexpected(&answer));
        };
        if info.dry_run {
            return if global.json {
                out::json(&shape(&info, &[]))
            } else {
                raw(&planned(&info))
            };
        }
        if !global.json {
            told(&info);
        }
        let ids: Vec<String> = info
            .messages
            .iter()
            .filter_map(|part| part.message_id.clone())
            .collect();
        let Some(reached) = waiting.wait else {
            return if global.json {
                out::json(&shape(&info, &[]))
            } else {
                out::text(&ids_of(&info, None))
            };
        };
        let ended = wait(&paths, &ids, reached, waiting.timeout, global.json).await;
        let last = ended.last();
        if global.json {
            out::json(&shape(&info, last))?;
        } else {
            out::text(&ids_of(&info, Some(last)))?;
        }
        ended.outcome(reached, waiting.timeout, info.waits_for.as_deref())
    })
}

/// How the waiting ended, with what was seen last.
enum Ended {
    Reached(Vec<OutboxInfo>),
    Lost(Vec<OutboxInfo>),
    TimedOut(Vec<OutboxInfo>),
    Error(Vec<OutboxInfo>, ControlError),
}

impl Ended {
    fn last(&self) -> &[OutboxInfo] {
        match self {
            Self::Reached(last) | Self::Lost(last) | Self::TimedOut(last) | Self::Error(last, _) => last,
        }
    }

    fn outcome(self, reached: Reached, timeout: Duration, waits_for: Option<&str>) -> Outcome {
        let error = match self {
            Self::Reached(_) => return Ok(()),
            Self::Error(_, error) => error,
            Self::Lost(last) => {
                let lost = last.iter().find(|message| is_lost(&message.state));
                let Some(lost) = lost else { return Ok(()) };
                ControlError {
                    code: ErrorCode::Refused,
                    message: format!("message {} is {}", lost.message_id, message_status::detail(lost)),
                    next: format!("send it once more: fased outbox retry {}", lost.message_id),
                }
            }
            Self::TimedOut(last) => late(&last, reached, timeout, waits_for),
        };
        Err(Failure::Error(error))
    }
}

fn late(last: &[OutboxInfo], reached: Reached, timeout: Duration, waits_for: Option<&str>) -> ControlError {
    let waited = last.iter().find(|message| !has(&message.state, reached));
    let (id, state) = waited.map_or(("", "unknown"), |message| (&message.message_id, &message.state));
    let stays = match SendState::parse(state) {
        Some(SendState::Queued) => match waits_for {
            Some(why) => format!("; it stays queued and goes out when it can: {why}"),
            None => "; it stays queued and goes out as soon as it can".to_owned(),
        },
        Some(SendState::Sending) => "; it is being written to WhatsApp".to_owned(),
        Some(SendState::Written | SendState::Unknown) => {
            "; it was written, and WhatsApp has not acknowledged it yet".to_owned()
        }
        Some(SendState::ServerAck) => {
            "; WhatsApp has it, and the recipient's phone has not fetched it".to_owned()
        }
        Some(SendState::Delivered) => {
            "; the recipient's phone has it, and nothing says that it was seen".to_owned()
        }
        Some(
            SendState::Read
            | SendState::Played
            | SendState::Failed
            | SendState::Expired
            | SendState::Cancelled,
        )
        | None => String::new(),
    };
    let seconds = timeout.as_secs_f64();
    ControlError {
        code: ErrorCode::TimedOut,
        message: format!("message {id} is {state} after {seconds} s{stays}"),
        next: format!("look again: fased message status {id}"),
    }
}

/// Looks until all came far enough, one is lost, or the time is over. News go to stderr, unless a
/// program reads there.
async fn wait(paths: &Paths, ids: &[String], reached: Reached, timeout: Duration, quiet: bool) -> Ended {
    let end = clock::monotonic() + timeout;
    let mut seen: HashMap<String, String> = HashMap::new();
    let mut last: Vec<OutboxInfo> = Vec::new();
    let mut away_since = None;
    let request = ControlRequest::MessageStatus {
        message_ids: ids.to_vec(),
    };
    loop {
        let now = clock::monotonic();
        let left = end.saturating_duration_since(now);
        // One last look with a little time of its own, so that a short wait ends with what is known.
        let answer = client::ask_within(paths, &request, left.max(client::ANSWER_DEADLINE)).await;
        match answer {
            Ok(ControlResponse::Outbox { messages }) => {
                away_since = None;
                for message in &messages {
                    let before = seen.insert(message.message_id.clone(), message.state.clone());
                    if !quiet && before.as_ref() != Some(&message.state) {
                        out::hint(&format!(
                            "{}: {}",
                            message.message_id,
                            message_status::detail(message)
                        ));
                    }
                }
                last = messages;
            }
            Ok(other) => return Ended::Error(last, wrong_kind(&other)),
            Err(error) if error.code == ErrorCode::NoGateway || error.code == ErrorCode::TimedOut => {
                let since = *away_since.get_or_insert(now);
                if now.duration_since(since) > AWAY {
                    return Ended::Error(last, error);
                }
            }
            Err(error) => return Ended::Error(last, error),
        }
        if last.iter().any(|message| is_lost(&message.state)) {
            return Ended::Lost(last);
        }
        if !last.is_empty() && last.iter().all(|message| has(&message.state, reached)) {
            return Ended::Reached(last);
        }
        let left = end.saturating_duration_since(clock::monotonic());
        if left.is_zero() {
            return Ended::TimedOut(last);
        }
        clock::pause(LOOK_EVERY.min(left)).await;
    }
}

fn wrong_kind(answer: &ControlResponse) -> ControlError {
    match ask::unexpected(answer) {
        Failure::Error(error) => error,
        Failure::Shown(_) | Failure::PipeClosed => ControlError {
            code: ErrorCode::Internal,
            message: "the gateway gave an answer of the wrong kind".to_owned(),
            next: "fased gateway status".to_owned(),
        },
    }
}

fn is_lost(state: &str) -> bool {
    SendState::parse(state).is_some_and(|state| state.is_settled() && !state.is_confirmed())
}

fn has(state: &str, reached: Reached) -> bool {
    let wanted = match reached {
        Reached::ServerAck => SendState::ServerAck,
        Reached::Delivered => SendState::Delivered,
        Reached::Read => SendState::Read,
    };
    // A state that no news of `wanted` would better has come as far.
    SendState::parse(state).is_some_and(|state| state.is_confirmed() && state.advance(wanted) == state)
}

/// Why it may take a while, beside the output.
fn told(info: &SendInfo) {
    if info.repeated {
        out::hint("it was queued before under this key, so nothing was sent now");
    }
    if let Some(until_ms) = info.not_before_ms {
        let wait = span::span(until_ms - clock::now_ms());
        out::hint(&format!(
            "WhatsApp lets this account write to nobody new for {wait}; the message waits until then"
        ));
    }
    if let Some(why) = &info.waits_for {
        out::hint(&format!(
            "account {} cannot send now, so it waits: {why}",
            info.account
        ));
    }
    if info.pacing_ms >= 1_000 {
        let wait = span::span(i64::try_from(info.pacing_ms).unwrap_or(i64::MAX));
        out::hint(&format!("pacing holds it back for {wait}"));
    }
}

/// One shape, whether it was waited for or not.
fn shape(info: &SendInfo, last: &[OutboxInfo]) -> Value {
    let messages: Vec<Value> = info
        .messages
        .iter()
        .map(|part| shape_of(info, part, last))
        .collect();
    let mut shape = json!(info);
    shape["messages"] = Value::Array(messages);
    shape
}

fn shape_of(info: &SendInfo, part: &PartInfo, last: &[OutboxInfo]) -> Value {
    let seen = last
        .iter()
        .find(|message| Some(&message.message_id) == part.message_id.as_ref());
    let queued = (!info.dry_run).then(|| part.state.as_deref().unwrap_or("queued"));
    let mut shape = json!(part);
    shape["state"] = json!(seen.map(|message| message.state.as_str()).or(queued));
    shape["error_code"] = json!(seen.and_then(|message| message.error_code));
    shape["error"] = json!(seen.and_then(|message| message.error.as_deref()));
    shape
}

/// A line for each message: id, kind, state.
fn ids_of(info: &SendInfo, last: Option<&[OutboxInfo]>) -> String {
    let mut text = String::new();
    for part in &info.messages {
        let id = part.message_id.as_deref().unwrap_or("-");
        let seen = last.and_then(|last| last.iter().find(|message| message.message_id == id));
        let before = part.state.as_deref().unwrap_or("queued");
        let state = seen.map_or(before, |message| message.state.as_str());
        // Writing to a string cannot fail.
        writeln!(text, "{id}  {}  {state}", part.kind).ok();
    }
    text
}

fn planned(info: &SendInfo) -> String {
    let mut text = format!("to {} by account {}; nothing is sent\n", info.chat, info.account);
    if let Some(until_ms) = info.not_before_ms {
        let wait = span::span(until_ms - clock::now_ms());
        writeln!(text, "WhatsApp lets this account write to nobody new for {wait}").ok();
    }
    if let Some(why) = &info.waits_for {
        writeln!(text, "it would wait: {why}").ok();
    }
    let pacing = span::span(i64::try_from(info.pacing_ms).unwrap_or(i64::MAX));
    writeln!(text, "pacing would hold it back for {pacing}").ok();
    for (number, part) in info.messages.iter().enumerate() {
        let bytes = part
            .bytes
            .map(|bytes| format!(" · {bytes} bytes"))
            .unwrap_or_default();
        writeln!(
            text,
            "──── {} of {} · {}{bytes} ────",
            number + 1,
            info.messages.len(),
            part.kind
        )
        .ok();
        if let Some(said) = &part.text {
            writeln!(text, "{}", said.0).ok();
        }
    }
    text
}

/// What others wrote is not ours to complete.
fn raw(text: &str) -> Outcome {
    if out::is_terminal() {
        return out::raw(&out::clean(&text.replace('\t', "    ")));
    }
    out::raw(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(state: &str) -> OutboxInfo {
        OutboxInfo {
            account: "default".to_owned(),
            message_id: "3EB0A1".to_owned(),
            chat: "+15550100002".to_owned(),
            purpose: "message".to_owned(),
            run: None,
            state: state.to_owned(),
            attempts: 1,
            error_code: (state == "failed").then_some(479),
            error: None,
            created_ms: 0,
            not_before_ms: None,
            expires_ms: 0,
            updated_ms: 0,
            text: None,
        }
    }

    #[test]
    fn further_than_asked_for_is_far_enough() {
        for (state, ack, delivered, read) in [
            ("queued", false, false, false),
            ("written", false, false, false),
            ("unknown", false, false, false),
            ("server_ack", true, false, false),
            ("delivered", true, true, false),
            ("read", true, true, true),
            ("played", true, true, true),
            ("failed", false, false, false),
        ] {
            let came =
                [Reached::ServerAck, Reached::Delivered, Reached::Read].map(|reached| has(state, reached));
            assert_eq!(came, [ack, delivered, read], "{state}");
        }
    }

    #[test]
    fn a_message_is_lost_when_it_will_never_arrive() {
        for lost in ["failed", "expired", "cancelled"] {
            assert!(is_lost(lost), "{lost}");
        }
        for open in ["queued", "sending", "written", "unknown", "server_ack", "read"] {
            assert!(!is_lost(open), "{open}");
        }
    }

    #[test]
    fn whoever_waits_in_vain_is_told_whether_it_still_goes_out_and_how_to_look_again() {
        let timeout = Duration::from_secs(60);
        let error = late(&[message("unknown")], Reached::ServerAck, timeout, None);
        assert_eq!(
            (error.code, error.message.as_str(), error.next.as_str()),
            (
                ErrorCode::TimedOut,
                "message 3EB0A1 is unknown after 60 s; it was written, and WhatsApp has not acknowledged it yet",
                "look again: fased message status 3EB0A1"
            )
        );
        let error = late(&[message("server_ack")], Reached::Read, timeout, None);
        assert!(error.message.ends_with("has not fetched it"), "{}", error.message);
    }

    #[test]
    fn a_refusal_is_told_with_its_code() {
        let ended =
            Ended::Lost(vec![message("failed")]).outcome(Reached::Delivered, Duration::from_secs(1), None);
        let Err(Failure::Error(error)) = ended else {
            panic!("it is lost")
        };
        assert!(
            error.message.contains("failed") && error.message.contains("479"),
            "{}",
            error.message
        );
        assert_eq!(error.code, ErrorCode::Refused);
    }
}
