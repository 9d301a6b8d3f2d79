//! The text as values with their places.

use std::ops::Range;

use jsonc_parser::ast::{self, ObjectPropName};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde_json::Value;

use super::brackets::{self, Fault};
use super::problem::{Problem, place};

/// A value and where it is written.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    pub(super) value: Shape,
}

#[derive(Debug)]
pub(super) enum Shape {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Object(Vec<Entry>),
}

/// One key of an object.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) name_span: Range<usize>,
    pub(super) node: Node,
}

impl Node {
    pub(super) fn get(&self, name: &str) -> Option<&Entry> {
        match &self.value {
            Shape::Object(entries) => entries.iter().find(|entry| entry.name == name),
            Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) | Shape::List(_) => None,
        }
    }

    /// The value alone.
    pub(super) fn to_value(&self) -> Value {
        match &self.value {
            Shape::Null => Value::Null,
            Shape::Bool(flag) => Value::from(*flag),
            Shape::Number(number) => whole(*number).map_or_else(|| Value::from(*number), Value::from),
            Shape::Text(text) => Value::from(text.as_str()),
            Shape::List(items) => items.iter().map(Self::to_value).collect(),
            Shape::Object(entries) => entries
                .iter()
                .map(|entry| (entry.name.clone(), entry.node.to_value()))
                .collect::<serde_json::Map<String, Value>>()
                .into(),
        }
    }
}

/// The number as an integer, if it is one and small enough to be exact.
pub(super) fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

/// What both readers take. The one that finds places would let commas be missing.
pub(super) fn options() -> ParseOptions {
    ParseOptions {
        allow_missing_commas: false,
        allow_non_finite_numbers: false,
        ..ParseOptions::default()
    }
}

/// Reads the text. An empty one is an empty config.
pub(super) fn parse(text: &str) -> Result<Node, Box<Problem>> {
    if let Some(fault) = brackets::fault(text) {
        return Err(Box::new(of_fault(text, fault)));
    }
    let whole_text = 0..text.len();
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options()).map_err(|error| {
        let range = error.range();
        Box::new(syntax(text, range.start..range.end, &error.kind().to_string()))
    })?;
    let Some(value) = parsed.value else {
        return Ok(Node {
            span: whole_text,
            value: Shape::Object(Vec::new()),
        });
    };
    let node = node(text, value)?;
    // The reader that knows the standard has the last word on what is JSON5.
    if let Err(error) = json5::from_str::<serde::de::IgnoredAny>(text) {
        let at = error.position().map_or(0, |position| offset(text, position));
        return Err(Box::new(syntax(text, at..at, &error.to_string())));
    }
    Ok(node)
}

fn offset(text: &str, position: json5::Position) -> usize {
    let start: usize = text.split_inclusive('\n').take(position.line).map(str::len).sum();
    let line = text.get(start..).unwrap_or_default();
    let column = line.char_indices().nth(position.column);
    start + column.map_or(line.len(), |(at, _)| at)
}

fn node(text: &str, value: ast::Value<'_>) -> Result<Node, Box<Problem>> {
    let span = value.range().start..value.range().end;
    let value = match value {
        ast::Value::NullKeyword(_) => Shape::Null,
        ast::Value::BooleanLit(literal) => Shape::Bool(literal.value),
        ast::Value::StringLit(literal) => Shape::Text(literal.value.into_owned()),
        ast::Value::NumberLit(literal) => Shape::Number(number(literal.value).ok_or_else(|| {
            let message = format!("{} is no number that a config can hold", literal.value);
            Box::new(Problem::new(text, span.clone(), "", message, None))
        })?),
        ast::Value::Array(array) => {
            let items = array.elements.into_iter().map(|item| node(text, item));
            Shape::List(items.collect::<Result<_, _>>()?)
        }
        ast::Value::Object(object) => {
            let entries = object.properties.into_iter().map(|property| {
                let range = property.name.range();
                let name = match property.name {
                    ObjectPropName::String(name) => name.value.into_owned(),
                    ObjectPropName::Word(word) => word.value.to_owned(),
                };
                Ok(Entry {
                    name,
                    name_span: range.start..range.end,
                    node: node(text, property.value)?,
                })
            });
            Shape::Object(entries.collect::<Result<_, Box<Problem>>>()?)
        }
    };
    Ok(Node { span, value })
}

fn number(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let size = match hex {
        Some(hex) => u64::from_str_radix(hex, 16).ok()? as f64,
        None => digits.parse::<f64>().ok()?,
    };
    size.is_finite().then_some(sign * size)
}

fn of_fault(text: &str, fault: Fault) -> Problem {
    let here =
        |at: usize, message: String, hint: Option<String>| Problem::new(text, at..at + 1, "", message, hint);
    match fault {
        Fault::Deep { at } => here(
            at,
            "nested too deeply; at most 64 levels are read".to_owned(),
            None,
        ),
        Fault::Open { at, bracket } => here(
            at,
            format!(
                "this {bracket} is never closed: a {} is missing",
                partner(bracket)
            ),
            Some(format!(
                "add the missing {} where the part that begins here ends",
                partner(bracket)
            )),
        ),
        Fault::Stray { at, bracket } => here(
            at,
            format!(
                "this {bracket} closes nothing: there is one too many, or its {} is missing",
                partner(bracket)
            ),
            None,
        ),
        Fault::Mixed { open, at, bracket } => {
            let (line, column) = place(text, open);
            let opened = text[open..].chars().next().unwrap_or('{');
            here(
                at,
                format!("a {} is missing before this {bracket}", partner(opened)),
                Some(format!(
                    "the {opened} in line {line}, column {column} is still open"
                )),
            )
        }
        Fault::Endless { at, what } => here(
            at,
            format!("this {what} never ends"),
            (what == "string").then(|| "close it with the same quotation mark, on the same line".to_owned()),
        ),
    }
}

fn partner(bracket: char) -> char {
    match bracket {
        '{' => '}',
        '}' => '{',
        '[' => ']',
        _ => '[',
    }
}

/// A readers' error, with the two most likely causes said plainly.
fn syntax(text: &str, span: Range<usize>, said: &str) -> Problem {
    let at = span.start.min(text.len());
    let next = text[at..].chars().next();
    let word: String = text[at..]
        .chars()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '@' | '+' | '-' | '.'))
        .collect();
    let before = text[..at].trim_end();
    if said.contains("xpected comma") {
        // Where the comma belongs: behind what stands before it, often a line up.
        let end = before.len();
        let start = before.char_indices().next_back().map_or(0, |(start, _)| start);
        return Problem::new(
            text,
            start..end,
            "",
            "a comma is missing after this".to_owned(),
            Some("entries of {…} and […] are separated by commas".to_owned()),
        );
    }
    let end = at + word.len().max(next.map_or(0, char::len_utf8));
    if said.contains("Infinity") || matches!(word.trim_start_matches(['+', '-']), "Infinity" | "NaN") {
        let message = "Infinity and NaN are no values of a config".to_owned();
        return Problem::new(text, at..end, "", message, None);
    }
    if word.chars().any(char::is_alphabetic) && before.ends_with([':', '[', ',']) {
        let message = format!("{word} stands there without quotation marks");
        let hint = Some(format!("texts go in quotation marks: \"{word}\""));
        return Problem::new(text, at..end, "", message, hint);
    }
    let said = said.split(" on line ").next().unwrap_or(said);
    let said = said.split(" at line ").next().unwrap_or(said);
    let mut said = said.to_owned();
    if let Some(first) = said.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    Problem::new(text, at..end, "", format!("this is not JSON5: {said}"), None)
}
