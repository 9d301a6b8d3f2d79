//! What the verbs that change the config have in common: read, change, check, write, tell.

use fased::client;
use fased::config::edit::{self, Edited};
use fased::config::effective::View;
use fased::config::write::{self, NotWritten};
use fased::config::{Config, KeyPath, Step};
use fased::paths::Paths;
use fased_protocol::control::{ControlError, ControlRequest, ErrorCode};
use serde_json::json;

use super::channels_add::{account_key, accounts_are_named};
use super::runtime::{block_on, paths};
use super::{Failure, Global, Outcome, config_reload, out, usage};

/// Reads a key as clap's parser of arguments.
pub(super) fn key(text: &str) -> Result<KeyPath, String> {
    KeyPath::parse(text)
}

/// The error for a config that is wrong.
pub(super) fn invalid(message: String) -> Failure {
    Failure::Error(ControlError {
        code: ErrorCode::Config,
        message,
        next: "correct the file, then look again: fased config validate".to_owned(),
    })
}

/// Changes one key and tells what holds then.
pub(super) fn run(
    global: &Global,
    key: &KeyPath,
    what: &str,
    edit: impl FnOnce(Option<&str>) -> Result<Edited, String>,
) -> Outcome {
    let paths = paths(global)?;
    let before = write::current(&paths).map_err(|error| invalid(error.message))?;
    let edited = edit(before.as_deref()).map_err(|message| {
        Failure::Error(ControlError {
            next: "see all keys: fased config get".to_owned(),
            ..usage(message)
        })
    })?;
    let Edited::Changed(mut new) = edited else {
        return told(global, &paths, key, None);
    };
    // Naming accounts would end the one that is there without being named.
    let names_another =
        matches!(names(key).as_slice(), ["channels", "whatsapp", "accounts", id, ..] if *id != "default");
    if names_another
        && let Ok(false) = accounts_are_named(&paths)
        && let Ok(Edited::Changed(kept)) = edit::put(Some(&new), &account_key("default"), &json!({}))
    {
        new = kept;
        out::hint(
            "the account default, which was there without being named, is named now too, so that it stays",
        );
    }
    let heard_all = |text: Option<&str>| {
        let config = Config::parse(text.unwrap_or("{}"), &paths.config, |id| {
            paths.default_auth_dir(id)
        })
        .ok();
        config.is_some_and(|config| {
            let mut accounts = config.accounts.values();
            accounts
                .all(|account| account.rules.groups.any.is_some() || account.rules.groups.listed.is_empty())
        })
    };
    let (all_before, all_after) = (heard_all(before.as_deref()), heard_all(Some(&new)));
    let backup = replace(&paths, before.as_deref(), &new)?;
    if all_before && !all_after {
        out::hint(
            "from now on only the groups that are listed are heard; to hear the others as well: fased config set \
             'channels.whatsapp.groups[\"*\"]' '{}'",
        );
    }
    let in_force = InForce::after_change(&paths)?;
    told(global, &paths, key, Some((what, backup, in_force)))
}

/// The names along a key, as far as they are names.
fn names(key: &KeyPath) -> Vec<&str> {
    let names = key.steps.iter().map_while(|step| match step {
        Step::Name(name) => Some(name.as_str()),
        Step::Index(_) => None,
    });
    names.collect()
}

/// Writes a changed config, or says why it cannot be; where the old one is.
pub(super) fn replace(paths: &Paths, before: Option<&str>, new: &str) -> Result<Option<String>, Failure> {
    match write::replace(paths, before, new) {
        Ok(written) => {
            for warning in &written.config.warnings {
                out::hint(&format!("warning: {warning}"));
            }
            Ok(written.backup.map(|backup| backup.display().to_string()))
        }
        Err(NotWritten::Invalid(error)) => {
            let was_right = before.is_none_or(|text| {
                Config::parse(text, &paths.config, |id| paths.default_auth_dir(id)).is_ok()
            });
            let (why, next) = if was_right {
                (
                    "the config would be wrong then, so nothing was changed",
                    "see the allowed values: fased config schema",
                )
            } else {
                (
                    "the config is wrong, and would be after this change; nothing was changed",
                    "correct the file: fased config validate",
                )
            };
            Err(Failure::Error(ControlError {
                code: ErrorCode::Config,
                message: format!("{why}\n{}", error.message),
                next: next.to_owned(),
            }))
        }
        Err(NotWritten::Failed(message)) => Err(Failure::Error(ControlError {
            code: ErrorCode::Refused,
            message,
            next: format!("look at the folder: ls -l {}", paths.config.display()),
        })),
    }
}

/// Whether a changed config is in force.
pub(super) enum InForce {
    /// The running gateway has it in force.
    Yes,
    /// No gateway runs.
    NoGateway,
    /// Why the running gateway has not.
    Not(String),
}

impl InForce {
    /// The running gateway reads its config now. It would by itself within moments, in which it judges by the old one.
    pub(super) fn after_change(paths: &Paths) -> Result<Self, Failure> {
        block_on(async {
            let asked = client::ask_within(paths, &ControlRequest::ConfigReload, config_reload::DEADLINE);
            Ok(match asked.await {
                Ok(_done) => Self::Yes,
                Err(error) if error.code == ErrorCode::NoGateway => Self::NoGateway,
                Err(error) => Self::Not(error.message),
            })
        })
    }

    /// A line of its own, for people.
    pub(super) fn line(&self) -> String {
        match self {
            Self::Yes => "the running gateway has it in force".to_owned(),
            Self::NoGateway => "no gateway runs; it holds from its next start on".to_owned(),
            Self::Not(why) => {
                format!("the running gateway does not have it in force yet: {why}\nnext: fased config reload")
            }
        }
    }

    /// For scripts; nothing where no gateway runs.
    pub(super) fn json(&self) -> Option<bool> {
        match self {
            Self::Yes => Some(true),
            Self::NoGateway => None,
            Self::Not(_) => Some(false),
        }
    }
}

/// `changed`: what was done, and where the file is as it was before.
fn told(
    global: &Global,
    paths: &Paths,
    key: &KeyPath,
    changed: Option<(&str, Option<String>, InForce)>,
) -> Outcome {
    let view = View::load(paths).map_err(|error| invalid(error.message))?;
    let values = view.get(key).unwrap_or_default();
    let line = values.first().and_then(|value| value.source.line);
    if global.json {
        return out::json(&json!({
            "changed": changed.is_some(),
            "path": paths.config,
            "key": key.to_string(),
            "line": line,
            "inForce": changed.as_ref().and_then(|(_, _, in_force)| in_force.json()),
            "backup": changed.and_then(|(_, backup, _)| backup),
        }));
    }
    let place = match line {
        Some(line) => format!("{}:{line}", paths.config.display()),
        None => paths.config.display().to_string(),
    };
    let Some((what, backup, in_force)) = changed else {
        return out::text(&format!("{place}: nothing to change"));
    };
    let now = match values.as_slice() {
        [only] => match &only.value {
            Some(value) => format!(": {value} ({})", only.source.level.as_str()),
            None => String::new(),
        },
        _several => String::new(),
    };
    let before = backup
        .map(|backup| format!("\nbefore: {backup}"))
        .unwrap_or_default();
    out::text(&format!(
        "{place}: {key} is {what}{now}\n{}{before}",
        in_force.line()
    ))
}
