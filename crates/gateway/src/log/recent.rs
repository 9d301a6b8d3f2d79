//! The newest lines, read from the end: whoever looks again and again does not read all the files each time.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::tail::identity;
use super::{FILE, Line};

/// So much of the files is looked through at most; what is wanted and older than that is not found.
const WINDOW: u64 = 4 << 20;

/// What was found.
#[derive(Debug, Default)]
pub struct Recent {
    /// Oldest first.
    pub lines: Vec<Line>,
    /// There may be more of what is wanted that was not looked at, or had no room.
    pub is_cut: bool,
}

/// The newest lines that are wanted: so many, and of so many bytes together, at most. None where there is no file.
///
/// # Errors
/// What the operating system said.
pub fn recent(
    dir: &Path,
    lines: usize,
    bytes: usize,
    wanted: impl Fn(&Line) -> bool,
) -> io::Result<Option<Recent>> {
    let mut found = Recent::default();
    let (mut left, mut room) = (WINDOW, bytes);
    let mut seen = Vec::new();
    for number in 0.. {
        let name = if number == 0 {
            FILE.to_owned()
        } else {
            format!("{FILE}.{number}")
        };
        let mut file = match File::open(dir.join(name)) {
            Ok(file) => file,
            // Between two files the newest has no name for a moment.
            Err(error) if error.kind() == io::ErrorKind::NotFound && number == 0 => continue,
            Err(error) if error.kind() == io::ErrorKind::NotFound => break,
            Err(error) => return Err(error),
        };
        // A file that has moved on meanwhile is met a second time, under its new name.
        let is = identity(&file)?;
        if seen.contains(&is) {
            continue;
        }
        seen.push(is);
        let size = file.metadata()?.len();
        let start = size.saturating_sub(left);
        file.seek(SeekFrom::Start(start))?;
        let mut end = Vec::new();
        file.take(left).read_to_end(&mut end)?;
        left = left.saturating_sub(end.len() as u64);
        // The first of them is the rest of a line whose beginning was not read, and no object.
        for text in end.rsplit(|byte| *byte == b'\n') {
            let Some(line) = std::str::from_utf8(text).ok().and_then(Line::parse) else {
                continue;
            };
            if !wanted(&line) {
                continue;
            }
            if found.lines.len() == lines {
                return Ok(Some(in_order(found)));
            }
            if room < text.len() {
                found.is_cut = true;
                return Ok(Some(in_order(found)));
            }
            room -= text.len();
            found.lines.push(line);
        }
        if left == 0 {
            found.is_cut = found.lines.len() < lines;
            break;
        }
    }
    Ok((!seen.is_empty()).then(|| in_order(found)))
}

fn in_order(mut found: Recent) -> Recent {
    found.lines.reverse();
    found
}
