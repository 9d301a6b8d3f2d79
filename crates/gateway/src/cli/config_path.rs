//! `fased config path`: which file is read.

use serde_json::json;

use super::runtime::paths;
use super::{Global, Outcome, out};

pub(super) fn run(global: &Global) -> Outcome {
    let paths = paths(global)?;
    let exists = paths.config.exists();
    if global.json {
        return out::json(&json!({ "path": paths.config, "exists": exists }));
    }
    if !exists {
        out::hint("there is no such file, so all defaults hold");
    }
    out::text(&paths.config.display().to_string())
}
