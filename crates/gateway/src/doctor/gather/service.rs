//! Units of systemd that start a gateway.

use std::path::{Path, PathBuf};

use super::super::facts::{ServiceFacts, UnitFact};
use super::super::service::parse;

/// Where the system's units are.
const SYSTEM: [&str; 3] = [
    "/etc/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
];
/// Where those of every user are.
const USERS: [&str; 2] = ["/etc/systemd/user", "/usr/lib/systemd/user"];

pub(super) fn look() -> ServiceFacts {
    let user = nix::unistd::User::from_uid(nix::unistd::geteuid()).ok().flatten();
    let user = user.map(|user| user.name).unwrap_or_default();
    let mut facts = ServiceFacts {
        systemd: Path::new("/run/systemd/system").is_dir(),
        lingers: Path::new("/var/lib/systemd/linger").join(&user).exists(),
        executable: std::env::current_exe().unwrap_or_default(),
        user,
        units: Vec::new(),
    };
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let config = std::env::var_os("XDG_CONFIG_HOME").map_or_else(|| home.join(".config"), PathBuf::from);
    let own = [
        config.join("systemd/user"),
        home.join(".local/share/systemd/user"),
    ];
    for folder in SYSTEM.iter().map(PathBuf::from) {
        units(&folder, false, &mut facts);
    }
    for folder in USERS.iter().map(PathBuf::from).chain(own) {
        units(&folder, true, &mut facts);
    }
    facts
}

fn units(folder: &Path, of_user: bool, facts: &mut ServiceFacts) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.extension().is_some_and(|extension| extension == "service")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            facts
                .units
                .extend(parse(path, of_user, &text).map(|unit| UnitFact {
                    // What runs is known by where links lead, and an installed program is behind one.
                    program: unit.program.canonicalize().unwrap_or(unit.program),
                    ..unit
                }));
        }
    }
}
