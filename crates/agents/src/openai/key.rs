//! The key, read when it is needed.

use std::path::Path;

use reqwest::header::HeaderValue;

use crate::{Failure, KeySource};

/// Longest key.
const LONGEST: u64 = 16 * 1024;

/// A key. It has no `Debug`, so that it is not shown by accident.
pub(super) struct Key(String);

impl Key {
    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// What the server is told.
    pub(super) fn header(&self) -> Result<HeaderValue, Failure> {
        let mut value = HeaderValue::try_from(format!("Bearer {}", self.0))
            .map_err(|_| Failure::NotStarted("its key has characters that no key has".to_owned()))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// Reads it. What went wrong names where it was to be, and never what is there.
pub(super) async fn read(source: Option<&KeySource>) -> Result<Option<Key>, Failure> {
    let (text, place) = match source {
        None => return Ok(None),
        Some(KeySource::Environment(name)) => {
            let place = format!("the environment variable {name}");
            match std::env::var(name) {
                Ok(text) => (text, place),
                Err(std::env::VarError::NotPresent) => return Err(no_key(&place, "is not set")),
                Err(std::env::VarError::NotUnicode(_)) => return Err(no_key(&place, "is no text")),
            }
        }
        Some(KeySource::File(path)) => {
            let place = format!("the file {}", path.display());
            let text = read_file(path).await.map_err(|why| no_key(&place, &why))?;
            (text, place)
        }
    };
    let text = text.trim();
    if text.is_empty() {
        return Err(no_key(&place, "is empty"));
    }
    if text.contains(|character: char| character.is_whitespace() || character.is_control()) {
        return Err(no_key(&place, "holds more than one word"));
    }
    Ok(Some(Key(text.to_owned())))
}

async fn read_file(path: &Path) -> Result<String, String> {
    let cannot = |error: std::io::Error| format!("cannot be read: {error}");
    let found = tokio::fs::metadata(path).await.map_err(cannot)?;
    // Reading a pipe could wait for ever.
    if !found.is_file() || found.len() > LONGEST {
        return Err("is no file with a key in it".to_owned());
    }
    tokio::fs::read_to_string(path).await.map_err(cannot)
}

fn no_key(place: &str, why: &str) -> Failure {
    Failure::NotStarted(format!("{place}, which is to hold its key, {why}"))
}
