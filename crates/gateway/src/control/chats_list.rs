//! The chats of the accounts, newest first: those that were written in, and those that the config or an approval lets in.

use std::collections::BTreeMap;

use fased_policy::ids::{ChatId, Identity, Lid, Phone, Target};
use fased_policy::name::neutralised;
use fased_policy::pacing::Contact;
use fased_protocol::control::{
    ChatInfo, ChatsRequest, ControlError, ControlResponse, ErrorCode, JudgementInfo, MAX_CHATS, SaidInfo,
};
use fased_protocol::private::Private;

use super::agent_reach::{Reach, fix, is_reached, named};
use super::message_where::usage;
use super::{Subjects, directory_groups, internal, said};
use crate::explain::{Accounts, Linked, sentence};
use crate::outbound::{self, Refusal};
use crate::store::{Before, Store};

/// Of what was said last so many characters are told.
const MOST_CHARS: usize = 100;
/// So many people that are only listed or approved are told of, of each account; a list may hold thousands.
const MOST_LISTED: usize = MAX_CHATS as usize;

/// A chat that was found.
struct Found<'a> {
    account: &'a str,
    linked: &'a Linked,
    chat: ChatId,
    /// Who is in a direct one.
    person: Identity,
    /// The addresses under which it was recorded or would be.
    addresses: Vec<String>,
    /// When something was said there last.
    at_ms: Option<i64>,
    judgement: JudgementInfo,
}

/// Without a store only those that the config names. `subjects` are what groups are called.
pub(crate) async fn answer(
    store: Option<&Store>,
    accounts: &Accounts,
    request: &ChatsRequest,
    subjects: &Subjects,
) -> Result<ControlResponse, ControlError> {
    if request.limit == 0 || request.limit > MAX_CHATS {
        return Err(usage(
            format!("{} chats cannot be asked for at once", request.limit),
            &format!("ask for 1 to {MAX_CHATS}"),
        ));
    }
    if let Some(id) = &request.account
        && !accounts.contains_key(id)
    {
        let ids: Vec<&str> = accounts.keys().map(String::as_str).collect();
        return Err(ControlError {
            code: ErrorCode::NotFound,
            message: format!("there is no account {id} in the config"),
            next: format!("configured accounts: {}", ids.join(", ")),
        });
    }
    let agents = accounts
        .values()
        .next()
        .map(|linked| linked.config.agents.as_ref());
    let agent = named(agents, request.for_agent.as_ref())?;
    let for_agent = agent.is_some();
    let mut found = Vec::new();
    for (account, linked) in accounts {
        if request.account.as_ref().is_none_or(|id| id == account) {
            found.extend(of_account(store, account, linked).await?);
        }
    }
    let all = found.len();
    if let Some(agent) = agent {
        found.retain(
            |Found {
                 judgement,
                 linked,
                 chat,
                 person,
                 ..
             }| {
                is_reached(judgement) && linked.answering.of(chat, person).iter().any(|id| id == agent)
            },
        );
    }
    let withheld = all - found.len();
    found.sort_by_key(|chat| std::cmp::Reverse(chat.at_ms));
    let limit = usize::try_from(request.limit).unwrap_or(0);
    let more = found.len().saturating_sub(limit);
    found.truncate(limit);
    let mut chats = Vec::with_capacity(found.len());
    for chat in found {
        let info = info(store, chat, for_agent, subjects).await;
        chats.push(info.map_err(|error| internal(&error))?);
    }
    Ok(ControlResponse::Chats {
        chats,
        more: more as u64,
        withheld: withheld as u64,
    })
}

/// All chats of an account, judged, in the order of their names.
async fn of_account<'a>(
    store: Option<&Store>,
    account: &'a str,
    linked: &'a Linked,
) -> Result<Vec<Found<'a>>, ControlError> {
    let failed = |error| internal(&error);
    let reach = Reach::of(store, linked).await?;
    let rules = &linked.config.rules;
    let heads = match store {
        Some(store) => store.chat_heads(account).await.map_err(failed)?,
        None => Vec::new(),
    };
    let mut people: Vec<Identity> = heads
        .iter()
        .map(|head| Identity::from_jids(&head.chat, None))
        .collect();
    let written = people.len();
    let phones = rules.allow_from.phones().cloned().map(Identity::from);
    let lids = rules.allow_from.lids().cloned().map(Identity::from);
    let approved = reach.approved().iter().cloned();
    people.extend(approved.chain(phones).chain(lids).take(MOST_LISTED));
    if rules.self_chat_mode && !linked.own.is_empty() {
        people.push(linked.own.clone());
    }
    if let Some(store) = store {
        store.complete_all(&mut people).await.map_err(failed)?;
    }
    let mut found: BTreeMap<String, Found<'_>> = BTreeMap::new();
    let mut add = |chat: ChatId, person: Identity, address: Option<String>, at_ms: Option<i64>| {
        let name = match &chat {
            ChatId::Group(group) => group.to_string(),
            ChatId::SelfChat => "self".to_owned(),
            ChatId::Direct(person) => person.label(),
            // Nobody talks there.
            ChatId::NotAConversation(_) => return,
        };
        let entry = found.entry(name).or_insert_with(|| Found {
            account,
            linked,
            judgement: reach.judge(chat.clone(), person.clone()),
            addresses: addresses(&chat, &person),
            chat,
            person,
            at_ms: None,
        });
        entry.at_ms = entry.at_ms.max(at_ms);
        if let Some(address) = address.filter(|address| !entry.addresses.contains(address)) {
            entry.addresses.push(address);
        }
    };
    for (index, person) in people.into_iter().enumerate() {
        let head = heads.get(index).filter(|_| index < written);
        let chat = match head {
            Some(head) => ChatId::from_jids(&head.chat, None, &linked.own),
            None => ChatId::Direct(person.clone()),
        };
        let chat = match chat {
            ChatId::Direct(_) => reach.with(&person),
            ChatId::Group(_) | ChatId::SelfChat | ChatId::NotAConversation(_) => chat,
        };
        add(
            chat,
            person,
            head.map(|head| head.chat.clone()),
            head.map(|head| head.at_ms),
        );
    }
    for group in rules.groups.listed.keys() {
        add(ChatId::Group(group.clone()), Identity::default(), None, None);
    }
    Ok(found.into_values().collect())
}

fn addresses(chat: &ChatId, person: &Identity) -> Vec<String> {
    match chat {
        ChatId::Group(group) => vec![group.to_string()],
        ChatId::Direct(_) | ChatId::SelfChat | ChatId::NotAConversation(_) => {
            let phones = person.phones().map(Phone::to_jid);
            phones.chain(person.lid.as_ref().map(Lid::to_jid)).collect()
        }
    }
}

async fn info(
    store: Option<&Store>,
    found: Found<'_>,
    for_agent: bool,
    subjects: &Subjects,
) -> anyhow::Result<ChatInfo> {
    let (kind, shown) = match &found.chat {
        ChatId::Group(group) => ("group", group.to_string()),
        ChatId::SelfChat => ("self", found.person.label()),
        ChatId::Direct(_) | ChatId::NotAConversation(_) => ("dm", found.person.label()),
    };
    let mut name = subjects
        .get(&(found.account.to_owned(), shown.clone()))
        .and_then(|subject| neutralised(&subject.0));
    let mut last = None;
    if let Some(store) = store {
        let chat = said::Chat {
            store,
            account: found.account,
            own: &found.linked.own,
            addresses: &found.addresses,
            for_agent,
        };
        last = chat.last(Before::END, 1).await?.0.pop().map(shortened);
        if kind == "dm" {
            let told = store.name_in(found.account, &found.addresses).await?;
            name = told.as_deref().and_then(neutralised);
        }
    }
    let unwritable = unwritable(store, &found, subjects).await?;
    let reachable = is_reached(&found.judgement);
    let refused = (!reachable).then_some(&found.judgement);
    Ok(ChatInfo {
        account: found.account.to_owned(),
        kind: kind.to_owned(),
        chat: shown,
        name: name.map(Private),
        last,
        reachable,
        writable: unwritable.is_none(),
        unwritable,
        reason: refused.map(|judgement| judgement.reason.clone()),
        sentence: refused
            .and_then(|judgement| sentence(&judgement.reason))
            .map(str::to_owned),
        fix: refused.and_then(fix),
    })
}

/// Why nothing can be sent there, as far as that is known without asking WhatsApp.
async fn unwritable(
    store: Option<&Store>,
    found: &Found<'_>,
    subjects: &Subjects,
) -> anyhow::Result<Option<String>> {
    let Linked { config, own, .. } = found.linked;
    let account = found.account;
    let (to, refusal) = match &found.chat {
        ChatId::Group(group) => {
            // Of an account of which no group is known it is not known that it is not in this one.
            let is_told = subjects.keys().any(|(of, _)| of == account);
            let is_in = subjects.contains_key(&(account.to_owned(), group.to_string()));
            if is_told && !is_in && found.at_ms.is_none() {
                return Ok(Some(directory_groups::not_in(account, group)));
            }
            (group.to_string(), None)
        }
        ChatId::Direct(person) => {
            let contact = match store {
                Some(store) => outbound::contact(store, config, own, person).await?,
                None => Contact::Known,
            };
            let is_refused = contact == Contact::Refused;
            (person.label(), is_refused.then_some(Refusal::FirstContact))
        }
        ChatId::SelfChat | ChatId::NotAConversation(_) => (found.person.label(), None),
    };
    let refusal = if config.observe_only {
        Some(Refusal::ObserveOnly)
    } else {
        refusal
    };
    let to = Target::parse(&to).ok();
    Ok(refusal
        .zip(to)
        .map(|(refusal, to)| refusal.told(account, &to).message))
}

fn shortened(said: SaidInfo) -> SaidInfo {
    let mut text: String = said.text.0.chars().take(MOST_CHARS).collect();
    if said.text.0.chars().nth(MOST_CHARS).is_some() {
        text.push('…');
    }
    SaidInfo {
        text: Private(text),
        ..said
    }
}

#[cfg(test)]
mod tests;
