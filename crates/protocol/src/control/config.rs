//! The config: what holds, and what is to be different.

use serde::{Deserialize, Serialize};

use crate::private::PrivateValue;

/// One key of the config, and what holds for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfigValue {
    /// The key, as it is asked for and set.
    pub key: String,
    /// What holds; null where it is not set and has no default. A secret is `"(hidden)"`.
    pub value: Option<PrivateValue>,
    /// Where that comes from: `account`, `root`, `global` (elsewhere in the config) or `default`.
    pub level: String,
    /// The key that says so; for a default, where it would be written.
    pub path: String,
    /// Its line in the config file, from 1; null where it is not written.
    pub line: Option<u32>,
}

/// One change of the config.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfigEdit {
    /// The key, such as `channels.whatsapp.dmPolicy`.
    pub key: String,
    /// What it is to be; null takes the key out, so that its default holds again.
    pub value: Option<PrivateValue>,
    /// Add the value, or each of a list, to the list that the key holds.
    #[serde(default)]
    pub append: bool,
    /// Take the value, or each of a list, out of the list that the key holds.
    #[serde(default)]
    pub remove: bool,
}

/// An account that is to be in the config.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddRequest {
    /// Its id.
    pub account: String,
    /// `personal` or `dedicated`.
    pub mode: Option<String>,
    /// What people call it.
    #[serde(default)]
    pub name: Option<String>,
    /// `pairing`, `allowlist`, `open` or `disabled`; by `mode` where it is absent.
    pub dm_policy: Option<String>,
    /// Numbers in international form, hidden ids, or `*`.
    #[serde(default)]
    pub allow_from: Vec<crate::private::Private>,
}
