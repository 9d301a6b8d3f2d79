//! Finds the sender that a person means, by a code or by a number or hidden id.

use std::collections::BTreeMap;

use fased_policy::ids::{AllowEntry, Identity};
use fased_protocol::control::{ControlError, ErrorCode, PairingWho};

use super::internal;
use crate::clock;
use crate::store::{PairingRow, Store};

/// Somebody who asked, or whose messages are held.
pub(super) struct Found {
    /// The account they wrote to.
    pub(super) account: String,
    /// Who they are, under all addresses known.
    pub(super) sender: Identity,
    /// Where they can be told something.
    pub(super) chat: Option<String>,
}

/// The one pending request that is meant.
pub(super) async fn request(
    store: &Store,
    account: Option<&str>,
    who: &PairingWho,
) -> Result<PairingRow, ControlError> {
    let (mut found, not_found) = match who {
        PairingWho::Code(code) => (
            by_code(store, account, code).await?,
            not_found("code", code.trim()),
        ),
        PairingWho::Sender(sender) => {
            let wanted = parse(store, sender).await?;
            let mut rows = pending(store, account).await?;
            rows.retain(|row| row.identity().matches(&wanted));
            (one_an_account(rows), not_found("sender", sender))
        }
    };
    one_account(found.keys(), who)?;
    found.pop_first().map(|(_, row)| row).ok_or(not_found)
}

/// The one sender that is meant: by a pending code, or as anybody of whom a message is held.
pub(super) async fn sender(
    store: &Store,
    account: Option<&str>,
    who: &PairingWho,
) -> Result<Found, ControlError> {
    let sender = match who {
        PairingWho::Code(_) => {
            let row = request(store, account, who).await?;
            let mut sender = row.identity();
            store
                .complete(&mut sender)
                .await
                .map_err(|error| internal(&error))?;
            return Ok(Found {
                account: row.account,
                sender,
                chat: Some(row.chat),
            });
        }
        PairingWho::Sender(sender) => sender,
    };
    let wanted = parse(store, sender).await?;
    let mut accounts: BTreeMap<String, (Identity, Option<String>)> = BTreeMap::new();
    let held = store
        .held_senders(account)
        .await
        .map_err(|error| internal(&error))?;
    let rows = pending(store, account).await?;
    let held = held
        .iter()
        .map(|held| (&held.account, held.identity(), held.direct_chat()));
    let asked = rows
        .iter()
        .map(|row| (&row.account, row.identity(), Some(row.chat.as_str())));
    for (account, identity, chat) in held.chain(asked) {
        if identity.matches(&wanted) {
            let (known, told_in) = accounts
                .entry(account.clone())
                .or_insert_with(|| (wanted.clone(), None));
            known.merge(&identity);
            if chat.is_some() {
                *told_in = chat.map(str::to_owned);
            }
        }
    }
    one_account(accounts.keys(), who)?;
    let Some((account, (mut sender, chat))) = accounts.pop_first() else {
        return Err(not_found("sender", sender));
    };
    store
        .complete(&mut sender)
        .await
        .map_err(|error| internal(&error))?;
    Ok(Found {
        account,
        sender,
        chat,
    })
}

/// Reads a number or hidden id, and completes it from what was learned.
pub(super) async fn parse(store: &Store, sender: &str) -> Result<Identity, ControlError> {
    let mut identity = person(sender)?;
    store
        .complete(&mut identity)
        .await
        .map_err(|error| internal(&error))?;
    Ok(identity)
}

/// Reads a number or hidden id.
pub(super) fn person(text: &str) -> Result<Identity, ControlError> {
    match AllowEntry::parse(text) {
        Ok(AllowEntry::Phone(phone)) => Ok(phone.into()),
        Ok(AllowEntry::Lid(lid)) => Ok(lid.into()),
        Ok(AllowEntry::Anyone) => Err(usage("`*` is nobody in particular".to_owned())),
        Err(_not_a_person) => Err(usage(format!(
            "{text:?} is neither a phone number nor a hidden id"
        ))),
    }
}

/// What is done to a person is done in one account, and the owner says in which.
pub(super) fn one_account<'a>(
    accounts: impl Iterator<Item = &'a String>,
    who: &PairingWho,
) -> Result<(), ControlError> {
    let accounts: Vec<&str> = accounts.map(String::as_str).collect();
    if accounts.len() < 2 {
        return Ok(());
    }
    let (PairingWho::Code(named) | PairingWho::Sender(named)) = who;
    Err(ControlError {
        code: ErrorCode::Usage,
        message: format!(
            "{named} is known to more than one account: {}",
            accounts.join(", ")
        ),
        next: format!("name one of them: --account {}", accounts[0]),
    })
}

async fn by_code(
    store: &Store,
    account: Option<&str>,
    code: &str,
) -> Result<BTreeMap<String, PairingRow>, ControlError> {
    let wanted = code.trim();
    let mut rows = pending(store, account).await?;
    rows.retain(|row| {
        row.code
            .as_deref()
            .is_some_and(|code| code.eq_ignore_ascii_case(wanted))
    });
    Ok(one_an_account(rows))
}

/// A sender that was listed without a code may have got one since; that one counts.
fn one_an_account(rows: Vec<PairingRow>) -> BTreeMap<String, PairingRow> {
    let mut accounts: BTreeMap<String, PairingRow> = BTreeMap::new();
    for row in rows {
        match accounts.get(&row.account) {
            Some(other) if other.code.is_some() => {}
            Some(_) | None => {
                accounts.insert(row.account.clone(), row);
            }
        }
    }
    accounts
}

async fn pending(store: &Store, account: Option<&str>) -> Result<Vec<PairingRow>, ControlError> {
    let rows = store.pending_pairings(account, clock::now_ms()).await;
    rows.map_err(|error| internal(&error))
}

fn not_found(by: &str, named: &str) -> ControlError {
    ControlError {
        code: ErrorCode::NotFound,
        message: format!("No pending pairing request found for {by}: {named}"),
        next: "list the requests that wait: fased pairing list".to_owned(),
    }
}

fn usage(message: String) -> ControlError {
    ControlError {
        code: ErrorCode::Usage,
        message,
        next: "name a number such as +15550100002, or a hidden id such as 100200300@lid".to_owned(),
    }
}
