//! The browser of whoever sits at this machine.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
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

/// Shows an address. Every user of this machine sees the arguments of all processes, so the browser is given a file that only
/// this user reads, and that leads on. The gateway removes it once the link was used or has ended.
///
/// # Errors
/// Why there is no browser.
pub async fn open(url: &str, file: &Path) -> Result<(), String> {
    let opener = opener().ok_or("there is none, or no screen")?;
    lead(url, file).map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    let mut command = process::command(&opener, Path::new("/"), &ENVIRONMENT);
    command
        .arg(file)
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

/// Writes the file. The address is one of ours: nothing in it has a meaning in HTML.
fn lead(url: &str, file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut out = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)?;
    writeln!(
        out,
        "<!doctype html><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\"><title>Fased</title>\n\
         <meta http-equiv=\"refresh\" content=\"0;url={url}\"><a href=\"{url}\">To the control page</a>"
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn d1_what_leads_to_the_page_is_its_owners() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("open.html");
        fs::write(&file, "of before").expect("written");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("set");
        lead("http://127.0.0.1:9464/open?t=abc", &file).expect("written");
        let mode = file.metadata().expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let text = fs::read_to_string(&file).expect("readable");
        assert!(
            text.contains("content=\"0;url=http://127.0.0.1:9464/open?t=abc\""),
            "{text}"
        );
    }
}
