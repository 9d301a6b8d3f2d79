//! The definition behind a key path that a person typed.

use super::{ANSWERING, Block, FILE, Kind, Names};
use crate::config::misplaced;
use crate::config::{KeyPath, Step, entry, join, merge};
use crate::nearest::nearest;
use fased_policy::ids::{AccountId, GroupId};

/// What belongs there; none where the form is not fixed.
pub(in crate::config) fn kind_at(steps: &[Step]) -> Result<Option<Kind>, String> {
    let mut kind = Kind::Block(FILE);
    let mut path = String::new();
    for step in steps {
        let next = match (kind, step) {
            (Kind::Block(block), Step::Name(name)) => match block.get(name) {
                Some(key) => key.kind,
                None => return Err(unknown(&path, name, &block)),
            },
            (Kind::Map(names, block), Step::Name(name)) => {
                named(&path, names, name)?;
                Kind::Block(block)
            }
            (Kind::ByChat(block), Step::Name(name)) => match block.get(name) {
                Some(key) => key.kind,
                None if merge::chat(name).is_ok() => ANSWERING.kind,
                None => {
                    let (message, hint) = entry::chat_problem(name, &block);
                    return Err(format!("{path}: {message}. {hint}"));
                }
            },
            (Kind::List(block), Step::Index(_)) => Kind::Block(block),
            // By its id.
            (Kind::List(block), Step::Name(_)) if block.get("id").is_some() => Kind::Block(block),
            (
                Kind::Entries { .. } | Kind::Patterns | Kind::Folders | Kind::Texts | Kind::Argv,
                Step::Index(_),
            )
            | (Kind::Variables, Step::Name(_)) => Kind::Text,
            (Kind::Object, Step::Name(_) | Step::Index(_)) => {
                return Ok(None);
            }
            (
                Kind::Bool
                | Kind::Int { .. }
                | Kind::Number { .. }
                | Kind::Text
                | Kind::Words(_)
                | Kind::Entries { .. }
                | Kind::Patterns
                | Kind::Folders
                | Kind::Texts
                | Kind::Argv
                | Kind::List(_),
                Step::Name(_),
            )
            | (
                Kind::Bool
                | Kind::Int { .. }
                | Kind::Number { .. }
                | Kind::Text
                | Kind::Words(_)
                | Kind::Block(_)
                | Kind::Map(..)
                | Kind::ByChat(_)
                | Kind::Variables,
                Step::Index(_),
            ) => return Err(format!("{path} has nothing inside that could be named so")),
        };
        kind = next;
        path = match step {
            Step::Name(name) => join(&path, name),
            Step::Index(index) => format!("{path}[{index}]"),
        };
    }
    Ok(Some(kind))
}

/// The greatest whole number that a key takes.
pub(crate) fn greatest(path: &str) -> Option<i64> {
    match kind_at(&KeyPath::parse(path).ok()?.steps) {
        Ok(Some(Kind::Int { max, .. })) => Some(i64::from(max)),
        Ok(_) | Err(_) => None,
    }
}

fn named(path: &str, names: Names, name: &str) -> Result<(), String> {
    match names {
        Names::Group if name == "*" || GroupId::parse(name).is_ok() => Ok(()),
        Names::Group => {
            let (message, hint) = entry::group_problem(name);
            Err(format!("{path}: {message}. {hint}"))
        }
        Names::Account => AccountId::parse(name)
            .map(|_id| ())
            .map_err(|error| format!("{path}: found {name:?}; {error}")),
    }
}

fn unknown(path: &str, name: &str, block: &Block) -> String {
    let names = || block.keys.iter().map(|key| key.name);
    let hint = misplaced::hint(path, name, false)
        .or_else(|| nearest(name, names()).map(|near| format!("did you mean {}?", join(path, near))))
        .unwrap_or_else(|| format!("there are: {}", names().collect::<Vec<_>>().join(", ")));
    format!("there is no key {}; {hint}", join(path, name))
}
