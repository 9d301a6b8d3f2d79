//! Keys that exist, but elsewhere.

use super::keys::{ACCOUNT, Block, FILE, FOREIGN_CHANNELS, Kind, ROOT};
use super::tree::{Node, Shape};

/// What people call the secret that an endpoint asks for.
const KEYS: [&str; 4] = ["apikey", "key", "token", "bearertoken"];

/// What a binding matches.
const WHERE: [&str; 3] = ["channel", "accountId", "peer"];

/// What to say about an unknown key, if there is something better than the nearest of its neighbours.
pub(super) fn hint(path: &str, name: &str, is_object: bool) -> Option<String> {
    if path == "channels.whatsapp" {
        if ROOT.get(name).is_none() && ACCOUNT.get(name).is_some() {
            return Some(format!(
                "{name} belongs to one account: channels.whatsapp.accounts.<account>.{name}, such as accounts.default.{name}"
            ));
        }
        let near = crate::nearest::nearest(name, ROOT.keys.iter().map(|key| key.name));
        if is_object && near.is_none() {
            return Some(format!(
                "if {name} is an account, write it under accounts: accounts: {{ {name}: {{ … }} }}"
            ));
        }
    }
    if path == "messages" && name == "mentionPatterns" {
        return Some("it belongs one level deeper: messages.groupChat.mentionPatterns".to_owned());
    }
    if path.ends_with(".openai") && KEYS.contains(&name.to_lowercase().replace(['_', '-'], "").as_str()) {
        return Some(
            "keys are not written into the config; name the environment variable that holds it with apiKeyEnv, or a file that holds nothing else with apiKeyFile".to_owned(),
        );
    }
    if path.starts_with("bindings[") && path.ends_with(']') && WHERE.contains(&name) {
        return Some(format!("it belongs into match: match: {{ {name}: … }}"));
    }
    let elsewhere = find(&FILE, name, "", path)?;
    Some(format!("{name} belongs elsewhere: {elsewhere}"))
}

/// Bindings of other channels come with a config that was brought along, and are skipped like the channels themselves.
pub(super) fn is_foreign_binding(item: &Node) -> bool {
    let channel = item
        .get("match")
        .and_then(|matching| matching.node.get("channel"));
    let is_foreign = |text: &str| FOREIGN_CHANNELS.contains(&text);
    channel.is_some_and(|channel| matches!(&channel.node.value, Shape::Text(text) if is_foreign(text)))
}

/// What to say about a word that is not taken, if there is something better than the nearest one.
pub(super) fn word(key: &str, found: &str) -> Option<String> {
    let said = match (key, found) {
        ("mode", "steer" | "steer-backlog" | "steer+backlog") => {
            "nothing is added to an answer that is being made; \"interrupt\" stops it and answers everything together"
        }
        ("mode", "queue") => "write \"followup\"",
        _other => return None,
    };
    Some(said.to_owned())
}

/// The path of the first key with this name, not below `not`.
fn find(block: &Block, name: &str, path: &str, not: &str) -> Option<String> {
    let at = |key: &str| super::join(path, key);
    if path != not && block.get(name).is_some() {
        return Some(at(name));
    }
    block.keys.iter().find_map(|key| match key.kind {
        Kind::Block(inner) => find(&inner, name, &at(key.name), not),
        Kind::Bool
        | Kind::Int { .. }
        | Kind::Number { .. }
        | Kind::Text
        | Kind::Words(_)
        | Kind::Entries { .. }
        | Kind::Patterns
        | Kind::Folders
        | Kind::Texts
        | Kind::Argv
        | Kind::Variables
        | Kind::Map(..)
        | Kind::List(_)
        | Kind::ByChat(_)
        | Kind::Object => None,
    })
}
