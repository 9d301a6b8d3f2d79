//! The definition of every key: its type, its bounds, its default and what it is for.
//!
//! There is this one table. Reading checks against it, and the JSON Schema, the file of defaults and
//! `fased config get` are made from it, so that none of them can say something else.

mod agents;
mod find;
mod foreign;
mod others;
mod outside;
mod whatsapp;

pub(super) use agents::{ANSWERING, MOST_ANSWERING};
pub(crate) use find::greatest;
pub(super) use find::kind_at;
pub(super) use foreign::{CHANNELS as FOREIGN_CHANNELS, SECTIONS as FOREIGN_SECTIONS};
pub(super) use others::FILE;
pub(super) use whatsapp::{ACCOUNT, ROOT};

/// One key.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// As JSON, where there is one that does not depend on other keys.
    pub(super) default: Option<&'static str>,
    /// What it is for, with units and with defaults that depend on other keys.
    pub(super) doc: &'static str,
    /// Without effect in this version; then a warning names it.
    pub(super) idle: bool,
    /// Never shown.
    pub(super) secret: bool,
    /// Its object is nothing without it.
    pub(super) required: bool,
    /// What it may look like, as JSON5, where its kind alone does not tell enough.
    pub(super) example: Option<&'static str>,
}

/// What a key takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Bool,
    Int {
        min: u32,
        max: u32,
    },
    Number {
        min: f64,
        max: f64,
    },
    Text,
    Words(&'static [&'static str]),
    /// Numbers and hidden ids, with `*` if that is allowed.
    Entries {
        anyone: bool,
    },
    Patterns,
    /// Paths of folders.
    Folders,
    /// Texts that are not empty.
    Texts,
    /// A program and its arguments: texts, of which the first is not empty.
    Argv,
    /// Texts by names of environment variables.
    Variables,
    Block(Block),
    Map(Names, Block),
    /// A list of objects.
    List(Block),
    /// An object with these keys, and with lists of agents by the addresses of chats.
    ByChat(Block),
    /// An object whose form is not fixed yet.
    Object,
}

/// An object with fixed keys.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    pub(super) keys: &'static [Key],
    /// Keys that the original product has here and Fased does not: skipped with a warning.
    pub(super) foreign: &'static [&'static str],
}

/// What the names in a map are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// Addresses of groups, or `*`.
    Group,
    /// Account ids.
    Account,
}

impl Block {
    pub(super) fn get(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

impl Key {
    /// The default as a value.
    pub(super) fn default_value(&self) -> Option<serde_json::Value> {
        self.default.and_then(|text| serde_json::from_str(text).ok())
    }

    const fn idle(mut self) -> Self {
        self.idle = true;
        self
    }

    const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn example(mut self, json5: &'static str) -> Self {
        self.example = Some(json5);
        self
    }

    const fn default(mut self, json: &'static str) -> Self {
        self.default = Some(json);
        self
    }
}

const fn key(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key {
        name,
        kind,
        default: None,
        doc,
        idle: false,
        secret: false,
        required: false,
        example: None,
    }
}

const fn block(keys: &'static [Key]) -> Block {
    Block { keys, foreign: &[] }
}
