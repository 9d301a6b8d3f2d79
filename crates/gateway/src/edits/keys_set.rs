//! Keys of the config, set or taken out: several together, or one.

use fased_protocol::control::{ConfigEdit, ControlError, ErrorCode, MAX_EDITS};

use super::{Draft, Saved, Told, Turn, invalid, unknown};
use crate::config::effective::{Effective, View};
use crate::config::{KeyPath, edit};
use crate::paths::Paths;

/// All of these changes, or none.
///
/// # Errors
/// `usage` for a key that there is not, `config` when the result would be wrong.
pub fn set(paths: &Paths, turn: Turn, edits: &[ConfigEdit]) -> Result<Told, ControlError> {
    let change = made(paths, turn, edits)?;
    report(paths, change)
}

/// Changes that were made, with what was done with each key.
pub(super) struct Made {
    keys: Vec<(KeyPath, &'static str)>,
    /// None where there was nothing to change.
    saved: Option<Saved>,
}

pub(super) fn made(paths: &Paths, turn: Turn, edits: &[ConfigEdit]) -> Result<Made, ControlError> {
    if edits.is_empty() || edits.len() > MAX_EDITS {
        return Err(unknown(format!(
            "{} changes are asked for; 1 to {MAX_EDITS} can be made at once",
            edits.len()
        )));
    }
    let mut draft = Draft::open(paths, turn)?;
    let mut keys = Vec::new();
    for wanted in edits {
        let key = KeyPath::parse(&wanted.key).map_err(unknown)?;
        put(&mut draft, &key, wanted)?;
        let what = if wanted.value.is_some() {
            "set"
        } else {
            "taken out"
        };
        keys.push((key, what));
    }
    Ok(Made {
        keys,
        saved: draft.save()?,
    })
}

/// What was saved is told, whatever has become of the file since: an error would say that nothing was.
pub(super) fn report(paths: &Paths, Made { keys, saved }: Made) -> Result<Told, ControlError> {
    let tell = |view: &View, changed: bool| {
        let lines = keys
            .iter()
            .map(|(key, what)| told(paths, view, key, Some(*what).filter(|_| changed)));
        lines.collect::<Vec<_>>().join("\n")
    };
    let Some(saved) = saved else {
        let view = View::load(paths).map_err(|error| invalid(error.message))?;
        return Ok(Told {
            changed: false,
            message: tell(&view, false),
            remarks: Vec::new(),
        });
    };
    let mut message = tell(&saved.view, true);
    let Saved { backup, remarks, .. } = saved;
    if let Some(backup) = backup {
        message.push_str(&format!("\nbefore: {backup}"));
    }
    Ok(Told {
        changed: true,
        message,
        remarks,
    })
}

/// One of them, in a draft.
fn put(draft: &mut Draft<'_>, key: &KeyPath, wanted: &ConfigEdit) -> Result<(), ControlError> {
    let ConfigEdit {
        key: _written,
        value,
        append,
        remove,
    } = wanted;
    let contradicts = |what: &str| ControlError {
        code: ErrorCode::Usage,
        message: format!("{key}: {what}"),
        next: "add values, or take values out, or take the whole key out with no value".to_owned(),
    };
    let value = value.as_ref().map(|value| &value.0);
    match (value, *append || key.append, *remove) {
        (_, true, true) => Err(contradicts("a value cannot be added and taken out in one change")),
        (None, true, false) => Err(contradicts("there is no value to add")),
        (None, false, true) => Err(contradicts("there is no value to take out of the list")),
        (None, false, false) => draft.edit(key, |text| edit::unset_value(text, key, None)),
        (Some(value), append, false) => draft.edit(key, |text| edit::set_value(text, key, value, append)),
        (Some(value), false, true) => {
            draft.edit(key, |text| edit::unset_value(text, key, Some(value.clone())))
        }
    }
}

/// What holds for a key now, and where it is written. `what` was done with it, if anything was.
#[must_use]
pub fn told(paths: &Paths, view: &View, key: &KeyPath, what: Option<&str>) -> String {
    let values = view.get(key).unwrap_or_default();
    let line = values.first().and_then(|value| value.source.line);
    let place = match line {
        Some(line) => format!("{}:{line}", paths.config.display()),
        None => paths.config.display().to_string(),
    };
    let Some(what) = what else {
        return format!("{place}: nothing to change");
    };
    let now = match values.as_slice() {
        [
            Effective {
                value: Some(value),
                source,
                ..
            },
        ] => format!(": {value} ({})", source.level.as_str()),
        _none_or_several => String::new(),
    };
    format!("{place}: {key} is {what}{now}")
}
