//! The auth dirs, seen from outside: nothing is read but whether the credentials are some.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::facts::{AuthFacts, Copy};
use super::processes;
use crate::auth_dir;
use crate::config::Config;
use crate::paths::Paths;

const CREDS: &str = "creds.json";
const LAST_GOOD: &str = "creds.last-good.json";

/// Those of the config; without one, those that lie where they are by default.
pub(super) fn look(paths: &Paths, config: Option<&Config>) -> Vec<AuthFacts> {
    let dirs: Vec<(String, PathBuf)> = match config {
        Some(config) => {
            let accounts = config.accounts.iter();
            accounts
                .map(|(id, account)| (id.clone(), account.auth_dir.clone()))
                .collect()
        }
        None => by_default(paths),
    };
    dirs.into_iter()
        .filter_map(|(account, dir)| one(account, dir))
        .collect()
}

fn by_default(paths: &Paths) -> Vec<(String, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(paths.default_auth_dir("")) else {
        return Vec::new();
    };
    let dirs = entries.flatten().filter(|entry| entry.path().is_dir());
    let mut dirs: Vec<_> = dirs
        .filter_map(|entry| Some((entry.file_name().to_str()?.to_owned(), entry.path())))
        .filter(|(name, _)| !name.contains('.'))
        .collect();
    dirs.sort();
    dirs
}

fn one(account: String, dir: PathBuf) -> Option<AuthFacts> {
    let mut facts = AuthFacts {
        account,
        set_aside: auth_dir::kept(&dir),
        ..AuthFacts::default()
    };
    let entries = match std::fs::read_dir(&dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound && facts.set_aside.is_empty() => return None,
        Err(error) => {
            if error.kind() != ErrorKind::NotFound {
                facts.error = Some(error.to_string());
            }
            facts.dir = dir;
            return Some(facts);
        }
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(".tmp-") {
            facts.temps.push(entry.path());
        } else if name.starts_with("creds") && name.ends_with(".damaged") {
            facts.damaged_creds = true;
        } else if name.ends_with(".damaged") {
            facts.damaged += 1;
        } else if !name.starts_with('.') && name != CREDS && name != LAST_GOOD {
            facts.keys += 1;
        }
        if let Some(mode) = super::files::open_to_others(&entry.path()) {
            facts.open_files.push((entry.path(), mode));
        }
    }
    facts.temps.sort();
    facts.open_files.sort();
    match (copy(&dir.join(CREDS)), copy(&dir.join(LAST_GOOD))) {
        (Ok(creds), Ok(last_good)) => (facts.creds, facts.last_good) = (creds, last_good),
        (Err(error), _) | (_, Err(error)) => facts.error = Some(error.to_string()),
    }
    facts.holders = processes::with_open(&dir.join(".lock"));
    facts.dir = dir;
    Some(facts)
}

/// As the sidecar judges it: a damaged file is never taken for none.
fn copy(path: &Path) -> std::io::Result<Copy> {
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Copy::Absent),
        Err(error) if error.kind() == ErrorKind::InvalidData => return Ok(Copy::Damaged),
        text => text?,
    };
    let creds: Value = serde_json::from_str(&text).unwrap_or_default();
    let whole = [
        "/noiseKey/private",
        "/signedIdentityKey/private",
        "/signedPreKey",
        "/advSecretKey",
    ]
    .iter()
    .all(|part| creds.pointer(part).is_some_and(|value| !value.is_null()));
    Ok(if whole { Copy::Good } else { Copy::Damaged })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_good_damaged_or_absent() {
        let dir = tempfile::tempdir().expect("a folder");
        let auth = dir.path().join("default");
        std::fs::create_dir(&auth).expect("a folder");
        let good = r#"{"noiseKey":{"private":1},"signedIdentityKey":{"private":1},"signedPreKey":{},"advSecretKey":"x"}"#;
        for (text, found) in [
            (Some(good), Copy::Good),
            (Some("{\"noiseKey\":"), Copy::Damaged),
            (Some("{}"), Copy::Damaged),
            (Some(""), Copy::Damaged),
            (None, Copy::Absent),
        ] {
            std::fs::remove_file(auth.join(CREDS)).ok();
            if let Some(text) = text {
                std::fs::write(auth.join(CREDS), text).expect("written");
            }
            let facts = one("default".to_owned(), auth.clone()).expect("a folder");
            assert_eq!(facts.creds, found, "{text:?}");
        }
        std::fs::write(auth.join(".tmp-4"), "half").expect("written");
        std::fs::create_dir(dir.path().join("default.set-aside-1")).expect("a folder");
        let facts = one("default".to_owned(), auth.clone()).expect("a folder");
        assert_eq!((facts.temps.len(), facts.set_aside.len(), facts.keys), (1, 1, 0));
        assert!(
            one("other".to_owned(), dir.path().join("other")).is_none(),
            "never linked"
        );
    }
}
