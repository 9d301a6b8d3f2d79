//! A state dir of one test, the environment `fased` runs in, and its verbs.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::fake::Fake;
use crate::process::{command, exit_code, fased, project, sidecars_below};
use crate::wait::now;

const VERB_DEADLINE: Duration = Duration::from_secs(60);

/// A temporary folder with a state dir and the log of its gateways.
pub struct StateDir {
    temp: TempDir,
    path: PathBuf,
    environment: Vec<(String, String)>,
}

/// What a verb answered.
#[derive(Debug)]
pub struct Answer {
    /// Its exit code.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
    /// How long it took.
    pub took: Duration,
}

impl StateDir {
    /// An empty one, with no WhatsApp to connect to.
    ///
    /// # Panics
    /// When there is no room for temporary files.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "making a folder is no default")]
    pub fn new() -> Self {
        let temp = tempfile::Builder::new()
            .prefix("fased-e2e-")
            .tempdir()
            .expect("a temporary folder");
        let mut made = Self {
            path: temp.path().join("state"),
            temp,
            environment: Vec::new(),
        };
        for name in ["PATH", "LANG", "TZ", "FASED_NODE"] {
            if let Ok(value) = std::env::var(name) {
                made.set(name, &value);
            }
        }
        made.set("HOME", &made.beside("home").display().to_string());
        made.set("XDG_RUNTIME_DIR", &made.beside("runtime").display().to_string());
        // Another sidecar can be put to these tests, such as an installed one.
        let home = std::env::var("FASED_HOME").unwrap_or_else(|_| project().display().to_string());
        made.set("FASED_HOME", &home);
        made.set("FASED_LOG", "info,fased=debug");
        // Nothing may ever reach out of this machine: without a fake there is nobody to connect to.
        made.set("FASED_WHATSAPP_URL", "ws://127.0.0.1:9/ws/chat");
        made
    }

    /// One whose accounts connect to this fake.
    #[must_use]
    pub fn with(fake: &Fake) -> Self {
        let mut made = Self::new();
        made.set("FASED_WHATSAPP_URL", &fake.ws);
        made.set("FASED_WHATSAPP_ROOT", &fake.root);
        made
    }

    /// One whose accounts connect to this fake, and trust its media host.
    ///
    /// # Panics
    /// When the authority's certificate cannot be written.
    #[must_use]
    pub fn with_media(fake: &Fake) -> Self {
        let mut made = Self::with(fake);
        let ca = made.beside("fake-ca.pem");
        std::fs::write(&ca, &fake.ca).expect("write the authority of the fake's media host");
        made.set("FASED_WHATSAPP_CA", &ca.display().to_string());
        made.set("FASED_WHATSAPP_MEDIA_PORT", &fake.media_port);
        made
    }

    /// Sets a variable of the environment of whatever is started from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(set, _)| set != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Takes a variable out of that environment.
    pub fn unset(&mut self, name: &str) {
        self.environment.retain(|(set, _)| set != name);
    }

    /// A variable of that environment.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let set = self.environment.iter().find(|(set, _)| set == name);
        set.map(|(_, value)| value.as_str())
    }

    /// Puts the state dir elsewhere below the temporary folder.
    pub fn move_to(&mut self, name: &str) {
        self.path = self.temp.path().join(name);
    }

    /// The state dir itself; it is not there before the gateway made it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A path beside the state dir.
    #[must_use]
    pub fn beside(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    /// The auth dir of an account.
    #[must_use]
    pub fn auth_dir(&self, account: &str) -> PathBuf {
        self.path.join("credentials/whatsapp").join(account)
    }

    /// Where gateways log.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.beside("gateway.log")
    }

    /// What gateways have logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// Writes the config file.
    ///
    /// # Panics
    /// When that is not possible.
    pub fn configure(&mut self, json5: &str) {
        let file = self.beside("fased.json");
        fs::write(&file, json5).expect("write the config");
        self.set("FASED_CONFIG_PATH", &file.display().to_string());
    }

    /// Writes a program beside the config, which may name it as `./NAME`.
    ///
    /// # Panics
    /// When that is not possible.
    pub fn program(&self, name: &str, text: &str) {
        let file = self.beside(name);
        fs::write(&file, text).expect("write a program");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o700)).expect("make it executable");
    }

    /// The sidecars that work below this state dir.
    #[must_use]
    pub fn sidecars(&self) -> Vec<i32> {
        sidecars_below(&self.path)
    }

    /// `fased` with these words, its input closed.
    #[must_use]
    pub fn fased(&self, words: &[&str]) -> Command {
        let mut command = command(fased());
        command
            .args(words)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env("FASED_STATE_DIR", &self.path)
            .current_dir(self.temp.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs a verb to its end.
    ///
    /// # Panics
    /// When it does not end.
    #[must_use]
    pub fn verb(&self, words: &[&str]) -> Answer {
        let mut stdout = tempfile::tempfile().expect("a temporary file");
        let mut stderr = tempfile::tempfile().expect("a temporary file");
        let handle = |file: &File| file.try_clone().expect("a second handle");
        let started = now();
        let mut child = self
            .fased(words)
            .stdout(handle(&stdout))
            .stderr(handle(&stderr))
            .spawn()
            .expect("start fased");
        let code = exit_code(&mut child, &format!("fased {}", words.join(" ")), VERB_DEADLINE);
        Answer {
            code,
            stdout: content(&mut stdout),
            stderr: content(&mut stderr),
            took: now() - started,
        }
    }

    /// Runs a verb that has to succeed; what it answers with `--json`.
    ///
    /// # Panics
    /// When it does not succeed.
    #[must_use]
    pub fn json(&self, words: &[&str]) -> Value {
        let mut words = words.to_vec();
        words.push("--json");
        let answer = self.verb(&words);
        assert_eq!(answer.code, 0, "fased {}: {answer:?}", words.join(" "));
        answer.json()
    }

    /// Runs a verb that has to fail with this exit code; its error.
    ///
    /// # Panics
    /// When it ends otherwise.
    #[must_use]
    pub fn error(&self, words: &[&str], code: i32) -> Value {
        let mut words = words.to_vec();
        words.push("--json");
        let answer = self.verb(&words);
        assert_eq!(answer.code, code, "fased {}: {answer:?}", words.join(" "));
        let said: Value = serde_json::from_str(answer.stderr.lines().last().unwrap_or_default())
            .unwrap_or_else(|_| panic!("fased {} wrote no JSON error: {answer:?}", words.join(" ")));
        for part in ["code", "message", "next"] {
            assert!(said["error"][part].is_string(), "an error has {part}: {said}");
        }
        said["error"].clone()
    }

    pub(crate) fn open_log(&self) -> File {
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log_file())
            .expect("open the gateway's log")
    }
}

impl Answer {
    /// The one line of JSON that it printed.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }
}

impl Drop for StateDir {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let tail = lines.len().saturating_sub(60);
            eprintln!(
                "--- the gateway's log, last lines ---\n{}",
                lines[tail..].join("\n")
            );
            eprintln!("--- all of it, and the state: {}", self.temp.path().display());
            self.temp.disable_cleanup(true);
        }
    }
}

fn content(file: &mut File) -> String {
    let mut text = String::new();
    file.rewind()
        .and_then(|()| file.read_to_string(&mut text))
        .expect("read what was written");
    text
}
