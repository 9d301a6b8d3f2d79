//! What all verbs that send have in common: to whom, by which account, and how long to wait.

use std::time::Duration;

use clap::{Args, ValueEnum};
use fased_protocol::control::Destination;
use fased_protocol::private::Jid;

/// To whom, and by which account.
#[derive(Debug, Args)]
pub(super) struct Where {
    /// A number, a hidden id or a group [default: the account's defaultTo]
    #[arg(long, value_name = "NUMBER|LID|JID", allow_hyphen_values = true)]
    target: Option<String>,
    /// The account that sends [default: the only linked one]
    #[arg(long, value_name = "ID")]
    account: Option<String>,
}

impl From<Where> for Destination {
    fn from(Where { target, account }: Where) -> Self {
        Self {
            account,
            target: target.map(Jid),
        }
    }
}

/// Whether to wait, and how long.
#[derive(Debug, Args)]
pub(super) struct Waiting {
    /// Wait until it came this far
    #[arg(long, value_enum, value_name = "STATE")]
    pub(super) wait: Option<Reached>,
    /// How long to wait at most, as 30s, 5m or 500ms
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "60s")]
    pub(super) timeout: Duration,
}

/// How far a message is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum Reached {
    /// WhatsApp's server has it
    ServerAck,
    /// A device of the recipient has it
    Delivered,
    /// It was seen
    Read,
}

/// Longest wait that can be asked for: an outbox gives up after a day.
const MOST: Duration = Duration::from_secs(24 * 3600);

pub(super) fn time(text: &str) -> Result<Duration, String> {
    let wrong = || "write a time as 30s, 5m or 500ms, up to 24h".to_owned();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let ms = match unit {
        "ms" => 1,
        "s" | "" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wrong()),
    };
    let time = number.checked_mul(ms).map(Duration::from_millis);
    time.filter(|time| !time.is_zero() && *time <= MOST)
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_with_its_unit() {
        for (text, ms) in [
            ("500ms", 500),
            ("60s", 60_000),
            ("7", 7_000),
            ("5m", 300_000),
            ("24h", 86_400_000),
        ] {
            assert_eq!(time(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for wrong in [
            "",
            "s",
            "0s",
            "-1s",
            "25h",
            "5 s",
            "1.5s",
            "99999999999999999999s",
        ] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
