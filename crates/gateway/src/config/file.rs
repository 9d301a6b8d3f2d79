//! The config file as written: every key that has an effect, all optional. What is allowed was checked before.

mod agents;
mod outside;

use std::collections::BTreeMap;

pub(super) use agents::{
    Agent, Agents, Backend, Binding, Broadcast, Commands, DmScope, Output, PeerKind, Session, Strategy, Tasks,
};
use fased_policy::access::{DmPolicy, GroupPolicy, Mode};
pub(super) use outside::{Alerts, Gateway};
use serde::Deserialize;

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct File {
    pub(super) channels: Channels,
    pub(super) messages: Messages,
    pub(super) agents: Agents,
    pub(super) bindings: Vec<Binding>,
    pub(super) broadcast: Broadcast,
    pub(super) session: Session,
    pub(super) commands: Commands,
    pub(super) tasks: Tasks,
    pub(super) logging: Logging,
    pub(super) gateway: Gateway,
    pub(super) alerts: Alerts,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Channels {
    pub(super) whatsapp: Whatsapp,
}

/// `channels.whatsapp`: the root keys and the accounts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Whatsapp {
    #[serde(flatten)]
    pub(super) keys: Keys,
    pub(super) accounts: Option<BTreeMap<String, Keys>>,
}

/// Keys that may stand at the root and in an account.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", default)]
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
    pub(super) media_max_mb: Option<u32>,
    pub(super) media_roots: Option<Vec<String>>,
    pub(super) media_keep_days: Option<u32>,
    pub(super) media_keep_mb: Option<u32>,
    pub(super) text_chunk_limit: Option<u32>,
    pub(super) chunk_mode: Option<fased_policy::chunk::Mode>,
    pub(super) table_mode: Option<fased_policy::format::Tables>,
    pub(super) message_prefix: Option<String>,
    pub(super) default_to: Option<String>,
    pub(super) response_prefix: Option<String>,
    pub(super) ack_reaction: AckReaction,
    pub(super) pacing: Pacing,
    pub(super) name: Option<String>,
    pub(super) self_chat_mode: Option<bool>,
    pub(super) observe_only: Option<bool>,
    pub(super) catch_up: CatchUp,
    pub(super) pairing: Pairing,
    pub(super) reconnect: Reconnect,
    pub(super) supervision: Supervision,
    /// Only under `accounts.<id>`.
    pub(super) auth_dir: Option<String>,
}

/// The settings of one group.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Group {
    pub(super) enabled: Option<bool>,
    pub(super) require_mention: Option<bool>,
    pub(super) allow_from: Option<Vec<String>>,
    pub(super) agent_id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Messages {
    pub(super) group_chat: GroupChat,
    pub(super) queue: Queue,
    pub(super) failure_text: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Logging {
    pub(super) level: Option<super::logging::Level>,
    pub(super) to_file: Option<super::logging::ToFile>,
    pub(super) max_mb: Option<u32>,
    pub(super) keep: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Queue {
    pub(super) mode: Option<super::QueueMode>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct GroupChat {
    pub(super) mention_patterns: Option<Vec<String>>,
}

/// A nested block whose keys are all optional, so that an account's block adds to the root's.
macro_rules! block {
    ($name:ident { $($field:ident: $ty:ty),* $(,)? }) => {
        #[derive(Debug, Default, Clone, Copy, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        pub(super) struct $name { $(pub(super) $field: Option<$ty>),* }

        impl $name {
            pub(super) fn over(self, root: Self) -> Self {
                Self { $($field: self.$field.or(root.$field)),* }
            }
        }
    };
}

/// The reaction to messages that will be answered.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct AckReaction {
    pub(super) emoji: Option<String>,
    pub(super) direct: Option<bool>,
    pub(super) group: Option<fased_policy::acking::Groups>,
}

impl AckReaction {
    pub(super) fn over(&self, root: &Self) -> Self {
        Self {
            emoji: self.emoji.clone().or_else(|| root.emoji.clone()),
            direct: self.direct.or(root.direct),
            group: self.group.or(root.group),
        }
    }
}

block!(Pacing {
    per_chat_per_minute: u32,
    per_account_per_minute: u32,
    jitter_ms: u32,
    first_contact: bool,
});
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
    first_respawn_ms: u32,
    breaker_exits: u32,
    breaker_window_ms: u32,
    breaker_retry_ms: u32,
    memory_mb: u32
});
