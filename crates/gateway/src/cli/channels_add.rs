//! `fased channels add`: one more account in the config, with the keys that its use needs.

use clap::{Args, ValueEnum};
use fased::config::edit::{self, Edited};
use fased::config::{Config, KeyPath, Step, write};
use fased_policy::ids::AccountId;
use fased_protocol::control::{ControlError, ErrorCode};
use serde_json::{Map, Value, json};

use super::config_edit::{InForce, invalid, replace};
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
    let keys = keys(options);
    let mut changes: Vec<(KeyPath, Value)> = Vec::new();
    // Naming accounts would end the one that is there without being named.
    let kept = implicit && id.as_str() != "default";
    if kept {
        changes.push((account_key("default"), json!({})));
    }
    if keys.is_empty() {
        changes.push((account_key(id.as_str()), json!({})));
    }
    changes.extend(keys.iter().map(|(name, value)| {
        let mut key = account_key(id.as_str());
        key.steps.push(Step::Name((*name).to_owned()));
        (key, value.clone())
    }));
    let mut text = before.clone();
    for (key, value) in &changes {
        let edited = edit::put(text.as_deref(), key, value);
        match edited.map_err(|message| Failure::from(usage(message)))? {
            Edited::Changed(new) => text = Some(new),
            Edited::Same => {}
        }
    }
    let backup = replace(&paths, before.as_deref(), text.as_deref().unwrap_or_default())?;
    let in_force = InForce::after_change(&paths)?;
    let key = account_key(id.as_str()).to_string();
    let config = Config::load(&paths).map_err(|error| invalid(error.message))?;
    let line = config
        .accounts
        .get(id.as_str())
        .and_then(|account| account.sources.line(&key));
    let next = format!("fased channels login --account {id}");
    if global.json {
        let written: Map<String, Value> = keys
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        return out::json(&json!({
            "account": id.as_str(), "path": paths.config, "key": key, "line": line, "written": written,
            "backup": backup, "inForce": in_force.json(), "keptDefault": kept, "next": next,
        }));
    }
    let file = paths.config.display();
    let place = line.map_or_else(|| file.to_string(), |line| format!("{file}:{line}"));
    let written: Vec<String> = keys
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let mut told = format!("{place}: {key} is {{ {} }}", written.join(", "));
    if let Some(backup) = backup {
        told.push_str(&format!("\nbefore: {backup}"));
    }
    if kept {
        told.push_str(
            "\nthe account default, which was there without being named, is named now too, so that it stays",
        );
    }
    told.push_str(&format!("\n{}\nnext: {next}", in_force.line()));
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

/// In the order in which they are written.
fn keys(options: &Options) -> Vec<(&'static str, Value)> {
    let (mode, by_mode) = match options.mode {
        Some(ModeWord::Personal) => (Some("personal"), Some("allowlist")),
        Some(ModeWord::Dedicated) => (Some("dedicated"), Some("pairing")),
        None => (None, None),
    };
    let asked = options.dm_policy.map(|policy| match policy {
        DmPolicyWord::Pairing => "pairing",
        DmPolicyWord::Allowlist => "allowlist",
        DmPolicyWord::Open => "open",
        DmPolicyWord::Disabled => "disabled",
    });
    let allow_from = (!options.allow_from.is_empty()).then(|| json!(options.allow_from));
    let keys = [
        ("name", options.name.as_ref().map(|name| json!(name))),
        ("mode", mode.map(|mode| json!(mode))),
        ("dmPolicy", asked.or(by_mode).map(|policy| json!(policy))),
        ("allowFrom", allow_from),
    ];
    keys.into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}
