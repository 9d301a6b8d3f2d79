//! Groups: what was seen of them, what the config says, and what the owner chose.

use std::collections::BTreeMap;
use std::sync::Arc;

use fased_policy::access::{Activation, GroupPolicy, Listing};
use fased_policy::ids::{ChatId, GroupId, Identity};
use fased_protocol::control::{ControlError, ControlResponse, GroupInfo, ModeSource};

use super::internal;
use crate::config::AccountConfig;
use crate::session::Conversations;
use crate::store::{GroupRow, Store};

/// The groups of these accounts; without a store only the config knows any.
pub(crate) async fn answer(
    store: Option<&Store>,
    accounts: &[Arc<AccountConfig>],
) -> Result<ControlResponse, ControlError> {
    let mut groups = Vec::new();
    for config in accounts {
        let mut known: BTreeMap<GroupId, Option<GroupRow>> = BTreeMap::new();
        for group in config.rules.groups.listed.keys() {
            known.insert(group.clone(), None);
        }
        if let Some(store) = store {
            let rows = store
                .groups(Some(config.id.as_str()))
                .await
                .map_err(|error| internal(&error))?;
            for row in rows {
                if let Ok(group) = GroupId::parse(&row.chat) {
                    known.insert(group, Some(row));
                }
            }
        }
        let conversations = match store {
            Some(store) => Conversations::load(store, config.id.as_str())
                .await
                .map_err(|error| internal(&error))?,
            None => Conversations::default(),
        };
        groups.extend(known.into_iter().map(|(group, row)| {
            let chosen =
                conversations.chosen_agent(config, &ChatId::Group(group.clone()), &Identity::default());
            info(config, &group, row.as_ref(), chosen)
        }));
    }
    Ok(ControlResponse::Groups { groups })
}

/// One group, as every surface shows it. `chosen` is the agent that was chosen there.
pub(super) fn info(
    config: &AccountConfig,
    group: &GroupId,
    row: Option<&GroupRow>,
    chosen: Option<String>,
) -> GroupInfo {
    let groups = &config.rules.groups;
    let (listed, switched_on) = match groups.listing(group) {
        Listing::NoList | Listing::Listed => (true, true),
        Listing::Off(_) => (true, false),
        Listing::NotListed => (false, true),
    };
    let (require_mention, _) = groups.require_mention(group);
    let activation = row
        .and_then(|row| row.activation.as_deref())
        .and_then(Activation::parse);
    let (mode, by) = groups.mode(group, activation);
    // Whoever writes there: in a group the sender does not decide who answers.
    let by_config = || {
        config
            .route(&ChatId::Group(group.clone()), &Identity::default())
            .agent
    };
    let agent_chosen = chosen.is_some();
    let agent = chosen.unwrap_or_else(|| by_config().to_owned());
    let source = config.sources.of_setting(by, Some(group), &agent);
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    GroupInfo {
        account: config.id.as_str().to_owned(),
        group: group.as_str().to_owned(),
        subject: None,
        messages: row.map_or(0, |row| count(row.messages)),
        last_ms: row.and_then(|row| row.last_ms),
        listed,
        enabled: switched_on && config.rules.group_policy != GroupPolicy::Disabled,
        require_mention,
        activation: activation.map(|chosen| chosen.as_str().to_owned()),
        mode: mode.as_str().to_owned(),
        agent,
        agent_chosen,
        pending_context: row.map_or(0, |row| count(row.context).min(config.history_limit as u64)),
        source: ModeSource {
            level: source.level.as_str().to_owned(),
            path: source.path,
            line: source.line,
        },
    }
}
