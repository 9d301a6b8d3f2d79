//! The HTTP listener and alerts, as they hold.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// The port of the HTTP listener where the config says nothing.
pub(super) const PORT: u16 = 9464;
/// The shortest token of the HTTP listener, in characters.
pub const SHORTEST_TOKEN: usize = 16;
/// Longest secret in a file, bytes.
const LONGEST_SECRET: u64 = 16 * 1024;

/// The HTTP listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpSettings {
    /// It listens.
    pub enabled: bool,
    /// Where; with port 0 at any port that is free.
    pub address: SocketAddr,
    /// Names by which it may be asked, besides its address and those of this machine alone. In small letters.
    pub hosts: BTreeSet<String>,
    /// What has to come with a request.
    pub token: Option<Secret>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT),
            hosts: BTreeSet::new(),
            token: None,
        }
    }
}

/// Alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertSettings {
    /// Who is told.
    pub target: AlertTarget,
    /// The kinds that are told; none for all.
    pub on: Option<BTreeSet<String>>,
    /// Of one account, one kind is told no more often than this.
    pub every: Duration,
}

/// Who is told outside of WhatsApp.
#[derive(Clone, PartialEq, Eq)]
pub enum AlertTarget {
    /// An address.
    Webhook {
        /// With `http://` or `https://`. It may hold a secret.
        url: String,
        /// Headers besides ours.
        headers: BTreeMap<String, String>,
        /// What the body is signed with.
        secret: Option<Secret>,
    },
    /// A program and its arguments.
    Command {
        /// The program is one of PATH, or a path.
        argv: Vec<String>,
        /// Where it starts.
        folder: PathBuf,
    },
}

// Addresses of webhooks and their headers are secrets as often as not.
impl std::fmt::Debug for AlertTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

impl AlertTarget {
    /// `webhook` or `command`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Webhook { .. } => "webhook",
            Self::Command { .. } => "command",
        }
    }
}

/// A secret, or where it is found. It is read when it is needed.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// Written in the config.
    Written(String),
    /// In an environment variable of the gateway.
    Environment(String),
    /// In a file that holds nothing else.
    File(PathBuf),
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// Reads it.
    ///
    /// # Errors
    /// Where it was to be and what is wrong there, without what is there.
    pub fn read(&self) -> Result<String, String> {
        let (text, place) = match self {
            Self::Written(text) => (Ok(text.clone()), "the config".to_owned()),
            Self::Environment(name) => {
                let text = std::env::var(name).map_err(|_| "is not set".to_owned());
                (text, format!("the environment variable {name}"))
            }
            Self::File(path) => (read_file(path), format!("the file {}", path.display())),
        };
        let text = text.and_then(|text| match text.trim() {
            "" => Err("is empty".to_owned()),
            text if text.contains(|c: char| c.is_whitespace() || c.is_control()) => {
                Err("holds more than one word".to_owned())
            }
            text => Ok(text.to_owned()),
        });
        text.map_err(|why| format!("{place}, which is to hold a secret, {why}"))
    }
}

fn read_file(path: &std::path::Path) -> Result<String, String> {
    let cannot = |error: std::io::Error| format!("cannot be read: {error}");
    let about = std::fs::metadata(path).map_err(cannot)?;
    // Reading a pipe could wait for ever.
    if !about.is_file() || about.len() > LONGEST_SECRET {
        return Err("is no file with a secret in it".to_owned());
    }
    std::fs::read_to_string(path).map_err(cannot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_one_word_and_never_shown() {
        let written = |text: &str| Secret::Written(text.to_owned());
        assert_eq!(written(" word\n").read(), Ok("word".to_owned()));
        for wrong in ["", "  ", "hunter2 hunter2", "hunter2\u{7}"] {
            let said = written(wrong).read().unwrap_err();
            assert!(said.contains("the config") && !said.contains("hunter2"), "{said}");
        }
        assert_eq!(format!("{:?}", written("hunter2")), "Secret");
        let no = Secret::Environment("FASED_NO_SUCH_VARIABLE".to_owned()).read();
        assert!(no.is_err_and(|said| said.contains("FASED_NO_SUCH_VARIABLE")));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        assert!(Secret::File(file.clone()).read().is_err());
        assert!(Secret::File(folder.path().to_owned()).read().is_err());
        std::fs::write(&file, "word\n").unwrap();
        assert_eq!(Secret::File(file).read(), Ok("word".to_owned()));
    }
}
