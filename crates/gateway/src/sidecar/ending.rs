//! Why a sidecar ended that did not say so itself, in words for people.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use nix::sys::signal::Signal;

/// Most of what a line says, in characters.
const MOST: usize = 200;
/// As many digits in a row may be a phone number.
const DIGITS: usize = 7;
/// A word of letters and digits as long as this may be a key.
const KEY: usize = 24;

/// What it died of: the error that it named last on stderr, and how it ended.
pub(crate) fn why(status: Option<ExitStatus>, stderr: &str) -> String {
    let how = how(status);
    match stderr.lines().rev().find(|line| names_an_error(line)) {
        Some(line) => format!("{} ({how})", shown(line)),
        None => how,
    }
}

fn how(status: Option<ExitStatus>) -> String {
    let Some(status) = status else {
        return "nobody knows how".to_owned();
    };
    if let Some(code) = status.code() {
        return format!("exit code {code}");
    }
    let number = status.signal().unwrap_or_default();
    Signal::try_from(number).map_or_else(
        |_unknown| format!("killed by signal {number}"),
        |signal| format!("killed by {signal}"),
    )
}

/// Such as `TypeError: …`, `Error [ERR_MODULE_NOT_FOUND]: …` or `FATAL ERROR: …`. What caused it is indented below it.
fn names_an_error(line: &str) -> bool {
    let Some((name, _)) = line.split_once(": ") else {
        return false;
    };
    let name = name.strip_prefix("Uncaught ").unwrap_or(name);
    let name = match name.split_once(" [") {
        Some((name, code)) if code.ends_with(']') => name,
        Some(_) | None => name,
    };
    let is_word = |name: &str| {
        name.chars()
            .all(|c| c.is_ascii_alphanumeric() || "_.$".contains(c))
    };
    name == "FATAL ERROR" || (name.ends_with("Error") && is_word(name))
}

/// Without what may be a number or a key of somebody.
fn shown(line: &str) -> String {
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || "+=_-".contains(c);
    let mut told = String::new();
    let mut rest = line;
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.find(|c| !is_of_word(c)).unwrap_or(rest.len()));
        told.push_str(if may_be_private(word) { "…" } else { word });
        let between = after.find(is_of_word).unwrap_or(after.len());
        told.push_str(&after[..between]);
        rest = &after[between..];
    }
    if told.chars().count() > MOST {
        told = told.chars().take(MOST).chain(['…']).collect();
    }
    told
}

fn may_be_private(word: &str) -> bool {
    let is_key = word.len() >= KEY && word.contains(|c: char| c.is_ascii_digit());
    let mut numbers = word.split(|c: char| !c.is_ascii_digit());
    is_key || numbers.any(|number| number.len() >= DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(wait_status: i32, stderr: &str) -> String {
        why(Some(ExitStatus::from_raw(wait_status)), stderr)
    }

    #[test]
    fn the_error_is_named_and_not_the_last_line() {
        let thrown = "{\"level\":\"warn\",\"msg\":\"Error: of before\"}\nfile:///fased/main.js:3\nthrow new TypeError('x');\n^\n\n\
            TypeError: no such thing\n    at file:///fased/main.js:3:7 {\n  [cause]: Error: deeper\n}\n\nNode.js v20.20.2\n";
        assert_eq!(told(1 << 8, thrown), "TypeError: no such thing (exit code 1)");
        let missing = "node:internal/errors:496\n\nError [ERR_MODULE_NOT_FOUND]: Cannot find package 'pino'\n    at x\n";
        assert_eq!(
            told(1 << 8, missing),
            "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'pino' (exit code 1)"
        );
        let full = "<--- Last few GCs --->\nFATAL ERROR: Reached heap limit\n----- Native stack trace -----\n 1: 0xb8\n";
        assert_eq!(
            told(6, full),
            "FATAL ERROR: Reached heap limit (killed by SIGABRT)"
        );
    }

    #[test]
    fn without_an_error_the_end_is_told_in_words() {
        assert_eq!(told(3 << 8, ""), "exit code 3");
        assert_eq!(told(3 << 8, "Node.js v20.20.2\n"), "exit code 3");
        assert_eq!(told(9, "a stray: line\n"), "killed by SIGKILL");
        assert_eq!(told(64, ""), "killed by signal 64");
        assert_eq!(why(None, ""), "nobody knows how");
    }

    #[test]
    fn numbers_and_keys_are_not_told() {
        let said = "Error: +15550101000@s.whatsapp.net: Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5 in code 515 of /a/node_modules/b";
        assert_eq!(
            told(0, said),
            "Error: …@s.whatsapp.net: … in code 515 of /a/node_modules/b (exit code 0)"
        );
        let long = format!("Error: {}", "many words ".repeat(100));
        assert!(told(0, &long).chars().count() < MOST + 20);
    }
}
