//! Rules about several keys at once. They look at the values as written, so that they are told together with
//! whatever else is wrong.

mod agents;
mod bindings;
mod broadcast;
mod outside;
mod program;

use std::collections::HashMap;
use std::collections::hash_map::Entry as Taken;
use std::path::{Path, PathBuf};

use fased_policy::ids::{AllowEntry, Target};

use super::check::Found;
use super::keys::ROOT;
use super::tree::{Entry, Node, Shape};
use super::{join, merge};

const WHATSAPP: &str = "channels.whatsapp";
const ACCOUNTS: &str = "channels.whatsapp.accounts";

/// Checks what [`super::check`] left. `auth_dir` is where an account keeps its auth files unless it says.
pub(super) fn check(found: &mut Found<'_>, root: &Node, file: &Path, auth_dir: &dyn Fn(&str) -> PathBuf) {
    let agents = agents::check(found, root, file);
    bindings::check(found, root, &agents, &bindings::accounts(root));
    bindings::time_zone(found, root);
    broadcast::check(found, root, &agents);
    outside::check(found, root, file);
    if let Some(scope) = down(root, &["session"]).and_then(|session| text(session.get("dmScope")))
        && matches!(scope, "per-peer" | "per-channel-peer")
    {
        let line = found.places.get("session.dmScope").copied().unwrap_or_default();
        found.remarks.push(format!(
            "line {line}: session.dmScope: {scope:?} is read as \"per-account-channel-peer\": accounts keep their conversations apart"
        ));
    }
    let Some(whatsapp) = down(root, &["channels", "whatsapp"]) else {
        return;
    };
    groups(found, WHATSAPP, whatsapp, &agents);
    let accounts = entries(down(whatsapp, &["accounts"]));
    if down(whatsapp, &["accounts"]).is_none() {
        account(found, None, whatsapp);
    }
    for entry in accounts {
        let path = join(ACCOUNTS, &entry.name);
        groups(found, &path, &entry.node, &agents);
        account(found, Some((&path, &entry.node)), whatsapp);
    }
    auth_dirs(found, accounts, file, auth_dir);
}

/// Two accounts with one folder would overwrite each other's login, also where one of them has it by default.
fn auth_dirs(found: &mut Found<'_>, accounts: &[Entry], file: &Path, default: &dyn Fn(&str) -> PathBuf) {
    let (written, left_out): (Vec<&Entry>, Vec<&Entry>) = accounts
        .iter()
        .partition(|account| text(account.node.get("authDir")).is_some());
    let by_default = left_out.iter().map(|account| {
        let holder = format!("{} has the same folder by default", account.name);
        (default(&account.name), holder)
    });
    let mut holders: HashMap<PathBuf, String> = by_default.collect();
    for account in written {
        let dir = text(account.node.get("authDir")).unwrap_or_default();
        let path = format!("{}.authDir", join(ACCOUNTS, &account.name));
        if dir.is_empty() {
            let message = "found an empty text; allowed is a folder".to_owned();
            let hint = "leave the key out for the default".to_owned();
            found.wrong_at(&path, &path, message, Some(hint));
        }
        match holders.entry(merge::folder(dir, file)) {
            Taken::Occupied(holder) => {
                let message = format!("the account {}; two accounts cannot share one", holder.get());
                found.wrong_at(&path, &path, message, None);
            }
            Taken::Vacant(free) => {
                free.insert(format!("{} has the same folder", account.name));
            }
        }
    }
}

/// One account with what it inherits.
struct Effective<'n> {
    own: Option<(&'n str, &'n Node)>,
    root: &'n Node,
}

impl<'n> Effective<'n> {
    /// The value and the path where it is written.
    fn get(&self, keys: &[&str]) -> Option<(String, &'n Node)> {
        let own = self.own.and_then(|(path, node)| Some((path, down(node, keys)?)));
        let (path, node) = own.or_else(|| Some((WHATSAPP, down(self.root, keys)?)))?;
        Some((format!("{path}.{}", keys.join(".")), node))
    }

    fn is(&self, keys: &[&str], word: &str) -> bool {
        self.get(keys)
            .is_some_and(|(_, node)| matches!(&node.value, Shape::Text(text) if text == word))
    }

    fn on(&self, keys: &[&str]) -> bool {
        self.get(keys)
            .is_some_and(|(_, node)| matches!(node.value, Shape::Bool(true)))
    }

    /// With the default where none is written.
    fn number(&self, block: &str, key: &str) -> Option<f64> {
        match self.get(&[block, key]).map(|(_, node)| &node.value) {
            Some(Shape::Number(number)) => Some(*number),
            Some(Shape::Null | Shape::Bool(_) | Shape::Text(_) | Shape::List(_) | Shape::Object(_)) => None,
            None => default(block, key),
        }
    }
}

fn default(block: &str, key: &str) -> Option<f64> {
    let super::keys::Kind::Block(block) = ROOT.get(block)?.kind else {
        return None;
    };
    block.get(key)?.default_value()?.as_f64()
}

fn account(found: &mut Found<'_>, own: Option<(&str, &Node)>, root: &Node) {
    let of = Effective { own, root };
    direct_messages(found, &of);
    default_target(found, &of);
    if let (Some(initial), Some(max)) = (
        of.number("reconnect", "initialMs"),
        of.number("reconnect", "maxMs"),
    ) && initial > max
    {
        let max_at = of.get(&["reconnect", "maxMs"]);
        let at = max_at.or_else(|| of.get(&["reconnect", "initialMs"]));
        if let Some((written, _)) = at {
            let message =
                format!("the longest wait, maxMs ({max}), is shorter than the first, initialMs ({initial})");
            once(
                found,
                &written,
                &written,
                message,
                "make maxMs at least initialMs",
            );
        }
    }
}

fn default_target(found: &mut Found<'_>, of: &Effective<'_>) {
    let Some((written, node)) = of.get(&["defaultTo"]) else {
        return;
    };
    let Shape::Text(text) = &node.value else { return };
    // An empty text is none.
    if text.is_empty() {
        return;
    }
    if let Err(error) = Target::parse(text) {
        let message = format!("found {text:?}; {error}");
        once(found, &written, &written, message, "leave the key out for none");
    }
}

fn direct_messages(found: &mut Found<'_>, of: &Effective<'_>) {
    let Some((policy_at, _)) = of.get(&["dmPolicy"]) else {
        return;
    };
    let listed = of.get(&["allowFrom"]);
    let entries = match &listed {
        Some((
            _,
            Node {
                value: Shape::List(items),
                ..
            },
        )) => items.as_slice(),
        // It has the wrong type, which was said already.
        Some(_) => return,
        None => &[],
    };
    // Whoever slipped in writing it is told that, and not what follows from it.
    let slip = |problem: &super::Problem| problem.hint.as_deref() == Some("did you mean allowFrom?");
    if listed.is_none() && found.problems.iter().any(slip) {
        return;
    }
    let anyone = entries.iter().any(
        |item| matches!(&item.value, Shape::Text(text) if AllowEntry::parse(text) == Ok(AllowEntry::Anyone)),
    );
    // The list that lacks something is told; where there is none, the policy that asks for one.
    let (written, path) = match &listed {
        Some((at, _)) => (at.as_str(), at.clone()),
        None => {
            let level = policy_at.trim_end_matches(".dmPolicy");
            (policy_at.as_str(), format!("{level}.allowFrom"))
        }
    };
    if of.is(&["dmPolicy"], "open") && !anyone {
        let message = "dmPolicy is \"open\", which lets everyone in; that is accepted only together with \"*\" in allowFrom";
        let hint = "write allowFrom: [\"*\"] if everyone may write, else dmPolicy: \"pairing\"";
        once(found, written, &path, message.to_owned(), hint);
    }
    let owner_can_write = of.is(&["mode"], "personal") || of.on(&["selfChatMode"]);
    let others_can_write = of.on(&["pairing", "honourInAllowlist"]);
    if of.is(&["dmPolicy"], "allowlist") && entries.is_empty() && !owner_can_write && !others_can_write {
        let message = "dmPolicy is \"allowlist\" and allowFrom has no entry, so nobody could write";
        let hint = "add a number: allowFrom: [\"+15551234567\"]; or, if nobody is meant to, write dmPolicy: \"disabled\"";
        once(found, written, &path, message.to_owned(), hint);
    }
}

/// Several accounts can inherit the same mistake of the root.
fn once(found: &mut Found<'_>, written: &str, path: &str, message: String, hint: &str) {
    let told = |problem: &super::Problem| problem.path == path && problem.message == message;
    if !found.problems.iter().any(told) {
        found.wrong_at(written, path, message, Some(hint.to_owned()));
    }
}

fn groups(found: &mut Found<'_>, path: &str, node: &Node, agents: &[String]) {
    for entry in entries(down(node, &["groups"])) {
        let Some(agent) = text(entry.node.get("agentId")) else {
            continue;
        };
        let at = format!("{}.agentId", join(&format!("{path}.groups"), &entry.name));
        bindings::named(found, &at, "agent", "agents.list", agent, agents);
    }
}

fn text(entry: Option<&Entry>) -> Option<&str> {
    match &entry?.node.value {
        Shape::Text(text) => Some(text),
        Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::List(_) | Shape::Object(_) => None,
    }
}

fn entries(node: Option<&Node>) -> &[Entry] {
    match node.map(|node| &node.value) {
        Some(Shape::Object(entries)) => entries,
        Some(Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) | Shape::List(_)) | None => &[],
    }
}

fn down<'n>(node: &'n Node, keys: &[&str]) -> Option<&'n Node> {
    keys.iter().try_fold(node, |node, key| Some(&node.get(key)?.node))
}
