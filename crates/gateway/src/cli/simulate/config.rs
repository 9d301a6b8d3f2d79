//! The config of a simulation that is brought along: by `--config`, or lying in the folder that is kept.
//!
//! It is copied into the simulation's state dir, so that nothing that is tried there changes the file.

use std::path::Path;

use fased::config::Config;
use fased_protocol::control::{ControlError, ErrorCode};
use serde_json::Value;

use super::super::config_edit::invalid;
use super::{Failure, usage};
use crate::simulate::{CONFIG_FILE, Keep, Script};

/// What `--config` brings along. `named` is that file.
pub(super) fn of(
    named: Option<&Path>,
    script: Option<&Script>,
    keep: &Keep,
) -> Result<Option<String>, Failure> {
    let own = match keep {
        Keep::Dir(dir) => Some(dir.join(CONFIG_FILE)).filter(|file| file.is_file()),
        Keep::Nothing | Keep::Throwaway => None,
    };
    if let (Some(own), false) = (&own, keep.goes_on()) {
        if let Some(script) = script.filter(|script| script.config.is_some()) {
            return Err(both(
                &script.file,
                &format!("{}, which is there already", own.display()),
            ));
        }
        read(own)?;
    }
    let Some(named) = named else { return Ok(None) };
    if let Some(script) = script.filter(|script| script.config.is_some()) {
        return Err(both(&script.file, &format!("--config {}", named.display())));
    }
    match own {
        Some(own) if is_same(&own, named) => Ok(None),
        Some(own) if !keep.goes_on() => Err(both(
            &format!("--config {}", named.display()),
            &format!("{}, which is there already", own.display()),
        )),
        Some(_) | None => copied(named).map(Some),
    }
}

fn both(one: &str, other: &str) -> Failure {
    Failure::Error(ControlError {
        next: "keep one of them: a simulation has one config".to_owned(),
        ..usage(format!("{one} brings a config along, and so does {other}"))
    })
}

fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    real(one).is_some_and(|path| Some(path) == real(other))
}

/// A valid config's text. One that names folders for logins is refused: those of a simulation would be written there.
fn read(file: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::Error(usage(format!("cannot read {}: {error}", file.display()))))?;
    // Where its own logins would be does not matter: none is read here, and those of the simulation lie in its state dir.
    Config::parse(&text, file, |account| account.into()).map_err(|error| invalid(error.message))?;
    let accounts = &as_json(&text)["channels"]["whatsapp"]["accounts"];
    let names_folder = |(_, account): &(&String, &Value)| account.get("authDir").is_some();
    if let Some((id, _)) = accounts.as_object().into_iter().flatten().find(names_folder) {
        return Err(Failure::Error(ControlError {
            code: ErrorCode::Config,
            message: format!(
                "{} names a folder for the login of account {id}, and a simulation would write its own there",
                file.display()
            ),
            next: "take authDir out of a copy of it, and name that: --config FILE".to_owned(),
        }));
    }
    Ok(text)
}

/// As it is to be written elsewhere: what starts at its folder is written in full.
fn copied(file: &Path) -> Result<String, Failure> {
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let text = read(&file)?;
    let folder = file.parent().unwrap_or(Path::new("/"));
    let mut config = as_json(&text);
    let before = config.clone();
    let agents = config.pointer_mut("/agents/list").and_then(Value::as_array_mut);
    for agent in agents.into_iter().flatten() {
        in_full(agent, folder);
    }
    if let Some(whatsapp) = config.pointer_mut("/channels/whatsapp") {
        roots(whatsapp, folder);
        let accounts = whatsapp.get_mut("accounts").and_then(Value::as_object_mut);
        for (_, account) in accounts.into_iter().flatten() {
            roots(account, folder);
        }
    }
    if config == before {
        return Ok(text);
    }
    Ok(format!("{config:#}\n"))
}

/// What was read as a config already. An empty one is null.
fn as_json(text: &str) -> Value {
    json5::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default()
}

/// Of one agent.
fn in_full(agent: &mut Value, folder: &Path) {
    for block in ["command", "acp"] {
        let Some(command) = agent.get_mut(block).and_then(Value::as_object_mut) else {
            continue;
        };
        if let Some(program) = command.get_mut("argv").and_then(|argv| argv.get_mut(0))
            && program.as_str().is_some_and(|program| program.contains('/'))
        {
            from(folder, program);
        }
        let cwd = command.entry("cwd").or_insert_with(|| Value::from("."));
        from(folder, cwd);
        if let Some(work) = command.get_mut("work") {
            from(folder, work);
        }
    }
    if let Some(file) = agent
        .get_mut("openai")
        .and_then(|openai| openai.get_mut("apiKeyFile"))
    {
        from(folder, file);
    }
}

/// Folders whose files may be sent.
fn roots(keys: &mut Value, folder: &Path) {
    let roots = keys.get_mut("mediaRoots").and_then(Value::as_array_mut);
    for root in roots.into_iter().flatten() {
        from(folder, root);
    }
}

fn from(folder: &Path, path: &mut Value) {
    if let Some(written) = path.as_str().filter(|written| !written.starts_with("~/")) {
        let whole = folder.join(written.strip_prefix("./").unwrap_or(written));
        *path = Value::from(whole.display().to_string().trim_end_matches("/.").to_owned());
    }
}

#[cfg(test)]
mod tests;
