//! Starting a sidecar: own process group, minimal environment, the auth dir's lock handed down, in a cage.

use std::os::fd::{AsRawFd, RawFd};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use fased_agents::warden::{self, End};
use fased_protocol::control::CageInfo;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};

use super::{Ears, Sidecar};
use crate::cage::{self, Cage, Connect, Node, Plan, Reach};
use crate::lease::AuthLock;
use crate::manifest;
use crate::process::command;

/// What the sidecar may see of our environment.
const ENVIRONMENT: [&str; 9] = [
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

/// What a script on the way to Node may need besides. In a cage there is none on the way.
const FOR_SCRIPTS: [&str; 2] = ["PATH", "HOME"];

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
    /// Where files come in and go out.
    pub media_dir: PathBuf,
}

/// WhatsApp's own port. Names are asked for over TCP, too, when an answer is long.
const PORTS: [u16; 2] = [443, 53];

/// Where a sidecar connects to. With a fake server these are the ports of that one and of its media host.
fn ports(url: Option<&str>, media_port: Option<&str>) -> Vec<u16> {
    let Some(url) = url else { return PORTS.to_vec() };
    let (default, rest) = match url.split_once("://") {
        Some(("ws", rest)) => (80, rest),
        Some((_, rest)) => (443, rest),
        None => return Vec::new(),
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let port = host.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    let media_port = media_port.and_then(|port| port.parse().ok());
    std::iter::once(port.unwrap_or(default))
        .chain(media_port)
        .collect()
}

/// What a sidecar may reach.
fn plan(options: &SpawnOptions, node: &Node) -> Plan {
    let url = std::env::var("FASED_WHATSAPP_URL").ok();
    let media_port = std::env::var("FASED_WHATSAPP_MEDIA_PORT").ok();
    let mut plan = Plan::new(Connect::Ports(ports(url.as_deref(), media_port.as_deref())));
    node.allow_in(&mut plan);
    plan.allow(Reach::Read, cage::code(&options.home));
    plan.allow(Reach::Read, std::env::var_os("FASED_WHATSAPP_CA"));
    plan.allow(Reach::Write, [&options.auth_dir]);
    plan.allow(Reach::Arrange, [&options.media_dir]);
    plan
}

/// A sidecar that no further attempt can start. Found in an error chain by `downcast_ref`.
#[derive(Debug)]
pub struct CannotStart {
    /// What mends it.
    pub next: String,
}

impl std::fmt::Display for CannotStart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the sidecar cannot be started here")
    }
}

/// The same error, with what mends it.
pub fn mended_by(next: impl Into<String>) -> CannotStart {
    CannotStart { next: next.into() }
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

/// Waits until the program's files were compared with their manifest and for the auth dir's lock, then starts a sidecar
/// that inherits it.
///
/// # Errors
/// When files are not as they were installed, when the lock is not to be had, or Node cannot be started; the message says what to do.
pub async fn spawn(options: &SpawnOptions, ears: Ears) -> Result<Sidecar> {
    manifest::need_intact(&options.home)
        .await
        .context(mended_by(manifest::NEXT))?;
    let lock = AuthLock::take(&options.auth_dir).await?;
    let main = options.home.join("sidecar/src/main.js");
    need_packages(&options.home).with_context(|| {
        mended_by(format!(
            "cd {} && npm ci --ignore-scripts",
            options.home.display()
        ))
    })?;
    let node = cage::know(&options.node).await.context(mended_by(
        "install Node.js 20.17 or newer, or set FASED_NODE to its path; then: fased gateway restart",
    ))?;
    let plan = plan(options, &node);
    let mut missing = Vec::new();
    let permissions = cage::node_flags(&plan, &node, false, &mut missing);
    let for_scripts = if cage::is_off() { &FOR_SCRIPTS[..] } else { &[] };
    let environment = [&ENVIRONMENT, for_scripts].concat();
    let mut command = command(&node.program, &options.home, &environment);
    command.args(NODE_FLAGS).args(permissions).arg(&main);
    inherit(&mut command, lock.file().as_raw_fd());
    let caged = Cage::new(&plan).close_around(&mut command);
    missing.splice(0..0, caged.missing);
    let caged = CageInfo { missing, ..caged };
    // It leaves by itself when nobody speaks to it any more, if it can: its auth files want to be written whole.
    let started = warden::spawn(&mut command, End::Leave).with_context(|| {
        let program = node.program.display();
        if cage::is_off() {
            format!("cannot start {program} (Node 20.17 or newer; set FASED_NODE to its path)")
        } else {
            format!("cannot start {program} in its cage; FASED_CAGE=off starts it without")
        }
    })?;
    super::supervise(started, lock, ears, caged)
        .map_err(|error| anyhow!(error).context("the sidecar has no pipes"))
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
    fn d6_a_sidecar_connects_to_the_port_of_whatsapp_or_of_the_fake_one() {
        assert_eq!(ports(None, Some("9")), PORTS);
        assert_eq!(
            ports(Some("ws://127.0.0.1:4000/ws/chat"), Some("4001")),
            [4000, 4001]
        );
        assert_eq!(ports(Some("wss://[::1]:4000/ws/chat?a=1:2"), None), [4000]);
        assert_eq!(ports(Some("wss://localhost/ws"), Some("")), [443]);
        assert_eq!(ports(Some("ws://[::1]/"), None), [80]);
        assert_eq!(ports(Some("nonsense"), None), Vec::<u16>::new());
    }

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
