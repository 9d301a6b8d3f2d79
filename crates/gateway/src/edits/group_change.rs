//! A group, let in or switched off, in its entry of `groups`.
//!
//! What was not asked for stays as it is: groups that were heard without a list are heard on, and accounts that share
//! the list of the root do not notice what is changed for one of them.

use fased_policy::access::GroupPolicy;
use fased_policy::ids::GroupId;
use fased_protocol::control::{ControlError, ErrorCode};
use serde_json::{Value, json};

use super::{Draft, Told, Turn, account_key, group_heard, invalid};
use crate::config::{AccountConfig, Config, KeyPath, Level, Step, edit, group_problem};
use crate::paths::Paths;
use crate::store::GroupRow;

/// What is to become of the group.
#[derive(Clone, Copy)]
enum Wish {
    Allow { require_mention: Option<bool> },
    Block,
}

/// Lets a group in. `seen` are the groups of the journal; they tell which account is meant where none is named.
///
/// # Errors
/// `usage` for what is no group, or may be meant for several accounts; `not_found` for an account that there is not;
/// `config` when the result would be wrong.
pub fn allow(
    paths: &Paths,
    turn: Turn,
    seen: &[GroupRow],
    account: Option<&str>,
    group: &str,
    require_mention: Option<bool>,
) -> Result<Told, ControlError> {
    change(paths, turn, seen, account, group, Wish::Allow { require_mention })
}

/// Switches a group off.
///
/// # Errors
/// As [`allow`].
pub fn block(
    paths: &Paths,
    turn: Turn,
    seen: &[GroupRow],
    account: Option<&str>,
    group: &str,
) -> Result<Told, ControlError> {
    change(paths, turn, seen, account, group, Wish::Block)
}

fn change(
    paths: &Paths,
    turn: Turn,
    seen: &[GroupRow],
    account: Option<&str>,
    group: &str,
    wish: Wish,
) -> Result<Told, ControlError> {
    let group = read(group)?;
    let mut draft = Draft::open(paths, turn)?;
    let config = Config::load(paths).map_err(|error| invalid(error.message))?;
    let account = meant(paths, &config, seen, account, &group)?;
    let id = account.id.as_str();
    let mut remarks = Vec::new();
    if !is_so(account, &group, wish) {
        let list = list_of(&mut draft, &config, account, &mut remarks)?;
        edit_entry(&mut draft, &list, &group, wish)?;
        keep_others(&mut draft, account, &list, &mut remarks)?;
    }
    let Some(saved) = draft.save()? else {
        return Ok(Told {
            changed: false,
            message: message(account, seen, &group, wish, false),
            remarks,
        });
    };
    remarks.extend(saved.remarks);
    let account = saved.config.accounts.get(id).unwrap_or(account);
    let mut message = message(account, seen, &group, wish, true);
    if let Some(backup) = saved.backup {
        message.push_str(&format!("\nbefore: {backup}"));
    }
    Ok(Told {
        changed: true,
        message,
        remarks,
    })
}

fn read(text: &str) -> Result<GroupId, ControlError> {
    let text = text.trim();
    GroupId::parse(text).map_err(|_no_group| {
        let (message, next) = if text == "*" {
            (
                "* stands for all groups, and this is for one of them".to_owned(),
                "for all groups without an entry of their own: fased config set 'channels.whatsapp.groups[\"*\"]' '{}'"
                    .to_owned(),
            )
        } else {
            group_problem(text)
        };
        ControlError {
            code: ErrorCode::Usage,
            message: format!("this is no group: {message}"),
            next,
        }
    })
}

/// The account that is meant: the one that is named, or else the only one that knows the group.
fn meant<'c>(
    paths: &Paths,
    config: &'c Config,
    seen: &[GroupRow],
    named: Option<&str>,
    group: &GroupId,
) -> Result<&'c AccountConfig, ControlError> {
    if let Some(id) = named {
        return config.accounts.get(id).ok_or_else(|| ControlError {
            code: ErrorCode::NotFound,
            message: format!("there is no account {id} in {}", paths.config.display()),
            next: "list the accounts: fased channels list".to_owned(),
        });
    }
    let knows = |account: &&AccountConfig| {
        let id = account.id.as_str();
        let was_seen = seen
            .iter()
            .any(|row| row.account == id && row.chat == group.as_str());
        account.rules.groups.listed.contains_key(group) || was_seen
    };
    let mut found: Vec<&AccountConfig> = config.accounts.values().filter(knows).collect();
    if found.is_empty() {
        found = config.accounts.values().collect();
    }
    match found.as_slice() {
        [only] => Ok(only),
        [] => Err(ControlError {
            code: ErrorCode::NotFound,
            message: format!("there is no account in {}", paths.config.display()),
            next: "add one: fased channels add --account ID".to_owned(),
        }),
        several => {
            let ids: Vec<&str> = several.iter().map(|account| account.id.as_str()).collect();
            Err(ControlError {
                code: ErrorCode::Usage,
                message: format!(
                    "{group} may be meant for more than one account: {}",
                    ids.join(", ")
                ),
                next: "name one of them: --account ID".to_owned(),
            })
        }
    }
}

/// Does its entry say so already?
fn is_so(account: &AccountConfig, group: &GroupId, wish: Wish) -> bool {
    let Some(entry) = account.rules.groups.listed.get(group) else {
        return false;
    };
    match wish {
        Wish::Allow { require_mention } => {
            entry.enabled != Some(false)
                && require_mention.is_none_or(|wanted| entry.require_mention == Some(wanted))
        }
        Wish::Block => entry.enabled == Some(false),
    }
}

/// The list that the entry belongs in. Where other accounts share it, this account gets one of its own first.
fn list_of(
    draft: &mut Draft<'_>,
    config: &Config,
    account: &AccountConfig,
    remarks: &mut Vec<String>,
) -> Result<KeyPath, ControlError> {
    let shares = |account: &AccountConfig| account.sources.of("groups").level != Level::Account;
    let root = below(&[], &["channels", "whatsapp", "groups"]);
    let own = below(&account_key(account.id.as_str()).steps, &["groups"]);
    if !shares(account) {
        return Ok(own);
    }
    let is_shared = config
        .accounts
        .values()
        .any(|other| other.id != account.id && shares(other));
    if !is_shared {
        return Ok(root);
    }
    if let Some(entries) = draft.written(&root) {
        draft.edit(&own, |text| edit::put(text, &own, &entries))?;
        remarks.push(format!(
            "account {} shared {root} with others; from now on it has a list of its own, which began as that one",
            account.id
        ));
    }
    Ok(own)
}

fn edit_entry(
    draft: &mut Draft<'_>,
    list: &KeyPath,
    group: &GroupId,
    wish: Wish,
) -> Result<(), ControlError> {
    let entry = below(&list.steps, &[group.as_str()]);
    let of_entry = |name: &str| below(&entry.steps, &[name]);
    let there = draft.written(&entry);
    let mut put = |key: &KeyPath, value: Value| draft.edit(key, |text| edit::put(text, key, &value));
    match wish {
        Wish::Block => put(&of_entry("enabled"), json!(false)),
        Wish::Allow { require_mention } => {
            if there.is_none() {
                put(&entry, json!({}))?;
            }
            if let Some(wanted) = require_mention {
                put(&of_entry("requireMention"), json!(wanted))?;
            }
            let is_off = there.is_some_and(|there| there["enabled"] == json!(false));
            if is_off {
                let enabled = of_entry("enabled");
                draft.edit(&enabled, |text| edit::unset_value(text, &enabled, None))?;
            }
            Ok(())
        }
    }
}

/// The first entry would end the hearing of all other groups.
fn keep_others(
    draft: &mut Draft<'_>,
    before: &AccountConfig,
    list: &KeyPath,
    remarks: &mut Vec<String>,
) -> Result<(), ControlError> {
    let groups = &before.rules.groups;
    let had_no_list = groups.listed.is_empty() && groups.any.is_none();
    if !had_no_list || before.rules.group_policy == GroupPolicy::Disabled {
        return Ok(());
    }
    let any = below(&list.steps, &["*"]);
    draft.edit(&any, |text| edit::put(text, &any, &json!({})))?;
    remarks.push(format!(
        "all groups were heard so far, so {any} is there now, too: the others are heard as before"
    ));
    Ok(())
}

fn below(steps: &[Step], names: &[&str]) -> KeyPath {
    let names = names.iter().map(|name| Step::Name((*name).to_owned()));
    KeyPath {
        steps: steps.iter().cloned().chain(names).collect(),
        append: false,
    }
}

fn message(account: &AccountConfig, seen: &[GroupRow], group: &GroupId, wish: Wish, changed: bool) -> String {
    let sources = &account.sources;
    let entry = below(&[], &["groups", group.as_str()]);
    let source = sources.of(&entry.to_string());
    let file = sources.file().display();
    let place = source
        .line
        .map_or_else(|| file.to_string(), |line| format!("{file}:{line}"));
    let is = match wish {
        Wish::Block => "is switched off",
        Wish::Allow { .. } => "is let in",
    };
    let so_far = if changed {
        ""
    } else {
        ", as it was before: nothing to change"
    };
    let mut told = format!("{place}: {group} {is} for account {}{so_far}", account.id);
    match wish {
        Wish::Block => told.push_str(&format!(
            "\nnothing is heard there; to let it in again: fased groups allow {group}{}",
            option(account)
        )),
        Wish::Allow { .. } => {
            let row = seen
                .iter()
                .find(|row| row.account == account.id.as_str() && row.chat == group.as_str());
            let chosen = row.and_then(|row| row.activation.as_deref());
            told.push_str(&format!("\n{}", group_heard::who(account, group)));
            told.push_str(&format!("\n{}", group_heard::what(account, group, chosen)));
        }
    }
    told
}

/// What a command needs that means this account.
pub(super) fn option(account: &AccountConfig) -> String {
    match account.id.as_str() {
        "default" => String::new(),
        id => format!(" --account {id}"),
    }
}
