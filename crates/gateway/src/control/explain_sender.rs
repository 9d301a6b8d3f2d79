//! Would this person be heard? Judged as a message of theirs would be that came now.

use fased_policy::access::Mode;
use fased_policy::ids::{ChatId, GroupId};
use fased_protocol::control::{ControlError, ControlResponse, ErrorCode, HearingInfo, PersonInfo};

use super::{explain, internal};
use crate::clock;
use crate::config::AccountConfig;
use crate::explain::{Accounts, Linked, described, judged, supposed};
use crate::known::Known;
use crate::pairing::person;
use crate::session::chosen;
use crate::store::Store;

/// Judges with what the store knows; without one, nobody was ever approved.
pub(crate) async fn answer(
    store: Option<&Store>,
    accounts: &Accounts,
    sender: &str,
    group: Option<&str>,
    by: Option<&str>,
) -> Result<ControlResponse, ControlError> {
    let (id, linked) = account(accounts, by)?;
    let mut sender = person(sender)?;
    let group = group.map(group_id).transpose()?;
    let now_s = clock::now_ms() / 1000;
    if let Some(store) = store {
        let completed = store.complete(&mut sender).await;
        completed.map_err(|error| internal(&error))?;
    }
    let chat = match &group {
        Some(group) => ChatId::Group(group.clone()),
        None if linked.own.matches(&sender) => ChatId::SelfChat,
        None => ChatId::Direct(sender.clone()),
    };
    let mut known = supposed(chat, sender, linked.own.clone(), now_s);
    known.identity_pending = linked.pending.is(&known.sender);
    if let Some(store) = store {
        let recalled = recall(store, &linked.config, &mut known).await;
        recalled.map_err(|error| internal(&error))?;
    }
    let config = &linked.config;
    let judge = |known: &Known| described(&judged(config, known, now_s), config, known, now_s);
    let judgement = judge(&known);
    let mentioned = group
        .is_some()
        .then(|| judge(&mentioning(&known, config.rules.mode)));
    let switched_off = !config.enabled;
    Ok(ControlResponse::Hearing(Box::new(HearingInfo {
        account: id.to_owned(),
        sender: PersonInfo {
            phone: known.sender.phone.as_ref().map(ToString::to_string),
            lid: known.sender.lid.as_ref().map(ToString::to_string),
        },
        group: group.map(|group| group.to_string()),
        mentioned: mentioned.filter(|mentioned| mentioned.reason != judgement.reason),
        judgement,
        note: switched_off.then(|| format!("the account {id} is switched off: its `enabled` is false")),
    })))
}

/// What the store knows of the sender, the chat and the group.
async fn recall(store: &Store, config: &AccountConfig, known: &mut Known) -> anyhow::Result<()> {
    let account = config.id.as_str();
    known.chosen_agent = chosen::agent(store, config, &known.chat, &known.sender).await?;
    let approved = store.approved(account).await?;
    known.paired = approved.iter().any(|identity| identity.matches(&known.sender));
    known.waits = explain::waits(store, account, &known.sender).await?;
    if let ChatId::Group(group) = &known.chat {
        known.activation = store.activation(account, group).await?;
    }
    Ok(())
}

/// The same event, meaning the account: by its address, or as it is done on a personal number.
fn mentioning(known: &Known, mode: Mode) -> Known {
    let by_address = mode == Mode::Dedicated && !known.own.is_empty();
    Known {
        mentions: by_address.then(|| known.own.clone()).into_iter().collect(),
        quotes_gateway: !by_address,
        ..known.clone()
    }
}

/// The account that is named, else `default` or the only one.
pub(super) fn account<'a>(
    accounts: &'a Accounts,
    named: Option<&'a str>,
) -> Result<(&'a str, &'a Linked), ControlError> {
    let only = || accounts.iter().next().filter(|_| accounts.len() == 1);
    let found = match named {
        Some(id) => accounts.get_key_value(id),
        None => accounts.get_key_value("default").or_else(only),
    };
    let found = found.map(|(id, linked)| (id.as_str(), linked));
    found.ok_or_else(|| {
        let ids: Vec<&str> = accounts.keys().map(String::as_str).collect();
        let ids = ids.join(", ");
        match named {
            Some(id) => ControlError {
                code: ErrorCode::NotFound,
                message: format!("there is no account {id} in the config"),
                next: format!("configured accounts: {ids}"),
            },
            None => usage(
                "there are several accounts and none is called `default`".to_owned(),
                format!("name one with --account: {ids}"),
            ),
        }
    })
}

fn group_id(text: &str) -> Result<GroupId, ControlError> {
    GroupId::parse(text).map_err(|error| {
        usage(
            format!("{text:?} is no group: {error}"),
            "the ids of groups are shown by: fased groups list".to_owned(),
        )
    })
}

fn usage(message: String, next: String) -> ControlError {
    ControlError {
        code: ErrorCode::Usage,
        message,
        next,
    }
}
