//! The reaction that says that an answer is being made.

use unicode_segmentation::UnicodeSegmentation as _;

use crate::ids::ChatId;

#[cfg(test)]
mod tests;

/// The reaction, and where it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AckRules {
    /// The emoji.
    pub emoji: String,
    /// In direct messages.
    pub direct: bool,
    /// In groups.
    pub groups: Groups,
}

/// When in groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Groups {
    /// On every message that will be answered.
    Always,
    /// On those that mention us.
    #[default]
    Mentions,
    /// On none.
    Never,
}

/// Does a message that will be answered get the reaction?
#[must_use]
pub fn applies(rules: &AckRules, chat: &ChatId, mentions_us: bool) -> bool {
    match (chat, rules.groups) {
        (ChatId::Direct(_) | ChatId::SelfChat, _) => rules.direct,
        (ChatId::Group(_), Groups::Always) => true,
        (ChatId::Group(_), Groups::Mentions) => mentions_us,
        (ChatId::Group(_), Groups::Never) | (ChatId::NotAConversation(_), _) => false,
    }
}

/// Can this be put on a message: one emoji, or nothing, which takes back what is there? What is one character to people may
/// be many; letters are none.
#[must_use]
pub fn is_reaction(text: &str) -> bool {
    text.graphemes(true).count() <= 1 && (text.is_empty() || !text.is_ascii())
}
