//! Keys that exist, but elsewhere.

use super::keys::{ACCOUNT, Block, FILE, Kind, ROOT};

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
    let elsewhere = find(&FILE, name, "", path)?;
    Some(format!("{name} belongs elsewhere: {elsewhere}"))
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
        | Kind::WordOrObject(_)
        | Kind::Entries { .. }
        | Kind::Patterns
        | Kind::Folders
        | Kind::Map(..)
        | Kind::List(_)
        | Kind::Object
        | Kind::Array => None,
    })
}
