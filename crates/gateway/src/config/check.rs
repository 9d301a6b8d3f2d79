//! Compares the values with the table of keys, and collects what is wrong, what has no effect, and where
//! everything is written.

mod by_chat;
mod program;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use fased_policy::ids::{AccountId, AllowEntry, GroupId};

use super::allowed::{allowed, quoted};
use super::entry;
use super::join;
use super::keys::{Block, FILE, FOREIGN_CHANNELS, FOREIGN_SECTIONS, Key, Kind, Names};
use super::likely;
use super::misplaced;
use super::patterns;
use super::problem::{Lines, Problem, place};
use super::tree::{Entry, Node, Shape, whole};
use crate::nearest::nearest;

/// No more problems are collected than this; whoever has so many does not need the rest.
const MAX_PROBLEMS: usize = 1000;

/// No more remarks about single entries are made than this.
const MAX_REMARKS: usize = 5;

/// Longer texts are not repeated in a message.
const MAX_SHOWN: usize = 40;

/// What was found.
#[derive(Debug)]
pub(super) struct Found<'a> {
    text: &'a str,
    lines: Lines,
    pub(super) problems: Vec<Problem>,
    /// Keys without effect in this version.
    pub(super) idle: Vec<String>,
    /// Keys of the original product that are skipped.
    pub(super) foreign: Vec<String>,
    /// Other remarks.
    pub(super) remarks: Vec<String>,
    /// Key path to line.
    pub(super) places: BTreeMap<String, u32>,
    /// Key path to where the key is written.
    pub(super) spans: BTreeMap<String, Range<usize>>,
}

/// Checks the whole file.
pub(super) fn check<'a>(text: &'a str, root: &Node) -> Found<'a> {
    let mut found = Found {
        text,
        lines: Lines::of(text),
        problems: Vec::new(),
        idle: Vec::new(),
        foreign: Vec::new(),
        remarks: Vec::new(),
        places: BTreeMap::new(),
        spans: BTreeMap::new(),
    };
    found.block("", root, &FILE);
    found
}

impl Found<'_> {
    pub(super) fn wrong(&mut self, span: Range<usize>, path: &str, message: String, hint: Option<String>) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems
                .push(Problem::new(self.text, span, path, message, hint));
        }
    }

    /// Wrong at a key that may not be written; then it is about the nearest one above that is.
    pub(super) fn wrong_at(&mut self, written: &str, path: &str, message: String, hint: Option<String>) {
        let span = self.spans.get(written).cloned();
        match span {
            Some(span) => self.wrong(span, path, message, hint),
            None => self.problems.push(Problem {
                path: path.to_owned(),
                hint,
                ..Problem::of_file(message)
            }),
        }
    }

    fn seen(&mut self, path: &str, entry: &Entry) {
        let line = self.lines.line(entry.name_span.start);
        self.places
            .insert(path.to_owned(), u32::try_from(line).unwrap_or(u32::MAX));
        self.spans.insert(path.to_owned(), entry.name_span.clone());
    }

    /// The keys of an object, or nothing with an error. A key that comes twice is an error.
    fn entries<'n>(&mut self, path: &str, node: &'n Node, allowed: &str) -> &'n [Entry] {
        let Shape::Object(entries) = &node.value else {
            self.kind_differs(path, node, allowed);
            return &[];
        };
        let mut first: HashMap<&str, &Entry> = HashMap::new();
        for entry in entries {
            match first.get(entry.name.as_str()) {
                Some(first) => {
                    let (line, column) = place(self.text, first.name_span.start);
                    let message = "this key is set twice".to_owned();
                    let hint = format!("the first is in line {line}, column {column}; keep one of them");
                    let path = join(path, &entry.name);
                    self.wrong(entry.name_span.clone(), &path, message, Some(hint));
                }
                None => {
                    first.insert(&entry.name, entry);
                }
            }
        }
        entries
    }

    fn block(&mut self, path: &str, node: &Node, block: &Block) {
        for entry in self.entries(path, node, "an object: { … }") {
            let at = join(path, &entry.name);
            self.seen(&at, entry);
            match block.get(&entry.name) {
                Some(key) => {
                    if key.idle {
                        self.idle.push(at.clone());
                    }
                    self.value(&at, &entry.node, key);
                }
                None if block.foreign.contains(&entry.name.as_str()) => self.foreign.push(at),
                None => self.unknown(path, entry, block),
            }
        }
        let missing = block
            .keys
            .iter()
            .filter(|key| key.required && node.get(key.name).is_none());
        if matches!(node.value, Shape::Object(_)) {
            for key in missing {
                let message = format!("{} is missing; nothing works without it", key.name);
                let hint = format!("add {}: {}", key.name, key.example.unwrap_or("…"));
                self.wrong(node.span.clone(), &join(path, key.name), message, Some(hint));
            }
        }
    }

    fn unknown(&mut self, path: &str, entry: &Entry, block: &Block) {
        let at = join(path, &entry.name);
        let names = || block.keys.iter().map(|key| key.name);
        let message = if path.is_empty() {
            "there is no such section".to_owned()
        } else {
            super::problem::UNKNOWN_KEY.to_owned()
        };
        let is_object = matches!(entry.node.value, Shape::Object(_));
        let hint = misplaced::hint(path, &entry.name, is_object)
            .or_else(|| nearest(&entry.name, names()).map(|name| format!("did you mean {name}?")))
            .or_else(|| {
                let foreign = if path.is_empty() {
                    FOREIGN_SECTIONS
                } else {
                    FOREIGN_CHANNELS
                };
                let foreign = nearest(&entry.name, foreign.iter().copied());
                foreign
                    .filter(|_| path.is_empty() || path == "channels")
                    .map(|name| format!("did you mean {name}?"))
            })
            .unwrap_or_else(|| format!("allowed here: {}", names().collect::<Vec<_>>().join(", ")));
        self.wrong(entry.name_span.clone(), &at, message, Some(hint));
    }

    fn value(&mut self, path: &str, node: &Node, key: &Key) {
        match (key.kind, &node.value) {
            (Kind::Block(block), _) => self.block(path, node, &block),
            (Kind::Map(names, block), _) => self.map(path, node, names, &block),
            (Kind::ByChat(block), _) => self.by_chat(path, node, &block),
            (Kind::Bool, Shape::Bool(_)) | (Kind::Text, Shape::Text(_)) => {}
            (Kind::Object, Shape::Object(_)) => {
                self.entries(path, node, "");
            }
            (Kind::Bool, Shape::Text(text)) if matches!(text.as_str(), "true" | "false") => {
                let message =
                    format!("found the text {text:?}; allowed are true and false, without quotation marks");
                self.wrong(node.span.clone(), path, message, Some(format!("write {text}")));
            }
            (Kind::Int { min, max }, Shape::Number(number)) => {
                let fits =
                    whole(*number).is_some_and(|number| (i64::from(min)..=i64::from(max)).contains(&number));
                if !fits {
                    let message = format!("found {number}; allowed is a whole number from {min} to {max}");
                    self.wrong(node.span.clone(), path, message, None);
                }
            }
            (Kind::Number { min, max }, Shape::Number(number)) => {
                if !(min..=max).contains(number) {
                    let message = format!("found {number}; allowed is a number from {min} to {max}");
                    self.wrong(node.span.clone(), path, message, None);
                }
            }
            (Kind::Words(words), Shape::Text(text)) => {
                if !words.contains(&text.as_str()) {
                    let message = format!("found {text:?}; allowed are {}", quoted(words));
                    let near = || nearest(text, words.iter().copied());
                    let hint = misplaced::word(key.name, text)
                        .or_else(|| near().map(|word| format!("did you mean {word:?}?")));
                    self.wrong(node.span.clone(), path, message, hint);
                }
            }
            (Kind::Entries { anyone }, Shape::List(items)) => self.allow_list(path, items, anyone),
            (Kind::Patterns, Shape::List(items)) => self.patterns(path, items),
            (kind @ (Kind::Folders | Kind::Texts), Shape::List(items)) => {
                let what = if matches!(kind, Kind::Texts) {
                    "a name"
                } else {
                    "a folder"
                };
                for (index, item) in items.iter().enumerate() {
                    let path = format!("{path}[{index}]");
                    match &item.value {
                        Shape::Text(text) if text.trim().is_empty() => {
                            let message = format!("found an empty text; allowed is {what}");
                            self.wrong(item.span.clone(), &path, message, None);
                        }
                        Shape::Text(_) => {}
                        Shape::Null
                        | Shape::Bool(_)
                        | Shape::Number(_)
                        | Shape::List(_)
                        | Shape::Object(_) => {
                            self.kind_differs(&path, item, &allowed(Kind::Text));
                        }
                    }
                }
            }
            (Kind::Argv, Shape::List(items)) => self.argv(path, node, items),
            (Kind::Variables, Shape::Object(_)) => self.variables(path, node),
            (Kind::List(block), Shape::List(items)) => {
                for (index, item) in items.iter().enumerate() {
                    let path = format!("{path}[{index}]");
                    if misplaced::is_foreign_binding(item) {
                        self.foreign.push(path);
                    } else {
                        self.block(&path, item, &block);
                    }
                }
            }
            (kind, _) => self.kind_differs(path, node, &allowed(kind)),
        }
    }

    fn kind_differs(&mut self, path: &str, node: &Node, allowed: &str) {
        let text: String;
        let (found, hint) = match &node.value {
            Shape::Null => ("null", Some("to go back to the default, leave the key out")),
            Shape::Bool(true) => ("true", None),
            Shape::Bool(false) => ("false", None),
            Shape::Number(_) => ("a number", None),
            Shape::Text(found) if found.chars().count() <= MAX_SHOWN => {
                text = format!("the text {found:?}");
                (text.as_str(), None)
            }
            Shape::Text(_) => ("a text", None),
            Shape::List(_) => ("a list", None),
            Shape::Object(_) => ("an object", None),
        };
        let hint = match (&node.value, allowed.starts_with("a list")) {
            (Shape::Text(_) | Shape::Number(_), true) => Some("put it in brackets: [\"…\"]"),
            _other => hint,
        };
        let message = format!("found {found}; allowed is {allowed}");
        let meant = likely::instead(path, node, allowed);
        self.wrong(
            node.span.clone(),
            path,
            message,
            meant.or(hint.map(str::to_owned)),
        );
    }

    fn map(&mut self, path: &str, node: &Node, names: Names, block: &Block) {
        for entry in self.entries(path, node, "an object: { … }") {
            let at = join(path, &entry.name);
            self.seen(&at, entry);
            match names {
                Names::Group if entry.name == "*" || GroupId::parse(&entry.name).is_ok() => {}
                Names::Group => {
                    let (message, hint) = entry::group_problem(&entry.name);
                    self.wrong(entry.name_span.clone(), &at, message, Some(hint));
                }
                Names::Account => {
                    if let Err(error) = AccountId::parse(&entry.name) {
                        let plain = entry.name.to_lowercase();
                        let hint = AccountId::parse(&plain).ok().map(|id| format!("write {id}"));
                        self.wrong(entry.name_span.clone(), &at, error.to_string(), hint);
                    }
                }
            }
            self.block(&at, &entry.node, block);
        }
    }

    fn allow_list(&mut self, path: &str, items: &[Node], anyone: bool) {
        let mut bare = 0;
        for (index, item) in items.iter().enumerate() {
            let at = format!("{path}[{index}]");
            let span = item.span.clone();
            let text = match &item.value {
                Shape::Text(text) => text,
                Shape::Number(number) => {
                    let message = "found a number; allowed is a text in quotation marks".to_owned();
                    self.wrong(span, &at, message, Some(format!("write \"+{}\"", number.abs())));
                    continue;
                }
                Shape::Null | Shape::Bool(_) | Shape::List(_) | Shape::Object(_) => {
                    self.kind_differs(&at, item, "a number or hidden id as text: \"+15551234567\"");
                    continue;
                }
            };
            match AllowEntry::parse(text) {
                Ok(AllowEntry::Anyone) if !anyone => {
                    let message = "\"*\" is everyone, and nobody may be made an owner that way".to_owned();
                    let hint = "name the owners' numbers, or leave the key out for the linked number";
                    self.wrong(span, &at, message, Some(hint.to_owned()));
                }
                Ok(AllowEntry::Phone(phone)) if !text.contains('+') => {
                    let line = self.lines.line(span.start);
                    bare += 1;
                    if bare <= MAX_REMARKS {
                        self.remarks.push(format!("line {line}: {at}: {text:?} has no + and is read as {phone}; if that is a number without its country code, nobody will match it. Write the + to be sure"));
                    }
                }
                Ok(AllowEntry::Anyone | AllowEntry::Phone(_) | AllowEntry::Lid(_)) => {}
                Err(_not_an_entry) => {
                    let (message, hint) = entry::problem(text);
                    self.wrong(span, &at, message, Some(hint));
                }
            }
        }
        if bare > MAX_REMARKS {
            let more = bare - MAX_REMARKS;
            self.remarks
                .push(format!("{path}: {more} more numbers have no +"));
        }
    }

    fn patterns(&mut self, path: &str, items: &[Node]) {
        let mut texts = Vec::new();
        for (index, item) in items.iter().enumerate() {
            match &item.value {
                Shape::Text(text) => texts.push(text.as_str()),
                Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::List(_) | Shape::Object(_) => {
                    self.kind_differs(&format!("{path}[{index}]"), item, "a regular expression as text");
                    return;
                }
            }
        }
        for (index, message) in patterns::problems(&texts) {
            let span = items.get(index).map_or(0..0, |item| item.span.clone());
            self.wrong(span, &format!("{path}[{index}]"), message, None);
        }
    }
}
