//! `fased logs`: what the gateway logged to its files, across all of them, and what comes.

use std::time::Duration;

use clap::Args;
use fased::clock;
use fased::log::{self, FILE, Level, Line};
use fased::paths::Paths;
use fased_protocol::control::{ControlError, ErrorCode};

use super::runtime::{block_on, paths};
use super::{Failure, Global, Outcome, out};

/// How often new lines are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Which lines.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Go on with what comes, also in the next file; end it with Ctrl-C
    #[arg(short, long)]
    follow: bool,
    /// So many of the last at most
    #[arg(short = 'n', long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    lines: u32,
    /// Only those younger than this: 90s, 10m, 2h, 1d
    #[arg(long, value_name = "TIME", value_parser = milliseconds)]
    since: Option<i64>,
    /// Only those that matter as much as this, or more
    #[arg(long, value_name = "LEVEL", value_parser = ["error", "warn", "info", "debug", "trace"])]
    level: Option<String>,
    /// Only those about this account
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Only those about the message that goes by this in the log; `fased explain` says what that is
    #[arg(long, value_name = "HASH")]
    message: Option<String>,
}

pub(super) fn run(global: &Global, options: &Options) -> Outcome {
    let dir = paths(global)?.logs_dir();
    let wanted = wanted(options, clock::now_ms());
    let failed = |error: &std::io::Error| {
        Failure::Error(ControlError {
            code: ErrorCode::Internal,
            message: format!("cannot read the log in {}: {error}", dir.display()),
            next: "run this as the user who runs the gateway".to_owned(),
        })
    };
    let found = log::last(&dir, options.lines as usize, &wanted).map_err(|error| failed(&error))?;
    let Some((lines, mut tail)) = found else {
        return Err(no_log(&paths(global)?).into());
    };
    for line in &lines {
        print(global, line)?;
    }
    if !options.follow {
        return Ok(());
    }
    block_on(async {
        loop {
            let mut came = Vec::new();
            let read = tail.more(|line| {
                if wanted(&line) {
                    came.push(line);
                }
            });
            read.map_err(|error| failed(&error))?;
            for line in &came {
                print(global, line)?;
            }
            clock::pause(LOOK_EVERY).await;
        }
    })
}

fn wanted(options: &Options, now_ms: i64) -> impl Fn(&Line) -> bool {
    let since_ms = options.since.map(|ago| now_ms - ago);
    let level = options.level.as_deref().and_then(Level::parse);
    move |line: &Line| {
        since_ms.is_none_or(|since| line.at_ms().is_some_and(|at| at >= since))
            && level.is_none_or(|level| line.level() <= level)
            && [("account", &options.account), ("message", &options.message)]
                .iter()
                .all(|(field, value)| value.as_ref().is_none_or(|value| line.is_about(field, value)))
    }
}

fn print(global: &Global, line: &Line) -> Outcome {
    if global.json {
        out::json(line.json())
    } else {
        out::raw(&format!("{}\n", out::clean(&line.to_string().replace('\n', " "))))
    }
}

fn no_log(paths: &Paths) -> ControlError {
    ControlError {
        code: ErrorCode::NotFound,
        message: format!(
            "there is no {FILE} in {}: no gateway has logged to files here; it does so as a service, and always with \
             logging.toFile: \"always\"",
            paths.logs_dir().display()
        ),
        next: "look where its stderr goes; under systemd: journalctl --user -u fased".to_owned(),
    }
}

fn milliseconds(text: &str) -> Result<i64, String> {
    let wrong = || format!("{text} is no time; write 90s, 10m, 2h or 1d");
    let digits = text.trim_end_matches(|unit: char| unit.is_ascii_alphabetic());
    let count: i64 = digits.parse().map_err(|_| wrong())?;
    let unit = match &text[digits.len()..] {
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _other => return Err(wrong()),
    };
    count.checked_mul(unit).filter(|ms| *ms > 0).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_and_a_unit() {
        for (text, ms) in [
            ("90s", 90_000),
            ("10m", 600_000),
            ("2h", 7_200_000),
            ("1d", 86_400_000),
        ] {
            assert_eq!(milliseconds(text), Ok(ms));
        }
        for wrong in [
            "",
            "10",
            "m",
            "-1m",
            "0s",
            "10 weeks",
            "9999999999999999999d",
            "999999999999999999d",
        ] {
            assert!(milliseconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_lines_that_are_wanted_are_shown() {
        let line = |level: &str, account: &str| {
            let text = format!(
                r#"{{"timestamp":"2026-01-02T03:04:05Z","level":"{level}","message":"m","account":"{account}"}}"#
            );
            Line::parse(&text).unwrap()
        };
        let at = line("INFO", "a").at_ms().unwrap();
        let options = |level: Option<&str>, account: Option<&str>, since| Options {
            follow: false,
            lines: 1,
            since,
            level: level.map(str::to_owned),
            account: account.map(str::to_owned),
            message: None,
        };
        let is = |options: &Options, line: &Line| wanted(options, at + 60_000)(line);
        let warn = options(Some("warn"), None, None);
        assert!(is(&warn, &line("ERROR", "a")) && is(&warn, &line("WARN", "a")));
        assert!(!is(&warn, &line("INFO", "a")));
        let work = options(None, Some("work"), Some(60_000));
        assert!(is(&work, &line("INFO", "work")) && !is(&work, &line("INFO", "home")));
        assert!(!is(&options(None, None, Some(59_999)), &line("INFO", "a")));
    }
}
