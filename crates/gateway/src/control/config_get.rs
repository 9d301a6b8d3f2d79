//! What the config file says, and where.

use fased_protocol::control::{ConfigValue, ControlError, ControlResponse, ErrorCode};
use fased_protocol::private::PrivateValue;

use crate::config::KeyPath;
use crate::config::effective::{Effective, NoValue, View};
use crate::paths::Paths;

pub(super) fn answer(paths: &Paths, key: Option<&str>) -> Result<ControlResponse, ControlError> {
    let values = values(paths, key)?;
    Ok(ControlResponse::ConfigValues {
        values: values.into_iter().map(info).collect(),
    })
}

fn values(paths: &Paths, key: Option<&str>) -> Result<Vec<Effective>, ControlError> {
    let key = key.map(KeyPath::parse).transpose().map_err(unknown)?;
    let view = View::load(paths).map_err(|error| ControlError {
        code: ErrorCode::Config,
        message: error.message,
        next: "correct the file, then look again: fased config validate".to_owned(),
    })?;
    let Some(key) = key else {
        return Ok(view.all());
    };
    view.get(&key).map_err(|error| match error {
        NoValue::Unknown(message) => unknown(message),
        NoValue::Absent(message) => ControlError {
            code: ErrorCode::NotFound,
            message,
            next: "see what there is: fased config get".to_owned(),
        },
    })
}

fn unknown(message: String) -> ControlError {
    ControlError {
        code: ErrorCode::Usage,
        message,
        next: "see all keys: fased config get".to_owned(),
    }
}

fn info(value: Effective) -> ConfigValue {
    ConfigValue {
        key: value.path,
        value: value.value.map(PrivateValue),
        level: value.source.level.as_str().to_owned(),
        path: value.source.path,
        line: value.source.line,
    }
}
