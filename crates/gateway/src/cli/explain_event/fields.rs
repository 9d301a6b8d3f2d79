//! One object of a JSON file, key by key. Every complaint names the key, what is there and what may be there.

use fased::nearest::nearest;
use serde_json::{Map, Value};

/// Seconds beyond this are milliseconds.
const LAST_SECOND: i64 = 100_000_000_000;

/// An object that holds none but known keys. A key that is `null` counts as absent.
pub(super) struct Fields<'a> {
    path: String,
    map: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    /// # Errors
    /// When it is no object, or has a key that is not known.
    pub(super) fn of(path: String, value: &'a Value, known: &[&str]) -> Result<Self, String> {
        let Value::Object(map) = value else {
            let what = if path.is_empty() { "an event" } else { &path };
            return Err(format!("{what} must be an object, but is {}", shown(value)));
        };
        let fields = Self { path, map };
        for key in map.keys() {
            if !known.contains(&key.as_str()) {
                let near =
                    nearest(key, known.iter().copied()).map(|near| format!(", did you mean `{near}`?"));
                let near = near.unwrap_or_default();
                let known = known.join(", ");
                return Err(format!("unknown key {}{near} (known: {known})", fields.at(key)));
            }
        }
        Ok(fields)
    }

    /// The path of a key.
    pub(super) fn at(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<&'a str>, String> {
        self.get(key)
            .map(|value| value.as_str().ok_or_else(|| self.wrong(key, "a string", value)))
            .transpose()
    }

    /// One of these words.
    pub(super) fn word(&self, key: &str, words: &[&'static str]) -> Result<Option<&'static str>, String> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let found = words.iter().find(|word| value.as_str() == Some(**word));
        found.map(|word| Some(*word)).ok_or_else(|| {
            let words: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
            self.wrong(key, &words.join(" or "), value)
        })
    }

    pub(super) fn flag(&self, key: &str) -> Result<bool, String> {
        let found = self.get(key);
        found.map_or(Ok(false), |value| {
            value
                .as_bool()
                .ok_or_else(|| self.wrong(key, "true or false", value))
        })
    }

    /// How many there are of something.
    pub(super) fn count(&self, key: &str) -> Result<Option<usize>, String> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
        let count = count.ok_or_else(|| self.wrong(key, "a whole number from 0", value))?;
        Ok(Some(count))
    }

    /// Unix seconds.
    pub(super) fn seconds(&self, key: &str) -> Result<Option<i64>, String> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        match value.as_i64() {
            Some(seconds) if (0..LAST_SECOND).contains(&seconds) => Ok(Some(seconds)),
            Some(_) => Err(self.wrong(key, "a time in Unix seconds (not milliseconds)", value)),
            None => Err(self.wrong(key, "a whole number of Unix seconds", value)),
        }
    }

    pub(super) fn list(&self, key: &str) -> Result<&'a [Value], String> {
        let found = self.get(key);
        found.map_or(Ok(&[]), |value| {
            let list = value.as_array().map(Vec::as_slice);
            list.ok_or_else(|| self.wrong(key, "a list", value))
        })
    }

    pub(super) fn object(&self, key: &str, known: &[&str]) -> Result<Option<Self>, String> {
        self.get(key)
            .map(|value| Self::of(self.at(key), value, known))
            .transpose()
    }

    fn get(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    fn wrong(&self, key: &str, allowed: &str, value: &Value) -> String {
        format!("{} must be {allowed}, but is {}", self.at(key), shown(value))
    }
}

/// A value as it is written, unless it is long.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
