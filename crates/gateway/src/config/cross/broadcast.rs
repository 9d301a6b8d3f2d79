//! Broadcasts: agents that exist, none twice and not too many, and no chat under two addresses that mean the same.

use fased_policy::route::Peer;

use super::{bindings, down, entries, text};
use crate::config::check::Found;
use crate::config::keys::MOST_ANSWERING;
use crate::config::tree::{Node, Shape};
use crate::config::{join, merge};

pub(super) fn check(found: &mut Found<'_>, root: &Node, agents: &[String]) {
    let mut seen: Vec<(Peer, &str)> = Vec::new();
    for entry in entries(down(root, &["broadcast"])) {
        // What is no chat is a key, or was told before.
        let Ok(peer) = merge::chat(&entry.name) else {
            continue;
        };
        let path = join("broadcast", &entry.name);
        let same = |(other, name): &&(Peer, &str)| *other == peer && *name != entry.name;
        if let Some((_, first)) = seen.iter().find(same) {
            let message = format!("{first:?} is the same chat");
            let hint = "keep one of them".to_owned();
            found.wrong_at(&path, &path, message, Some(hint));
        }
        seen.push((peer, &entry.name));
        if let Shape::List(items) = &entry.node.value {
            named(found, root, (&path, &entry.node), items, agents);
        }
    }
}

fn named(found: &mut Found<'_>, root: &Node, (path, list): (&str, &Node), items: &[Node], agents: &[String]) {
    if items.is_empty() || items.len() > MOST_ANSWERING {
        let count = items.len();
        let message = format!("found {count} agents; allowed are 1 to {MOST_ANSWERING}");
        let hint = items
            .is_empty()
            .then(|| "name the agents that answer there, or take the entry out".to_owned());
        found.wrong(list.span.clone(), path, message, hint);
    }
    let mut before: Vec<&str> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Shape::Text(name) = &item.value else { continue };
        // An empty one was told before.
        if name.trim().is_empty() {
            continue;
        }
        let at = format!("{path}[{index}]");
        if before.contains(&name.as_str()) {
            let message = format!("{name:?} is named twice; an agent answers a message once");
            found.wrong(
                item.span.clone(),
                &at,
                message,
                Some("keep one of them".to_owned()),
            );
        } else if let Some((message, hint)) = bindings::missing("agent", "agents.list", name, agents) {
            let hint = id_of(root, name).map_or(hint, |id| format!("that is its name; write its id: {id:?}"));
            found.wrong(item.span.clone(), &at, message, Some(hint));
        }
        before.push(name);
    }
}

/// The id of the agent that is called so.
fn id_of<'n>(root: &'n Node, name: &str) -> Option<&'n str> {
    let Shape::List(agents) = &down(root, &["agents", "list"])?.value else {
        return None;
    };
    let called =
        |agent: &&Node| text(agent.get("name")).is_some_and(|own| own.eq_ignore_ascii_case(name.trim()));
    text(agents.iter().find(called)?.get("id"))
}
