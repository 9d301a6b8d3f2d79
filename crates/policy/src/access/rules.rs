//! An account's rules, as the config gives them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Activation, Facts, Setting};
use crate::ids::{AllowList, GroupId};

/// How direct messages of strangers are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DmPolicy {
    /// They ask, the owner approves.
    #[default]
    Pairing,
    /// Only who is on the list.
    Allowlist,
    /// Everyone.
    Open,
    /// Nobody, whatever the list says.
    Disabled,
}

impl DmPolicy {
    /// The word in the config.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pairing => "pairing",
            Self::Allowlist => "allowlist",
            Self::Open => "open",
            Self::Disabled => "disabled",
        }
    }
}

/// Who may write in groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupPolicy {
    /// Everyone in a group.
    Open,
    /// Only who is on the list.
    #[default]
    Allowlist,
    /// Nobody.
    Disabled,
}

/// Whose number is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A number of its own: what it writes by hand is no message to it.
    #[default]
    Dedicated,
    /// The owner's: strangers are never told anything, and naming the number means the owner.
    Personal,
}

/// An account's rules.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Whose number it is.
    pub mode: Mode,
    /// Who commands and approves; the linked number if none are named.
    pub owners: Option<AllowList>,
    /// Who else may use chat commands (`commands.allowFrom`), but those that are for owners only.
    pub commands_allow: AllowList,
    /// How strangers are treated.
    pub dm_policy: DmPolicy,
    /// Who may write, and who in groups unless another list says.
    pub allow_from: AllowList,
    /// Does the owner's chat with themselves reach the agent?
    pub self_chat_mode: bool,
    /// Do approvals count under `allowlist` too?
    pub honour_pairings_in_allowlist: bool,
    /// Older messages are recorded and not answered.
    pub catch_up_max_age_s: i64,
    /// Who may write in groups.
    pub group_policy: GroupPolicy,
    /// Who may write in groups; `None` means those in `allow_from`.
    pub group_allow_from: Option<AllowList>,
    /// Groups with settings of their own. If there are any, no other group is heard.
    pub groups: Groups,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            mode: Mode::Dedicated,
            owners: None,
            commands_allow: AllowList::default(),
            dm_policy: DmPolicy::Pairing,
            allow_from: AllowList::default(),
            self_chat_mode: false,
            honour_pairings_in_allowlist: false,
            catch_up_max_age_s: 720 * 60,
            group_policy: GroupPolicy::Allowlist,
            group_allow_from: None,
            groups: Groups::default(),
        }
    }
}

impl Rules {
    /// Is it the owner who wrote this? Neither `*` nor an approval makes an owner.
    #[must_use]
    pub fn is_owner(&self, facts: &Facts<'_>) -> bool {
        self.owns(facts.sender, facts.own, facts.from_me)
    }

    /// All lists with people, for asking WhatsApp about them.
    pub fn lists(&self) -> impl Iterator<Item = &AllowList> {
        let of_groups = self.groups.listed.values().chain(&self.groups.any);
        [
            Some(&self.allow_from),
            self.owners.as_ref(),
            Some(&self.commands_allow),
            self.group_allow_from.as_ref(),
        ]
        .into_iter()
        .flatten()
        .chain(of_groups.filter_map(|group| group.allow_from.as_ref()))
    }

    /// Who may write in this group, and which setting says so.
    #[must_use]
    pub fn group_list(&self, group: &GroupId) -> (&AllowList, Setting) {
        let entry = self.groups.listed.get(group);
        if let Some(list) = entry.and_then(|entry| entry.allow_from.as_ref()) {
            return (list, Setting::GroupEntryAllowFrom);
        }
        if let Some(list) = self.groups.any.as_ref().and_then(|any| any.allow_from.as_ref()) {
            return (list, Setting::AnyGroupAllowFrom);
        }
        match &self.group_allow_from {
            Some(list) => (list, Setting::GroupAllowFrom),
            None => (&self.allow_from, Setting::AllowFrom),
        }
    }
}

/// Groups with settings of their own.
#[derive(Debug, Clone, Default)]
pub struct Groups {
    /// By address.
    pub listed: HashMap<GroupId, GroupRules>,
    /// `*`: all others, and what an entry leaves open.
    pub any: Option<GroupRules>,
}

/// Is a group one that is heard?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// No groups are listed, so all are heard.
    NoList,
    /// By its address or by `*`.
    Listed,
    /// By neither.
    NotListed,
    /// It is, and switched off by this setting.
    Off(Setting),
}

impl Groups {
    /// Is this group heard? Its own entry decides; `*` only where there is none.
    #[must_use]
    pub fn listing(&self, group: &GroupId) -> Listing {
        let (found, enabled) = match (self.listed.get(group), &self.any) {
            (Some(entry), _) => (entry, Setting::GroupEnabled),
            (None, Some(any)) => (any, Setting::AnyGroupEnabled),
            (None, None) if self.listed.is_empty() => return Listing::NoList,
            (None, None) => return Listing::NotListed,
        };
        match found.enabled {
            Some(false) => Listing::Off(enabled),
            Some(true) | None => Listing::Listed,
        }
    }

    /// Must a message mention the account, and which setting says so?
    #[must_use]
    pub fn require_mention(&self, group: &GroupId) -> (bool, Setting) {
        if let Some(own) = self.listed.get(group).and_then(|entry| entry.require_mention) {
            return (own, Setting::RequireMention);
        }
        let any = self.any.as_ref().and_then(|any| any.require_mention);
        (any.unwrap_or(true), Setting::AnyGroupRequireMention)
    }

    /// What is answered in this group, and what says so: the owner's choice, else the config.
    #[must_use]
    pub fn mode(&self, group: &GroupId, chosen: Option<Activation>) -> (Activation, Setting) {
        let (required, by) = self.require_mention(group);
        match (chosen, required) {
            (Some(chosen), _) => (chosen, Setting::Activation),
            (None, true) => (Activation::Mention, by),
            (None, false) => (Activation::Always, by),
        }
    }
}

/// The settings of one group, or of `*`; what is absent is looked up further on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupRules {
    /// Is it heard?
    pub enabled: Option<bool>,
    /// Must a message mention the account?
    pub require_mention: Option<bool>,
    /// Who may write there.
    pub allow_from: Option<AllowList>,
    /// Who answers there.
    pub agent: Option<String>,
}
