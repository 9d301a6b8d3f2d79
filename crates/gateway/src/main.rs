//! The `fased` binary: the command line around the library of the same name.

use std::process::ExitCode;

mod cli;
mod exit;
mod simulate;

fn main() -> ExitCode {
    cli::main().into()
}
