//! What a program sees of the gateway's environment: what programs need to work, and no more.

use std::ffi::OsString;

use serde_json::Value;

use crate::CommandSettings;

/// What it inherits, if it is set: where things are, how people write and count, and how the network is reached.
const INHERITED: [&str; 27] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "TERM",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_CACHE_HOME",
    "XDG_RUNTIME_DIR",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "all_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
];

/// All that a program sees. What the settings say wins.
pub(crate) fn of(settings: &CommandSettings, envelope: &Value) -> Vec<(OsString, OsString)> {
    let mut variables: Vec<(OsString, OsString)> = INHERITED
        .iter()
        .filter_map(|name| Some(((*name).into(), std::env::var_os(name)?)))
        .collect();
    for (name, pointers) in [
        ("FASED_AGENT", ["/agent", "/agent/id"]),
        ("FASED_SESSION", ["/session", "/session/key"]),
    ] {
        let value = pointers
            .iter()
            .find_map(|pointer| envelope.pointer(pointer)?.as_str());
        variables.extend(value.map(|value| (name.into(), value.into())));
    }
    variables.extend(
        settings
            .environment
            .iter()
            .map(|(name, value)| (name.into(), value.into())),
    );
    variables
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value(variables: &[(OsString, OsString)], name: &str) -> Option<String> {
        // The last one counts, as it does for a process.
        let found = variables.iter().rev().find(|(known, _)| known == name)?;
        found.1.clone().into_string().ok()
    }

    #[test]
    fn agent_and_session_are_told_if_they_are_known() {
        let settings = CommandSettings::default();
        let known = of(
            &settings,
            &json!({"agent": {"id": "main", "name": "Ada"}, "session": {"key": "agent:main:main"}}),
        );
        assert_eq!(value(&known, "FASED_AGENT").as_deref(), Some("main"));
        assert_eq!(value(&known, "FASED_SESSION").as_deref(), Some("agent:main:main"));
        let unknown = of(&settings, &Value::Null);
        assert_eq!(value(&unknown, "FASED_AGENT"), None);
    }

    #[test]
    fn settings_win_over_what_is_inherited_and_nothing_else_is() {
        let settings = CommandSettings {
            environment: [("PATH".to_owned(), "/nowhere".to_owned())].into(),
            ..CommandSettings::default()
        };
        let variables = of(&settings, &Value::Null);
        assert_eq!(value(&variables, "PATH").as_deref(), Some("/nowhere"));
        assert!(std::env::var_os("CARGO_PKG_NAME").is_some());
        assert_eq!(value(&variables, "CARGO_PKG_NAME"), None);
    }
}
