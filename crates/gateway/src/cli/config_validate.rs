//! `fased config validate`: is the config right, and if not, what is wrong where.

use fased::config::Config;
use serde_json::json;

use super::config_edit::invalid;
use super::runtime::paths;
use super::{Failure, Global, Outcome, out};
use crate::exit::Exit;

pub(super) fn run(global: &Global) -> Outcome {
    let paths = paths(global)?;
    match Config::load(&paths) {
        Ok(config) if global.json => out::json(&json!({
            "valid": true,
            "errors": [],
            "warnings": config.warnings,
            "path": paths.config,
        })),
        Ok(config) => {
            for warning in &config.warnings {
                out::hint(&format!("warning: {warning}"));
            }
            let what = if paths.config.exists() {
                format!("{} is valid", paths.config.display())
            } else {
                format!("{} does not exist, so all defaults hold", paths.config.display())
            };
            out::text(&what)
        }
        Err(error) if global.json => {
            out::json(&json!({
                "valid": false,
                "errors": error.problems,
                "warnings": [],
                "path": paths.config,
            }))?;
            Err(Failure::Shown(Exit::Usage))
        }
        Err(error) => Err(invalid(error.message)),
    }
}
