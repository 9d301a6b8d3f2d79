//! `fased config get`: what holds, and where it comes from.

use std::path::Path;

use clap::Args;
use fased::config::effective::{Effective, NoValue, View};
use fased::config::{KeyPath, Level};
use fased_protocol::control::{ControlError, ErrorCode};
use serde_json::{Value, json};

use super::config_edit::{invalid, key};
use super::runtime::paths;
use super::table::Table;
use super::{Failure, Global, Outcome, out, usage};

/// Which key.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The key, such as channels.whatsapp.dmPolicy or channels.whatsapp.pairing [default: everything]
    #[arg(value_name = "KEY", value_parser = key)]
    key: Option<KeyPath>,
}

pub(super) fn run(global: &Global, options: &Options) -> Outcome {
    let paths = paths(global)?;
    let view = View::load(&paths).map_err(|error| invalid(error.message))?;
    let values = match &options.key {
        None => view.all(),
        Some(key) => view.get(key).map_err(no_value)?,
    };
    let single = match (&options.key, values.as_slice()) {
        (Some(key), [only]) if only.path == key.to_string() => Some(only),
        _several => None,
    };
    if global.json {
        return match single {
            Some(only) => out::json(&as_json(only, &paths.config)),
            None => {
                let values: Vec<Value> = values.iter().map(|value| as_json(value, &paths.config)).collect();
                out::json(&json!({ "values": values }))
            }
        };
    }
    let mut table = Table::new();
    for value in &values {
        table.line([
            value.path.clone(),
            value
                .value
                .as_ref()
                .map_or_else(|| "not set".to_owned(), Value::to_string),
            from(value, &paths.config),
        ]);
    }
    out::text(&table.render())
}

fn from(value: &Effective, file: &Path) -> String {
    let level = value.source.level.as_str();
    match value.source.line {
        // Outside of an account there is but one place for a key.
        Some(line) if value.source.level == Level::Global => format!("{}:{line}", file.display()),
        Some(line) if value.source.level != Level::Default => format!("{level}, {}:{line}", file.display()),
        _unwritten => level.to_owned(),
    }
}

fn as_json(value: &Effective, file: &Path) -> Value {
    let written = value.source.line.is_some();
    json!({
        "path": value.path,
        "value": value.value,
        "source": {
            "level": value.source.level.as_str(),
            "path": value.source.path,
            "file": written.then_some(file),
            "line": value.source.line,
        },
    })
}

fn no_value(error: NoValue) -> Failure {
    match error {
        NoValue::Unknown(message) => Failure::Error(ControlError {
            next: "see all keys: fased config get".to_owned(),
            ..usage(message)
        }),
        NoValue::Absent(message) => Failure::Error(ControlError {
            code: ErrorCode::NotFound,
            message,
            next: "see what there is: fased config get".to_owned(),
        }),
    }
}
