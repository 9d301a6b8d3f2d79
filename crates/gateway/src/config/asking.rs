//! Whether somebody can answer what agents ask.

use std::collections::BTreeMap;

use fased_agents::Settings;
use fased_policy::access::Mode;

use super::{AccountConfig, Agents};

/// Accounts on which an agent may ask for permission and nobody is named who may answer, each with what to do. On a
/// personal number its owner is there, and in the chat with oneself so is whoever has the phone.
pub(super) fn unanswerable(accounts: &BTreeMap<String, AccountConfig>, agents: &Agents) -> Vec<String> {
    let asks = |(id, agent): (&String, &super::Agent)| match agent.backend {
        Settings::Acp(_) => Some(id.clone()),
        Settings::Echo | Settings::Command(_) | Settings::OpenAi(_) => None,
    };
    let Some(agent) = agents.list.iter().find_map(asks) else {
        return Vec::new();
    };
    let nobody = |account: &&AccountConfig| {
        let rules = &account.rules;
        let named = rules.owners.as_ref().is_some_and(|owners| !owners.is_empty());
        account.enabled && rules.mode == Mode::Dedicated && !rules.self_chat_mode && !named
    };
    let without = accounts.values().filter(nobody);
    without
        .map(|account| {
            format!(
                "nobody can answer on account {} what the agent {agent} asks, since it has no owner but itself; next: \
                 fased config set 'channels.whatsapp.owners[+]' +15551234567",
                account.id.as_str()
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::valid;

    #[test]
    fn an_agent_that_asks_needs_somebody_who_may_answer() {
        let warnings = |whatsapp: &str, backend: &str| {
            let agent = format!("{{ id: 'coder', backend: '{backend}', {backend}: {{ argv: ['sh'] }} }}");
            let config =
                format!("{{ channels: {{ whatsapp: {{ {whatsapp} }} }}, agents: {{ list: [{agent}] }} }}");
            valid(&config).warnings
        };
        let told = warnings("", "acp");
        assert!(
            told.len() == 1 && told[0].contains("what the agent coder asks") && told[0].contains("owners[+]"),
            "{told:?}"
        );
        for (whatsapp, backend) in [
            ("owners: ['+15550100002']", "acp"),
            ("mode: 'personal'", "acp"),
            ("selfChatMode: true", "acp"),
            ("enabled: false", "acp"),
            ("", "command"),
        ] {
            assert_eq!(warnings(whatsapp, backend), Vec::<String>::new(), "{whatsapp}");
        }
    }
}
