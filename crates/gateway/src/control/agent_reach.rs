//! What an agent may reach by itself. Whoever asks for one says so; the rest is seen to here, and by policy.

use fased_policy::access::Outcome;
use fased_policy::ids::{ChatId, Identity, Target};
use fased_protocol::control::{ControlError, ErrorCode, ForAgent, JudgementInfo};
use fased_protocol::private::Jid;

use super::{Live, internal};
use crate::account::Account;
use crate::clock;
use crate::config::Agents;
use crate::explain::{Linked, described, reached, sentence, supposed};
use crate::store::Store;

/// The agent that is asked for: the one that is named, or else the default one; none where the owner asks.
pub(crate) fn named<'a>(
    agents: Option<&'a Agents>,
    for_agent: Option<&'a ForAgent>,
) -> Result<Option<&'a str>, ControlError> {
    let Some(for_agent) = for_agent else {
        return Ok(None);
    };
    let known = |id: &str| agents.and_then(|agents| agents.list.get_key_value(id).map(|(id, _)| id.as_str()));
    let found = match &for_agent.id {
        Some(id) => known(id),
        None => agents.map(|agents| agents.default.as_str()),
    };
    let Some(found) = found else {
        let ids: Vec<&str> = agents
            .into_iter()
            .flat_map(|agents| agents.list.keys().map(String::as_str))
            .collect();
        return Err(ControlError {
            code: ErrorCode::NotFound,
            message: format!(
                "there is no agent {}; there are: {}",
                for_agent.id.as_deref().unwrap_or_default(),
                ids.join(", ")
            ),
            next: "list them: fased agents list".to_owned(),
        });
    };
    Ok(Some(found))
}

/// Refuses what the agent that is asked for may not reach; the owner may reach everything.
pub(super) async fn allowed(
    live: &Live,
    account: &Account,
    for_agent: Option<&ForAgent>,
    to: &Target,
) -> Result<(), ControlError> {
    if for_agent.is_none() {
        return Ok(());
    }
    let id = account.shared().id();
    let mut linked = live.linked().await?;
    let linked = linked.remove(id).ok_or_else(|| gone(id))?;
    let reach = Reach::of(Some(&live.store), &linked).await?;
    reach.allowed(for_agent, to).await
}

fn gone(account: &str) -> ControlError {
    ControlError {
        code: ErrorCode::NotFound,
        message: format!("the account {account} is no longer in the config"),
        next: "see which there are: fased channels list".to_owned(),
    }
}

/// What an account's agents may reach.
pub(super) struct Reach<'a> {
    store: Option<&'a Store>,
    linked: &'a Linked,
    approved: Vec<Identity>,
    waiting: Vec<Identity>,
}

impl<'a> Reach<'a> {
    /// With what the store knows of approvals; without one nobody was ever approved.
    pub(super) async fn of(store: Option<&'a Store>, linked: &'a Linked) -> Result<Self, ControlError> {
        let (mut approved, mut waiting) = (Vec::new(), Vec::new());
        if let Some(store) = store {
            let account = linked.config.id.as_str();
            let failed = |error| internal(&error);
            approved = store.approved(account).await.map_err(failed)?;
            let requests = store.pending_pairings(Some(account), clock::now_ms()).await;
            waiting = requests
                .map_err(failed)?
                .iter()
                .map(|row| row.identity())
                .collect();
        }
        Ok(Self {
            store,
            linked,
            approved,
            waiting,
        })
    }

    /// The approved senders.
    pub(super) fn approved(&self) -> &[Identity] {
        &self.approved
    }

    /// Judges a chat. Of a direct one `person` is who is in it, under all addresses known.
    pub(super) fn judge(&self, chat: ChatId, person: Identity) -> JudgementInfo {
        let Linked {
            config,
            own,
            pending,
            answering: _,
        } = self.linked;
        let now_s = clock::now_ms() / 1000;
        let mut known = supposed(chat, person, own.clone(), now_s);
        known.identity_pending = pending.is(&known.sender);
        let is_theirs = |identity: &Identity| identity.matches(&known.sender);
        known.paired = self.approved.iter().any(is_theirs);
        known.waits = self.waiting.iter().any(is_theirs);
        described(&reached(config, &known, now_s), config, &known, now_s)
    }

    /// Refuses a chat that agents may not reach or where this one does not answer, and an agent that there is none of.
    pub(super) async fn allowed(
        &self,
        for_agent: Option<&ForAgent>,
        to: &Target,
    ) -> Result<(), ControlError> {
        let config = &self.linked.config;
        let Some(agent) = named(Some(&config.agents), for_agent)? else {
            return Ok(());
        };
        let (chat, person) = match to {
            Target::Group(group) => (ChatId::Group(group.clone()), Identity::default()),
            Target::Phone(_) | Target::Lid(_) => {
                let mut person = Identity::from_jids(&to.to_jid(), None);
                if let Some(store) = self.store {
                    let completed = store.complete(&mut person).await;
                    completed.map_err(|error| internal(&error))?;
                }
                (self.with(&person), person)
            }
        };
        let answering = self.linked.answering.of(&chat, &person);
        let judgement = self.judge(chat, person);
        if is_reached(&judgement) {
            if answering.iter().any(|id| id == agent) {
                return Ok(());
            }
            tracing::info!(
                "agent {agent} asked for {:?} by account {}, where {} answers",
                Jid(to.to_jid()),
                config.id,
                answering.join(", ")
            );
            return Err(not_there(agent, &answering, config.id.as_str(), to));
        }
        tracing::info!(
            "agent {agent} asked for {:?} by account {}, which agents may not reach: {}",
            Jid(to.to_jid()),
            config.id,
            judgement.reason
        );
        Err(refusal(&judgement, config.id.as_str(), to))
    }

    /// The chat with a person.
    pub(super) fn with(&self, person: &Identity) -> ChatId {
        if self.linked.own.matches(person) {
            ChatId::SelfChat
        } else {
            ChatId::Direct(person.clone())
        }
    }
}

/// Does it let agents in?
pub(super) fn is_reached(judgement: &JudgementInfo) -> bool {
    judgement.verdict == Outcome::Admit.as_str()
}

/// What would let them in.
pub(super) fn fix(judgement: &JudgementInfo) -> Option<String> {
    // In a group where nobody is listed there is nobody to name.
    let list = || {
        let source = judgement.source.as_ref()?;
        let is_list = source.path.to_ascii_lowercase().ends_with("allowfrom");
        is_list.then(|| {
            format!(
                "let somebody be heard there: fased config set '{}[+]' +15551234567",
                source.path
            )
        })
    };
    judgement.fix.clone().or_else(list)
}

/// The refusal of a chat where others answer.
fn not_there(agent: &str, answering: &[String], account: &str, to: &Target) -> ControlError {
    let (who, answer) = match answering {
        [one] => (one.clone(), "answers"),
        several => (several.join(" and "), "answer"),
    };
    let kind = match to {
        Target::Group(_) => "group",
        Target::Phone(_) | Target::Lid(_) => "direct",
    };
    ControlError {
        code: ErrorCode::Refused,
        message: format!(
            "agent {agent} may not reach {to} by account {account}: {who} {answer} there, not {agent}"
        ),
        next: format!(
            "let {agent} answer there, by /agent switch {agent} in that chat or by a binding: fased config set 'bindings[+]' '{{ agentId: \"{agent}\", match: {{ peer: {{ kind: \"{kind}\", id: \"{to}\" }} }} }}'"
        ),
    }
}

fn refusal(judgement: &JudgementInfo, account: &str, to: &Target) -> ControlError {
    let why = sentence(&judgement.reason).unwrap_or("The rules do not let anybody be heard there.");
    ControlError {
        code: ErrorCode::Refused,
        message: format!(
            "agents may not reach {to} by account {account}, because nobody would be answered there: {why}"
        ),
        next: fix(judgement).unwrap_or_else(|| match to {
            Target::Group(_) => "see which groups are heard: fased groups list".to_owned(),
            Target::Phone(_) | Target::Lid(_) => {
                format!("see the rules that say so: fased explain --sender {to}")
            }
        }),
    }
}

#[cfg(test)]
pub(in crate::control) mod tests;
