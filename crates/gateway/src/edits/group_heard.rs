//! Who is heard in a group that is let in, and what is answered there, for people.

use fased_policy::access::{Activation, GroupPolicy, Mode, Setting};
use fased_policy::ids::{AllowList, GroupId, Identity};

use super::group_change::option;
use crate::config::AccountConfig;

/// Entries of a list that are named; further ones are counted.
const NAMED: usize = 5;

/// Who is heard there; if nobody is, the command that changes it.
pub(super) fn who(account: &AccountConfig, group: &GroupId) -> String {
    if !account.enabled {
        let path = account.sources.of("enabled").path;
        return format!(
            "nobody is heard yet: the account is switched off. Switch it on: fased config set {path} true"
        );
    }
    let policy = account
        .sources
        .of_setting(Setting::GroupPolicy, Some(group), "")
        .path;
    match account.rules.group_policy {
        GroupPolicy::Disabled => format!(
            "nobody is heard there yet: {policy} is disabled, for all groups. Let those in who are listed: fased config \
             set {policy} allowlist"
        ),
        GroupPolicy::Open => format!("everybody there is heard: {policy} is open"),
        GroupPolicy::Allowlist => listed(account, group, &policy),
    }
}

fn listed(account: &AccountConfig, group: &GroupId, policy: &str) -> String {
    let (list, setting) = account.rules.group_list(group);
    let path = account.sources.of_setting(setting, Some(group), "").path;
    // Nobody in particular is on a list only where everybody is.
    if list.admits(&Identity::default()) {
        return format!("everybody there is heard: {path} has \"*\"");
    }
    let owner = match account.rules.mode {
        Mode::Personal => true,
        Mode::Dedicated => false,
    };
    if list.is_empty() {
        // Whoever is added to `allowFrom` may write in direct messages, too, which nobody asked for.
        let add = if setting == Setting::AllowFrom {
            account.sources.of("groupAllowFrom").path
        } else {
            path.clone()
        };
        let who = if owner { "nobody but you" } else { "nobody" };
        return format!(
            "{who} is heard there yet: {path} names nobody. Add somebody: fased config set '{add}[+]' NUMBER; or let \
             everybody in: fased config set {policy} open"
        );
    }
    let you = if owner { "you and " } else { "" };
    format!("{you}those are heard there who are on {path}: {}", names(list))
}

fn names(list: &AllowList) -> String {
    let phones = list.phones().map(ToString::to_string);
    let mut all: Vec<String> = phones.chain(list.lids().map(ToString::to_string)).collect();
    all.sort_unstable();
    let more = all.len().saturating_sub(NAMED);
    all.truncate(NAMED);
    let named = all.join(", ");
    if more == 0 {
        named
    } else {
        format!("{named} and {more} more")
    }
}

/// What of it is answered. What was chosen by command wins over the config.
pub(super) fn what(account: &AccountConfig, group: &GroupId, chosen: Option<&str>) -> String {
    let chosen = chosen.and_then(Activation::parse);
    let (mode, _by) = account.rules.groups.mode(group, chosen);
    let sentence = mode.sentence();
    if chosen.is_none() {
        return format!("account {} {sentence}", account.id);
    }
    format!(
        "account {} {sentence}: that was chosen by command, which wins over the config; back to the config: fased groups \
         activation {group} default{}",
        account.id,
        option(account)
    )
}
