//! The HTTP listener and alerts, as written.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::config) struct Gateway {
    pub(in crate::config) http: Http,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::config) struct Http {
    pub(in crate::config) enabled: Option<bool>,
    pub(in crate::config) bind: Option<String>,
    pub(in crate::config) port: Option<u16>,
    pub(in crate::config) exposed: Option<bool>,
    pub(in crate::config) hosts: Vec<String>,
    pub(in crate::config) token: Option<String>,
    pub(in crate::config) token_env: Option<String>,
    pub(in crate::config) token_file: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::config) struct Alerts {
    pub(in crate::config) webhook: Option<Webhook>,
    pub(in crate::config) command: Option<Vec<String>>,
    pub(in crate::config) on: Option<Vec<String>>,
    pub(in crate::config) min_interval_seconds: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::config) struct Webhook {
    pub(in crate::config) url: String,
    #[serde(default)]
    pub(in crate::config) headers: BTreeMap<String, String>,
    pub(in crate::config) secret: Option<String>,
    pub(in crate::config) secret_env: Option<String>,
    pub(in crate::config) secret_file: Option<String>,
}

// They hold secrets.
impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").finish_non_exhaustive()
    }
}
