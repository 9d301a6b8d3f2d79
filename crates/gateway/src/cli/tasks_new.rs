//! `fased tasks new`: makes a Task.

use std::io;

use clap::Args;
use fased_protocol::control::{ControlRequest, Destination, TaskRequest};
use fased_protocol::private::{Jid, Private};

use super::{Global, Outcome, message_preview, tasks};

pub(super) const AFTER_HELP: &str = "\
When, then what it is called (up to a colon, if you like), then what is asked:
  fased tasks new \"every 1h report: Summarise the log\" --to +15551234567
  fased tasks new \"in 20m remind me of the oven\"
  fased tasks new \"at 2030-12-24 09:00 Wish a merry Christmas\"
  fased tasks new \"cron 0 9 * * 1-5 -- briefing: What is on today?\"
  fased tasks new \"Look up the weather, weekly\"
Without a time it runs once, now. A text of - is read from standard input.";

/// The Task to be made.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// When, what it is called and what is asked, as in a chat
    #[arg(value_name = "TEXT", required = true, num_args = 1..)]
    text: Vec<String>,
    /// Where its results go: a number, a hidden id or a group [default: the account's defaultTo]
    #[arg(
        long = "to",
        alias = "target",
        value_name = "NUMBER|LID|JID",
        allow_hyphen_values = true
    )]
    target: Option<String>,
    /// The account that sends [default: the only linked one]
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Who works on it [default: whoever answers in that chat]
    #[arg(long, value_name = "ID")]
    agent: Option<String>,
    /// It is done after so many runs
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_runs: Option<u32>,
    /// It is done after so many runs that went well
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_successes: Option<u32>,
    /// The zone of its times, as Europe/Berlin [default: tasks.timezone, else the system's]
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let text = match options.text.join(" ") {
        text if text == "-" => message_preview::read(io::stdin().lock())?,
        text => text,
    };
    let request = TaskRequest {
        text: Private(text),
        schedule: None,
        name: None,
        to: Destination {
            account: options.account,
            target: options.target.map(Jid),
        },
        agent: options.agent,
        max_runs: options.max_runs,
        max_successes: options.max_successes,
        timezone: options.timezone,
        for_agent: None,
    };
    tasks::change(global, &ControlRequest::TasksNew(Box::new(request)))
}
