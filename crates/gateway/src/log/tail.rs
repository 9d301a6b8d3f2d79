//! Reading the files: the last lines of all, then those that come.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{FILE, Line};

/// No line is read that is longer; what is over begins another one, which is no object and is skipped.
const LONGEST: u64 = 1 << 20;

/// The last lines of all files that are wanted, oldest first. None where there is no file.
///
/// # Errors
/// What the operating system said.
pub fn last(
    dir: &Path,
    lines: usize,
    wanted: impl Fn(&Line) -> bool,
) -> io::Result<Option<(Vec<Line>, Tail)>> {
    let mut found = VecDeque::new();
    let mut keep = |line: Line| {
        if wanted(&line) {
            found.push_back(line);
            if found.len() > lines {
                found.pop_front();
            }
        }
    };
    // The newest is opened first, so that a move meanwhile repeats lines at worst, and loses none.
    let mut newest = Tail::open(dir)?;
    let mut before = Vec::new();
    for number in 1.. {
        match File::open(dir.join(format!("{FILE}.{number}"))) {
            Ok(file) => before.push(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => break,
            Err(error) => return Err(error),
        }
    }
    if newest.file.is_none() && before.is_empty() {
        return Ok(None);
    }
    let own = newest.file.as_ref().map(identity).transpose()?;
    for file in before.into_iter().rev() {
        if Some(identity(&file)?) == own {
            continue;
        }
        let mut older = Tail {
            dir: dir.to_owned(),
            file: Some(file),
            rest: Vec::new(),
        };
        older.drain(&mut keep)?;
    }
    newest.drain(&mut keep)?;
    Ok(Some((found.into(), newest)))
}

/// Where reading has come to.
#[derive(Debug)]
pub struct Tail {
    dir: PathBuf,
    file: Option<File>,
    /// The beginning of a line whose end is not written yet.
    rest: Vec<u8>,
}

impl Tail {
    fn open(dir: &Path) -> io::Result<Self> {
        let file = match File::open(dir.join(FILE)) {
            Ok(file) => Some(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok(Self {
            dir: dir.to_owned(),
            file,
            rest: Vec::new(),
        })
    }

    /// Lines that came since, also those in a file that was begun meanwhile.
    ///
    /// # Errors
    /// What the operating system said.
    pub fn more(&mut self, mut each: impl FnMut(Line)) -> io::Result<()> {
        let newest = Self::open(&self.dir)?;
        self.drain(&mut each)?;
        let Some(begun) = &newest.file else {
            return Ok(());
        };
        let is_another = match &self.file {
            Some(file) => identity(file)? != identity(begun)?,
            None => true,
        };
        if is_another {
            *self = newest;
            self.drain(&mut each)?;
        }
        Ok(())
    }

    fn drain(&mut self, each: &mut impl FnMut(Line)) -> io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let mut reader = BufReader::new(file);
        loop {
            let room = LONGEST.saturating_sub(self.rest.len() as u64);
            let read = (&mut reader).take(room).read_until(b'\n', &mut self.rest)?;
            let is_long = self.rest.len() as u64 >= LONGEST;
            if self.rest.last() != Some(&b'\n') && !is_long {
                // Its end may come yet.
                return Ok(());
            }
            if let Some(line) = std::str::from_utf8(&self.rest).ok().and_then(Line::parse) {
                each(line);
            }
            self.rest.clear();
            if read == 0 {
                return Ok(());
            }
        }
    }
}

/// Which file it is, whatever it is called by now.
pub(super) fn identity(file: &File) -> io::Result<(u64, u64)> {
    let metadata = file.metadata()?;
    Ok((metadata.dev(), metadata.ino()))
}
