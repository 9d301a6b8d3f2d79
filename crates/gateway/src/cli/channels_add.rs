//! `fased channels add`: one more account in the config, with the keys that its use needs.

use clap::{Args, ValueEnum};
use fased::config::edit::{self, Edited};
use fased::config::{Config, KeyPath, Step, write};
use fased_policy::ids::AccountId;
use fased_protocol::control::{ControlError, ErrorCode};
use serde_json::{Map, Value, json};

use super::config_edit::{invalid, replace};
use super::runtime::paths;
use super::{Failure, Global, Outcome, out, usage};

/// The account.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The channel
    #[arg(long, value_parser = ["whatsapp"], default_value = "whatsapp", hide_possible_values = true)]
    channel: String,
    /// Its id: a-z, 0-9, _ and -
    #[arg(long, value_name = "ID", default_value = "default")]
    account: String,
    /// Whose number it is: your own, which only you use and where strangers never get a text (personal), or one of
    /// its own, where strangers get a code and you approve them (dedicated)
    #[arg(long)]
    mode: Option<ModeWord>,
    /// What people call it
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Who may write: a number in international form, a hidden id, or * (may be given several times)
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    allow_from: Vec<String>,
    /// Who may write in direct messages [default: by mode]
    #[arg(long)]
    dm_policy: Option<DmPolicyWord>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ModeWord {
    Personal,
    Dedicated,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DmPolicyWord {
    Pairing,
    Allowlist,
    Open,
    Disabled,
}

pub(super) fn run(global: &Global, options: &Options) -> Outcome {
    let id = AccountId::parse(&options.account)
        .map_err(|error| usage(format!("--account {}: {error}", options.account)))?;
    let paths = paths(global)?;
    let config = Config::load(&paths).map_err(|error| invalid(error.message))?;
    let named = config.accounts.contains_key(id.as_str());
    let before = write::current(&paths).map_err(|error| invalid(error.message))?;
    let implicit = !accounts_are_named(&paths)?;
    if named && !(implicit && id.as_str() == "default") {
        return Err(Failure::Error(ControlError {
            code: ErrorCode::Refused,
            message: format!("there is an account {id} already"),
            next: format!("change it: fased config set channels.whatsapp.accounts.{id}.KEY VALUE"),
        }));
    }
    let mut accounts = Map::new();
    if implicit && id.as_str() != "default" {
        // Naming accounts would end the one that is there without being named.
        accounts.insert("default".to_owned(), json!({}));
    }
    accounts.insert(id.as_str().to_owned(), keys(options));
    let mut text = before.clone();
    for (account, keys) in &accounts {
        let edited = edit::put(text.as_deref(), &account_key(account), keys);
        match edited.map_err(|message| Failure::from(usage(message)))? {
            Edited::Changed(new) => text = Some(new),
            Edited::Same => {}
        }
    }
    let backup = replace(&paths, before.as_deref(), text.as_deref().unwrap_or_default())?;
    let key = account_key(id.as_str()).to_string();
    let config = Config::load(&paths).map_err(|error| invalid(error.message))?;
    let line = config
        .accounts
        .get(id.as_str())
        .and_then(|account| account.sources.line(&key));
    let next = format!("fased channels login --account {id}");
    let kept = accounts.len() > 1;
    if global.json {
        return out::json(&json!({
            "account": id.as_str(), "path": paths.config, "key": key, "line": line,
            "backup": backup, "keptDefault": kept, "next": next,
        }));
    }
    let place = line.map_or_else(
        || paths.config.display().to_string(),
        |line| format!("{}:{line}", paths.config.display()),
    );
    let mut told = format!("{place}: {key} is {}", accounts[id.as_str()]);
    if kept {
        told.push_str(
            "\nthe account default, which was there without being named, is named now too, so that it stays",
        );
    }
    told.push_str(&format!("\nnext: {next}"));
    out::text(&told)
}

/// Does the config name its accounts, or is there only the implicit one?
pub(super) fn accounts_are_named(paths: &fased::paths::Paths) -> Result<bool, Failure> {
    let config = Config::load(paths).map_err(|error| invalid(error.message))?;
    let named =
        |account: &fased::config::AccountConfig| account.sources.line("channels.whatsapp.accounts").is_some();
    Ok(config.accounts.values().next().is_none_or(named))
}

pub(super) fn account_key(id: &str) -> KeyPath {
    let steps = ["channels", "whatsapp", "accounts", id];
    KeyPath {
        steps: steps.iter().map(|name| Step::Name((*name).to_owned())).collect(),
        append: false,
    }
}

fn keys(options: &Options) -> Value {
    let mut keys = Map::new();
    if let Some(name) = &options.name {
        keys.insert("name".to_owned(), json!(name));
    }
    let by_mode = match options.mode {
        Some(ModeWord::Personal) => Some(("personal", "allowlist")),
        Some(ModeWord::Dedicated) => Some(("dedicated", "pairing")),
        None => None,
    };
    if let Some((mode, _)) = by_mode {
        keys.insert("mode".to_owned(), json!(mode));
    }
    let asked = options.dm_policy.map(|policy| match policy {
        DmPolicyWord::Pairing => "pairing",
        DmPolicyWord::Allowlist => "allowlist",
        DmPolicyWord::Open => "open",
        DmPolicyWord::Disabled => "disabled",
    });
    if let Some(policy) = asked.or(by_mode.map(|(_, policy)| policy)) {
        keys.insert("dmPolicy".to_owned(), json!(policy));
    }
    if !options.allow_from.is_empty() {
        keys.insert("allowFrom".to_owned(), json!(options.allow_from));
    }
    Value::Object(keys)
}
