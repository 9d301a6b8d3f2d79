//! A tool: what a model is told of it, and which arguments fit it. Both come from one list of arguments.

use serde_json::{Map, Value, json};

/// Something that can be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// What it is called by.
    pub name: &'static str,
    /// What people see.
    pub title: &'static str,
    /// What it does, and what comes of it, for a model.
    pub about: &'static str,
    /// What it takes.
    pub arguments: Vec<Argument>,
    /// What it does to the world.
    pub effect: Effect,
}

/// What a call does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Reads,
    /// Adds something, each time again.
    Adds,
    /// Puts something into a state; a second time changes nothing.
    Sets,
}

/// One argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: &'static str,
    /// What it means, for a model.
    pub about: &'static str,
    /// What it can be.
    pub kind: Kind,
    /// Without it the tool cannot be called.
    pub needed: bool,
}

/// What an argument can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text of so many characters at most.
    Text {
        /// Characters.
        most: usize,
    },
    /// A whole number.
    Whole {
        /// It is as great at least.
        least: i64,
        /// And at most.
        most: i64,
    },
}

impl Tool {
    /// The JSON schema of its arguments.
    pub(super) fn schema(&self) -> Map<String, Value> {
        let properties: Map<String, Value> = self
            .arguments
            .iter()
            .map(|argument| (argument.name.to_owned(), argument.schema()))
            .collect();
        let needed: Vec<&str> = self
            .arguments
            .iter()
            .filter(|argument| argument.needed)
            .map(|argument| argument.name)
            .collect();
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!("object"));
        schema.insert("properties".to_owned(), Value::Object(properties));
        schema.insert("required".to_owned(), json!(needed));
        schema.insert("additionalProperties".to_owned(), json!(false));
        schema
    }

    /// Why these are no arguments of it, beginning with the name of the one that does not fit. A `null` counts as absent.
    pub(super) fn misfit(&self, given: &Map<String, Value>) -> Option<String> {
        for (name, value) in given {
            let Some(argument) = self.arguments.iter().find(|argument| argument.name == name) else {
                let known: Vec<&str> = self.arguments.iter().map(|argument| argument.name).collect();
                let takes = if known.is_empty() {
                    "no arguments".to_owned()
                } else {
                    known.join(", ")
                };
                let tool = self.name;
                return Some(format!("{name}: {tool} takes no such argument; it takes {takes}"));
            };
            if let Some(why) = argument.misfit(value) {
                return Some(format!("{name}: {why}"));
            }
        }
        let missing = self
            .arguments
            .iter()
            .find(|argument| argument.needed && given.get(argument.name).is_none_or(Value::is_null));
        missing.map(|argument| format!("{}: it is missing; {}", argument.name, argument.about))
    }
}

impl Argument {
    fn schema(&self) -> Value {
        match self.kind {
            Kind::Text { most } => {
                let least = usize::from(self.needed);
                json!({ "type": "string", "description": self.about, "minLength": least, "maxLength": most })
            }
            Kind::Whole { least, most } => {
                json!({ "type": "integer", "description": self.about, "minimum": least, "maximum": most })
            }
        }
    }

    fn misfit(&self, value: &Value) -> Option<String> {
        match (self.kind, value) {
            (_, Value::Null) => None,
            (Kind::Text { most }, Value::String(text)) => {
                let chars = text.chars().count();
                if chars > most {
                    return Some(format!("it has {chars} characters, and {most} are the most"));
                }
                (self.needed && text.trim().is_empty()).then(|| "it is empty".to_owned())
            }
            (Kind::Whole { least, most }, Value::Number(number)) => {
                let fits = number
                    .as_i64()
                    .is_some_and(|number| (least..=most).contains(&number));
                (!fits).then(|| format!("it has to be a whole number from {least} to {most}"))
            }
            (Kind::Text { .. }, Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                Some("it has to be a text".to_owned())
            }
            (Kind::Whole { .. }, Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
                Some("it has to be a number".to_owned())
            }
        }
    }
}
