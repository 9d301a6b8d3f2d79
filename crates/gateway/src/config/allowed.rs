//! What a key takes, for people.

use super::keys::Kind;

/// Words as they are written.
pub(super) fn quoted(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
    quoted.join(", ")
}

/// What a key of this kind takes.
pub(super) fn allowed(kind: Kind) -> String {
    match kind {
        Kind::Bool => "true or false".to_owned(),
        Kind::Int { min, max } => format!("a whole number from {min} to {max}"),
        Kind::Number { min, max } => format!("a number from {min} to {max}"),
        Kind::Text => "a text in quotation marks".to_owned(),
        Kind::Words(words) => format!("one of {}", quoted(words)),
        Kind::Entries { .. } => "a list of numbers and hidden ids: [\"+15551234567\"]".to_owned(),
        Kind::Patterns => "a list of regular expressions: [\"…\"]".to_owned(),
        Kind::Folders => "a list of folders: [\"~/Pictures\"]".to_owned(),
        Kind::Texts => "a list of texts: [\"…\"]".to_owned(),
        Kind::Argv => "a list with a program and its arguments: [\"python3\", \"answer.py\"]".to_owned(),
        Kind::Variables => "an object with texts: { NAME: \"value\" }".to_owned(),
        Kind::Block(_) | Kind::Map(..) | Kind::ByChat(_) | Kind::Object => "an object: { … }".to_owned(),
        Kind::List(_) => "a list of objects: [{ … }]".to_owned(),
    }
}
