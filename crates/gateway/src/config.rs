//! The config: JSON5 file over defaults → one validated [`Config`].
//!
//! `keys` defines every key. Text goes through `read`, `brackets`, `tree` (values with places), `check` (against
//! the table), `cross` (rules about several keys) and `merge` (account over root over defaults). Everything that
//! is wrong is told at once, with file, line, column, key path, what was found and what is allowed.

mod account;
mod agents;
mod allowed;
mod asking;
mod brackets;
mod check;
mod cross;
#[cfg(test)]
mod defaults;
pub mod edit;
pub mod effective;
mod entry;
mod file;
mod key_path;
mod keys;
mod likely;
mod logging;
mod merge;
mod misplaced;
mod outside;
mod patterns;
mod problem;
mod read;
mod roster;
mod schema;
mod sources;
mod tools;
mod tree;
mod value;
pub mod write;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fased_policy::ids::AccountId;

use crate::paths::Paths;
pub use account::{AccountConfig, MediaSettings, Writing};
pub use agents::{Agent, Agents, QueueMode, TaskSettings};
pub(crate) use entry::group_problem;
use file::{File, Keys};
pub use key_path::{KeyPath, Step};
pub(crate) use keys::greatest;
pub use likely::runner;
pub use logging::{Logging, ToFile};
pub use outside::{AlertSettings, AlertTarget, HttpSettings, SHORTEST_TOKEN, Secret};
pub use problem::Problem;
pub use roster::roster;
pub use schema::schema;
pub use sources::{Level, Source, Sources, join};

/// The config is wrong. Found in an error chain by `downcast_ref`.
#[derive(Debug)]
pub struct ConfigError {
    /// For people: file, line, column, key, what is allowed. Several lines, of which the first stands for itself.
    pub message: String,
    /// One by one, in the order of the file.
    pub problems: Vec<Problem>,
}

impl ConfigError {
    fn new(mut problems: Vec<Problem>, file: &Path, text: &str) -> Self {
        problems.sort_by_key(|problem| (problem.line, problem.column));
        Self {
            message: problem::told(&problems, file, text),
            problems,
        }
    }

    fn of_file(file: &Path, message: String) -> Self {
        Self::new(vec![Problem::of_file(message)], file, "")
    }
}

impl ConfigError {
    /// Where the problems are, without what is written there: that may be somebody's number.
    #[must_use]
    pub fn places(&self) -> String {
        let places = self.problems.iter().map(|problem| match problem.line {
            0 => "the file as a whole".to_owned(),
            line => format!("line {line}, column {}", problem.column),
        });
        places.collect::<Vec<_>>().join("; ")
    }
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConfigError {}

/// A remark about a config for the log, which holds nobody's number: of each, only the end is left.
#[must_use]
pub fn without_numbers(remark: &str) -> String {
    const SHORTEST: usize = 7;
    let mut told = String::with_capacity(remark.len());
    for part in remark.split_inclusive(|character: char| !character.is_ascii_digit()) {
        let digits = part.trim_end_matches(|character: char| !character.is_ascii_digit());
        if digits.len() >= SHORTEST {
            told.push('…');
            told.push_str(&part[digits.len() - 2..]);
        } else {
            told.push_str(part);
        }
    }
    told
}

/// A validated config.
#[derive(Debug, Clone)]
pub struct Config {
    /// All configured accounts by id.
    pub accounts: BTreeMap<String, AccountConfig>,
    /// Who may answer.
    pub agents: Arc<Agents>,
    /// How the gateway logs.
    pub logging: Logging,
    /// The HTTP listener.
    pub http: HttpSettings,
    /// Who is told outside of WhatsApp.
    pub alerts: Option<AlertSettings>,
    /// Where each key is written: its path, and the line from 1.
    places: Arc<BTreeMap<String, u32>>,
    /// Things that are accepted and have no effect in this version, for people.
    pub warnings: Vec<String>,
}

impl Config {
    /// Reads and validates the config. With no file all defaults hold.
    ///
    /// # Errors
    /// [`ConfigError`], with everything a person needs to mend it.
    pub fn load(paths: &Paths) -> Result<Self, ConfigError> {
        let text = read::text(&paths.config)?.unwrap_or_default();
        Self::of_text(&text, paths)
    }

    /// Does it name its accounts, or is there only the one that is there without being named?
    #[must_use]
    pub fn names_accounts(&self) -> bool {
        self.places.contains_key("channels.whatsapp.accounts")
    }

    /// Validates the text of a config. An empty one is an empty config.
    ///
    /// # Errors
    /// [`ConfigError`], see [`Config::load`].
    pub fn parse(text: &str, path: &Path, auth_dir: impl Fn(&str) -> PathBuf) -> Result<Self, ConfigError> {
        let text = text.strip_prefix(read::BOM).unwrap_or(text);
        let wrong = |problems: Vec<Problem>| ConfigError::new(problems, path, text);
        let root = tree::parse(text).map_err(|problem| wrong(vec![*problem]))?;
        let mut found = check::check(text, &root);
        cross::check(&mut found, &root, path, &auth_dir);
        if !found.problems.is_empty() {
            return Err(wrong(found.problems));
        }
        // What was checked can be read and merged; if not, the table of keys has a defect, and this tells it.
        let defect = |said: String| wrong(vec![Problem::of_file(said)]);
        let file: File =
            serde_json::from_value(root.to_value()).map_err(|error| defect(error.to_string()))?;
        let common = merge::common(&file, path).map_err(defect)?;
        let http = merge::http(&file, path).map_err(defect)?;
        let alerts = merge::alerts(&file, path);
        let places = Arc::new(found.places);
        let whatsapp = file.channels.whatsapp;
        let listed = whatsapp
            .accounts
            .unwrap_or_else(|| BTreeMap::from([("default".to_owned(), Keys::default())]));
        let mut accounts: BTreeMap<String, AccountConfig> = BTreeMap::new();
        for (id, own) in listed {
            let sources = Sources {
                account: id.clone(),
                file: path.to_owned(),
                places: Arc::clone(&places),
            };
            let account = AccountId::parse(&id).map_err(|error| defect(error.to_string()))?;
            let merged = merge::merge(account, own, &whatsapp.keys, auth_dir(&id), &common, sources);
            accounts.insert(id, merged.map_err(defect)?);
        }
        let keys: Vec<PathBuf> = accounts
            .values()
            .map(|account| account.auth_dir.clone())
            .collect();
        for account in accounts.values_mut() {
            account.media.closed.clone_from(&keys);
        }
        let mut warnings = found.remarks;
        warnings.extend(no_effect(found.idle));
        warnings.extend(skipped(&found.foreign));
        warnings.extend(asking::unanswerable(&accounts, &common.agents));
        Ok(Self {
            accounts,
            agents: common.agents,
            logging: Logging::of(&file.logging),
            http,
            alerts,
            places,
            warnings,
        })
    }
}

/// Names the keys that are understood and do nothing yet, so that none is silently dead.
fn no_effect(mut keys: Vec<String>) -> Option<String> {
    // A block without effect says it for its keys.
    let blocks = keys.clone();
    keys.retain(|key| {
        !blocks.iter().any(|block| {
            key.strip_prefix(block.as_str())
                .is_some_and(|rest| rest.starts_with('.'))
        })
    });
    (!keys.is_empty()).then(|| format!("these keys have no effect in this version: {}", keys.join(", ")))
}

fn skipped(keys: &[String]) -> Option<String> {
    (!keys.is_empty()).then(|| {
        format!(
            "these keys belong to another product and are skipped, they mean nothing here: {}",
            keys.join(", ")
        )
    })
}

#[cfg(test)]
mod tests;
