//! What the verbs that change the config have in common: they make the change, have it in force, and tell.

use fased::client;
use fased::config::KeyPath;
use fased::config::edit::Edited;
use fased::config::effective::View;
use fased::edits::{self, Draft, Turn};
use fased::paths::Paths;
use fased_protocol::control::{ControlRequest, ErrorCode};
use serde_json::json;

use super::runtime::{block_on, paths};
use super::{Failure, Global, Outcome, config_reload, out};

/// Reads a key as clap's parser of arguments.
pub(super) fn key(text: &str) -> Result<KeyPath, String> {
    KeyPath::parse(text)
}

/// The error for a config that is wrong.
pub(super) fn invalid(message: String) -> Failure {
    Failure::Error(edits::invalid(message))
}

/// Waits until nobody else changes the config.
pub(super) fn turn(paths: &Paths) -> Result<Turn, Failure> {
    block_on(async { Ok(Turn::take(paths).await?) })
}

/// Changes one key and tells what holds then.
pub(super) fn run(
    global: &Global,
    key: &KeyPath,
    what: &str,
    edit: impl FnOnce(Option<&str>) -> Result<Edited, String>,
) -> Outcome {
    let paths = paths(global)?;
    let mut draft = Draft::open(&paths, turn(&paths)?)?;
    draft.edit(key, edit)?;
    let Some(saved) = draft.save()? else {
        let view = View::load(&paths).map_err(|error| invalid(error.message))?;
        return told(global, &paths, &view, key, None);
    };
    for remark in &saved.remarks {
        out::hint(remark);
    }
    let in_force = InForce::after_change(&paths)?;
    told(
        global,
        &paths,
        &saved.view,
        key,
        Some((what, saved.backup, in_force)),
    )
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
    view: &View,
    key: &KeyPath,
    changed: Option<(&str, Option<String>, InForce)>,
) -> Outcome {
    if global.json {
        let values = view.get(key).unwrap_or_default();
        return out::json(&json!({
            "changed": changed.is_some(),
            "path": paths.config,
            "key": key.to_string(),
            "line": values.first().and_then(|value| value.source.line),
            "inForce": changed.as_ref().and_then(|(_, _, in_force)| in_force.json()),
            "backup": changed.and_then(|(_, backup, _)| backup),
        }));
    }
    let mut said = edits::told(paths, view, key, changed.as_ref().map(|(what, ..)| *what));
    if let Some((_, backup, in_force)) = changed {
        said.push_str(&format!("\n{}", in_force.line()));
        if let Some(backup) = backup {
            said.push_str(&format!("\nbefore: {backup}"));
        }
    }
    out::text(&said)
}
