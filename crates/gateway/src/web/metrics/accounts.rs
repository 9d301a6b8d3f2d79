//! How the accounts are, from what every surface shows of them.

use fased_policy::lifecycle::Status;

use super::page::{Family, whole};
use super::{flag, seconds};
use crate::account::View;
use crate::memory;

pub(super) fn families(views: &[View]) -> Vec<Family> {
    let mut state = Family::gauge(
        "fased_account_state",
        "1 for the state that an account is in, 0 for all others",
    );
    let mut enabled = Family::gauge(
        "fased_account_enabled",
        "1 if the account is switched on in the config",
    );
    let mut ready = Family::gauge("fased_account_ready", "1 while messages flow both ways");
    let mut since = Family::gauge(
        "fased_account_state_timestamp_seconds",
        "Since when the account is in its state, Unix seconds",
    );
    let mut down = Family::gauge(
        "fased_account_down_timestamp_seconds",
        "Since when the account should be ready and is not, however often it was tried meanwhile, Unix seconds; absent \
         while it is not down",
    );
    let mut last_ready = Family::gauge(
        "fased_account_last_ready_timestamp_seconds",
        "When the account last became ready, Unix seconds",
    );
    let mut starts = Family::counter(
        "fased_sidecar_starts",
        "Sidecars that were started since the gateway started",
    );
    let mut memory = Family::gauge(
        "fased_sidecar_resident_memory_bytes",
        "Memory of the sidecar's process in RAM",
    );
    for view in views {
        let account = view.stored.account.as_str();
        let of = [("account", account)];
        // Each is told of each account, so that an alert can be written for a state that never was.
        for word in Status::WORDS {
            state.push(
                &[("account", account), ("state", word)],
                flag(view.stored.state == word),
            );
        }
        enabled.push(&of, flag(view.enabled));
        ready.push(&of, flag(view.stored.state == "ready"));
        since = since.with(&of, seconds(view.stored.since_ms));
        down = down.maybe(&of, view.down_since_ms.map(seconds));
        last_ready = last_ready.maybe(&of, view.stored.last_ready_ms.map(seconds));
        starts.push(&of, whole(view.spawns));
        let rss = view.sidecar_pid.and_then(memory::rss_bytes);
        memory = memory.maybe(&of, rss.map(whole));
    }
    vec![state, enabled, ready, since, down, last_ready, starts, memory]
}
