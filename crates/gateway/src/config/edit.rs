//! Changes of the text that leave comments, order and spelling of everything else as they are.

use std::cell::RefCell;

use fased_policy::ids::AllowEntry;
use jsonc_parser::cst::{CstArray, CstInputValue, CstNode, CstObject, CstRootNode, ObjectPropName};
use serde_json::Value;

use super::keys::{Kind, kind_at};
use super::{KeyPath, Step, read, tree, value};

/// What a change came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Edited {
    /// The new text.
    Changed(String),
    /// It says so already, or there was nothing to take out.
    Same,
}

/// The text of a config that does not exist yet.
const EMPTY: &str = "{\n}\n";

/// Sets a key, or adds to a list, from what was typed.
///
/// # Errors
/// Why that cannot be done, for people.
pub fn set(text: Option<&str>, key: &KeyPath, raw: &str, append: bool) -> Result<Edited, String> {
    let kind = kind_at(&key.steps)?;
    let append = append || key.append;
    if append {
        is_list(key, kind)?;
    }
    let value = value::read(raw, kind)?;
    if append {
        add(text, key, &one_or_many(value))
    } else {
        put(text, key, &value)
    }
}

/// The same for a value that is one already. One entry stands for a list of one here, too.
///
/// # Errors
/// As [`set`].
pub fn set_value(text: Option<&str>, key: &KeyPath, value: &Value, append: bool) -> Result<Edited, String> {
    let kind = kind_at(&key.steps)?;
    if append || key.append {
        is_list(key, kind)?;
        return add(text, key, &one_or_many(value.clone()));
    }
    let of_texts = matches!(
        kind,
        Some(Kind::Entries { .. } | Kind::Patterns | Kind::Folders | Kind::Texts | Kind::Argv)
    );
    if of_texts && value.is_string() {
        return put(text, key, &Value::from(vec![value.clone()]));
    }
    put(text, key, value)
}

fn is_list(key: &KeyPath, kind: Option<Kind>) -> Result<(), String> {
    match kind {
        None
        | Some(
            Kind::Entries { .. } | Kind::Patterns | Kind::Folders | Kind::Texts | Kind::Argv | Kind::List(_),
        ) => Ok(()),
        Some(_one_value) => Err(format!("{key} is no list; only lists are added to")),
    }
}

fn one_or_many(value: Value) -> Vec<Value> {
    if let Value::Array(items) = value {
        return items;
    }
    vec![value]
}

/// Sets a key to a value.
///
/// # Errors
/// As [`set`].
pub fn put(text: Option<&str>, key: &KeyPath, value: &Value) -> Result<Edited, String> {
    change(text, |root, fresh| {
        let (last, parent) = parent(root, key, Some(fresh))?;
        match (last, &parent) {
            (Step::Name(name), Container::Object(object)) => put_in(object, name, value, fresh),
            (Step::Index(index), Container::List(list)) => match list.elements().into_iter().nth(*index) {
                Some(element) => replace(&element, value, fresh),
                None => return Err(format!("the list has no entry {index}; add one with --append")),
            },
            (Step::Name(_), Container::List(_)) | (Step::Index(_), Container::Object(_)) => {
                return Err(format!("{key} does not fit what the file has there"));
            }
        }
        Ok(())
    })
}

/// Adds to a list what is not on it yet.
fn add(text: Option<&str>, key: &KeyPath, items: &[Value]) -> Result<Edited, String> {
    change(text, |root, fresh| {
        let (last, parent) = parent(root, key, Some(fresh))?;
        let (Step::Name(name), Container::Object(object)) = (last, parent) else {
            return Err(format!("{key} is no list"));
        };
        let Some(found) = object.get(name) else {
            put_in(&object, name, &Value::from(items.to_vec()), fresh);
            return Ok(());
        };
        let list = found
            .array_value()
            .ok_or_else(|| format!("{key} is no list in the file"))?;
        for item in items {
            if !list.elements().iter().any(|there| same(there, item)) {
                fresh.borrow_mut().push(list.append(input(item)));
            }
        }
        Ok(())
    })
}

/// Takes a key out, or with `entry` one entry of its list.
///
/// # Errors
/// As [`set`].
pub fn unset(text: Option<&str>, key: &KeyPath, entry: Option<&str>) -> Result<Edited, String> {
    let kind = kind_at(&key.steps)?;
    let entry = entry.map(|raw| value::read(raw, kind)).transpose()?;
    unset_value(text, key, entry)
}

/// The same for an entry that is a value already, or a list of them.
///
/// # Errors
/// As [`set`].
pub fn unset_value(text: Option<&str>, key: &KeyPath, entry: Option<Value>) -> Result<Edited, String> {
    kind_at(&key.steps)?;
    let entry = entry.map(one_or_many);
    if text.is_none() {
        return Ok(Edited::Same);
    }
    change(text, |root, _fresh| {
        let Ok((last, parent)) = parent(root, key, None) else {
            return Ok(());
        };
        let found = match (last, &parent) {
            (Step::Name(name), Container::Object(object)) => object.get(name).map(CstNode::from),
            (Step::Index(index), Container::List(list)) => list.elements().into_iter().nth(*index),
            (Step::Name(id), Container::List(list)) => by_id(list, id),
            (Step::Index(_), Container::Object(_)) => None,
        };
        let Some(found) = found else {
            return Ok(());
        };
        let Some(entries) = &entry else {
            found.remove();
            return Ok(());
        };
        let list = found.as_object_prop().and_then(|property| property.array_value());
        let list = list.ok_or_else(|| format!("{key} is no list in the file"))?;
        for element in list.elements() {
            if entries.iter().any(|entry| same(&element, entry)) {
                element.remove();
            }
        }
        Ok(())
    })
}

/// What is written under a key; none where nothing is, or the text cannot be read.
#[must_use]
pub fn written(text: Option<&str>, key: &KeyPath) -> Option<Value> {
    let root = tree::parse(text?.trim_start_matches(read::BOM)).ok()?;
    let node = key.steps.iter().try_fold(&root, |node, step| match step {
        Step::Name(name) => node.get(name).map(|entry| &entry.node),
        Step::Index(_) => None,
    })?;
    Some(node.to_value())
}

fn change(
    text: Option<&str>,
    edit: impl FnOnce(&CstRootNode, &Fresh) -> Result<(), String>,
) -> Result<Edited, String> {
    let text = text.unwrap_or(EMPTY);
    let (mark, body) = match text.strip_prefix(read::BOM) {
        Some(body) => (&text[..read::BOM.len_utf8()], body),
        None => ("", text),
    };
    let body = if body.trim().is_empty() { EMPTY } else { body };
    let root = CstRootNode::parse(body, &tree::options())
        .map_err(|error| format!("the file cannot be read: {error}"))?;
    let fresh = Fresh::default();
    edit(&root, &fresh)?;
    fresh.into_inner().iter().for_each(bare_names);
    let new = format!("{mark}{root}");
    Ok(if new == text {
        Edited::Same
    } else {
        Edited::Changed(new)
    })
}

/// What was made new. Its names lose their quotation marks at the end: the library cannot look names up after that.
type Fresh = RefCell<Vec<CstNode>>;

enum Container {
    Object(CstObject),
    List(CstArray),
}

/// What holds the last step, made on the way there if wanted.
fn parent<'k>(
    root: &CstRootNode,
    key: &'k KeyPath,
    make: Option<&Fresh>,
) -> Result<(&'k Step, Container), String> {
    let Some((last, way)) = key.steps.split_last() else {
        return Err("a key is missing".to_owned());
    };
    let object = if root.value().is_none() {
        root.object_value_or_create()
    } else {
        root.object_value()
    };
    let mut at = Container::Object(object.ok_or("the file holds no object")?);
    let missing = || format!("the file has nothing at the beginning of {key}");
    for step in way {
        let node = match (&at, step) {
            (Container::Object(object), Step::Name(name)) => {
                if let (None, Some(fresh)) = (object.get(name), make) {
                    put_in(object, name, &Value::Object(serde_json::Map::new()), fresh);
                }
                object.get(name).and_then(|property| property.value())
            }
            (Container::List(list), Step::Index(index)) => list.elements().into_iter().nth(*index),
            (Container::List(list), Step::Name(id)) => by_id(list, id),
            (Container::Object(_), Step::Index(_)) => None,
        };
        let node = node.ok_or_else(missing)?;
        at = match (node.as_object(), node.as_array()) {
            (Some(object), _) => Container::Object(object),
            (None, Some(list)) => Container::List(list),
            (None, None) => return Err(missing()),
        };
    }
    Ok((last, at))
}

fn by_id(list: &CstArray, id: &str) -> Option<CstNode> {
    list.elements().into_iter().find(|element| {
        let of = element.as_object().and_then(|agent| agent.get("id"));
        let of = of.and_then(|property| property.value());
        of.is_some_and(|node| same(&node, &Value::from(id)))
    })
}

fn put_in(object: &CstObject, name: &str, value: &Value, fresh: &Fresh) {
    match object.get(name) {
        Some(found) => {
            if !found.value().is_some_and(|node| same(&node, value)) {
                found.set_value(input(value));
                fresh.borrow_mut().extend(found.value());
            }
        }
        None => fresh.borrow_mut().push(object.append(name, input(value)).into()),
    }
}

/// In place, so that a comment beside it stays.
fn replace(element: &CstNode, value: &Value, fresh: &Fresh) {
    let new = input(value);
    let replaced = if let Some(text) = element.as_string_lit() {
        text.replace_with(new)
    } else if let Some(number) = element.as_number_lit() {
        number.replace_with(new)
    } else if let Some(flag) = element.as_boolean_lit() {
        flag.replace_with(new)
    } else if let Some(null) = element.as_null_keyword() {
        null.replace_with(new)
    } else if let Some(object) = element.as_object() {
        object.replace_with(new)
    } else {
        element.as_array().and_then(|list| list.replace_with(new))
    };
    fresh.borrow_mut().extend(replaced);
}

/// New names come in quotation marks, and need none in JSON5.
fn bare_names(node: &CstNode) {
    if let Some(property) = node.as_object_prop() {
        if let Some(ObjectPropName::String(name)) = property.name()
            && name.raw_value().starts_with('"')
            && let Ok(text) = name.decoded_value()
            && plain(&text)
        {
            name.set_raw_value(text);
        }
        property.value().iter().for_each(bare_names);
    }
    if let Some(object) = node.as_object() {
        object
            .properties()
            .into_iter()
            .for_each(|property| bare_names(&property.into()));
    }
    if let Some(list) = node.as_array() {
        list.elements().iter().for_each(bare_names);
    }
}

/// Both readers take it as a name: letters, digits and underscores, beginning with a letter.
fn plain(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !matches!(name, "true" | "false" | "null" | "Infinity" | "NaN")
}

fn same(node: &CstNode, value: &Value) -> bool {
    let Ok(there) = tree::parse(&node.to_string()).map(|node| node.to_value()) else {
        return false;
    };
    if there == *value {
        return true;
    }
    // Two spellings of one number are one entry.
    match (&there, value) {
        (Value::String(one), Value::String(other)) => {
            AllowEntry::parse(one).is_ok_and(|one| AllowEntry::parse(other) == Ok(one))
        }
        _other => false,
    }
}

fn input(value: &Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(flag) => CstInputValue::Bool(*flag),
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        Value::String(text) => CstInputValue::String(text.clone()),
        Value::Array(items) => CstInputValue::Array(items.iter().map(input).collect()),
        Value::Object(entries) => CstInputValue::Object(
            entries
                .iter()
                .map(|(name, value)| (name.clone(), input(value)))
                .collect(),
        ),
    }
}
