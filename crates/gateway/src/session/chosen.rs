//! The agent that `/agent switch` chose, for whoever tells of a chat without writing in it.

use anyhow::Result;
use fased_policy::ids::{ChatId, GroupId, Identity};

use super::Conversations;
use crate::config::AccountConfig;
use crate::store::Store;

impl Conversations {
    /// None where nothing was chosen, or one that is not in the config any more, or where a broadcast says who answers.
    pub(crate) fn chosen_agent(
        &self,
        config: &AccountConfig,
        chat: &ChatId,
        sender: &Identity,
    ) -> Option<String> {
        if config.broadcast(chat, sender).is_some() {
            return None;
        }
        let (_, chosen) = self.find(chat, sender);
        let agent = chosen.and_then(|chosen| chosen.agent);
        agent.filter(|agent| config.agents.list.contains_key(agent))
    }
}

/// By what the store has.
pub(crate) async fn agent(
    store: &Store,
    config: &AccountConfig,
    chat: &ChatId,
    sender: &Identity,
) -> Result<Option<String>> {
    let conversations = Conversations::load(store, config.id.as_str()).await?;
    Ok(conversations.chosen_agent(config, chat, sender))
}

/// The same of a group, where whoever writes does not decide who answers.
pub(crate) async fn agent_of_group(
    store: &Store,
    config: &AccountConfig,
    group: &GroupId,
) -> Result<Option<String>> {
    agent(store, config, &ChatId::Group(group.clone()), &Identity::default()).await
}
