//! A config file as a person writes it, for verbs that read and change it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::StateDir;

/// With comments, and quotes of the owner's taste.
pub const MINE: &str = "\
// Mine.
{
  channels: {
    whatsapp: {
      dmPolicy: 'pairing', // for now
      allowFrom: [
        '+15550100001', // me
      ],
    },
  },
}
";

/// A state dir with this config file.
#[must_use]
pub fn configured(text: &str) -> (StateDir, PathBuf) {
    let mut state = StateDir::new();
    state.configure(text);
    let file = state.beside("fased.json");
    (state, file)
}

/// What the file says.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn read(file: &Path) -> String {
    fs::read_to_string(file).expect("the config")
}

/// Where the file as it was before is kept.
#[must_use]
pub fn backup(file: &Path) -> PathBuf {
    file.with_extension("json.bak")
}
