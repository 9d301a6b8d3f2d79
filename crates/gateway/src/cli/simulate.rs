//! stub
use super::{Global, Outcome};
use clap::Args;
#[derive(Debug, Args)]
pub(super) struct Options {}
pub(super) fn run(_global: &Global, _options: &Options) -> Outcome {
    Ok(())
}
