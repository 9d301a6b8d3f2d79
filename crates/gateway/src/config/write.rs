//! The file is replaced as a whole or not at all, and what was there before stays beside it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::effective::View;
use super::{Config, ConfigError, read, tree};
use crate::paths::Paths;

/// Why a change was not written; the file is as it was.
#[derive(Debug)]
pub enum NotWritten {
    /// The result would be wrong.
    Invalid(ConfigError),
    /// It could not be written, for people.
    Failed(String),
}

/// What was written.
#[derive(Debug)]
pub struct Written {
    /// The config as it is now.
    pub config: Config,
    /// Its values, of what was written; the file may be another by now.
    pub view: View,
    /// What was there before, if anything was.
    pub backup: Option<PathBuf>,
}

/// The text to be changed, as it is in the file, with its byte order mark if it has one; none if there is no
/// file. Its values may be wrong, but it is JSON5.
///
/// # Errors
/// As [`Config::load`].
pub fn current(paths: &Paths) -> Result<Option<String>, ConfigError> {
    let text = on_disk(paths)?;
    if let Some(text) = &text {
        let body = text.strip_prefix(read::BOM).unwrap_or(text);
        tree::parse(body).map_err(|problem| ConfigError::new(vec![*problem], &paths.config, body))?;
    }
    Ok(text)
}

fn on_disk(paths: &Paths) -> Result<Option<String>, ConfigError> {
    // Everything that could be wrong with the file itself is said there.
    if read::text(&paths.config)?.is_none() {
        return Ok(None);
    }
    fs::read_to_string(&paths.config)
        .map(Some)
        .map_err(|error| ConfigError::of_file(&paths.config, format!("cannot be read: {error}")))
}

/// Writes the new text over `before`, if it is a valid config.
///
/// # Errors
/// [`NotWritten`]; the file is as it was.
pub fn replace(paths: &Paths, before: Option<&str>, new: &str) -> Result<Written, NotWritten> {
    prepare(paths, before, new)?.finish(paths)
}

/// A new text that is on the disk beside the file, which is as it was.
#[derive(Debug)]
pub(super) struct Prepared<'t> {
    before: Option<&'t str>,
    new: Beside,
    written: Written,
}

/// What takes long is done here, so that the moment is short in which a change by somebody else is not seen.
pub(super) fn prepare<'t>(
    paths: &Paths,
    before: Option<&'t str>,
    new: &str,
) -> Result<Prepared<'t>, NotWritten> {
    let config = Config::of_text(new, paths).map_err(NotWritten::Invalid)?;
    let view = View::of(&config, new, &paths.config).map_err(NotWritten::Invalid)?;
    let file = target(&paths.config);
    let folder = folder(&file);
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| failed("make", folder, &error))?;
    let mode = fs::metadata(&file).map_or(0o600, |about| about.permissions().mode() & 0o777);
    let backup = match before {
        Some(before) => {
            let backup = beside(&file, "bak");
            let copied = Beside::write(&backup, before, mode).and_then(Beside::rename);
            copied.map_err(|error| failed("write", &backup, &error))?;
            Some(backup)
        }
        None => None,
    };
    let new = Beside::write(&file, new, mode).map_err(|error| failed("write", &file, &error))?;
    Ok(Prepared {
        before,
        new,
        written: Written { config, view, backup },
    })
}

impl Prepared<'_> {
    /// Puts it in the file's place, if that still has the text that was changed.
    pub(super) fn finish(self, paths: &Paths) -> Result<Written, NotWritten> {
        let file = self.new.file.clone();
        // Somebody may have saved the file in an editor since it was read; their work is not to be lost. Nothing that
        // takes time may stand between this look and the rename.
        if on_disk(paths).map_err(NotWritten::Invalid)?.as_deref() != self.before {
            return Err(NotWritten::Failed(format!(
                "{} was changed by somebody else in this moment; try again",
                file.display()
            )));
        }
        self.new
            .rename()
            .map_err(|error| failed("write", &file, &error))?;
        Ok(self.written)
    }
}

fn failed(what: &str, path: &Path, error: &io::Error) -> NotWritten {
    NotWritten::Failed(format!("cannot {what} {}: {error}", path.display()))
}

fn folder(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new("/"))
}

/// The folder that the file is in, where changes are made in turn; the file itself is replaced by each.
pub(crate) fn folder_of(config: &Path) -> PathBuf {
    folder(&target(config)).to_owned()
}

/// The file itself where the config is a link to it: the link stays.
fn target(config: &Path) -> PathBuf {
    let file = if config.is_symlink() {
        fs::canonicalize(config)
    } else {
        std::path::absolute(config)
    };
    file.unwrap_or_else(|_unresolved| config.to_owned())
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// A text beside the file whose place it is to take, flushed: after a power cut there is the old file or the new one.
#[derive(Debug)]
struct Beside {
    file: PathBuf,
    new: PathBuf,
}

impl Beside {
    fn write(file: &Path, text: &str, mode: u32) -> io::Result<Self> {
        let beside = Self {
            file: file.to_owned(),
            new: beside(file, &format!("{}.new", std::process::id())),
        };
        let mut out = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&beside.new)?;
        out.write_all(text.as_bytes())?;
        out.set_permissions(fs::Permissions::from_mode(mode))?;
        out.sync_all()?;
        Ok(beside)
    }

    fn rename(self) -> io::Result<()> {
        fs::rename(&self.new, &self.file)?;
        File::open(folder(&self.file))?.sync_all()
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // Once it is renamed there is none. Otherwise it is of no use to anybody, and that it cannot be removed is no news
        // beside the error.
        fs::remove_file(&self.new).ok();
    }
}
