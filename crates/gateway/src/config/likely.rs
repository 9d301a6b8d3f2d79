//! What people write where something else belongs, and what they meant: the whole value, to be copied.

use fased_policy::ids::GroupId;

use super::tree::{Node, Shape};

/// What to write instead of a value of another kind, if that can be told from what is there. `allowed` is what the key
/// takes, for people.
pub(super) fn instead(path: &str, node: &Node, allowed: &str) -> Option<String> {
    let (above, key) = path.rsplit_once('.').unwrap_or(("", path));
    match (above, key, &node.value) {
        (_, "command", Shape::Text(line)) if above.starts_with("agents.list[") => {
            let words = words(line).filter(|words| !words.is_empty())?;
            Some(format!("write command: {{ argv: {} }}", list(&words)))
        }
        (_, "command", Shape::List(_)) if above.starts_with("agents.list[") => {
            Some("write command: { argv: [ … ] }".to_owned())
        }
        (_, "argv", Shape::Text(line)) => {
            let words = words(line).filter(|words| words.len() > 1)?;
            Some(format!("write argv: {}", list(&words)))
        }
        ("messages", "queue", Shape::Text(mode)) => Some(format!("write queue: {{ mode: {mode:?} }}")),
        (_, "peer", Shape::Text(id)) if above.starts_with("bindings[") => {
            let kind = if GroupId::parse(id).is_ok() { "group" } else { "direct" };
            Some(format!("write peer: {{ kind: {kind:?}, id: {id:?} }}"))
        }
        ("", "agents", Shape::List(_)) => Some("write agents: { list: [ … ] }".to_owned()),
        ("", "tasks", Shape::List(_)) => Some(
            "Tasks are not written in the config: they are made by fased tasks new, or by /task new in a chat".to_owned(),
        ),
        (_, key, Shape::Text(text)) if allowed.contains("number from") => number(key, text),
        _other => None,
    }
}

/// The number that a text with a unit means for this key: `1h` of seconds is 3600.
fn number(key: &str, text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (amount, unit) = text.split_at(digits);
    let amount: u64 = amount.parse().ok()?;
    let unit = unit.trim().to_lowercase();
    if unit.is_empty() {
        return Some(format!("write {amount}, without quotation marks"));
    }
    let (_, of_key, plural) = *UNITS.iter().find(|(end, ..)| key.ends_with(end))?;
    let (_, of_text) = *WRITTEN.iter().find(|(names, _)| names.contains(&unit.as_str()))?;
    // Time is not measured in bytes.
    let factor = match (of_text, of_key) {
        (Unit::Time(of_text), Unit::Time(of_key)) | (Unit::Size(of_text), Unit::Size(of_key)) => {
            (of_text, of_key)
        }
        (Unit::Time(_) | Unit::Size(_), Unit::Time(_) | Unit::Size(_)) => return None,
    };
    let whole = amount.checked_mul(factor.0)?;
    // Half a day is no number of days.
    let number = (whole % factor.1 == 0).then_some(whole / factor.1)?;
    Some(format!("the number is in {plural}: write {number}"))
}

#[derive(Debug, Clone, Copy)]
enum Unit {
    /// Milliseconds.
    Time(u64),
    /// Kilobytes.
    Size(u64),
}

/// How keys that have a unit end, and its name.
const UNITS: [(&str, Unit, &str); 6] = [
    ("Seconds", Unit::Time(1000), "seconds"),
    ("Minutes", Unit::Time(60_000), "minutes"),
    ("Days", Unit::Time(86_400_000), "days"),
    ("Ms", Unit::Time(1), "milliseconds"),
    ("Kb", Unit::Size(1), "kilobytes"),
    ("Mb", Unit::Size(1024), "megabytes"),
];

/// What is written behind a number.
const WRITTEN: [(&[&str], Unit); 9] = [
    (&["ms", "msec", "milliseconds"], Unit::Time(1)),
    (&["s", "sec", "secs", "second", "seconds"], Unit::Time(1000)),
    (&["m", "min", "mins", "minute", "minutes"], Unit::Time(60_000)),
    (&["h", "hr", "hour", "hours"], Unit::Time(3_600_000)),
    (&["d", "day", "days"], Unit::Time(86_400_000)),
    (&["w", "week", "weeks"], Unit::Time(604_800_000)),
    (&["k", "kb", "kib"], Unit::Size(1)),
    (&["mb", "mib"], Unit::Size(1024)),
    (&["g", "gb", "gib"], Unit::Size(1024 * 1024)),
];

/// The words of a command line, as a shell takes them; nothing where a quotation mark has no other.
pub(super) fn words(line: &str) -> Option<Vec<String>> {
    shlex::split(line)
}

/// A word, so that a shell takes it as one.
pub(super) fn word(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_nul| word.to_owned(), |word| word.into_owned())
}

/// As a list in the config.
pub(super) fn list(words: &[String]) -> String {
    let words: Vec<String> = words
        .iter()
        .map(|word| serde_json::Value::from(word.as_str()).to_string())
        .collect();
    format!("[{}]", words.join(", "))
}

/// Ends of names that scripts have, with what runs them.
const SCRIPTS: [(&str, &str); 9] = [
    (".py", "python3"),
    (".js", "node"),
    (".mjs", "node"),
    (".cjs", "node"),
    (".ts", "node"),
    (".sh", "sh"),
    (".rb", "ruby"),
    (".pl", "perl"),
    (".php", "php"),
];

/// What runs a script of this name.
#[must_use]
pub fn runner(name: &str) -> Option<&'static str> {
    let found = SCRIPTS
        .iter()
        .find(|(end, _)| name.len() > end.len() && name.ends_with(end));
    found.map(|(_, runner)| *runner)
}
