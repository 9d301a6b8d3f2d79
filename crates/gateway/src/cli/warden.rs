//! `fased warden`: sees to the end of what a gateway has started, should that be killed. Not for people.

use fased_agents::warden;

use super::Outcome;

const VERB: &str = "warden";

/// Names this program as the one that becomes a warden. Without its path programs have none, which is logged.
pub(super) fn name() {
    if let Ok(executable) = std::env::current_exe() {
        warden::is(executable, VERB);
    }
}

pub(super) fn run() -> Outcome {
    warden::watch();
    Ok(())
}
