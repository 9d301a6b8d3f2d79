//! Starting a sidecar: own process group, minimal environment, the auth dir's lock handed down.

use std::os::fd::{AsRawFd, RawFd};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, anyhow, bail};
use nix::fcntl::{FcntlArg, FdFlag, fcntl};

use super::{Ears, Sidecar};
use crate::lease::AuthLock;

/// What the sidecar may see of our environment.
const ENVIRONMENT: [&str; 11] = [
    "PATH",
    "HOME",
    "LANG",
    "TZ",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "FASED_WHATSAPP_URL",
    "FASED_WHATSAPP_ROOT",
    "FASED_WHATSAPP_CA",
    "FASED_PING_INTERVAL_MS",
    "FASED_SIDECAR_LOG",
];

/// Heap bounds. V8 lets garbage pile up in proportion to the first: live data of a sidecar stays below
/// 60 MB, and this leaves room for the bounds of the wire. A smaller second one would slow the start.
const NODE_FLAGS: [&str; 2] = ["--max-old-space-size=192", "--max-semi-space-size=16"];

/// How to start a sidecar.
#[derive(Debug, Clone)]
pub struct SpawnOptions {
    /// The folder that holds `sidecar/`.
    pub home: PathBuf,
    /// `FASED_NODE`, or `node` from PATH.
    pub node: PathBuf,
    /// The account's auth dir.
    pub auth_dir: PathBuf,
}

/// Without its packages Node ends with a trace that helps nobody.
fn need_packages(home: &Path) -> Result<()> {
    let named = std::fs::read_to_string(home.join("sidecar/package.json")).unwrap_or_default();
    let places = ["node_modules/baileys", "sidecar/node_modules/baileys"];
    let is_installed = places.iter().any(|package| home.join(package).is_dir());
    if named.contains("\"baileys\"") && !is_installed {
        bail!(
            "the JavaScript packages are missing in {}; run there: npm ci --ignore-scripts",
            home.display()
        );
    }
    Ok(())
}

/// Waits for the auth dir's lock, then starts a sidecar that inherits it.
///
/// # Errors
/// When the lock is not to be had, or Node cannot be started; the message says what to do.
pub async fn spawn(options: &SpawnOptions, ears: Ears) -> Result<Sidecar> {
    let lock = AuthLock::take(&options.auth_dir).await?;
    let main = options.home.join("sidecar/src/main.js");
    need_packages(&options.home)?;
    let environment = ENVIRONMENT
        .iter()
        .filter_map(|name| Some((name, std::env::var_os(name)?)));
    #[allow(clippy::disallowed_methods, reason = "the one place that starts sidecars")]
    let mut command = tokio::process::Command::new(&options.node);
    command
        .args(NODE_FLAGS)
        .arg(&main)
        .current_dir(&options.home)
        .env_clear()
        .envs(environment)
        .env("NODE_ENV", "production")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    inherit(&mut command, lock.file().as_raw_fd());
    let child = command.spawn().with_context(|| {
        format!(
            "cannot start {} (Node 20.17 or newer; set FASED_NODE to its path)",
            options.node.display()
        )
    })?;
    super::supervise(child, lock, ears).map_err(|error| anyhow!(error).context("the sidecar has no pipes"))
}

/// Lets the child keep one file of ours open. Only the child's copy loses close-on-exec, so that
/// another process started at the same moment does not inherit it.
#[allow(
    unsafe_code,
    reason = "pre_exec is unsafe; the closure makes two fcntl calls, which are async-signal-safe"
)]
fn inherit(command: &mut tokio::process::Command, fd: RawFd) {
    // SAFETY: the file outlives the spawn (the caller holds the lock across it), and the closure
    // neither allocates nor locks.
    unsafe {
        command.pre_exec(move || {
            let fd = std::os::fd::BorrowedFd::borrow_raw(fd);
            fcntl(fd, FcntlArg::F_SETFD(FdFlag::empty()))?;
            Ok(())
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_packages_are_named_with_the_command_that_brings_them() {
        let home = tempfile::tempdir().expect("a folder");
        let sidecar = home.path().join("sidecar");
        std::fs::create_dir(&sidecar).expect("a folder");
        assert!(need_packages(home.path()).is_ok(), "a sidecar that needs none");
        let package = r#"{ "dependencies": { "baileys": "7.0.0-rc14" } }"#;
        std::fs::write(sidecar.join("package.json"), package).expect("written");
        let missing = need_packages(home.path()).expect_err("missing").to_string();
        assert!(missing.contains("npm ci --ignore-scripts"), "{missing}");
        std::fs::create_dir_all(home.path().join("node_modules/baileys")).expect("a folder");
        assert!(need_packages(home.path()).is_ok());
    }
}
