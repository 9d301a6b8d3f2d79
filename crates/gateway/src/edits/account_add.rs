//! One more account in the config, with the keys that its use needs.

use fased_policy::access::DmPolicy;
use fased_policy::ids::AccountId;
use fased_protocol::control::{AddRequest, ControlError, ErrorCode};
use serde_json::{Value, json};

use super::{Draft, Turn, invalid};
use crate::config::{Config, KeyPath, Step, edit};
use crate::paths::Paths;

/// What was added.
#[derive(Debug)]
pub struct Added {
    /// The account's id.
    pub id: String,
    /// Where it is written.
    pub key: String,
    /// On which line.
    pub line: Option<u32>,
    /// Its keys, in the order in which they are written.
    pub written: Vec<(&'static str, Value)>,
    /// What was there before, if anything was.
    pub backup: Option<String>,
    /// The account that was there without being named is named now.
    pub kept_default: bool,
    /// As [`super::Saved::remarks`].
    pub remarks: Vec<String>,
}

/// Adds it.
///
/// # Errors
/// `refused` for one that is there already, `usage` for an id or a word that cannot be, `config` when the result would
/// be wrong.
pub fn add(paths: &Paths, turn: Turn, request: &AddRequest) -> Result<Added, ControlError> {
    let id = AccountId::parse(&request.account).map_err(|error| ControlError {
        code: ErrorCode::Usage,
        message: format!("{:?} cannot be an account's id: {error}", request.account),
        next: "name it another way: fased channels add --account ID".to_owned(),
    })?;
    let written = keys(request)?;
    let mut draft = Draft::open(paths, turn)?;
    let config = Config::load(paths).map_err(|error| invalid(error.message))?;
    let implicit = !config.names_accounts();
    if config.accounts.contains_key(id.as_str()) && !(implicit && id.as_str() == "default") {
        return Err(ControlError {
            code: ErrorCode::Refused,
            message: format!("there is an account {id} already"),
            next: format!("change it: fased config set channels.whatsapp.accounts.{id}.KEY VALUE"),
        });
    }
    let account = account_key(id.as_str());
    if written.is_empty() {
        draft.edit(&account, |text| edit::put(text, &account, &json!({})))?;
    }
    for (name, value) in &written {
        let mut key = account.clone();
        key.steps.push(Step::Name((*name).to_owned()));
        draft.edit(&key, |text| edit::put(text, &key, value))?;
    }
    let key = account.to_string();
    let saved = draft.save()?.ok_or_else(|| ControlError {
        code: ErrorCode::Refused,
        message: format!("{} has {key} already", paths.config.display()),
        next: "see which there are: fased channels list".to_owned(),
    })?;
    let added = saved.config.accounts.get(id.as_str());
    Ok(Added {
        line: added.and_then(|account| account.sources.line(&key)),
        id: id.to_string(),
        key,
        written,
        backup: saved.backup,
        kept_default: saved.kept_default,
        remarks: saved.remarks,
    })
}

impl Added {
    /// What is written now, and where, for people; with the remarks, and what is to be done next.
    #[must_use]
    pub fn text(&self, paths: &Paths, in_force: &str) -> String {
        let file = paths.config.display();
        let place = self
            .line
            .map_or_else(|| file.to_string(), |line| format!("{file}:{line}"));
        let written: Vec<String> = self
            .written
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        let mut told = format!("{place}: {} is {{ {} }}", self.key, written.join(", "));
        if let Some(backup) = &self.backup {
            told.push_str(&format!("\nbefore: {backup}"));
        }
        for remark in &self.remarks {
            told.push_str(&format!("\n{remark}"));
        }
        told.push_str(&format!("\n{in_force}\nnext: {}", self.next()));
        told
    }

    /// The next command.
    #[must_use]
    pub fn next(&self) -> String {
        format!("fased channels login --account {}", self.id)
    }
}

/// The key that an account is written under.
#[must_use]
pub fn account_key(id: &str) -> KeyPath {
    let steps = ["channels", "whatsapp", "accounts", id];
    KeyPath {
        steps: steps.iter().map(|name| Step::Name((*name).to_owned())).collect(),
        append: false,
    }
}

/// In the order in which they are written. A mode brings the policy that goes with it.
fn keys(request: &AddRequest) -> Result<Vec<(&'static str, Value)>, ControlError> {
    let (mode, by_mode) = match request.mode.as_deref() {
        Some("personal") => (Some("personal"), Some(DmPolicy::Allowlist)),
        Some("dedicated") => (Some("dedicated"), Some(DmPolicy::Pairing)),
        Some(other) => return Err(no_word("mode", other, "personal, dedicated")),
        None => (None, None),
    };
    let asked = match request.dm_policy.as_deref() {
        Some(word) => Some(
            POLICIES
                .into_iter()
                .find(|policy| policy.as_str() == word)
                .ok_or_else(|| no_word("dmPolicy", word, "pairing, allowlist, open, disabled"))?,
        ),
        None => None,
    };
    let allow_from: Vec<&str> = request.allow_from.iter().map(|entry| entry.0.as_str()).collect();
    let keys = [
        ("name", request.name.as_ref().map(|name| json!(name))),
        ("mode", mode.map(|mode| json!(mode))),
        ("dmPolicy", asked.or(by_mode).map(|policy| json!(policy.as_str()))),
        ("allowFrom", (!allow_from.is_empty()).then(|| json!(allow_from))),
    ];
    Ok(keys
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect())
}

const POLICIES: [DmPolicy; 4] = [
    DmPolicy::Pairing,
    DmPolicy::Allowlist,
    DmPolicy::Open,
    DmPolicy::Disabled,
];

fn no_word(key: &str, word: &str, allowed: &str) -> ControlError {
    ControlError {
        code: ErrorCode::Usage,
        message: format!("{word:?} is no {key}"),
        next: format!("use one of: {allowed}"),
    }
}
