//! Finds the sender that a person means, by a code or by a number or hidden id.

use std::collections::BTreeMap;

use fased_policy::ids::{AllowEntry, Identity};
use fased_protocol::control::PairingWho;

use super::Problem;
use crate::clock;
use crate::store::{PairingRow, Store};

/// Somebody who asked, or whose messages are held.
pub(crate) struct Found {
    /// The account they wrote to.
    pub(crate) account: String,
    /// Who they are, under all addresses known.
    pub(crate) sender: Identity,
    /// Where they can be told something.
    pub(crate) chat: Option<String>,
}

/// The one pending request that is meant.
pub(crate) async fn request(
    store: &Store,
    account: Option<&str>,
    who: &PairingWho,
) -> Result<PairingRow, Problem> {
    let (mut found, not_found) = match who {
        PairingWho::Code(code) => (
            by_code(store, account, code).await?,
            Problem::NoCode(code.trim().to_owned()),
        ),
        PairingWho::Sender(sender) => {
            let wanted = parse(store, sender).await?;
            let mut rows = pending(store, account).await?;
            rows.retain(|row| row.identity().matches(&wanted));
            (one_an_account(rows), Problem::NoSender(sender.clone()))
        }
    };
    one_account(found.keys(), who)?;
    found.pop_first().map(|(_, row)| row).ok_or(not_found)
}

/// The one sender that is meant: by a pending code, or as anybody of whom a message is held.
pub(crate) async fn sender(store: &Store, account: Option<&str>, who: &PairingWho) -> Result<Found, Problem> {
    let sender = match who {
        PairingWho::Code(_) => {
            let row = request(store, account, who).await?;
            let mut sender = row.identity();
            store.complete(&mut sender).await?;
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
    let held = store.held_senders(account).await?;
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
        return Err(Problem::NoSender(sender.clone()));
    };
    store.complete(&mut sender).await?;
    Ok(Found {
        account,
        sender,
        chat,
    })
}

/// Reads a number or hidden id, and completes it from what was learned.
pub(crate) async fn parse(store: &Store, sender: &str) -> Result<Identity, Problem> {
    let mut identity = person(sender)?;
    store.complete(&mut identity).await?;
    Ok(identity)
}

/// Reads a number or hidden id.
pub(crate) fn person(text: &str) -> Result<Identity, Problem> {
    match AllowEntry::parse(text) {
        Ok(AllowEntry::Phone(phone)) => Ok(phone.into()),
        Ok(AllowEntry::Lid(lid)) => Ok(lid.into()),
        Ok(AllowEntry::Anyone) => Err(Problem::NotAPerson("`*` is nobody in particular".to_owned())),
        Err(_not_a_person) => Err(Problem::NotAPerson(format!(
            "{text:?} is neither a phone number nor a hidden id"
        ))),
    }
}

/// What is done to a person is done in one account, and the owner says in which.
pub(crate) fn one_account<'a>(
    accounts: impl Iterator<Item = &'a String>,
    who: &PairingWho,
) -> Result<(), Problem> {
    let accounts: Vec<String> = accounts.cloned().collect();
    if accounts.len() < 2 {
        return Ok(());
    }
    let (PairingWho::Code(named) | PairingWho::Sender(named)) = who;
    Err(Problem::ManyAccounts {
        named: named.clone(),
        accounts,
    })
}

async fn by_code(
    store: &Store,
    account: Option<&str>,
    code: &str,
) -> Result<BTreeMap<String, PairingRow>, Problem> {
    // Typed on a phone, perhaps in groups of four.
    let wanted: String = code
        .chars()
        .filter(|sign| !sign.is_whitespace() && *sign != '-')
        .collect();
    let mut rows = pending(store, account).await?;
    rows.retain(|row| {
        row.code
            .as_deref()
            .is_some_and(|code| code.eq_ignore_ascii_case(&wanted))
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

async fn pending(store: &Store, account: Option<&str>) -> Result<Vec<PairingRow>, Problem> {
    Ok(store.pending_pairings(account, clock::now_ms()).await?)
}
