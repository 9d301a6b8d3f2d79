//! What holds: each key's value after merging, and where it comes from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::keys::{ACCOUNT, Block, FILE, Key, Kind, ROOT, kind_at};
use super::tree::{self, Node};
use super::{Config, ConfigError, KeyPath, Level, Source, Sources, Step, join, read};
use crate::paths::Paths;

/// One key's value.
#[derive(Debug, Clone, PartialEq)]
pub struct Effective {
    /// The key.
    pub path: String,
    /// Its value; none when it is not set and has no default.
    pub value: Option<Value>,
    /// Where that comes from.
    pub source: Source,
}

/// Why a key has no value to show.
#[derive(Debug, PartialEq, Eq)]
pub enum NoValue {
    /// There is no such key.
    Unknown(String),
    /// There could be, but the config has none.
    Absent(String),
}

/// A valid config, to be asked for its values.
#[derive(Debug)]
pub struct View {
    root: Node,
    places: Arc<BTreeMap<String, u32>>,
    file: PathBuf,
    /// Named accounts; none when there is only the implicit one.
    accounts: Option<Vec<String>>,
    auth_dirs: BTreeMap<String, PathBuf>,
}

impl View {
    /// Reads the config.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn load(paths: &Paths) -> Result<Self, ConfigError> {
        let text = read::text(&paths.config)?.unwrap_or_default();
        let config = Config::of_text(&text, paths)?;
        Self::of(&config, &text, &paths.config)
    }

    /// The same of a config that was read from this text already; `path` is its file, which is not looked at.
    pub(super) fn of(config: &Config, text: &str, path: &Path) -> Result<Self, ConfigError> {
        let text = text.strip_prefix(read::BOM).unwrap_or(text);
        let root = tree::parse(text).map_err(|problem| ConfigError::new(vec![*problem], path, text))?;
        let named = config.places.contains_key("channels.whatsapp.accounts");
        let dirs = config.accounts.iter();
        Ok(Self {
            accounts: named.then(|| config.accounts.keys().cloned().collect()),
            auth_dirs: dirs
                .map(|(id, account)| (id.clone(), account.auth_dir.clone()))
                .collect(),
            root,
            places: Arc::clone(&config.places),
            file: path.to_owned(),
        })
    }

    /// Everything that holds, account by account.
    #[must_use]
    pub fn all(&self) -> Vec<Effective> {
        let mut all = self.others();
        match &self.accounts {
            Some(accounts) => all.extend(accounts.iter().flat_map(|id| self.account(Some(id)))),
            None => all.extend(self.account(None)),
        }
        all
    }

    /// The values at and below a key.
    ///
    /// # Errors
    /// When there is none.
    pub fn get(&self, key: &KeyPath) -> Result<Vec<Effective>, NoValue> {
        kind_at(&key.steps).map_err(NoValue::Unknown)?;
        let path = key.to_string();
        let mut leaves = self.others();
        leaves.extend(self.account(None));
        leaves.extend(
            self.accounts
                .iter()
                .flatten()
                .flat_map(|id| self.account(Some(id))),
        );
        let below = |leaf: &Effective| {
            leaf.path == path
                || leaf
                    .path
                    .strip_prefix(path.as_str())
                    .is_some_and(|rest| rest.starts_with(['.', '[']))
        };
        let found: Vec<Effective> = leaves.iter().filter(|leaf| below(leaf)).cloned().collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let inside = leaves.iter().find_map(|leaf| {
            let outer = KeyPath::parse(&leaf.path).ok()?;
            let rest = key.steps.strip_prefix(outer.steps.as_slice())?;
            self.inside(leaf, rest, &path)
        });
        let absent = || NoValue::Absent(format!("{} has no {path}", self.file.display()));
        inside.map(|found| vec![found]).ok_or_else(absent)
    }

    fn others(&self) -> Vec<Effective> {
        let mut leaves = Vec::new();
        for key in FILE.keys.iter().filter(|key| key.name != "channels") {
            walk(key, key.name, &mut |path, key| {
                let line = self.places.get(path).copied();
                leaves.push(Effective {
                    path: path.to_owned(),
                    value: self
                        .written(path)
                        .or_else(|| key.default_value())
                        .map(|value| shown(key, value)),
                    source: Source::outside(path, line),
                });
            });
        }
        leaves
    }

    /// The keys of one account, or those of the root.
    fn account(&self, id: Option<&str>) -> Vec<Effective> {
        let (block, at): (&Block, String) = match id {
            Some(id) => (&ACCOUNT, join("channels.whatsapp.accounts", id)),
            None => (&ROOT, "channels.whatsapp".to_owned()),
        };
        let sources = Sources {
            account: id.unwrap_or_default().to_owned(),
            file: self.file.clone(),
            places: Arc::clone(&self.places),
        };
        let of = |key: &str| {
            let source = sources.of(key);
            let value = source.line.and_then(|_| self.written(&source.path));
            (value, source)
        };
        let mut leaves = Vec::new();
        for key in block.keys.iter().filter(|key| key.name != "accounts") {
            walk(key, key.name, &mut |name, key| {
                let (mut value, mut source) = of(name);
                let root = "channels.whatsapp.enabled";
                if name == "enabled" && self.written(root) == Some(Value::from(false)) {
                    value = Some(Value::from(false));
                    source.level = Level::Root;
                    source.line = self.places.get(root).copied();
                    root.clone_into(&mut source.path);
                }
                let personal = of("mode").0 == Some(Value::from("personal"));
                let default = || match name {
                    "dmPolicy" => Some(Value::from(if personal { "allowlist" } else { "pairing" })),
                    "selfChatMode" => Some(Value::from(personal)),
                    "groupAllowFrom" => Some(of("allowFrom").0.unwrap_or_else(|| Value::Array(Vec::new()))),
                    "authDir" => self
                        .auth_dirs
                        .get(id?)
                        .map(|dir| Value::from(dir.display().to_string())),
                    _literal => key.default_value(),
                };
                leaves.push(Effective {
                    path: format!("{at}.{name}"),
                    value: value.or_else(default).map(|value| shown(key, value)),
                    source,
                });
            });
        }
        leaves
    }

    fn written(&self, path: &str) -> Option<Value> {
        let path = KeyPath::parse(path).ok()?;
        let node = path.steps.iter().try_fold(&self.root, |node, step| match step {
            Step::Name(name) => node.get(name).map(|entry| &entry.node),
            Step::Index(_) => None,
        })?;
        Some(node.to_value())
    }

    /// A part of a map or a list. What a group leaves open is looked up in `*`, then among the defaults; but
    /// whether it is heard, its own entry alone decides, where it has one.
    fn inside(&self, leaf: &Effective, rest: &[Step], path: &str) -> Option<Effective> {
        let value = leaf.value.clone().unwrap_or(Value::Null);
        let at = |rest: &[Step]| {
            rest.iter()
                .fold(leaf.source.path.clone(), |path, step| match step {
                    Step::Name(name) => join(&path, name),
                    Step::Index(index) => format!("{path}[{index}]"),
                })
        };
        let found = |value: &Value, rest: &[Step]| {
            let path = at(rest);
            let line = self.places.get(&path).copied().or(leaf.source.line);
            Effective {
                path: String::new(),
                value: Some(value.clone()),
                source: Source {
                    path,
                    line,
                    level: leaf.source.level,
                },
            }
        };
        let decided_by_entry = matches!(rest.get(1), Some(Step::Name(name)) if name == "enabled");
        let mut any = rest.to_vec();
        if let Some(first) = any.first_mut()
            && leaf.path.ends_with(".groups")
            && rest.len() > 1
            && !(decided_by_entry && descend(&value, &rest[..1]).is_some())
        {
            *first = Step::Name("*".to_owned());
        }
        let written = descend(&value, rest).map(|value| found(value, rest));
        let written = written.or_else(|| descend(&value, &any).map(|value| found(value, &any)));
        let effective = written.or_else(|| {
            let Kind::Map(_, block) = ROOT.get("groups").filter(|_| any != rest || rest.len() > 1)?.kind
            else {
                return None;
            };
            let Step::Name(name) = rest.get(1)? else {
                return None;
            };
            let of_group = leaf.path.ends_with(".groups");
            let value = block.get(name).filter(|_| of_group)?.default_value();
            Some(Effective {
                path: String::new(),
                value,
                source: Source {
                    level: Level::Default,
                    path: at(rest),
                    line: None,
                },
            })
        })?;
        Some(Effective {
            path: path.to_owned(),
            ..effective
        })
    }
}

fn descend<'v>(value: &'v Value, steps: &[Step]) -> Option<&'v Value> {
    steps.iter().try_fold(value, |value, step| match (step, value) {
        (Step::Name(id), Value::Array(items)) => items.iter().find(|item| item["id"] == id.as_str()),
        (Step::Name(name), _) => value.get(name),
        (Step::Index(index), _) => value.get(index),
    })
}

/// Every key that holds a value of its own.
fn walk(key: &'static Key, path: &str, each: &mut impl FnMut(&str, &'static Key)) {
    let Kind::Block(block) = key.kind else {
        each(path, key);
        return;
    };
    for inner in block.keys {
        walk(inner, &format!("{path}.{}", inner.name), each);
    }
}

fn shown(key: &Key, value: Value) -> Value {
    if key.secret {
        return hidden(value);
    }
    inside(key.kind, value)
}

/// Of variables the names are no secret.
fn hidden(value: Value) -> Value {
    if let Value::Object(entries) = value {
        let entries = entries
            .into_iter()
            .map(|(name, _value)| (name, hidden(Value::Null)));
        return entries.collect::<serde_json::Map<_, _>>().into();
    }
    Value::from("(hidden)")
}

/// A secret may lie deeper, as in an entry of a list.
fn inside(kind: Kind, value: Value) -> Value {
    if let Kind::List(block) = kind
        && let Value::Array(items) = value
    {
        let items = items.into_iter().map(|item| inside(Kind::Block(block), item));
        return items.collect();
    }
    if let Kind::Block(block) = kind
        && let Value::Object(entries) = value
    {
        let entries = entries.into_iter().map(|(name, value)| {
            let value = match block.get(&name) {
                Some(key) => shown(key, value),
                None => value,
            };
            (name, value)
        });
        return entries.collect::<serde_json::Map<_, _>>().into();
    }
    value
}
