//! Key paths as people write them: the inverse of [`super::join`], and a little more forgiving.

use std::fmt;

use super::join;

/// A path such as `channels.whatsapp.groups["123@g.us"].requireMention` or `agents.list[0].id`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyPath {
    /// From the outside in.
    pub steps: Vec<Step>,
    /// It ended in `[+]`: a new entry of the list.
    pub append: bool,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A key of an object, or the id of an entry of a list.
    Name(String),
    /// A place in a list, from 0.
    Index(usize),
}

impl KeyPath {
    /// Reads a path.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut path = Self::default();
        let mut rest = text;
        loop {
            if let Some(after) = rest.strip_prefix('[') {
                rest = path.bracket(text, after)?;
            } else {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (name, after) = rest.split_at(end);
                if name.is_empty() {
                    return Err(format!(
                        "{text:?} is no key: a name is missing before or after a dot"
                    ));
                }
                path.name(name);
                rest = after;
            }
            if rest.is_empty() {
                return Ok(path);
            }
            if path.append {
                return Err(format!("{text:?} is no key: nothing can follow [+]"));
            }
            if let Some(after) = rest.strip_prefix('.') {
                rest = after;
            }
        }
    }

    /// Addresses of groups have a dot of their own, which nobody thinks of quoting.
    fn name(&mut self, name: &str) {
        if name == "us"
            && let Some(Step::Name(group)) = self.steps.last_mut()
            && group.ends_with("@g")
        {
            group.push_str(".us");
            return;
        }
        self.steps.push(Step::Name(name.to_owned()));
    }

    fn bracket<'t>(&mut self, text: &str, after: &'t str) -> Result<&'t str, String> {
        let wrong =
            || format!("{text:?} is no key: a bracket holds a number, a \"name\" in quotation marks, or +");
        if let Some(quote) = after.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            let end = after[1..].find(quote).ok_or_else(wrong)? + 1;
            self.steps.push(Step::Name(after[1..end].to_owned()));
            return after[end + 1..].strip_prefix(']').ok_or_else(wrong);
        }
        let (inner, rest) = after.split_once(']').ok_or_else(wrong)?;
        if inner == "+" {
            self.append = true;
        } else if let Ok(index) = inner.parse() {
            self.steps.push(Step::Index(index));
        } else {
            // A shell may have eaten the quotation marks.
            self.steps.push(Step::Name(inner.to_owned()));
        }
        Ok(rest)
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.steps.iter().fold(String::new(), |path, step| match step {
            Step::Name(name) => join(&path, name),
            Step::Index(index) => format!("{path}[{index}]"),
        });
        f.write_str(&path)
    }
}
