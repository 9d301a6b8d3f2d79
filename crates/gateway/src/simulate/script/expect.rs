//! A line that begins with `expect`.

use std::time::Duration;

use super::Expect;
use super::step::{arguments, number, reader};
use crate::simulate::words::{duration, quoted, words};

/// What an `expect` waits unless it says so: longer than a pause for backoff.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// The same for a whole burst with kills in it.
const PATIENCE_FOR_ALL: Duration = Duration::from_secs(60);

const FORMS: &str = "expect reply to +15550100002 containing \"TEXT\" [within 10s] · expect reply in GROUP containing \
                     \"TEXT\" · expect silence for +15550100002 2s · expect silence in GROUP 2s · expect verdict REASON \
                     for +15550100002 · expect code for +15550100002 · expect output containing \"TEXT\" · expect exit \
                     1 of fased COMMAND · expect failures 1 [within 60s] · expect all answered [within 60s] · expect no \
                     violations";

pub(super) fn expect(rest: &str) -> Result<Expect, String> {
    if let Some((condition, command)) = rest.split_once("fased")
        && let ["exit", code, "of"] = condition.split_whitespace().collect::<Vec<_>>().as_slice()
    {
        let code = code
            .parse()
            .map_err(|_| format!("`{code}` is no exit code; write: expect exit 1 of fased COMMAND"))?;
        return Ok(Expect::Exit {
            code,
            arguments: arguments(command)?,
        });
    }
    let all = words(rest)?;
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let (what, within) = match all.as_slice() {
        [what @ .., "within", time] => (what, Some(duration(time)?)),
        what => (what, None),
    };
    let patience = within.unwrap_or(PATIENCE);
    match what {
        ["reply", place @ ("to" | "in"), whose, "containing", text] => Ok(Expect::Reply {
            reader: reader(place, whose)?,
            contains: quoted(text),
            within: patience,
        }),
        ["verdict", reason, "for", sender] => Ok(Expect::Verdict {
            reason: (*reason).to_owned(),
            sender: number(sender)?,
            within: patience,
        }),
        ["code", "for", sender] => Ok(Expect::Code {
            sender: number(sender)?,
            within: patience,
        }),
        ["failures", count] => Ok(Expect::Failures {
            count: count
                .parse()
                .map_err(|_| format!("`{count}` is no number of messages; write: expect failures 1"))?,
            within: within.unwrap_or(PATIENCE_FOR_ALL),
        }),
        ["all", "answered"] => Ok(Expect::AllAnswered {
            within: within.unwrap_or(PATIENCE_FOR_ALL),
        }),
        ["silence", place @ ("for" | "in"), whose, time] if within.is_none() => Ok(Expect::Silence {
            reader: reader(place, whose)?,
            lasting: duration(time)?,
        }),
        ["output", "containing", text] if within.is_none() => Ok(Expect::Output {
            contains: quoted(text),
        }),
        ["no", "violations"] if within.is_none() => Ok(Expect::NoViolations),
        _ => Err(format!("`expect {rest}` is not known; write one of: {FORMS}")),
    }
}
