//! `fased completions`: what a shell needs to complete commands, made from the command line's own definition.

use clap::{Args, CommandFactory, ValueEnum};
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
    generate(shell, &mut Cli::command(), "fased", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_completes_verbs_and_nothing_hidden() {
        for shell in [Known::Bash, Known::Zsh, Known::Fish] {
            let script = script(shell);
            assert!(script.contains("pairing") && script.contains("state-dir"), "{shell:?}");
            // Hidden verbs are known to shells all the same as far as the library goes: at least it is never described.
            assert!(!script.contains("Kill what a gateway has started"), "{shell:?}");
        }
    }
}
