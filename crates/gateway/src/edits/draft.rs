//! One change under way: the text as it was read, and as it is to become.

use fased_protocol::control::{ControlError, ErrorCode};
use serde_json::{Value, json};

use super::{Turn, account_key, invalid, unknown};
use crate::config::edit::{self, Edited};
use crate::config::effective::View;
use crate::config::write::{self, NotWritten};
use crate::config::{Config, KeyPath, Step};
use crate::paths::Paths;

const KEPT: &str =
    "the account default, which was there without being named, is named now too, so that it stays";
const ONLY_LISTED: &str = "from now on only the groups that are listed are heard; to hear the others as well: fased config set \
     'channels.whatsapp.groups[\"*\"]' '{}'";

/// One change under way.
#[derive(Debug)]
pub struct Draft<'p> {
    _turn: Turn,
    paths: &'p Paths,
    before: Option<String>,
    now: Option<String>,
    kept: bool,
}

/// What was written.
#[derive(Debug)]
pub struct Saved {
    /// The config as it is now.
    pub config: Config,
    /// Its values, of what was written; the file may be another by now.
    pub view: View,
    /// What was there before, if anything was.
    pub backup: Option<String>,
    /// The account that was there without being named is named now.
    pub kept_default: bool,
    /// What follows from the change that was not asked for, and warnings about the config; a line each.
    pub remarks: Vec<String>,
}

impl<'p> Draft<'p> {
    /// Reads the file. Its values may be wrong, but it must be JSON5.
    ///
    /// # Errors
    /// `config`, with everything a person needs to mend it.
    pub fn open(paths: &'p Paths, turn: Turn) -> Result<Self, ControlError> {
        let before = write::current(paths).map_err(|error| invalid(error.message))?;
        Ok(Self {
            _turn: turn,
            paths,
            now: before.clone(),
            before,
            kept: false,
        })
    }

    /// Changes the text, at this key.
    ///
    /// # Errors
    /// `usage`, with what the edit said.
    pub fn edit(
        &mut self,
        key: &KeyPath,
        edit: impl FnOnce(Option<&str>) -> Result<Edited, String>,
    ) -> Result<(), ControlError> {
        if let Edited::Changed(new) = edit(self.now.as_deref()).map_err(unknown)? {
            self.now = Some(new);
            self.keep_default(key);
        }
        Ok(())
    }

    /// Naming accounts would end the one that is there without being named.
    fn keep_default(&mut self, key: &KeyPath) {
        let names_another =
            matches!(names(key).as_slice(), ["channels", "whatsapp", "accounts", id, ..] if *id != "default");
        if names_another
            && self
                .parsed(self.before.as_deref())
                .is_some_and(|before| !before.names_accounts())
            && let Ok(Edited::Changed(kept)) =
                edit::put(self.now.as_deref(), &account_key("default"), &json!({}))
        {
            self.now = Some(kept);
            self.kept = true;
        }
    }

    /// What is written under a key, with the changes that were made.
    #[must_use]
    pub fn written(&self, key: &KeyPath) -> Option<Value> {
        edit::written(self.now.as_deref(), key)
    }

    fn parsed(&self, text: Option<&str>) -> Option<Config> {
        let auth_dir = |id: &str| self.paths.default_auth_dir(id);
        Config::parse(text.unwrap_or_default(), &self.paths.config, auth_dir).ok()
    }

    /// Writes it, if there is anything to write and the result is a valid config. All of it or nothing.
    ///
    /// # Errors
    /// `config` when the result would be wrong, `refused` when it cannot be written; the file is as it was.
    pub fn save(self) -> Result<Option<Saved>, ControlError> {
        let Some(new) = self.now.as_ref().filter(|new| Some(*new) != self.before.as_ref()) else {
            return Ok(None);
        };
        let written =
            write::replace(self.paths, self.before.as_deref(), new).map_err(|error| self.not(error))?;
        let mut remarks: Vec<String> = Vec::new();
        if self.kept {
            remarks.push(KEPT.to_owned());
        }
        let before = self.parsed(self.before.as_deref());
        if before.is_some_and(|before| hears_all(&before)) && !hears_all(&written.config) {
            remarks.push(ONLY_LISTED.to_owned());
        }
        let warnings = written.config.warnings.iter();
        remarks.extend(warnings.map(|warning| format!("warning: {warning}")));
        Ok(Some(Saved {
            backup: written.backup.map(|backup| backup.display().to_string()),
            config: written.config,
            view: written.view,
            kept_default: self.kept,
            remarks,
        }))
    }

    /// Why it was not written.
    fn not(&self, error: NotWritten) -> ControlError {
        let error = match error {
            NotWritten::Invalid(error) => error,
            NotWritten::Failed(message) => {
                return ControlError {
                    code: ErrorCode::Refused,
                    message,
                    next: format!("look at the folder: ls -l {}", self.paths.config.display()),
                };
            }
        };
        let was_right = self.before.is_none() || self.parsed(self.before.as_deref()).is_some();
        let (why, next) = if was_right {
            (
                "the config would be wrong then, so nothing was changed",
                "see the allowed values: fased config schema",
            )
        } else {
            (
                "the config is wrong, and would be after this change; nothing was changed",
                "correct the file: fased config validate",
            )
        };
        ControlError {
            code: ErrorCode::Config,
            message: format!("{why}\n{}", error.message),
            next: next.to_owned(),
        }
    }
}

/// The names along a key, as far as they are names.
fn names(key: &KeyPath) -> Vec<&str> {
    let names = key.steps.iter().map_while(|step| match step {
        Step::Name(name) => Some(name.as_str()),
        Step::Index(_) => None,
    });
    names.collect()
}

fn hears_all(config: &Config) -> bool {
    let mut accounts = config.accounts.values();
    accounts.all(|account| account.rules.groups.any.is_some() || account.rules.groups.listed.is_empty())
}
