//! A value as it is typed on the command line: JSON5, or simply the text where a text belongs.

use serde_json::Value;

use super::keys::Kind;
use super::tree;

/// Reads a value for what belongs there. Whether it is allowed is decided later, with the whole config.
pub(super) fn read(raw: &str, kind: Option<Kind>) -> Result<Value, String> {
    let start = raw.trim_start().chars().next().unwrap_or(' ');
    let quoted = matches!(start, '"' | '\'');
    match kind {
        Some(Kind::Text | Kind::Words(_)) if !quoted => Ok(Value::from(raw)),
        // One entry stands for a list of one. A number would lose its + as JSON5.
        Some(Kind::Entries { .. } | Kind::Patterns | Kind::Folders | Kind::Texts | Kind::Argv)
            if start != '[' =>
        {
            let entry = if quoted { json5(raw)? } else { Value::from(raw) };
            Ok(Value::from(vec![entry]))
        }
        _kind => match json5(raw) {
            Ok(value) => Ok(value),
            Err(_not_json5) if bare(raw) => Ok(Value::from(raw)),
            Err(error) => Err(error),
        },
    }
}

fn bare(raw: &str) -> bool {
    !raw.is_empty() && !raw.contains(['{', '}', '[', ']', '"', '\'', ':', ','])
}

fn json5(raw: &str) -> Result<Value, String> {
    if raw.trim().is_empty() {
        return Err("the value is empty; an empty text is written '\"\"'".to_owned());
    }
    tree::parse(raw).map(|node| node.to_value()).map_err(|problem| {
        let hint = problem.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
        format!("the value {raw} cannot be read: {}{hint}", problem.message)
    })
}
