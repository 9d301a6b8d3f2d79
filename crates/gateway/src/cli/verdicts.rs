//! `fased verdicts`: what was decided about the messages that came, newest first; and, if wished, what comes.

use std::collections::HashSet;

use clap::Args;
use fased::client;
use fased::paths::Paths;
use fased_protocol::control::{
    ControlError, ControlRequest, ControlResponse, ErrorCode, MAX_VERDICTS, VerdictInfo, VerdictsRequest,
    WatchEvent, Watched,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use super::runtime::{block_on, paths};
use super::table::Table;
use super::{Failure, Global, Outcome, ask, out};

pub(super) const AFTER_HELP: &str = "\
Examples:
  fased verdicts
  fased verdicts --outcome hold --account work
  fased verdicts --reason not_in_allowlist --limit 500
  fased verdicts --follow
Outcomes: admit (it went to an agent), hold (it waits for you, or for a number), drop, context (the next run there reads
it), stale (it came too late). What a message says is not shown; the whole why of one: fased explain MESSAGE-ID
With --follow the oldest comes first, and with --json each is a line of its own.";

/// How many can be asked for; the gateway is asked page by page.
const MOST: i64 = 100_000;

/// Which verdicts.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Only those of this account
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Only those with this outcome
    #[arg(long, value_name = "OUTCOME", value_parser = ["admit", "hold", "drop", "context", "stale"])]
    outcome: Option<String>,
    /// Only those with this reason, such as pairing_required
    #[arg(long, value_name = "REASON")]
    reason: Option<String>,
    /// So many of the last at most
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=MOST))]
    limit: u32,
    /// Go on with what comes; end it with Ctrl-C
    #[arg(short, long)]
    follow: bool,
}

pub(super) fn run(global: &Global, options: &Options) -> Outcome {
    let paths = paths(global)?;
    if options.follow {
        return block_on(follow(global, &paths, options));
    }
    let (verdicts, more) = block_on(listed(&paths, options))?;
    if global.json {
        return out::json(&json!({ "verdicts": verdicts, "more": more }));
    }
    if verdicts.is_empty() {
        return out::text("nothing was decided yet that fits");
    }
    let mut text = rendered(&verdicts, &TimeZone::system());
    if more {
        text.push_str("there are older ones; to see more: --limit N\n");
    }
    text.push_str("the whole why of one: fased explain MESSAGE-ID");
    out::text(&text)
}

/// Newest first, page by page, and whether there are older ones.
async fn listed(paths: &Paths, options: &Options) -> Result<(Vec<VerdictInfo>, bool), Failure> {
    let mut found: Vec<VerdictInfo> = Vec::new();
    loop {
        let so_far = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let missing = options.limit.saturating_sub(so_far);
        let request = VerdictsRequest {
            account: options.account.clone(),
            outcome: options.outcome.clone(),
            reason: options.reason.clone(),
            before: found.last().map(|last| last.seq),
            limit: missing.min(MAX_VERDICTS),
        };
        let answer = ask::reading(paths, &ControlRequest::VerdictsList(request)).await?;
        let ControlResponse::Verdicts { verdicts, more } = answer else {
            return Err(ask::unexpected(&answer));
        };
        let is_enough = verdicts.is_empty() || verdicts.len() >= missing as usize;
        found.extend(verdicts);
        if is_enough || !more {
            return Ok((found, more));
        }
    }
}

/// The last ones, and then what the gateway tells as it happens; without one there is nothing to wait for.
async fn follow(global: &Global, paths: &Paths, options: &Options) -> Outcome {
    // First the events, so that none is missed between the list and them; one that is in both is shown once.
    let mut events = client::open(paths, &ControlRequest::Watch).await?;
    let (listed, _more) = listed(paths, options).await?;
    let zone = TimeZone::system();
    let mut shown = HashSet::new();
    for verdict in listed.iter().rev() {
        shown.insert((verdict.seq, verdict.reason.clone()));
        print(global, verdict, &zone)?;
    }
    while let Some(answer) = events.next().await? {
        let ControlResponse::Watched(event) = answer else {
            return Err(ask::unexpected(&answer));
        };
        if let Watched::Missed { events } = event.what {
            out::hint(&format!(
                "{events} events came too quickly and are missing here; what was decided is in the list: fased verdicts"
            ));
        } else if let Some(verdict) = verdict(event).filter(|verdict| is_wanted(options, verdict))
            && !shown.remove(&(verdict.seq, verdict.reason.clone()))
        {
            print(global, &verdict, &zone)?;
        }
    }
    Err(Failure::Error(ControlError {
        code: ErrorCode::NoGateway,
        message: "the gateway has ended, so nothing more comes".to_owned(),
        next: "start it again: fased gateway run".to_owned(),
    }))
}

/// The verdict that an event tells, if it tells one.
fn verdict(event: WatchEvent) -> Option<VerdictInfo> {
    let Watched::Verdict {
        seq,
        message_id,
        chat,
        sender,
        content,
        verdict,
        reason,
        sentence,
    } = event.what
    else {
        return None;
    };
    Some(VerdictInfo {
        seq,
        at_ms: event.at_ms,
        account: event.account,
        message_id,
        chat,
        sender,
        content,
        outcome: verdict,
        reason,
        sentence,
    })
}

fn is_wanted(options: &Options, verdict: &VerdictInfo) -> bool {
    [
        (&options.account, &verdict.account),
        (&options.outcome, &verdict.outcome),
        (&options.reason, &verdict.reason),
    ]
    .into_iter()
    .all(|(wanted, is)| wanted.as_ref().is_none_or(|wanted| wanted == is))
}

fn print(global: &Global, verdict: &VerdictInfo, zone: &TimeZone) -> Outcome {
    if global.json {
        return out::json(verdict);
    }
    out::text(&cells(verdict, zone).join("  "))
}

fn rendered(verdicts: &[VerdictInfo], zone: &TimeZone) -> String {
    let mut table = Table::new();
    table.line([
        "decided", "verdict", "reason", "account", "sender", "chat", "what", "message",
    ]);
    for verdict in verdicts {
        table.line(cells(verdict, zone));
    }
    table.render()
}

/// In a direct chat the chat is the sender, and a dash says enough.
fn cells(verdict: &VerdictInfo, zone: &TimeZone) -> [String; 8] {
    let is_direct = verdict.chat == verdict.sender;
    [
        at(verdict.at_ms, zone),
        verdict.outcome.clone(),
        verdict.reason.clone(),
        verdict.account.clone(),
        verdict.sender.clone(),
        if is_direct {
            "-".to_owned()
        } else {
            verdict.chat.clone()
        },
        verdict.content.clone(),
        verdict.message_id.clone(),
    ]
}

/// As the clock on the wall here said it.
fn at(ms: i64, zone: &TimeZone) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or_default();
    at.to_zoned(zone.clone())
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(seq: i64, account: &str, verdict: &str, reason: &str) -> WatchEvent {
        WatchEvent {
            at_ms: 1_700_000_000_000,
            account: account.to_owned(),
            what: Watched::Verdict {
                seq,
                message_id: format!("M{seq}"),
                chat: "+15550100002".to_owned(),
                sender: "+15550100002".to_owned(),
                content: "text".to_owned(),
                verdict: verdict.to_owned(),
                reason: reason.to_owned(),
                sentence: "why".to_owned(),
            },
        }
    }

    #[test]
    fn a_verdict_is_a_line_with_the_local_time() {
        let mut event = came(7, "work", "drop", "not_in_allowlist");
        let direct = verdict(event.clone()).expect("a verdict");
        if let Watched::Verdict { chat, .. } = &mut event.what {
            "120363000000000001@g.us".clone_into(chat);
        }
        let group = verdict(event).expect("a verdict");
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let text = rendered(&[direct, group], &zone);
        for line in [
            "2023-11-15 00:13:20  drop     not_in_allowlist  work     +15550100002  -                        text  M7",
            "2023-11-15 00:13:20  drop     not_in_allowlist  work     +15550100002  120363000000000001@g.us  text  M7",
        ] {
            assert!(text.contains(line), "{text}");
        }
        assert!(!text.contains("why"), "one line each");
    }

    #[test]
    fn of_what_comes_only_verdicts_that_are_wanted_are_shown() {
        let options = |account: Option<&str>, outcome: Option<&str>, reason: Option<&str>| Options {
            account: account.map(str::to_owned),
            outcome: outcome.map(str::to_owned),
            reason: reason.map(str::to_owned),
            limit: 1,
            follow: true,
        };
        let held = verdict(came(1, "work", "hold", "pairing_required")).expect("a verdict");
        for (wanted, is) in [
            (options(None, None, None), true),
            (
                options(Some("work"), Some("hold"), Some("pairing_required")),
                true,
            ),
            (options(Some("home"), None, None), false),
            (options(None, Some("admit"), None), false),
            (options(None, None, Some("stale")), false),
        ] {
            assert_eq!(is_wanted(&wanted, &held), is, "{wanted:?}");
        }
        let other = WatchEvent {
            at_ms: 0,
            account: String::new(),
            what: Watched::Missed { events: 3 },
        };
        assert_eq!(verdict(other), None);
    }
}
