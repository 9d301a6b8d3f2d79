//! `fased completions`: what a shell needs to complete commands, made from the command line's own definition.

use clap::{Args, Command, CommandFactory, ValueEnum};
use clap_complete::{Shell, generate};

use super::{Cli, Outcome, out};

pub(super) const AFTER_HELP: &str = "\
Where they go, if fased was not installed by scripts/install, which puts them below its PREFIX/share:
  bash  fased completions bash > ~/.local/share/bash-completion/completions/fased
  zsh   fased completions zsh > DIR/_fased, where DIR is one of $fpath
  fish  fased completions fish > ~/.config/fish/completions/fased.fish";

/// For whom.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Known,
}

/// Shells whose completions were tried.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Known {
    Bash,
    Zsh,
    Fish,
}

pub(super) fn run(options: &Options) -> Outcome {
    out::raw(&script(options.shell))
}

fn script(shell: Known) -> String {
    let shell = match shell {
        Known::Bash => Shell::Bash,
        Known::Zsh => Shell::Zsh,
        Known::Fish => Shell::Fish,
    };
    let mut script = Vec::new();
    generate(shell, &mut visible(), "fased", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// The command line without verbs that are not for people.
fn visible() -> Command {
    let whole = Cli::command();
    let verbs = whole.get_subcommands().filter(|verb| !verb.is_hide_set());
    Command::new("fased")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_subcommand(true)
        .args(whole.get_arguments().cloned())
        .subcommands(verbs.cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_completes_verbs_and_nothing_hidden() {
        for shell in [Known::Bash, Known::Zsh, Known::Fish] {
            let script = script(shell);
            assert!(
                script.contains("pairing") && script.contains("state-dir"),
                "{shell:?}"
            );
            assert!(!script.contains("warden"), "{shell:?}");
        }
    }
}
