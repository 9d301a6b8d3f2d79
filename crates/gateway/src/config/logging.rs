//! How the gateway logs.

use serde::Deserialize;

use super::file;

/// A megabyte, as keys with `Mb` count them.
const MEGABYTE: u64 = 1024 * 1024;

/// How the gateway logs. What it says counts from the next start on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logging {
    /// How much, as a filter of the log is written: `info`, `off`, …
    pub level: &'static str,
    /// Also to files?
    pub to_file: ToFile,
    /// How large one file becomes, bytes.
    pub max_bytes: u64,
    /// How many files there are at most, the one that is written among them; at least 1.
    pub keep: u32,
}

/// When the log is written to files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ToFile {
    /// Where no terminal shows it.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The least that is logged. `silent` and `fatal` are words of configs that are brought along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    Silent,
    Fatal,
    Error,
    Warn,
    #[default]
    Info,
    Debug,
    Trace,
}

impl Logging {
    pub(super) fn of(file: &file::Logging) -> Self {
        Self {
            level: match file.level.unwrap_or_default() {
                Level::Silent => "off",
                Level::Fatal | Level::Error => "error",
                Level::Warn => "warn",
                Level::Info => "info",
                Level::Debug => "info,fased=debug",
                Level::Trace => "debug,fased=trace",
            },
            to_file: file.to_file.unwrap_or_default(),
            max_bytes: u64::from(file.max_mb.unwrap_or(10)) * MEGABYTE,
            keep: file.keep.unwrap_or(5),
        }
    }
}

impl Default for Logging {
    fn default() -> Self {
        Self::of(&file::Logging::default())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Config;
    use super::*;

    fn parse(text: &str) -> Result<Logging, super::super::ConfigError> {
        let config = Config::parse(text, Path::new("/s/fased.json"), |id| format!("/s/{id}").into());
        config.map(|config| config.logging)
    }

    #[test]
    fn what_is_not_set_has_its_default() {
        let logging = parse("{}").unwrap();
        assert_eq!(logging, Logging::default());
        assert_eq!(
            (logging.level, logging.max_bytes, logging.keep),
            ("info", 10 << 20, 5)
        );
        let logging =
            parse(r#"{ logging: { level: "silent", toFile: "always", maxMb: 1, keep: 2 } }"#).unwrap();
        assert_eq!((logging.level, logging.to_file), ("off", ToFile::Always));
        assert_eq!((logging.max_bytes, logging.keep), (1 << 20, 2));
        assert!(parse(r#"{ logging: { keep: 0 } }"#).is_err());
        assert!(parse(r#"{ logging: { toFile: "perhaps" } }"#).is_err());
    }
}
