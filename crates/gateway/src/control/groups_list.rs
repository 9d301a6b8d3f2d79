//! Groups: what was seen of them, what the config says, and what the owner chose.

use std::collections::BTreeMap;
use std::sync::Arc;

use fased_policy::access::{Activation, GroupPolicy, Listing, Mode};
use fased_policy::ids::{ChatId, GroupId, Identity};
use fased_policy::route::Answering;
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

const NOBODY: &str = "nobody";

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
    let enabled = switched_on && config.rules.group_policy != GroupPolicy::Disabled;
    let heard = if listed && enabled {
        heard(config, group)
    } else {
        NOBODY
    };
    let (require_mention, _) = groups.require_mention(group);
    let activation = row
        .and_then(|row| row.activation.as_deref())
        .and_then(Activation::parse);
    let (mode, by) = groups.mode(group, activation);
    // Whoever writes there: in a group the sender does not decide who answers.
    let (chat, anyone) = (ChatId::Group(group.clone()), Identity::default());
    let (agents, by_config) = match config.answering(&chat, &anyone) {
        Answering::One(route) => (Vec::new(), route.agent.to_owned()),
        Answering::All(broadcast) => (broadcast.agents.clone(), broadcast.agents.join(", ")),
    };
    let agent_chosen = chosen.is_some();
    let agent = chosen.unwrap_or(by_config);
    let source = config.sources.of_setting(by, Some(group), &agent);
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    GroupInfo {
        account: config.id.as_str().to_owned(),
        group: group.as_str().to_owned(),
        subject: None,
        messages: row.map_or(0, |row| count(row.messages)),
        last_ms: row.and_then(|row| row.last_ms),
        listed,
        enabled,
        heard: heard.to_owned(),
        require_mention,
        activation: activation.map(|chosen| chosen.as_str().to_owned()),
        mode: mode.as_str().to_owned(),
        agent,
        agents,
        agent_chosen,
        pending_context: row.map_or(0, |row| count(row.context).min(config.history_limit as u64)),
        source: ModeSource {
            level: source.level.as_str().to_owned(),
            path: source.path,
            line: source.line,
        },
    }
}

/// Whose messages may be answered in a group that is let in.
fn heard(config: &AccountConfig, group: &GroupId) -> &'static str {
    let rules = &config.rules;
    let (list, _) = rules.group_list(group);
    match (rules.group_policy, rules.mode) {
        (GroupPolicy::Disabled, Mode::Personal | Mode::Dedicated) => NOBODY,
        (GroupPolicy::Open, Mode::Personal | Mode::Dedicated) => "all",
        // Nobody in particular is on a list only where everybody is.
        (GroupPolicy::Allowlist, Mode::Personal | Mode::Dedicated) if list.admits(&Identity::default()) => {
            "all"
        }
        (GroupPolicy::Allowlist, Mode::Personal) if list.is_empty() => "owner",
        (GroupPolicy::Allowlist, Mode::Dedicated) if list.is_empty() => NOBODY,
        (GroupPolicy::Allowlist, Mode::Personal | Mode::Dedicated) => "listed",
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::config::Config;

    const GROUP: &str = "120363000000000001@g.us";

    fn told(whatsapp: &str) -> String {
        let text = format!("{{ channels: {{ whatsapp: {whatsapp} }} }}");
        let config = Config::parse(&text, Path::new("/etc/fased.json"), |id| PathBuf::from(id))
            .expect("a valid config");
        let group = GroupId::parse(GROUP).expect("a group");
        info(&config.accounts["default"], &group, None, None).heard
    }

    #[test]
    fn a_group_where_nobody_is_on_the_list_is_heard_by_nobody() {
        let groups = format!("groups: {{ \"{GROUP}\": {{}} }}");
        for (rules, who) in [
            (r#"groupPolicy: "allowlist""#, "nobody"),
            (r#"groupPolicy: "disabled", allowFrom: ["*"]"#, "nobody"),
            (r#"allowFrom: ["+15550100002"]"#, "listed"),
            (r#"allowFrom: ["+15550100002"], groupAllowFrom: []"#, "nobody"),
            (r#"groupAllowFrom: ["*"]"#, "all"),
            (r#"groupPolicy: "open""#, "all"),
            (r#"mode: "personal""#, "owner"),
        ] {
            assert_eq!(told(&format!("{{ {groups}, {rules} }}")), who, "{rules}");
        }
        let other = r#"groups: { "120363000000000002@g.us": {} }, groupPolicy: "open""#;
        assert_eq!(told(&format!("{{ {other} }}")), "nobody", "not listed");
    }
}
