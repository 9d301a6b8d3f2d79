//! An account's auth files, seen from outside: moved aside as a whole, never deleted.

use std::path::Path;

use anyhow::{Context, Result};

/// Moves everything but the lock out of the way, into `<auth dir>.set-aside-<time>`, so that the
/// next login starts clean and nothing is destroyed. Only to be called when no process holds it.
///
/// # Errors
/// What the file system said; then what was moved stays moved.
pub fn set_aside(auth_dir: &Path, now_ms: i64) -> Result<()> {
    let entries = match std::fs::read_dir(auth_dir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(|| format!("cannot read {}", auth_dir.display()))?,
    };
    let mut name = auth_dir.file_name().unwrap_or_default().to_owned();
    name.push(format!(".set-aside-{now_ms}"));
    let aside = auth_dir.with_file_name(name);
    for entry in entries {
        let entry = entry?;
        if entry.file_name() == ".lock" {
            continue;
        }
        crate::lease::make_private_dir(&aside)?;
        let to = aside.join(entry.file_name());
        std::fs::rename(entry.path(), &to).with_context(|| format!("cannot move to {}", to.display()))?;
    }
    Ok(())
}
