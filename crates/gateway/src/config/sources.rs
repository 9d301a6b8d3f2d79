//! Where a value comes from: which file and line, or the defaults.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use fased_policy::access::Setting;
use fased_policy::ids::GroupId;
use fased_policy::route::By;

/// Where one value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// How close to the account.
    pub level: Level,
    /// The whole key path, as in `channels.whatsapp.accounts.work.dmPolicy`. For a default, where it would
    /// be written.
    pub path: String,
    /// The line in the config file, from 1; none for what is not written there.
    pub line: Option<u32>,
}

impl Source {
    /// Of a key outside of `channels.whatsapp`, which is written on this line or nowhere.
    pub(super) fn outside(path: &str, line: Option<u32>) -> Self {
        Self {
            level: if line.is_some() {
                Level::Global
            } else {
                Level::Default
            },
            path: path.to_owned(),
            line,
        }
    }

    /// Chosen by a command, and not written in the config. `what` says what that is.
    pub(crate) fn stored(what: &str) -> Self {
        Self {
            level: Level::Stored,
            path: what.to_owned(),
            line: None,
        }
    }
}

/// How close to the account a value is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Under `channels.whatsapp.accounts.<id>`.
    Account,
    /// Under `channels.whatsapp`.
    Root,
    /// Elsewhere in the file.
    Global,
    /// Nowhere: the built-in value.
    Default,
    /// In the store: chosen by a command.
    Stored,
}

impl Level {
    /// The word on every surface.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Root => "root",
            Self::Global => "global",
            Self::Default => "default",
            Self::Stored => "stored",
        }
    }
}

/// The places of all keys of one config file, seen from one account.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    pub(super) account: String,
    pub(super) file: PathBuf,
    /// Key path, written as [`join`] does, to line.
    pub(super) places: Arc<BTreeMap<String, u32>>,
}

const ROOT: &str = "channels.whatsapp";

impl Sources {
    /// The config file; it need not exist.
    #[must_use]
    pub fn file(&self) -> &std::path::Path {
        &self.file
    }

    /// The line of a key by its whole path, if it is written in the file.
    #[must_use]
    pub fn line(&self, path: &str) -> Option<u32> {
        self.places.get(path).copied()
    }

    /// Where a key of the account comes from, such as `dmPolicy` or `pairing.maxPending`: from the account,
    /// the root or the defaults.
    #[must_use]
    pub fn of(&self, key: &str) -> Source {
        let account = join(&format!("{ROOT}.accounts"), &self.account);
        let own = format!("{account}.{key}");
        let root = format!("{ROOT}.{key}");
        // An account's `groups` replace the root's as a whole, so that a key may stand there without effect.
        let replaced = key.starts_with("groups") && self.places.contains_key(&format!("{account}.groups"));
        let at_root = self.places.get(&root).filter(|_| !replaced);
        match (self.places.get(&own), at_root) {
            (Some(line), _) => Source {
                level: Level::Account,
                path: own,
                line: Some(*line),
            },
            (None, Some(line)) => Source {
                level: Level::Root,
                path: root,
                line: Some(*line),
            },
            (None, None) => Source {
                level: Level::Default,
                path: if replaced { own } else { root },
                line: None,
            },
        }
    }

    /// Where a setting comes from. `group` is the group that was judged, `agent` the agent that would answer.
    #[must_use]
    pub fn of_setting(&self, setting: Setting, group: Option<&GroupId>, agent: &str) -> Source {
        let entry = |key: &str| match group {
            Some(group) => format!("{}.{key}", join("groups", group.as_str())),
            None => format!("groups.{key}"),
        };
        let any = |key: &str| format!("{}.{key}", join("groups", "*"));
        match setting {
            Setting::Mode => self.of("mode"),
            Setting::Owners => self.of("owners"),
            Setting::CommandsAllowFrom => {
                let path = "commands.allowFrom";
                Source::outside(path, self.places.get(path).copied())
            }
            Setting::DmPolicy => self.of("dmPolicy"),
            Setting::AllowFrom => self.of("allowFrom"),
            Setting::SelfChatMode => self.of("selfChatMode"),
            Setting::CatchUp => self.of("catchUp.maxAgeMinutes"),
            Setting::HonourPairings => self.of("pairing.honourInAllowlist"),
            Setting::MaxPending => self.of("pairing.maxPending"),
            Setting::GroupPolicy => self.of("groupPolicy"),
            Setting::Groups => self.of("groups"),
            Setting::GroupEnabled => self.of(&entry("enabled")),
            Setting::AnyGroupEnabled => self.of(&any("enabled")),
            Setting::GroupEntryAllowFrom => self.of(&entry("allowFrom")),
            Setting::AnyGroupAllowFrom => self.of(&any("allowFrom")),
            Setting::GroupAllowFrom => self.of("groupAllowFrom"),
            Setting::RequireMention => self.of(&entry("requireMention")),
            Setting::AnyGroupRequireMention => self.of(&any("requireMention")),
            Setting::MentionPatterns => self.of_patterns(agent),
            Setting::Activation => Source::stored("the activation chosen for this group"),
            Setting::Approvals => Source::stored("the approved senders"),
        }
    }

    /// What says which agent answers. `group` is the group it is about, `default` the default agent.
    #[must_use]
    pub fn of_route(&self, by: By, group: Option<&GroupId>, default: &str) -> Source {
        let entry = |name: &str| self.of(&format!("{}.agentId", join("groups", name)));
        match by {
            By::PeerBinding(index) | By::AccountBinding(index) | By::ChannelBinding(index) => {
                let path = format!("bindings[{index}].agentId");
                Source::outside(&path, self.line(&path))
            }
            By::Group => entry(group.map_or("*", GroupId::as_str)),
            By::AnyGroup => entry("*"),
            By::Default => {
                let marked = format!("agents.list.{default}.default");
                let path = match self.line(&marked) {
                    Some(_) => marked.as_str(),
                    None => "agents.list",
                };
                Source::outside(path, self.line(path))
            }
        }
    }

    /// What says which agents answer in a chat with a broadcast, as the config writes that chat.
    #[must_use]
    pub fn of_broadcast(&self, key: &str) -> Source {
        let path = join("broadcast", key);
        Source::outside(&path, self.line(&path))
    }

    fn of_patterns(&self, agent: &str) -> Source {
        let global = "messages.groupChat.mentionPatterns";
        let of_agent = format!("agents.list.{agent}.mentionPatterns");
        let (path, line) = match self.places.get(&of_agent) {
            Some(line) => (of_agent.as_str(), Some(*line)),
            None => (global, self.places.get(global).copied()),
        };
        Source::outside(path, line)
    }
}

/// A key path one key longer: `a.b`, or `a["b c"]` for a key that is no plain word.
#[must_use]
pub fn join(path: &str, key: &str) -> String {
    let plain = !key.is_empty()
        && !key.starts_with(|first: char| first.is_ascii_digit())
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$'));
    match (plain, path) {
        (true, "") => key.to_owned(),
        (true, path) => format!("{path}.{key}"),
        (false, path) => format!("{path}[{}]", serde_json::Value::from(key)),
    }
}
