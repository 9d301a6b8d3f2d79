//! The config file as written: every key optional, unknown keys refused.

use std::collections::BTreeMap;
use std::path::PathBuf;

use fased_policy::access::{DmPolicy, GroupPolicy, Mode};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct File {
    pub(super) channels: Channels,
    pub(super) messages: Messages,
    pub(super) agents: Agents,
    /// Sections that other versions or the original product have.
    #[serde(flatten)]
    rest: BTreeMap<String, IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Channels {
    pub(super) whatsapp: Whatsapp,
}

/// `channels.whatsapp`: the root keys and the accounts.
#[derive(Debug, Default)]
pub(super) struct Whatsapp {
    pub(super) keys: Keys,
    pub(super) accounts: Option<BTreeMap<String, Keys>>,
}

/// Keys that may stand at the root and in an account.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(super) struct Keys {
    pub(super) enabled: Option<bool>,
    pub(super) mode: Option<Mode>,
    pub(super) dm_policy: Option<DmPolicy>,
    pub(super) allow_from: Option<Vec<String>>,
    pub(super) owners: Option<Vec<String>>,
    pub(super) group_policy: Option<GroupPolicy>,
    pub(super) group_allow_from: Option<Vec<String>>,
    pub(super) groups: Option<BTreeMap<String, Group>>,
    pub(super) send_read_receipts: Option<bool>,
    pub(super) history_limit: Option<u32>,
    pub(super) debounce_ms: Option<u32>,
    pub(super) name: Option<String>,
    pub(super) self_chat_mode: Option<bool>,
    pub(super) observe_only: Option<bool>,
    pub(super) catch_up: CatchUp,
    pub(super) pairing: Pairing,
    pub(super) reconnect: Reconnect,
    pub(super) supervision: Supervision,
    /// Only under `accounts.<id>`.
    pub(super) auth_dir: Option<PathBuf>,
    /// Only at the root; split off by [`File::parse`].
    accounts: Option<BTreeMap<String, Keys>>,

    // Part of the config format, without effect in this version: named in a warning.
    media_max_mb: Option<IgnoredAny>,
    text_chunk_limit: Option<IgnoredAny>,
    table_mode: Option<IgnoredAny>,
    chunk_mode: Option<IgnoredAny>,
    message_prefix: Option<IgnoredAny>,
    response_prefix: Option<IgnoredAny>,
    ack_reaction: Option<IgnoredAny>,
    pacing: Option<IgnoredAny>,
    default_to: Option<IgnoredAny>,
}

/// The settings of one group.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(super) struct Group {
    pub(super) enabled: Option<bool>,
    pub(super) require_mention: Option<bool>,
    pub(super) allow_from: Option<Vec<String>>,
    pub(super) agent_id: Option<String>,
    tools: Option<IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(super) struct Messages {
    pub(super) group_chat: GroupChat,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(super) struct GroupChat {
    pub(super) mention_patterns: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(super) struct Agents {
    pub(super) list: Option<Vec<Agent>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Agent {
    pub(super) id: String,
    pub(super) default: Option<bool>,
    pub(super) mention_patterns: Option<Vec<String>>,
}

/// A nested block whose keys are all optional, so that an account's block adds to the root's.
macro_rules! block {
    ($name:ident { $($field:ident: $ty:ty),* $(,)? }) => {
        #[derive(Debug, Default, Clone, Copy, Deserialize)]
        #[serde(rename_all = "camelCase", default, deny_unknown_fields)]
        pub(super) struct $name { $(pub(super) $field: Option<$ty>),* }

        impl $name {
            pub(super) fn over(self, root: Self) -> Self {
                Self { $($field: self.$field.or(root.$field)),* }
            }
        }
    };
}

block!(CatchUp { max_age_minutes: u32 });
block!(Pairing {
    code_ttl_minutes: u32,
    max_pending: u32,
    silent: bool,
    notify_owner: bool,
    honour_in_allowlist: bool,
});
block!(Reconnect {
    initial_ms: u32,
    max_ms: u32,
    factor: f64,
    jitter: f64
});
block!(Supervision {
    breaker_exits: u32,
    breaker_window_ms: u32,
    breaker_retry_ms: u32,
    first_respawn_ms: u32
});

impl File {
    /// Parses JSON5. The error says line, column and key.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut deserializer = json5::Deserializer::from_str(text);
        serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let path = error.path().to_string();
            let inner = error.into_inner();
            if path == "." {
                inner.to_string()
            } else {
                format!("{path}: {inner}")
            }
        })
    }

    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings = self.channels.whatsapp.keys.warnings("channels.whatsapp");
        if !self.rest.is_empty() {
            let names: Vec<&str> = self.rest.keys().map(String::as_str).collect();
            warnings.push(format!(
                "these sections have no effect in this version: {}",
                names.join(", ")
            ));
        }
        warnings
    }
}

impl<'de> Deserialize<'de> for Whatsapp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut keys = Keys::deserialize(deserializer)?;
        let accounts = keys.accounts.take();
        Ok(Self { keys, accounts })
    }
}

impl Keys {
    /// Names the keys that are understood and do nothing yet, so that none is silently dead.
    pub(super) fn warnings(&self, at: &str) -> Vec<String> {
        let unused = [
            ("mediaMaxMb", self.media_max_mb.is_some()),
            ("textChunkLimit", self.text_chunk_limit.is_some()),
            ("tableMode", self.table_mode.is_some()),
            ("chunkMode", self.chunk_mode.is_some()),
            ("messagePrefix", self.message_prefix.is_some()),
            ("responsePrefix", self.response_prefix.is_some()),
            ("ackReaction", self.ack_reaction.is_some()),
            ("pacing", self.pacing.is_some()),
            ("defaultTo", self.default_to.is_some()),
            (
                "supervision.breakerExits",
                self.supervision.breaker_exits.is_some(),
            ),
            (
                "supervision.breakerWindowMs",
                self.supervision.breaker_window_ms.is_some(),
            ),
            (
                "supervision.breakerRetryMs",
                self.supervision.breaker_retry_ms.is_some(),
            ),
        ];
        let names: Vec<&str> = unused
            .iter()
            .filter(|(_, set)| *set)
            .map(|(name, _)| *name)
            .collect();
        if names.is_empty() {
            return Vec::new();
        }
        vec![format!(
            "{at}: these keys have no effect in this version: {}",
            names.join(", ")
        )]
    }
}
