//! Systems whose kernel has no cage that we know how to use.

use tokio::process::Command;

use super::Plan;

/// Why there is nothing to enforce.
pub(super) const ABSENT: &str = "this system has no Landlock; only Linux does";

/// There are none.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rules {}

/// There is none.
pub(super) fn abi() -> Option<u32> {
    None
}

/// Nobody asks for any.
pub(super) fn rules(_plan: &Plan, _abi: u32) -> Result<Rules, std::io::Error> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// Nobody has any.
pub(super) fn restrict(_command: &mut Command, rules: Rules) {
    match rules {}
}
