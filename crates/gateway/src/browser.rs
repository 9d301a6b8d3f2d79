//! The browser of whoever sits at this machine.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use crate::process;

/// What shows an address; it ends at once, or is the browser itself and stays.
const DEADLINE: Duration = Duration::from_secs(3);
/// What a browser needs of the environment to find its screen and its profile.
const ENVIRONMENT: [&str; 12] = [
    "PATH",
    "HOME",
    "LANG",
    "BROWSER",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_RUNTIME_DIR",
    "XDG_CURRENT_DESKTOP",
    "XDG_DATA_DIRS",
    "DBUS_SESSION_BUS_ADDRESS",
    "DESKTOP_SESSION",
];

/// Whether there is a screen, and a program that shows an address on it.
#[must_use]
pub fn is_there() -> bool {
    opener().is_some()
}

fn opener() -> Option<PathBuf> {
    if cfg!(target_os = "macos") {
        return process::find("open");
    }
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    (set("DISPLAY") || set("WAYLAND_DISPLAY")).then(|| process::find("xdg-open"))?
}

/// Shows an address. Other users of this machine may see it in the list of processes meanwhile, so it is to be one that
/// works once.
///
/// # Errors
/// Why there is no browser.
pub async fn open(url: &str) -> Result<(), String> {
    let opener = opener().ok_or("there is none, or no screen")?;
    let mut command = process::command(&opener, Path::new("/"), &ENVIRONMENT);
    command
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(false);
    let mut child = command
        .spawn()
        .map_err(|error| format!("{}: {error}", opener.display()))?;
    match tokio::time::timeout(DEADLINE, child.wait()).await {
        // One that is still there is the browser, which outlives this command.
        Err(_) => Ok(()),
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(format!("{} ended with {status}", opener.display())),
        Ok(Err(error)) => Err(format!("{}: {error}", opener.display())),
    }
}
