//! `fased man`: the manual pages, made from the command line's own definition.

use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_mangen::Man;
use fased_protocol::control::{ControlError, ErrorCode};

use super::{Cli, Failure, Outcome, out};

/// Where to.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Write a page for each command into this folder: fased.1, fased-status.1 and so on
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

pub(super) fn run(options: &Options) -> Outcome {
    let Some(folder) = &options.to else {
        let page = page().map_err(|error| failed(&error, "fased --help"))?;
        return out::raw(&page);
    };
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
        .map_err(|error| {
            let next = "name a folder that can be written: fased man --to DIR";
            failed(&error, next)
        })
}

fn page() -> std::io::Result<String> {
    let mut page = Vec::new();
    Man::new(Cli::command()).render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

fn failed(error: &std::io::Error, next: &str) -> Failure {
    Failure::Error(ControlError {
        code: ErrorCode::Refused,
        message: format!("the manual cannot be written: {error}"),
        next: next.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_the_verbs_and_a_folder_gets_one_for_each() {
        let page = page().expect("rendered");
        assert!(page.contains("fased\\-doctor(1)"), "{page}");
        let folder = tempfile::tempdir().expect("a folder");
        let to = folder.path().join("man1");
        assert!(run(&Options { to: Some(to.clone()) }).is_ok());
        for name in ["fased.1", "fased-pairing-approve.1"] {
            assert!(to.join(name).is_file(), "{name}");
        }
        assert!(!to.join("fased-warden.1").exists(), "a hidden verb has no page");
        assert!(
            run(&Options {
                to: Some(to.join("fased.1"))
            })
            .is_err(),
            "no folder"
        );
    }
}
