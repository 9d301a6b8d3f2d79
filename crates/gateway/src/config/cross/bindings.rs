//! Bindings: agents and accounts that exist, chats that can be, and none that never wins; and the time zone of Tasks.

use fased_policy::route::Peer;

use super::{down, entries, text};
use crate::config::check::Found;
use crate::config::file::PeerKind;
use crate::config::misplaced::is_foreign_binding;
use crate::config::tree::{Node, Shape};
use crate::config::{entry, merge};
use crate::nearest::nearest;

/// What an earlier binding matches, and who answers there.
struct Seen<'n> {
    index: usize,
    agent: &'n str,
    account: Option<&'n str>,
    peer: Option<Peer>,
}

/// Checks the bindings. `accounts` are the ids of all accounts.
pub(super) fn check(found: &mut Found<'_>, root: &Node, agents: &[String], accounts: &[String]) {
    let Some(Node {
        value: Shape::List(items),
        ..
    }) = down(root, &["bindings"])
    else {
        return;
    };
    let mut seen: Vec<Seen<'_>> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let path = format!("bindings[{index}]");
        if is_foreign_binding(item) {
            continue;
        }
        let channel = down(item, &["match"]).and_then(|matching| text(matching.get("channel")));
        if let Some(channel) = channel.filter(|channel| *channel != "whatsapp") {
            let at = format!("{path}.match.channel");
            let message = format!("found {channel:?}; there is only \"whatsapp\"");
            let hint = "write \"whatsapp\", or leave the key out".to_owned();
            found.wrong_at(&at, &at, message, Some(hint));
            continue;
        }
        let agent = text(item.get("agentId"));
        if let Some(agent) = agent {
            named(
                found,
                &format!("{path}.agentId"),
                "agent",
                "agents.list",
                agent,
                agents,
            );
        }
        let account = down(item, &["match"]).and_then(|matching| text(matching.get("accountId")));
        let account = account.filter(|account| *account != "*");
        if let Some(account) = account {
            let at = format!("{path}.match.accountId");
            named(
                found,
                &at,
                "account",
                "channels.whatsapp.accounts",
                account,
                accounts,
            );
        }
        let written = down(item, &["match", "peer"]);
        let peer = written.map(|peer| self::peer(found, &path, peer));
        let (Some(agent), None | Some(Some(_))) = (agent, &peer) else {
            continue;
        };
        let this = Seen {
            index,
            agent,
            account,
            peer: peer.flatten(),
        };
        twice(found, &path, &this, &seen);
        seen.push(this);
    }
}

/// Something that has to exist.
pub(super) fn named(found: &mut Found<'_>, at: &str, what: &str, list: &str, name: &str, known: &[String]) {
    if let Some((message, hint)) = missing(what, list, name, known) {
        found.wrong_at(at, at, message, Some(hint));
    }
}

/// What is wrong with the name of something that does not exist, and what to write.
pub(super) fn missing(what: &str, list: &str, name: &str, known: &[String]) -> Option<(String, String)> {
    if known.iter().any(|known| known == name) {
        return None;
    }
    let near = nearest(name, known.iter().map(String::as_str));
    let hint = near.map_or_else(
        || format!("there are: {}", known.join(", ")),
        |name| format!("did you mean {name:?}?"),
    );
    let article = if what.starts_with('a') { "an" } else { "a" };
    let message = format!("there is no {what} {name:?} in {list}");
    let hint = if known.is_empty() {
        format!("add {article} {what} to {list}")
    } else {
        hint
    };
    Some((message, hint))
}

/// The chat, unless what is written is none; that is told.
fn peer(found: &mut Found<'_>, path: &str, node: &Node) -> Option<Peer> {
    let at = format!("{path}.match.peer.id");
    let kind = match text(node.get("kind"))? {
        "group" => PeerKind::Group,
        "direct" | "dm" => PeerKind::Direct,
        _wrong_word => return None,
    };
    let id = text(node.get("id"))?;
    let error = match merge::peer(kind, id) {
        Ok(peer) => return Some(peer),
        Err(error) => error,
    };
    let would_be = |kind| merge::peer(kind, id).is_ok();
    let (message, hint) = if kind == PeerKind::Group {
        let hint = would_be(PeerKind::Direct).then_some("this is a person; write kind: \"direct\"");
        (format!("found {id:?}; {error}"), hint.map(str::to_owned))
    } else {
        let hint = if would_be(PeerKind::Group) {
            "this is a group; write kind: \"group\"".to_owned()
        } else {
            entry::hint(id.trim())
        };
        let allowed = "a number in international form, such as \"+15551234567\", or a hidden id, such as \"100000000000001@lid\"";
        (format!("found {id:?}; allowed is {allowed}"), Some(hint))
    };
    found.wrong_at(&at, &at, message, hint);
    None
}

/// Of two bindings that match the same the first would always win.
fn twice(found: &mut Found<'_>, path: &str, this: &Seen<'_>, earlier: &[Seen<'_>]) {
    let same = |other: &&Seen<'_>| other.account == this.account && other.peer == this.peer;
    let Some(first) = earlier.iter().find(same) else {
        return;
    };
    if first.agent == this.agent {
        let line = found
            .places
            .get(&format!("{path}.agentId"))
            .copied()
            .unwrap_or_default();
        found.remarks.push(format!(
            "line {line}: {path} says the same as bindings[{}]",
            first.index
        ));
        return;
    }
    let at = format!("{path}.agentId");
    let message = format!(
        "bindings[{}] matches the same and goes to {:?}, so this one would never win",
        first.index, first.agent
    );
    found.wrong_at(&at, &at, message, Some("keep one of them".to_owned()));
}

/// The ids of all accounts.
pub(super) fn accounts(root: &Node) -> Vec<String> {
    match down(root, &["channels", "whatsapp", "accounts"]) {
        Some(accounts) => entries(Some(accounts))
            .iter()
            .map(|entry| entry.name.clone())
            .collect(),
        None => vec!["default".to_owned()],
    }
}

/// A time zone has to be one that is known.
pub(super) fn time_zone(found: &mut Found<'_>, root: &Node) {
    let Some(name) = down(root, &["tasks"]).and_then(|tasks| text(tasks.get("timezone"))) else {
        return;
    };
    if jiff::tz::TimeZone::get(name).is_ok() {
        return;
    }
    let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    let city = |name: &str| name.rsplit('/').next().unwrap_or(name).to_lowercase();
    // Many know the city and not the continent.
    let by_city = known
        .iter()
        .find(|known| city(known) == city(name).replace(' ', "_"));
    let near = by_city
        .map(String::as_str)
        .or_else(|| nearest(name, known.iter().map(String::as_str)));
    let hint = near.map_or_else(
        || "names are such as \"Europe/Berlin\" or \"UTC\"; leave the key out for the system's".to_owned(),
        |name| format!("did you mean {name:?}?"),
    );
    let message = format!("found {name:?}; there is no such time zone in the IANA database");
    found.wrong_at("tasks.timezone", "tasks.timezone", message, Some(hint));
}
