//! The files: appended to, and moved on when one is large enough.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;

use super::FILE;
use crate::clock;
use crate::lease::make_private_dir;

/// How often it is looked whether the file still has its name.
const LOOK_EVERY: Duration = Duration::from_secs(1);

pub(super) struct Files {
    dir: PathBuf,
    max_bytes: u64,
    keep: u32,
    open: Option<Open>,
}

struct Open {
    file: File,
    /// Its device and number, by which it is told from another of its name.
    is: (u64, u64),
    /// When it is to be looked whether it still has its name.
    look_at: Instant,
    size: u64,
    /// The last write broke off within a line.
    torn: bool,
}

impl Files {
    pub(super) fn new(dir: PathBuf, max_bytes: u64, keep: u32) -> Self {
        Self {
            dir,
            max_bytes,
            keep: keep.max(1),
            open: None,
        }
    }

    /// Appends a line. After a failure the next one tries anew, and begins on a line of its own.
    pub(super) fn write(&mut self, line: &[u8]) -> io::Result<()> {
        let length = line.len() as u64;
        let is_full = |open: &Open| open.size > 0 && open.size + length > self.max_bytes;
        if self.open.as_ref().is_some_and(is_full) {
            self.move_on();
        }
        self.look();
        let open = match &mut self.open {
            Some(open) => open,
            None => {
                let opened = self.open()?;
                self.open.insert(opened)
            }
        };
        let mut rest = line;
        if open.torn {
            open.file.write_all(b"\n")?;
            open.torn = false;
            open.size += 1;
        }
        while !rest.is_empty() {
            match open.file.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    rest = &rest[written..];
                    open.size += written as u64;
                    open.torn = !rest.is_empty();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// A file that somebody moved or deleted would be written on with nobody to read it.
    fn look(&mut self) {
        let Some(open) = &mut self.open else { return };
        let now = clock::monotonic();
        if now < open.look_at {
            return;
        }
        open.look_at = now + LOOK_EVERY;
        let named = fs::metadata(self.dir.join(FILE)).map(|about| (about.dev(), about.ino()));
        let is_there = match named {
            Ok(named) => named == open.is,
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        };
        if !is_there {
            self.open = None;
        }
    }

    fn open(&self) -> io::Result<Open> {
        make_private_dir(&self.dir).map_err(io::Error::other)?;
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(self.dir.join(FILE))?;
        let about = file.metadata()?;
        let size = about.len();
        Ok(Open {
            file,
            is: (about.dev(), about.ino()),
            look_at: clock::monotonic() + LOOK_EVERY,
            size,
            // It may be what a killed gateway left.
            torn: size > 0 && !ends_a_line(&self.dir.join(FILE)),
        })
    }

    /// The file becomes the first of those before. Where that fails the same file goes on.
    fn move_on(&mut self) {
        let numbered = |number: u32| match number {
            0 => self.dir.join(FILE),
            number => self.dir.join(format!("{FILE}.{number}")),
        };
        // What is over the number of files, also after it was set lower.
        for number in self.keep.saturating_sub(1).max(1)..=MOST {
            if fs::remove_file(numbered(number)).is_err() {
                break;
            }
        }
        let moved = if self.keep == 1 {
            fs::remove_file(numbered(0))
        } else {
            for number in (1..self.keep - 1).rev() {
                // Most often there is none yet.
                fs::rename(numbered(number), numbered(number + 1)).ok();
            }
            fs::rename(numbered(0), numbered(1))
        };
        match (moved, &mut self.open) {
            (Ok(()), open) => *open = None,
            // Not tried again with each line.
            (Err(_), Some(open)) => open.size = 0,
            (Err(_), None) => {}
        }
    }
}

/// No config keeps more files than this.
const MOST: u32 = 100;

fn ends_a_line(path: &std::path::Path) -> bool {
    use std::io::{Read, Seek, SeekFrom};
    let last = || -> io::Result<u8> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::End(-1))?;
        let mut byte = [0];
        file.read_exact(&mut byte)?;
        Ok(byte[0])
    };
    last().is_ok_and(|byte| byte == b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_moved_or_deleted_is_made_anew() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut files = Files::new(dir.path().to_owned(), 1 << 20, 3);
        let path = dir.path().join(FILE);
        files.write(b"first\n").expect("written");
        for away in ["moved", "deleted"] {
            if away == "moved" {
                fs::rename(&path, dir.path().join("elsewhere")).expect("moved");
            } else {
                fs::remove_file(&path).expect("deleted");
            }
            files.write(b"unseen\n").expect("written");
            assert!(!path.exists(), "not looked at with every line");
            files.open.as_mut().expect("open").look_at = clock::monotonic();
            files.write(b"seen\n").expect("written");
            assert_eq!(fs::read_to_string(&path).expect("read"), "seen\n");
        }
        files.open.as_mut().expect("open").look_at = clock::monotonic();
        files.write(b"more\n").expect("written");
        assert_eq!(fs::read_to_string(&path).expect("read"), "seen\nmore\n");
    }
}
