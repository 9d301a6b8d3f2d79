//! `fased channels remove`: takes an account out of the config. What it left on disk stays.

use std::io::{IsTerminal, Write};

use clap::Args;
use fased::config::{Config, edit};
use fased::edits::{Draft, account_key};
use fased_protocol::control::{ControlError, ErrorCode};
use serde_json::json;

use super::config_edit::{InForce, invalid, turn};
use super::runtime::paths;
use super::{Failure, Global, Outcome, out, usage};

/// The account.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The channel
    #[arg(long, value_parser = ["whatsapp"], default_value = "whatsapp", hide_possible_values = true)]
    channel: String,
    /// The account
    #[arg(long, value_name = "ID")]
    account: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(global: &Global, options: &Options) -> Outcome {
    let id = &options.account;
    let paths = paths(global)?;
    let config = Config::load(&paths).map_err(|error| invalid(error.message))?;
    let refused = |code, message: String, next: &str| {
        Failure::Error(ControlError {
            code,
            message,
            next: next.to_owned(),
        })
    };
    let Some(account) = config.accounts.get(id) else {
        let message = format!("there is no account {id}");
        return Err(refused(
            ErrorCode::NotFound,
            message,
            "see which there are: fased channels list",
        ));
    };
    if !config.names_accounts() {
        let message = format!(
            "{id} is the account that is there as long as the config names none; it cannot be taken out"
        );
        let next = "switch it off: fased config set channels.whatsapp.enabled false";
        return Err(refused(ErrorCode::Refused, message, next));
    }
    let auth_dir = account.auth_dir.clone();
    let line = account.sources.line(&account_key(id).to_string());
    confirm(global, options)?;
    let key = account_key(id);
    let mut draft = Draft::open(&paths, turn(&paths)?)?;
    draft.edit(&key, |text| edit::unset(text, &key, None))?;
    let Some(saved) = draft.save()? else {
        let message = format!("{} names no account {id}", paths.config.display());
        return Err(refused(
            ErrorCode::NotFound,
            message,
            "see which there are: fased channels list",
        ));
    };
    for remark in &saved.remarks {
        out::hint(remark);
    }
    let backup = saved.backup;
    let in_force = InForce::after_change(&paths)?;
    let last = config.accounts.len() == 1;
    let next = if last {
        "fased channels add --account ID"
    } else {
        "fased channels list"
    };
    if global.json {
        return out::json(&json!({
            "account": id, "path": paths.config, "key": key.to_string(), "line": line,
            "backup": backup, "inForce": in_force.json(), "kept": { "authDir": auth_dir, "store": paths.store }, "next": next,
        }));
    }
    let file = paths.config.display();
    let place = line.map_or_else(|| file.to_string(), |line| format!("{file}:{line}"));
    let mut told = format!("{place}: the account {id} is taken out of the config");
    if let Some(backup) = backup {
        told.push_str(&format!("\nbefore: {backup}"));
    }
    told.push_str(&format!(
        "\nkept: its auth files in {}, its queue and history in {}; the phone still lists the device",
        auth_dir.display(),
        paths.store.display()
    ));
    if last {
        told.push_str("\nno account is left");
    }
    told.push_str(&format!("\n{}\nnext: {next}", in_force.line()));
    out::text(&told)
}

fn confirm(global: &Global, options: &Options) -> Outcome {
    if options.yes {
        return Ok(());
    }
    let id = &options.account;
    if global.json || !std::io::stdin().is_terminal() {
        return Err(Failure::Error(ControlError {
            next: format!("fased channels remove --account {id} --yes"),
            ..usage(format!(
                "taking the account {id} out of the config has to be confirmed with --yes"
            ))
        }));
    }
    let mut stderr = std::io::stderr();
    let asked = write!(
        stderr,
        "Take the account {id} out of the config? Its files on disk stay. [y/N] "
    );
    let mut answer = String::new();
    let read = asked
        .and_then(|()| stderr.flush())
        .and_then(|()| std::io::stdin().read_line(&mut answer));
    if read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    Err(Failure::Error(ControlError {
        code: ErrorCode::Refused,
        message: format!("the account {id} stays"),
        next: String::new(),
    }))
}
