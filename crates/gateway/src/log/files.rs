//! The files: appended to, and moved on when one is large enough.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use super::FILE;
use crate::lease::make_private_dir;

pub(super) struct Files {
    dir: PathBuf,
    max_bytes: u64,
    keep: u32,
    open: Option<Open>,
}

struct Open {
    file: File,
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

    fn open(&self) -> io::Result<Open> {
        make_private_dir(&self.dir).map_err(io::Error::other)?;
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(self.dir.join(FILE))?;
        let size = file.metadata()?.len();
        Ok(Open {
            file,
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
