//! Agents: ids that are unique, one default, and for each backend the settings that it needs.

use std::path::Path;

use fased_agents::{BadBaseUrl, check_base_url};
use fased_policy::ids::AccountId;

use super::{down, program, text};
use crate::config::check::Found;
use crate::config::tree::{Node, Shape};
use crate::config::{join, merge};

/// Checks the agents; their ids.
pub(super) fn check(found: &mut Found<'_>, root: &Node, file: &Path) -> Vec<String> {
    let Some(Node {
        value: Shape::List(items),
        ..
    }) = down(root, &["agents", "list"])
    else {
        return vec![crate::agent::DEFAULT_AGENT.to_owned()];
    };
    let mut ids: Vec<String> = Vec::new();
    let mut default: Option<usize> = None;
    for (index, item) in items.iter().enumerate() {
        let path = format!("agents.list[{index}]");
        if let Some(id) = text(item.get("id")) {
            self::id(found, &path, id, &ids);
            places(found, &path, id);
            ids.push(id.to_owned());
        }
        let is_default = item
            .get("default")
            .is_some_and(|entry| matches!(entry.node.value, Shape::Bool(true)));
        if is_default {
            let at = format!("{path}.default");
            match default {
                Some(first) => {
                    let message =
                        format!("agents.list[{first}] is the default already; there is one at most");
                    found.wrong_at(&at, &at, message, None);
                }
                None => default = Some(index),
            }
        }
        backend(found, &path, item, file);
    }
    if items.is_empty() {
        ids.push(crate::agent::DEFAULT_AGENT.to_owned());
    }
    ids
}

fn id(found: &mut Found<'_>, path: &str, id: &str, taken: &[String]) {
    let at = format!("{path}.id");
    if taken.iter().any(|taken| taken == id) {
        let message = format!("there is an agent {id:?} already; ids are unique");
        found.wrong_at(&at, &at, message, None);
    } else if AccountId::parse(id).is_err() {
        let message = format!(
            "found {id:?}; an agent id is 1 to 32 of a-z, 0-9, _ and -, and starts with a letter or a digit"
        );
        found.wrong_at(&at, &at, message, None);
    }
}

/// Its keys are found by its id, too.
fn places(found: &mut Found<'_>, path: &str, id: &str) {
    let inside = format!("{path}.");
    let of_it = found.places.range(inside.clone()..);
    let of_it = of_it.take_while(|(key, _)| key.starts_with(&inside));
    let named: Vec<(String, u32)> = of_it
        .map(|(key, line)| (join("agents.list", id) + &key[path.len()..], *line))
        .collect();
    // Where it begins is not known as a place; its id is near enough.
    if let Some(line) = found.places.get(&format!("{path}.id")).copied() {
        found.places.insert(join("agents.list", id), line);
    }
    found.places.extend(named);
}

/// Blocks of settings, with what a whole one looks like.
const BLOCKS: [(&str, &str); 3] = [
    ("command", "command: { argv: [\"python3\", \"answer.py\"] }"),
    (
        "openai",
        "openai: { baseUrl: \"http://127.0.0.1:11434/v1\", model: \"llama3.2\" }",
    ),
    ("acp", "acp: { argv: [\"my-agent\", \"--acp\"] }"),
];

fn backend(found: &mut Found<'_>, path: &str, item: &Node, file: &Path) {
    let word = text(item.get("backend"));
    for (block, example) in BLOCKS {
        let at = format!("{path}.{block}");
        match (item.get(block), word) {
            (None, Some(word)) if word == block => {
                let message = format!("backend is {block:?}, and there are no settings for it");
                let backend = format!("{path}.backend");
                found.wrong_at(&backend, &at, message, Some(format!("add {example}")));
            }
            // Somebody who sets up a program does not want to hear an echo.
            (Some(_), None) if item.get("backend").is_none() => {
                let message =
                    format!("there are settings for the backend {block:?}, and backend does not name it");
                let hint = format!("add backend: {block:?}");
                found.wrong_at(&at, &format!("{path}.backend"), message, Some(hint));
            }
            (Some(_), Some(word)) if word != block => {
                let line = found.places.get(&at).copied().unwrap_or_default();
                found
                    .remarks
                    .push(format!("line {line}: {at} has no effect: backend is {word:?}"));
            }
            (Some(_) | None, Some(_) | None) => {}
        }
    }
    for block in ["command", "acp"] {
        if let Some(entry) = item.get(block) {
            command(found, &format!("{path}.{block}"), &entry.node, file);
        }
    }
    tools(found, path, item);
    if let Some(block) = item.get("openai") {
        openai(found, &format!("{path}.openai"), &block.node, file);
    }
}

/// Tools are offered by the protocol of one backend only: where another one answers they would be a promise that nobody keeps.
fn tools(found: &mut Found<'_>, path: &str, item: &Node) {
    let wants = item
        .get("tools")
        .and_then(|tools| tools.node.get("whatsapp"))
        .is_some_and(|entry| matches!(entry.node.value, Shape::Bool(true)));
    let backend = text(item.get("backend")).unwrap_or("echo");
    if wants && backend != "acp" {
        let at = format!("{path}.tools.whatsapp");
        let message = format!("backend is {backend:?}, which is offered no tools");
        let hint = "leave the key out, or write backend: \"acp\" with its settings".to_owned();
        found.wrong_at(&at, &at, message, Some(hint));
    }
}

/// A program that is not there can still be installed, so that is only a remark.
fn command(found: &mut Found<'_>, path: &str, block: &Node, file: &Path) {
    let remark = |found: &mut Found<'_>, key: &str, said: String| {
        let at = format!("{path}.{key}");
        let line = found.places.get(&at).copied().unwrap_or_default();
        found.remarks.push(format!("line {line}: {at}: {said}"));
    };
    for (key, instead) in [("cwd", "the config file's folder"), ("work", "that of cwd")] {
        let Some(written) = text(block.get(key)) else {
            continue;
        };
        let folder = merge::folder(written, file);
        if written.trim().is_empty() {
            let at = format!("{path}.{key}");
            let hint = format!("leave the key out for {instead}");
            found.wrong_at(
                &at,
                &at,
                "found an empty text; allowed is a folder".to_owned(),
                Some(hint),
            );
        } else if !folder.is_dir() {
            let said = format!(
                "there is no folder {}; the program cannot be started before there is",
                folder.display()
            );
            remark(found, key, said);
        }
    }
    program::check(found, path, block, file);
}

fn openai(found: &mut Found<'_>, path: &str, block: &Node, file: &Path) {
    key(found, path, block, file);
    let at = |key: &str| format!("{path}.{key}");
    if let Some(url) = text(block.get("baseUrl")) {
        let with_key = ["apiKeyEnv", "apiKeyFile"]
            .iter()
            .any(|key| block.get(key).is_some());
        base_url(found, &at("baseUrl"), url, with_key);
    }
    if text(block.get("model")).is_some_and(|model| model.trim().is_empty()) {
        let at = at("model");
        found.wrong_at(
            &at,
            &at,
            "found an empty text; allowed is the name of a model".to_owned(),
            None,
        );
    }
    if let Some(name) = text(block.get("apiKeyEnv")) {
        // What is written there may be the key itself, so it is not repeated.
        if !is_variable(name) {
            let at = at("apiKeyEnv");
            let message =
                "found something else than the name of an environment variable: capital letters, digits and _"
                    .to_owned();
            let hint = "name the variable, such as \"OPENAI_API_KEY\"; the key itself does not belong into the config".to_owned();
            found.wrong_at(&at, &at, message, Some(hint));
        }
        if block.get("apiKeyFile").is_some() {
            let at = at("apiKeyFile");
            let message = "apiKeyEnv says already where the key is".to_owned();
            found.wrong_at(&at, &at, message, Some("keep one of them".to_owned()));
        }
    }
    if text(block.get("apiKeyFile")).is_some_and(|file| file.trim().is_empty()) {
        let at = at("apiKeyFile");
        let hint = "leave the key out if the endpoint needs none".to_owned();
        found.wrong_at(
            &at,
            &at,
            "found an empty text; allowed is a file".to_owned(),
            Some(hint),
        );
    }
}

/// The check is the backend's own, so that what is valid is also asked.
fn base_url(found: &mut Found<'_>, at: &str, url: &str, with_key: bool) {
    let url = url.trim();
    if let Err(wrong) = check_base_url(url, with_key) {
        // Where there is no password in it, what to write is told as it is to be.
        let base = url.trim_end_matches('/').strip_suffix("/chat/completions");
        let hint = match base {
            Some(base) if wrong == BadBaseUrl::Whole => format!("write {base:?}"),
            Some(_) | None => wrong.next().to_owned(),
        };
        found.wrong_at(at, at, format!("found an address that {wrong}"), Some(hint));
        return;
    }
    let url = url.trim_end_matches('/');
    let rest = url.split_once("://").map_or(url, |(_scheme, rest)| rest);
    if !rest.contains('/') {
        let line = found.places.get(at).copied().unwrap_or_default();
        found.remarks.push(format!(
            "line {line}: {at}: {url:?} has no path; most endpoints are at \"{url}/v1\""
        ));
    }
}

/// A key that is not there can still be put there, so that is only a remark.
fn key(found: &mut Found<'_>, path: &str, block: &Node, file: &Path) {
    let mut remark = |key: &str, said: &str| {
        let at = format!("{path}.{key}");
        let line = found.places.get(&at).copied().unwrap_or_default();
        found.remarks.push(format!(
            "line {line}: {at}: {said}; until then messages get the failure text"
        ));
    };
    if let Some(name) = text(block.get("apiKeyEnv")).filter(|name| is_variable(name)) {
        if std::env::var_os(name).is_none_or(|key| key.is_empty()) {
            remark(
                "apiKeyEnv",
                "the variable that it names is not set here, and the gateway needs it",
            );
        }
    } else if let Some(name) = text(block.get("apiKeyFile")).filter(|name| !name.trim().is_empty())
        && !merge::folder(name, file).is_file()
    {
        remark("apiKeyFile", "there is no such file, and the gateway needs it");
    }
}

/// Whether this can be the name of a variable. A key may look like one; names with small letters and digits are so rare that
/// it is taken for a key.
fn is_variable(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let any = |is: fn(&char) -> bool| name.chars().any(|c| is(&c));
    let mixed = any(char::is_ascii_lowercase) && any(char::is_ascii_digit);
    !name.is_empty() && name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit()) && !mixed
}
