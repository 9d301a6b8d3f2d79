//! Which rules were tried, for those who want to know why.

use super::Rule;

/// What decides besides the event itself: a config key, or something that the owner did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Setting {
    /// `mode`.
    Mode,
    /// `owners`.
    Owners,
    /// `commands.allowFrom`.
    CommandsAllowFrom,
    /// `dmPolicy`.
    DmPolicy,
    /// `allowFrom`.
    AllowFrom,
    /// `selfChatMode`.
    SelfChatMode,
    /// `catchUp.maxAgeMinutes`.
    CatchUp,
    /// `pairing.honourInAllowlist`.
    HonourPairings,
    /// `pairing.maxPending`.
    MaxPending,
    /// `groupPolicy`.
    GroupPolicy,
    /// `groups`: which groups are listed.
    Groups,
    /// `groups.<group>.enabled`.
    GroupEnabled,
    /// `groups["*"].enabled`.
    AnyGroupEnabled,
    /// `groups.<group>.allowFrom`.
    GroupEntryAllowFrom,
    /// `groups["*"].allowFrom`.
    AnyGroupAllowFrom,
    /// `groupAllowFrom`.
    GroupAllowFrom,
    /// `groups.<group>.requireMention`.
    RequireMention,
    /// `groups["*"].requireMention`, or its default.
    AnyGroupRequireMention,
    /// `mentionPatterns` of the agent, or of all.
    MentionPatterns,
    /// What the owner chose for this group by command.
    Activation,
    /// The approved senders.
    Approvals,
}

/// One rule that was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub rule: Rule,
    /// What it asked, if that is a setting.
    pub setting: Option<Setting>,
    /// What was found, for people.
    pub found: &'static str,
}

/// Hears of each rule that is tried. `()` listens to nothing and costs nothing.
pub trait Tracer {
    /// A rule was tried.
    fn tried(&mut self, rule: Rule, setting: Option<Setting>, found: &'static str);
}

impl Tracer for () {
    fn tried(&mut self, _rule: Rule, _setting: Option<Setting>, _found: &'static str) {}
}

impl Tracer for Vec<Step> {
    fn tried(&mut self, rule: Rule, setting: Option<Setting>, found: &'static str) {
        self.push(Step { rule, setting, found });
    }
}
