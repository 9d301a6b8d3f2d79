//! The file's text, as long as it can be one.

use std::io::{ErrorKind, Read};
use std::path::Path;

use super::ConfigError;
use super::problem::{Problem, place};

/// Larger files are refused: no config is, and the readers keep it all in memory.
const MAX_BYTES: u64 = 1024 * 1024;

/// The text, without a byte order mark; none when there is no file.
pub(super) fn text(path: &Path) -> Result<Option<String>, ConfigError> {
    let shown = path.display();
    let wrong = |message: String| ConfigError::of_file(path, message);
    let about = match std::fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound && !path.is_symlink() => return Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(wrong("this is a link to a file that does not exist".to_owned()));
        }
        Err(error) => return Err(wrong(format!("cannot be read: {error}"))),
        Ok(about) => about,
    };
    if about.is_dir() {
        return Err(wrong("this is a folder; a config is a file".to_owned()));
    }
    if !about.is_file() {
        return Err(wrong("this is no regular file".to_owned()));
    }
    let too_large = || {
        wrong(format!(
            "is larger than {MAX_BYTES} bytes (1 MiB); no config needs that much"
        ))
    };
    if about.len() > MAX_BYTES {
        return Err(too_large());
    }
    let file = std::fs::File::open(path).map_err(|error| {
        let advice = if error.kind() == ErrorKind::PermissionDenied {
            format!("; whoever runs fased must be able to read it: ls -l {shown}")
        } else {
            String::new()
        };
        wrong(format!("cannot be read: {error}{advice}"))
    })?;
    let mut bytes = Vec::new();
    // It may have grown since it was looked at.
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| wrong(format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large());
    }
    utf8(bytes)
        .map(Some)
        .map_err(|problem| ConfigError::new(vec![problem], path, ""))
}

fn utf8(bytes: Vec<u8>) -> Result<String, Problem> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let end = error.utf8_error().valid_up_to();
        let valid = String::from_utf8_lossy(&error.as_bytes()[..end]);
        let (line, column) = place(&valid, valid.len());
        Problem {
            line,
            column,
            hint: Some("save the file as UTF-8".to_owned()),
            ..Problem::of_file("this is not UTF-8 text".to_owned())
        }
    })?;
    Ok(match text.strip_prefix(BOM) {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

/// Some editors write it before the text; it means nothing.
pub(super) const BOM: char = '\u{feff}';
