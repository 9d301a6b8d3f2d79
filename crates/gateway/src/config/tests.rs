//! The config as a whole: what is right, what is wrong and how that is told, what follows from it.

mod answering;
mod broadcast;
mod edits;
mod files;
mod generated;
mod keys;
mod likely;
mod meant;
mod merging;
mod programs;
mod reading;
mod sources;
mod talking;
mod values;

use std::path::{Path, PathBuf};

use super::{Config, ConfigError, Problem};

/// Reads a config at `/etc/fased.json`.
fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("/etc/fased.json"), |account| {
        PathBuf::from("/auth").join(account)
    })
}

pub(super) fn valid(text: &str) -> Config {
    parse(text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn wrong(text: &str) -> ConfigError {
    parse(text).err().unwrap_or_else(|| panic!("accepted: {text}"))
}

/// The problems of a config that is wrong.
fn problems(text: &str) -> Vec<Problem> {
    wrong(text).problems
}

/// With these keys of `channels.whatsapp`.
fn whatsapp(keys: &str) -> String {
    format!("{{ channels: {{ whatsapp: {{ {keys} }} }} }}")
}

#[test]
fn a_remark_for_the_log_holds_nobodys_number() {
    for (remark, logged) in [
        (
            r#"/etc/fased.json:12: "15551234567" is read as +15551234567"#,
            r#"/etc/fased.json:12: "…67" is read as +…67"#,
        ),
        ("no digits", "no digits"),
        ("120 groups, 123456", "120 groups, 123456"),
        ("ends in 1234567", "ends in …67"),
    ] {
        assert_eq!(super::without_numbers(remark), logged);
    }
}

#[test]
fn a_slip_in_a_key_is_told_and_not_what_follows_from_it() {
    let found = problems(&whatsapp(r#"dmPolicy: "allowlist", alowFrom: ["+15551234567"]"#));
    let paths: Vec<&str> = found.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["channels.whatsapp.alowFrom"]);
    let found = problems(&whatsapp(r#"dmPolicy: "allowlist", sendReadReceits: true"#));
    assert_eq!(found.len(), 2, "another slip explains nothing: {found:?}");
}
