//! What the store remembers, as far as it can be read.

use std::sync::Arc;

use anyhow::Result;
use fased_policy::ids::{GroupId, Lid, Phone};
use fased_protocol::control::{ControlError, ControlResponse, ErrorCode};

use super::super::drops::is_worth;
use super::super::facts::{Facts, WEEK_MS};
use super::super::symptom::{About, Subject};
use crate::control::{explain, groups_list, internal};
use crate::explain::Accounts;
use crate::offline;
use crate::store::{PairingRow, Store};

/// So many reasons are explained.
const MOST_EXPLAINED: usize = 8;
/// Tasks that failed less often in a row are none of the doctor's business.
const FAILURES: i64 = 2;
/// Messages that a symptom looks at.
const MESSAGES: i64 = 20;

/// Sums up a week.
pub(super) async fn fill(store: &Store, facts: &mut Facts) {
    let since_ms = facts.now_ms - WEEK_MS;
    let mut unread = Vec::new();
    let schema = keep(&mut unread, "the store's version", store.schema().await);
    facts.store.schema = (schema != (0, 0)).then_some(schema);
    facts.store.newest_ms = keep(&mut unread, "the newest row", store.newest_ms().await);
    // An older store lacks what these ask for, and gets it at the next start.
    if schema.0 >= schema.1 {
        let history = &mut facts.history;
        history.events = keep(
            &mut unread,
            "the accounts' past",
            store.account_events(since_ms).await,
        );
        let pending = keep(
            &mut unread,
            "the pairing requests",
            store.pending_pairings(None, facts.now_ms).await,
        );
        history.pending = pending.into_iter().map(PairingRow::into_info).collect();
        history.outbox = keep(&mut unread, "the outbox", store.outbox_sums(since_ms).await);
        history.failed_runs = keep(&mut unread, "the runs", store.failed_runs(since_ms).await);
        history.tasks = keep(
            &mut unread,
            "the Tasks",
            store.tasks_that_failed_often(FAILURES).await,
        );
        history.repeated = keep(&mut unread, "repeated messages", store.repeated(since_ms).await);
        groups(store, facts, &mut unread).await;
        refused(store, facts, since_ms, &mut unread).await;
        facts.config.unknown_numbers = keep(&mut unread, "unknown numbers", unknown(store, facts).await);
    }
    facts.unread.extend(unread);
}

fn keep<T: Default>(unread: &mut Vec<(String, String)>, what: &str, read: Result<T>) -> T {
    read.unwrap_or_else(|error| {
        unread.push((what.to_owned(), format!("{error:#}")));
        T::default()
    })
}

async fn groups(store: &Store, facts: &mut Facts, unread: &mut Vec<(String, String)>) {
    let Some(config) = &facts.config.config else {
        return;
    };
    let accounts: Vec<_> = config.accounts.values().cloned().map(Arc::new).collect();
    match groups_list::answer(Some(store), &accounts).await {
        Ok(ControlResponse::Groups { groups }) => facts.history.groups = groups,
        Ok(_other) => {}
        Err(error) => unread.push(("the groups".to_owned(), error.message)),
    }
}

/// What was not answered; of each reason, what would change it for the newest message.
async fn refused(store: &Store, facts: &mut Facts, since_ms: i64, unread: &mut Vec<(String, String)>) {
    let all = keep(unread, "what was not answered", store.refused(since_ms).await);
    let accounts = accounts(store, facts).await;
    let mut explained = 0;
    for refused in all {
        let mut fix = None;
        if explained < MOST_EXPLAINED && is_worth(&refused.reason) {
            explained += 1;
            if let Ok(Some(message)) = store.message_at(refused.seq).await {
                let explanation = explain::inbound(store, &accounts, message).await;
                fix = explanation.ok().and_then(|explanation| explanation.fix);
            }
        }
        facts.history.refused.push((refused, fix));
    }
}

async fn accounts(store: &Store, facts: &Facts) -> std::result::Result<Accounts, String> {
    let linked = offline::linked(&facts.paths, Some(store)).await;
    linked.map_err(|error| error.message)
}

async fn unknown(store: &Store, facts: &Facts) -> Result<Vec<String>> {
    let Some(config) = &facts.config.config else {
        return Ok(Vec::new());
    };
    let accounts = config.accounts.values().filter(|account| account.enabled);
    let numbers: Vec<String> = accounts
        .flat_map(|account| account.phones().map(Phone::to_string))
        .collect();
    store.unknown_numbers(&serde_json::to_string(&numbers)?).await
}

/// The last messages that a symptom is about, each explained.
pub(super) async fn fill_messages(
    store: &Store,
    subject: &Subject,
    facts: &mut Facts,
) -> std::result::Result<(), ControlError> {
    let account = subject.account.as_deref();
    let messages = match subject.symptom.about() {
        About::DirectMessages => {
            let senders = match &subject.from {
                Some(from) => Some(addresses(store, from).await?),
                None => None,
            };
            store.last_direct(account, senders.as_deref(), MESSAGES).await
        }
        About::Groups => {
            let group = subject.group.as_deref().map(group_id).transpose()?;
            store
                .last_in_groups(account, group.as_ref().map(GroupId::as_str), MESSAGES)
                .await
        }
        About::Links => return Ok(()),
    };
    let accounts = accounts(store, facts).await;
    for message in messages.map_err(|error| internal(&error))? {
        match explain::inbound(store, &accounts, message).await {
            Ok(explanation) => facts.messages.push(explanation),
            Err(error) => facts.unread.push(("a message".to_owned(), format!("{error:#}"))),
        }
    }
    Ok(())
}

/// All addresses of a person, as JSON.
async fn addresses(store: &Store, from: &str) -> std::result::Result<String, ControlError> {
    let mut sender = crate::pairing::person(from)?;
    store
        .complete(&mut sender)
        .await
        .map_err(|error| internal(&error))?;
    let phones = sender.phones().map(Phone::to_jid);
    let addresses: Vec<String> = phones.chain(sender.lid.as_ref().map(Lid::to_jid)).collect();
    serde_json::to_string(&addresses).map_err(|error| internal(&error.into()))
}

fn group_id(text: &str) -> std::result::Result<GroupId, ControlError> {
    GroupId::parse(text).map_err(|error| ControlError {
        code: ErrorCode::Usage,
        message: format!("{text:?} is no group: {error}"),
        next: "the ids of groups are shown by: fased groups list".to_owned(),
    })
}
