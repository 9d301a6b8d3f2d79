//! The config: JSON5 file over defaults → one validated [`Config`]. Errors name file, line,
//! column, key path, what was found and what is allowed.

mod file;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fased_policy::access::DmPolicy;
use fased_policy::ids::{AccountId, AllowEntry, AllowList};
use fased_policy::lifecycle::{BackoffSettings, Settings};
use fased_policy::pairing::PairingRules;

use crate::paths::Paths;
use file::{File, Keys, Mode};

/// Config files larger than this are refused: none is, and the parser keeps it all in memory.
const MAX_CONFIG_BYTES: u64 = 1024 * 1024;

/// The config is wrong. Found in an error chain by `downcast_ref`.
#[derive(Debug)]
pub struct ConfigError {
    /// For people: file, line, column, key, what is allowed.
    pub message: String,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConfigError {}

/// A validated config.
#[derive(Debug, Clone)]
pub struct Config {
    /// All configured accounts by id.
    pub accounts: BTreeMap<String, AccountConfig>,
    /// Things that are accepted and have no effect in this version, for people.
    pub warnings: Vec<String>,
}

/// One account's settings, merged from its own keys, the root's and the defaults.
#[derive(Debug, Clone)]
pub struct AccountConfig {
    /// Account id.
    pub id: AccountId,
    /// Start it.
    pub enabled: bool,
    /// A personal number: no codes to third parties.
    pub personal: bool,
    /// How direct messages of strangers are treated.
    pub dm_policy: DmPolicy,
    /// Who may write.
    pub allow_from: AllowList,
    /// The chat with oneself reaches the agent.
    pub self_chat_mode: bool,
    /// Approvals count under `allowlist` too.
    pub honour_pairings_in_allowlist: bool,
    /// Listen and decide, but send nothing.
    pub observe_only: bool,
    /// Older backlog is recorded and not answered, seconds.
    pub catch_up_max_age_s: i64,
    /// Pairing requests.
    pub pairing: PairingRules,
    /// The account machine's times.
    pub lifecycle: Settings,
    /// Folder of the auth files.
    pub auth_dir: PathBuf,
}

impl Config {
    /// Reads and validates the config. With no file all defaults hold.
    ///
    /// # Errors
    /// [`ConfigError`], with everything a person needs to mend it.
    pub fn load(paths: &Paths) -> Result<Self, ConfigError> {
        let wrong = |message: String| ConfigError { message };
        let shown = paths.config.display();
        let text = match std::fs::metadata(&paths.config) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => "{}".to_owned(),
            Err(error) => return Err(wrong(format!("cannot read {shown}: {error}"))),
            Ok(about) if about.len() > MAX_CONFIG_BYTES => {
                return Err(wrong(format!(
                    "{shown} has {} bytes; at most {MAX_CONFIG_BYTES} are read",
                    about.len()
                )));
            }
            Ok(_) => std::fs::read_to_string(&paths.config)
                .map_err(|error| wrong(format!("cannot read {shown}: {error}")))?,
        };
        Self::parse(&text, &paths.config, |account| paths.default_auth_dir(account))
    }

    /// Validates the text of a config.
    ///
    /// # Errors
    /// [`ConfigError`], see [`Config::load`].
    pub fn parse(text: &str, path: &Path, auth_dir: impl Fn(&str) -> PathBuf) -> Result<Self, ConfigError> {
        let wrong = |message: String| ConfigError {
            message: format!("{}: {message}", path.display()),
        };
        let file = File::parse(text).map_err(wrong)?;
        let mut warnings = file.warnings();
        let whatsapp = file.channels.whatsapp;
        let mut listed = whatsapp.accounts.unwrap_or_default();
        if listed.is_empty() {
            listed.insert("default".to_owned(), Keys::default());
        }
        let mut accounts = BTreeMap::new();
        for (id, own) in listed {
            let path = format!("channels.whatsapp.accounts.{id}");
            warnings.extend(own.warnings(&path));
            let account = AccountId::parse(&id).map_err(|error| wrong(format!("{path}: {error}")))?;
            let merged = merge(account, own, &whatsapp.keys, auth_dir(&id)).map_err(&wrong)?;
            accounts.insert(id, merged);
        }
        Ok(Self { accounts, warnings })
    }
}

/// Account value, else root value, else default; nested blocks key by key.
fn merge(id: AccountId, own: Keys, root: &Keys, default_auth_dir: PathBuf) -> Result<AccountConfig, String> {
    let personal = own.mode.or(root.mode).unwrap_or_default() == Mode::Personal;
    let dm_policy = own.dm_policy.or(root.dm_policy);
    let dm_policy = dm_policy.unwrap_or(if personal {
        DmPolicy::Allowlist
    } else {
        DmPolicy::Pairing
    });
    let own_list = own.allow_from.is_some();
    let entries = own
        .allow_from
        .or_else(|| root.allow_from.clone())
        .unwrap_or_default();
    let at = if own_list {
        format!("channels.whatsapp.accounts.{id}")
    } else {
        "channels.whatsapp".to_owned()
    };
    let mut parsed = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        parsed.push(AllowEntry::parse(entry).map_err(|error| format!("{at}.allowFrom[{index}]: {error}"))?);
    }
    let allow_from = AllowList::new(parsed);
    if dm_policy == DmPolicy::Open && !allow_from.has_anyone() {
        return Err(format!(
            "{at}.dmPolicy is \"open\", which lets everyone in; that is only accepted together with allowFrom: [\"*\"]"
        ));
    }
    let pairing = own.pairing.over(root.pairing);
    let reconnect = own.reconnect.over(root.reconnect);
    let catch_up = own.catch_up.over(root.catch_up);
    let supervision = own.supervision.over(root.supervision);
    let pairing_defaults = PairingRules::default();
    let backoff = BackoffSettings::default();
    Ok(AccountConfig {
        enabled: root.enabled.unwrap_or(true) && own.enabled.unwrap_or(true),
        personal,
        dm_policy,
        allow_from,
        self_chat_mode: own.self_chat_mode.or(root.self_chat_mode).unwrap_or(personal),
        honour_pairings_in_allowlist: pairing.honour_in_allowlist.unwrap_or(false),
        observe_only: own.observe_only.or(root.observe_only).unwrap_or(false),
        catch_up_max_age_s: i64::from(catch_up.max_age_minutes.unwrap_or(720)) * 60,
        pairing: PairingRules {
            code_ttl_ms: pairing
                .code_ttl_minutes
                .map_or(pairing_defaults.code_ttl_ms, |m| i64::from(m) * 60_000),
            max_pending: pairing
                .max_pending
                .map_or(pairing_defaults.max_pending, |n| n as usize),
            silent: pairing.silent.unwrap_or(false),
            ..pairing_defaults
        },
        lifecycle: Settings {
            backoff: BackoffSettings {
                initial_ms: reconnect.initial_ms.map_or(backoff.initial_ms, u64::from),
                max_ms: reconnect.max_ms.map_or(backoff.max_ms, u64::from),
                factor: reconnect.factor.unwrap_or(backoff.factor),
                jitter: reconnect.jitter.unwrap_or(backoff.jitter),
            },
            first_respawn_ms: supervision.first_respawn_ms.map_or(0, u64::from),
            ..Settings::default()
        },
        auth_dir: own.auth_dir.unwrap_or(default_auth_dir),
        id,
    })
}

#[cfg(test)]
mod tests;
