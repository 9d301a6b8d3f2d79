//! What `/task new …` asks for.

use crate::name::is_invisible;
use crate::schedule::{Limits, Schedule, Zone, find};

/// Longest name, in characters.
pub const MAX_NAME_CHARS: usize = 40;
/// Longest prompt, in characters.
pub const MAX_PROMPT_CHARS: usize = 10_000;
/// A name is a few words; more of them before a colon are a sentence.
const MAX_NAME_WORDS: usize = 3;

/// A Task that somebody asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    /// When it runs; none means once and now.
    pub schedule: Option<Schedule>,
    /// What it is called.
    pub name: Option<String>,
    /// What the agent is asked.
    pub prompt: String,
    /// It is done after so many runs.
    pub max_runs: Option<u32>,
    /// It is done after so many that went well.
    pub max_successes: Option<u32>,
}

/// Reads what follows `/task new`: a schedule, a name and a prompt. The errors are for whoever typed it.
pub fn parse_new(text: &str, now_ms: i64, zone: &Zone) -> Result<NewTask, String> {
    if text.trim().is_empty() {
        return Err(
            "Say what is to be done. Example: /task new every day at 9:00 News: what happened?".into(),
        );
    }
    let found = find(text, now_ms, zone, false)?;
    let (name, prompt) = match split_name(&found.rest) {
        (Some(name), prompt) => (Some(check_name(name)?), prompt.to_owned()),
        (None, prompt) => (None, prompt.to_owned()),
    };
    // The name may stand before the schedule: `Water: every 2h drink`.
    let (schedule, limits, prompt) = if found.schedule.is_none() && name.is_some() {
        let behind = find(&prompt, now_ms, zone, true)?;
        (behind.schedule, behind.limits, behind.rest)
    } else {
        (found.schedule, found.limits, prompt)
    };
    let Limits {
        max_runs,
        max_successes,
    } = limits;
    Ok(NewTask {
        schedule,
        name,
        prompt: check_prompt(&prompt)?,
        max_runs,
        max_successes,
    })
}

/// `name: prompt`. A colon within a word (`10:30`, `https://…`) ends no name, and neither does one after a sentence.
fn split_name(text: &str) -> (Option<&str>, &str) {
    let line = text.lines().next().unwrap_or_default();
    let colon = line
        .match_indices(':')
        .map(|(place, _colon)| place)
        .find(|place| {
            line.get(place + 1..).is_some_and(|after| {
                let after = after.trim_start_matches(is_invisible);
                after.is_empty() || after.starts_with(char::is_whitespace)
            })
        });
    let Some((name, prompt)) =
        colon.and_then(|place| Some((text.get(..place)?.trim(), text.get(place + 1..)?.trim())))
    else {
        return (None, text);
    };
    let words = name.split_whitespace().count();
    let is_name = !name.contains("://")
        && (1..=MAX_NAME_WORDS).contains(&words)
        && name.chars().count() <= MAX_NAME_CHARS;
    if is_name && !prompt.is_empty() {
        (Some(name), prompt)
    } else {
        (None, text)
    }
}

/// A name on one line, made harmless.
pub fn check_name(text: &str) -> Result<String, String> {
    let chars = text.trim().chars().count();
    if chars > MAX_NAME_CHARS {
        return Err(format!(
            "A name has at most {MAX_NAME_CHARS} characters, and this one has {chars}."
        ));
    }
    crate::name::one_line(text, MAX_NAME_CHARS).ok_or_else(|| "The name is empty.".to_owned())
}

/// A prompt, without space around it.
pub fn check_prompt(text: &str) -> Result<String, String> {
    let prompt = text.trim();
    let chars = prompt.chars().count();
    if prompt.is_empty() {
        return Err(
            "Say what is to be done after the schedule. Example: /task new every day at 9:00 News: what happened?".into(),
        );
    }
    if chars > MAX_PROMPT_CHARS {
        return Err(format!(
            "A Task's text has at most {MAX_PROMPT_CHARS} characters, and this one has {chars}."
        ));
    }
    Ok(prompt.to_owned())
}
