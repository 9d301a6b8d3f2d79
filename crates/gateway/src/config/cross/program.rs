//! The program of an agent: is it there, may it be run, and is it written so that it can be found? What is not there
//! can still come, so all of this is only remarked.

use std::path::{Path, PathBuf};

use super::text;
use crate::config::check::Found;
use crate::config::tree::{Node, Shape};
use crate::config::{likely, merge};

/// As many bytes of a program as tell whether it is a script.
const LOOKED_AT: usize = 256;

/// Remarks on `argv` of this block of settings. `path` is that of the block, `file` the config.
pub(super) fn check(found: &mut Found<'_>, path: &str, block: &Node, file: &Path) {
    let Some(argv) = block.get("argv") else { return };
    let folder = text(block.get("cwd")).map_or_else(|| beside(file), |cwd| merge::folder(cwd, file));
    words(found, &format!("{path}.argv"), &argv.node, &folder, file, FAILURE);
}

/// Remarks on a program that starts beside the config.
pub(super) fn check_words(found: &mut Found<'_>, at: &str, argv: &Node, file: &Path) {
    words(found, at, argv, &beside(file), file, "nobody is told");
}

/// What happens until it is mended.
const FAILURE: &str = "messages get the failure text";

fn words(found: &mut Found<'_>, at: &str, argv: &Node, folder: &Path, file: &Path, until: &str) {
    let Shape::List(items) = &argv.value else { return };
    let words: Vec<&str> = items.iter().filter_map(|item| text_of(&item.value)).collect();
    let Some((program, arguments)) = words.split_first() else {
        return;
    };
    if words.len() != items.len() || program.trim().is_empty() {
        return;
    }
    let said = why_not(program, file, until)
        .or_else(|| not_a_program(&merge::program(program, file)))
        .or_else(|| missing_script(arguments, folder, until));
    if let Some(said) = said {
        let line = found.places.get(at).copied().unwrap_or_default();
        found.remarks.push(format!("line {line}: {at}: {said}"));
    }
}

fn text_of(value: &Shape) -> Option<&str> {
    match value {
        Shape::Text(text) => Some(text),
        Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::List(_) | Shape::Object(_) => None,
    }
}

fn beside(file: &Path) -> PathBuf {
    file.parent().unwrap_or(Path::new("/")).to_owned()
}

/// Why this cannot be run, and what to do; nothing if it can.
fn why_not(written: &str, file: &Path, until: &str) -> Option<String> {
    let program = merge::program(written, file);
    if is_there(&program) {
        return None;
    }
    let (why, hint) = if Path::new(&program).is_dir() && program.contains('/') {
        ("it is a folder", None)
    } else if program.contains('/') && Path::new(&program).is_file() {
        let make = format!("To allow it: chmod +x {}", likely::word(&program));
        ("the file is there, but may not be run", Some(make))
    } else {
        let why = if program.contains('/') {
            "there is no such program file"
        } else {
            "it is not in PATH"
        };
        (why, split(written).or_else(|| at_hand(written, file)))
    };
    let hint = hint.map(|hint| format!(". {hint}")).unwrap_or_default();
    Some(format!(
        "{program:?} cannot be run: {why}; until that is mended, {until}{hint}"
    ))
}

/// Several words in one, as in a shell.
fn split(written: &str) -> Option<String> {
    let words = likely::words(written).filter(|words| words.len() > 1)?;
    Some(format!(
        "Each word is a text of its own: {}",
        likely::list(&words)
    ))
}

/// A file beside the config is not looked for under its bare name.
fn at_hand(written: &str, file: &Path) -> Option<String> {
    let is_bare = !written.contains('/');
    (is_bare && beside(file).join(written).is_file())
        .then(|| format!("The file beside the config is written \"./{written}\""))
}

/// Could it be run?
fn is_there(program: &str) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let runs = |file: &Path| {
        std::fs::metadata(file).is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
    };
    if program.contains('/') {
        return runs(Path::new(program));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| runs(&folder.join(program)))
}

/// A text that does not say in its first line what runs it is refused by the system as no program.
fn not_a_program(program: &str) -> Option<String> {
    use std::io::Read;
    if !program.contains('/') {
        return None;
    }
    let mut start = Vec::new();
    let opened = std::fs::File::open(program).ok()?;
    opened.take(LOOKED_AT as u64).read_to_end(&mut start).ok()?;
    let is_text = !start.contains(&0)
        && std::str::from_utf8(&start).map_or_else(|error| error.error_len().is_none(), |_| true);
    if start.starts_with(b"#!") || !is_text {
        return None;
    }
    let runner = likely::runner(program).unwrap_or("sh");
    Some(format!(
        "{program:?} does not say what runs it, so it cannot be started. Begin it with the line #!/usr/bin/env {runner}, or \
         write {}",
        likely::list(&[runner.to_owned(), program.to_owned()])
    ))
}

/// The first argument that looks like a script and is not there where the program starts.
fn missing_script(arguments: &[&str], folder: &Path, until: &str) -> Option<String> {
    let is_script = |word: &&&str| {
        likely::runner(word).is_some() && !word.starts_with('-') && !word.contains(char::is_whitespace)
    };
    let script = arguments.iter().find(is_script)?;
    let missing = !folder.join(script).exists();
    missing.then(|| {
        format!(
            "there is no file {script:?} in {}, where the program starts; if it is needed, {until} until it is there",
            folder.display()
        )
    })
}
