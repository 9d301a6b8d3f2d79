//! `fased channels add`: one more account in the config, with the keys that its use needs.

use clap::Args;
use fased::edits;
use fased_protocol::control::AddRequest;
use fased_protocol::private::Private;
use serde_json::{Map, Value, json};

use super::config_edit::{InForce, turn};
use super::runtime::paths;
use super::{Global, Outcome, out};

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
    #[arg(long, value_parser = ["personal", "dedicated"])]
    mode: Option<String>,
    /// What people call it
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Who may write: a number in international form, a hidden id, or * (may be given several times)
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    allow_from: Vec<String>,
    /// Who may write in direct messages [default: by mode]
    #[arg(long, value_parser = ["pairing", "allowlist", "open", "disabled"])]
    dm_policy: Option<String>,
}

pub(super) fn run(global: &Global, options: &Options) -> Outcome {
    let paths = paths(global)?;
    let request = AddRequest {
        account: options.account.clone(),
        mode: options.mode.clone(),
        name: options.name.clone(),
        dm_policy: options.dm_policy.clone(),
        allow_from: options.allow_from.iter().cloned().map(Private).collect(),
    };
    let added = edits::add(&paths, turn(&paths)?, &request)?;
    let in_force = InForce::after_change(&paths)?;
    if !global.json {
        return out::text(&added.text(&paths, &in_force.line()));
    }
    let next = added.next();
    let written: Map<String, Value> = added
        .written
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    out::json(&json!({
        "account": added.id, "path": paths.config, "key": added.key, "line": added.line, "written": written,
        "backup": added.backup, "inForce": in_force.json(), "keptDefault": added.kept_default, "next": next,
    }))
}
