//! Where Tasks are worked on: the store, the accounts that there are, and which Tasks may be touched.

use std::collections::BTreeMap;
use std::sync::Arc;

use fased_policy::ids::{Identity, Lid};

use super::{Held, TaskError, named, zone};
use crate::config::{AccountConfig, TaskSettings};
use crate::store::{Store, TaskRow};

/// Where Tasks are worked on.
#[derive(Debug, Clone)]
pub struct Desk {
    pub(super) store: Store,
    accounts: BTreeMap<String, Arc<AccountConfig>>,
    /// Why Tasks do not run, where the config does not tell.
    held: BTreeMap<String, Held>,
    only: Option<String>,
}

impl Desk {
    /// For all Tasks; with the settings of all accounts that there are.
    #[must_use]
    pub fn new(store: &Store, accounts: impl IntoIterator<Item = Arc<AccountConfig>>) -> Self {
        let accounts = accounts
            .into_iter()
            .map(|config| (config.id.as_str().to_owned(), config));
        Self {
            store: store.clone(),
            accounts: accounts.collect(),
            held: BTreeMap::new(),
            only: None,
        }
    }

    /// For the Tasks of one account: those of others are not found.
    #[must_use]
    pub fn of(store: &Store, account: Arc<AccountConfig>) -> Self {
        Self {
            only: Some(account.id.as_str().to_owned()),
            ..Self::new(store, [account])
        }
    }

    /// The Tasks of these accounts do not run, whatever the config says.
    #[must_use]
    pub fn holding(mut self, held: impl IntoIterator<Item = (String, Held)>) -> Self {
        self.held.extend(held);
        self
    }

    /// The accounts whose Tasks run.
    pub(super) fn free(&self) -> Vec<&str> {
        let ids = self.accounts.keys().map(String::as_str);
        ids.filter(|id| self.held(id).is_none()).collect()
    }

    /// The account that alone is worked on.
    pub(super) fn only(&self) -> Option<&str> {
        self.only.as_deref()
    }

    /// Why a Task of this account does not run.
    pub(super) fn held(&self, account: &str) -> Option<Held> {
        let held = self.held.get(account).copied();
        match self.accounts.get(account) {
            None => held.or(Some(Held::Gone)),
            Some(config) => Held::of(config).or(held),
        }
    }

    /// What holds for Tasks of this account; of one that is gone, what holds for others.
    pub(super) fn settings(&self, account: &str) -> TaskSettings {
        let any = || self.accounts.values().next();
        self.accounts
            .get(account)
            .or_else(any)
            .map(|config| config.tasks.clone())
            .unwrap_or_default()
    }

    /// A Task, by its id or its name as a person types it.
    pub(super) async fn task(&self, typed: &str) -> Result<TaskRow, TaskError> {
        named::find(&self.store, typed, self.only(), &[]).await
    }

    /// The address under which a chat is written to now: the hidden id of a number, where it is known.
    pub(super) async fn addresses(&self, chats: &[&str]) -> Result<Vec<String>, TaskError> {
        addresses(&self.store, chats).await.map_err(TaskError::Store)
    }

    /// The zone of an account's times.
    pub(super) fn zone(&self, account: &str) -> jiff::tz::TimeZone {
        zone::configured(&self.settings(account)).0
    }
}

/// The addresses under which chats are written to now.
pub(super) async fn addresses(store: &Store, chats: &[&str]) -> anyhow::Result<Vec<String>> {
    let mut people: Vec<Identity> = chats.iter().map(|chat| Identity::from_jids(chat, None)).collect();
    store.complete_all(&mut people).await?;
    let addressed = people.iter().zip(chats).map(|(person, chat)| {
        person
            .lid
            .as_ref()
            .map_or_else(|| (*chat).to_owned(), Lid::to_jid)
    });
    Ok(addressed.collect())
}
