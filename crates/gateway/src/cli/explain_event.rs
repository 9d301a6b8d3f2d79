//! `fased explain --event`: judges an event that never happened, by the config alone. No gateway is asked,
//! no store is opened, and nothing is written.

mod event;
mod fields;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use fased::clock::now_ms;
use fased::config::Config;
use fased::explain::{described, judged};
use fased_protocol::control::{ControlError, ErrorCode, JudgementInfo};

use super::explain::{headline, push_judgement};
use super::runtime::paths;
use super::{Failure, Global, Outcome, out};
use event::Event;

/// A larger file is no event.
const MAX_EVENT_BYTES: u64 = 1024 * 1024;

pub(super) fn run(global: &Global, file: &Path) -> Outcome {
    let shown = if file == Path::new("-") {
        "standard input".to_owned()
    } else {
        file.display().to_string()
    };
    let text = read(file).map_err(|problem| bad_event(&format!("cannot read {shown}: {problem}")))?;
    let config = config(global)?;
    let judgement = judge(&text, &config, now_ms() / 1000)
        .map_err(|problem| bad_event(&format!("{shown}: {problem}")))?;
    if global.json {
        return out::json(&judgement);
    }
    let mut text = format!("{}\n", headline(&judgement));
    push_judgement(&mut text, &judgement);
    out::text(&text)
}

/// The verdict on the event that this text describes, or what is wrong with the text.
fn judge(text: &str, config: &Config, now_s: i64) -> Result<JudgementInfo, String> {
    let event = Event::parse(text, now_s)?;
    let Some(account) = config.accounts.get(&event.account) else {
        let ids: Vec<&str> = config.accounts.keys().map(String::as_str).collect();
        return Err(format!(
            "account is {:?}, which is not in the config; there: {}",
            event.account,
            ids.join(", ")
        ));
    };
    let now_s = event.now_s;
    let known = event.known(account.rules.mode);
    Ok(described(&judged(account, &known, now_s), account, &known, now_s))
}

fn read(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    let longest = MAX_EVENT_BYTES + 1;
    if file == Path::new("-") {
        io::stdin().lock().take(longest).read_to_string(&mut text)?;
    } else {
        File::open(file)?.take(longest).read_to_string(&mut text)?;
    }
    if text.len() as u64 >= longest {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    Ok(text)
}

/// A config file that is named has to be there; the usual one need not.
fn config(global: &Global) -> Result<Config, Failure> {
    let wrong = |message: String| ControlError {
        code: ErrorCode::Config,
        message,
        next: "mend it, or name another one: --config FILE".to_owned(),
    };
    if let Some(file) = &global.config
        && !file.exists()
    {
        return Err(wrong(format!("there is no config {}", file.display())).into());
    }
    let paths = paths(global)?;
    Config::load(&paths).map_err(|error| wrong(error.message).into())
}

fn bad_event(message: &str) -> ControlError {
    ControlError {
        code: ErrorCode::Usage,
        message: message.to_owned(),
        next: "see what an event may hold: fased explain --help".to_owned(),
    }
}
