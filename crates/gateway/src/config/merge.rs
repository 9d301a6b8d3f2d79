//! Account value, else root value, else default; nested blocks key by key.

mod agents;
mod outside;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fased_policy::access::{DmPolicy, GroupRules, Groups, Mode, Rules};
use fased_policy::acking::AckRules;
use fased_policy::chunk::DEFAULT_LIMIT;
use fased_policy::ids::{AccountId, AllowEntry, AllowList, GroupId, Target};
use fased_policy::lifecycle::{BackoffSettings, Settings};
use fased_policy::pacing::PacingRules;
use fased_policy::pairing::PairingRules;

use super::file::{File, Group, Keys};
use super::{AccountConfig, Agents, MediaSettings, Sources, TaskSettings, Writing, join};
pub(super) use agents::{chat, peer};
pub(super) use outside::{alerts, bind, http};

/// A megabyte, as keys with `Mb` count them.
const MEGABYTE: u64 = 1024 * 1024;
const DAY_MS: i64 = 86_400_000;

/// What holds for all accounts.
#[derive(Debug, Clone)]
pub(super) struct Common {
    pub(super) agents: Arc<Agents>,
    pub(super) commands_allow: AllowList,
    pub(super) tasks: TaskSettings,
}

/// Reads what holds for all accounts. `config` is where the file is.
pub(super) fn common(file: &File, config: &Path) -> Result<Common, String> {
    Ok(Common {
        agents: Arc::new(agents::agents(file, config)?),
        commands_allow: agents::commands_allow(file)?,
        tasks: agents::tasks(file),
    })
}

fn allow_list(at: &str, entries: &[String]) -> Result<AllowList, String> {
    let parsed = entries
        .iter()
        .enumerate()
        .map(|(index, entry)| AllowEntry::parse(entry).map_err(|error| format!("{at}[{index}]: {error}")));
    parsed.collect()
}

fn group(at: &str, group: &Group) -> Result<GroupRules, String> {
    let allow_from = group.allow_from.as_ref();
    let allow_from = allow_from.map(|list| allow_list(&format!("{at}.allowFrom"), list));
    Ok(GroupRules {
        enabled: group.enabled,
        require_mention: group.require_mention,
        allow_from: allow_from.transpose()?,
        agent: group.agent_id.clone(),
    })
}

fn groups(at: &str, entries: &BTreeMap<String, Group>) -> Result<Groups, String> {
    let mut groups = Groups::default();
    for (id, entry) in entries {
        let at = join(&format!("{at}.groups"), id);
        let rules = group(&at, entry)?;
        if id == "*" {
            groups.any = Some(rules);
        } else {
            let id = GroupId::parse(id).map_err(|error| format!("{at}: {error}"))?;
            groups.listed.insert(id, rules);
        }
    }
    Ok(groups)
}

/// One account's settings.
pub(super) fn merge(
    id: AccountId,
    own: Keys,
    root: &Keys,
    default_auth_dir: PathBuf,
    common: &Common,
    sources: Sources,
) -> Result<AccountConfig, String> {
    let mode = own.mode.or(root.mode).unwrap_or_default();
    let personal = mode == Mode::Personal;
    let dm_policy = own.dm_policy.or(root.dm_policy);
    let dm_policy = dm_policy.unwrap_or(if personal {
        DmPolicy::Allowlist
    } else {
        DmPolicy::Pairing
    });
    let at = |own: bool| {
        if own {
            join("channels.whatsapp.accounts", id.as_str())
        } else {
            "channels.whatsapp".to_owned()
        }
    };
    let list = |key: &str, own: &Option<Vec<String>>, root: &Option<Vec<String>>| {
        let found = own.as_ref().or(root.as_ref());
        let at = format!("{}.{key}", at(own.is_some()));
        found.map(|entries| allow_list(&at, entries)).transpose()
    };
    let allow_from = list("allowFrom", &own.allow_from, &root.allow_from)?.unwrap_or_default();
    let listed_groups = own.groups.as_ref().or(root.groups.as_ref());
    let default_to = match text(&own.default_to, &root.default_to) {
        Some(written) => {
            let at = at(own.default_to.is_some());
            Some(Target::parse(&written).map_err(|error| format!("{at}.defaultTo: {error}"))?)
        }
        None => None,
    };
    let pairing = own.pairing.over(root.pairing);
    let reconnect = own.reconnect.over(root.reconnect);
    let catch_up = own.catch_up.over(root.catch_up);
    let supervision = own.supervision.over(root.supervision);
    let lifecycle = Settings::default();
    let pacing = own.pacing.over(root.pacing);
    let ack = own.ack_reaction.over(&root.ack_reaction);
    let pairing_defaults = PairingRules::default();
    let pacing_defaults = PacingRules::default();
    let backoff = BackoffSettings::default();
    let rules = Rules {
        mode,
        owners: list("owners", &own.owners, &root.owners)?,
        commands_allow: common.commands_allow.clone(),
        dm_policy,
        allow_from,
        self_chat_mode: own.self_chat_mode.or(root.self_chat_mode).unwrap_or(personal),
        honour_pairings_in_allowlist: pairing.honour_in_allowlist.unwrap_or(false),
        catch_up_max_age_s: i64::from(catch_up.max_age_minutes.unwrap_or(720)) * 60,
        group_policy: own.group_policy.or(root.group_policy).unwrap_or_default(),
        group_allow_from: list("groupAllowFrom", &own.group_allow_from, &root.group_allow_from)?,
        groups: match listed_groups {
            Some(entries) => groups(&at(own.groups.is_some()), entries)?,
            None => Groups::default(),
        },
    };
    Ok(AccountConfig {
        enabled: root.enabled.unwrap_or(true) && own.enabled.unwrap_or(true),
        name: own.name,
        rules,
        observe_only: own.observe_only.or(root.observe_only).unwrap_or(false),
        send_read_receipts: own.send_read_receipts.or(root.send_read_receipts).unwrap_or(true),
        history_limit: own.history_limit.or(root.history_limit).unwrap_or(50) as usize,
        debounce_ms: own.debounce_ms.or(root.debounce_ms).unwrap_or(0),
        writing: Writing {
            limit: own
                .text_chunk_limit
                .or(root.text_chunk_limit)
                .map_or(DEFAULT_LIMIT, |limit| limit as usize),
            mode: own.chunk_mode.or(root.chunk_mode).unwrap_or_default(),
            tables: own.table_mode.or(root.table_mode).unwrap_or_default(),
            prefix: text(&own.response_prefix, &root.response_prefix),
        },
        default_to,
        message_prefix: text(&own.message_prefix, &root.message_prefix),
        ack: ack
            .emoji
            .filter(|emoji| !emoji.trim().is_empty())
            .map(|emoji| AckRules {
                emoji,
                direct: ack.direct.unwrap_or(true),
                groups: ack.group.unwrap_or_default(),
            }),
        pacing: PacingRules {
            per_chat: pacing
                .per_chat_per_minute
                .map_or(pacing_defaults.per_chat, |n| n as usize),
            per_account: pacing
                .per_account_per_minute
                .map_or(pacing_defaults.per_account, |n| n as usize),
            jitter_ms: pacing.jitter_ms.unwrap_or(pacing_defaults.jitter_ms),
            first_contact: pacing.first_contact.unwrap_or(pacing_defaults.first_contact),
        },
        pairing: PairingRules {
            code_ttl_ms: pairing
                .code_ttl_minutes
                .map_or(pairing_defaults.code_ttl_ms, |m| i64::from(m) * 60_000),
            max_pending: pairing
                .max_pending
                .map_or(pairing_defaults.max_pending, |n| n as usize),
            silent: pairing.silent.unwrap_or(false),
            ..pairing_defaults
        },
        notify_owner: pairing.notify_owner.unwrap_or(false),
        agents: Arc::clone(&common.agents),
        tasks: common.tasks.clone(),
        media: MediaSettings {
            max_bytes: u64::from(own.media_max_mb.or(root.media_max_mb).unwrap_or(50)) * MEGABYTE,
            roots: own
                .media_roots
                .as_ref()
                .or(root.media_roots.as_ref())
                .map(|roots| roots.iter().map(|root| folder(root, sources.file())).collect())
                .unwrap_or_default(),
            closed: Vec::new(),
            keep_ms: i64::from(own.media_keep_days.or(root.media_keep_days).unwrap_or(30)) * DAY_MS,
            keep_bytes: u64::from(own.media_keep_mb.or(root.media_keep_mb).unwrap_or(2048)) * MEGABYTE,
        },
        lifecycle: Settings {
            backoff: BackoffSettings {
                initial_ms: reconnect.initial_ms.map_or(backoff.initial_ms, u64::from),
                max_ms: reconnect.max_ms.map_or(backoff.max_ms, u64::from),
                factor: reconnect.factor.unwrap_or(backoff.factor),
                jitter: reconnect.jitter.unwrap_or(backoff.jitter),
            },
            first_respawn_ms: supervision.first_respawn_ms.map_or(0, u64::from),
            breaker_exits: supervision
                .breaker_exits
                .map_or(lifecycle.breaker_exits, |exits| exits as usize),
            breaker_window_ms: supervision
                .breaker_window_ms
                .map_or(lifecycle.breaker_window_ms, u64::from),
            breaker_retry_ms: supervision
                .breaker_retry_ms
                .map_or(lifecycle.breaker_retry_ms, u64::from),
            ..lifecycle
        },
        memory_bytes: u64::from(supervision.memory_mb.unwrap_or(384)) << 20,
        auth_dir: match &own.auth_dir {
            Some(written) => folder(written, sources.file()),
            None => default_auth_dir,
        },
        sources,
        id,
    })
}

/// A text that is set, and not to nothing.
fn text(own: &Option<String>, root: &Option<String>) -> Option<String> {
    own.as_ref()
        .or(root.as_ref())
        .filter(|text| !text.is_empty())
        .cloned()
}

/// A program with a `/` in its name is a file like any other; one without is looked for in PATH when it is started.
pub(super) fn program(written: &str, config: &Path) -> String {
    if written.contains('/') {
        folder(written, config).display().to_string()
    } else {
        written.to_owned()
    }
}

/// `~/` is the home folder, and a relative path starts at the config file's folder.
pub(super) fn folder(written: &str, config: &Path) -> PathBuf {
    if let Some(below) = written.strip_prefix("~/")
        && let Some(home) = std::env::var_os("HOME")
    {
        return PathBuf::from(home).join(below);
    }
    let dir = config.parent().unwrap_or(Path::new("/")).join(written);
    std::path::absolute(&dir).unwrap_or(dir)
}
