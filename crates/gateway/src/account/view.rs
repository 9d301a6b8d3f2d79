//! What every surface shows of one account.

use std::path::Path;

use fased_policy::lifecycle::{DegradedReason, Status};
use fased_protocol::control::{AccountInfo, CageInfo, SidecarVersions};

use crate::store::{Store, StoredAccount};

/// A link that takes longer to open waits for an answer that does not come, milliseconds.
const UNHEARD_MS: i64 = 30_000;
/// Who is not ready for longer than this may want to know why, milliseconds.
const LASTS_MS: i64 = 60_000;

/// The live state of one account.
#[derive(Debug, Clone)]
pub struct View {
    /// Switched on in the config.
    pub enabled: bool,
    /// The state as stored.
    pub stored: StoredAccount,
    /// Process id of its sidecar.
    pub sidecar_pid: Option<u32>,
    /// How many sidecars were started.
    pub spawns: u64,
    /// How often it became ready while this gateway ran.
    pub opened: u64,
    /// Since when it should be ready and is not, Unix milliseconds; however often it was tried meanwhile.
    pub down_since_ms: Option<i64>,
    /// What the sidecar said it is made of.
    pub versions: Option<SidecarVersions>,
    /// What the sidecar is kept from.
    pub cage: Option<CageInfo>,
    /// Why the auth files could not be moved, when they last should have been.
    pub set_aside_problem: Option<String>,
    /// When a message of somebody last came in while this gateway ran, Unix milliseconds.
    pub last_inbound_ms: Option<i64>,
    /// What agents have asked in its chats and wait for an owner's answer to.
    pub questions: u64,
}

impl View {
    /// At the start of a run: what was last known of the link is no longer true, except where it rests for good or for a time.
    pub(super) fn new(enabled: bool, paused: bool, still_true: bool, stored: &StoredAccount) -> Self {
        if enabled && !paused && still_true {
            return Self::at_rest(enabled, stored.clone());
        }
        let status = match (enabled, paused) {
            (false, _) => Status::Disabled,
            (true, true) => Status::Suspended,
            (true, false) => Status::Connecting,
        };
        let stored = StoredAccount {
            state: status.as_str().to_owned(),
            sentence: status.sentence().to_owned(),
            next: (!enabled || paused).then(|| next_action(status, &stored.account)),
            reason: None,
            until_ms: None,
            ..stored.clone()
        };
        Self::at_rest(enabled, stored)
    }

    /// Of an account that nothing was done with in this run.
    pub(crate) fn at_rest(enabled: bool, stored: StoredAccount) -> Self {
        Self {
            enabled,
            stored,
            sidecar_pid: None,
            spawns: 0,
            opened: 0,
            down_since_ms: None,
            versions: None,
            cage: None,
            set_aside_problem: None,
            last_inbound_ms: None,
            questions: 0,
        }
    }

    pub(super) fn is_logged_out(&self) -> bool {
        [Status::Unlinked, Status::LoggedOut]
            .iter()
            .any(|status| status.as_str() == self.stored.state)
    }
}

/// What is left of a ban of an earlier run, milliseconds.
pub(super) fn rest_of_ban(stored: &StoredAccount, now_ms: i64) -> Option<u64> {
    let banned = Status::Degraded(DegradedReason::Banned);
    let is_banned = stored.state == banned.as_str() && stored.reason.as_deref() == banned.reason();
    let until_ms = stored.until_ms.filter(|_| is_banned)?;
    // No longer than it was from its beginning on: the clock may have been put right since.
    let rest_ms = until_ms
        .saturating_sub(now_ms)
        .min(until_ms.saturating_sub(stored.since_ms));
    u64::try_from(rest_ms).ok().filter(|rest_ms| *rest_ms > 0)
}

/// What to do about a state; its commands name the account where there may be several.
#[must_use]
pub fn next_action(status: Status, account: &str) -> String {
    let action = status.next_action().to_owned();
    ["login", "logout", "resume"]
        .into_iter()
        // Only a login is for `default` where there are several accounts and none is named.
        .filter(|verb| *verb != "login" || account != "default")
        .map(|verb| format!("fased channels {verb}"))
        .fold(action, |action, command| {
            action.replace(&command, &format!("{command} --account {account}"))
        })
}

/// What a state means and what to do about it where the auth files should be out of the way by then and are not.
/// Nothing where the state does not say that they are.
pub(super) fn not_set_aside(
    status: Status,
    problem: &str,
    account: &str,
    auth_dir: &Path,
) -> Option<(String, String)> {
    let what = match status {
        Status::LoggedOut => "This device was unlinked",
        Status::Forbidden => "WhatsApp refuses this account",
        Status::Unlinked => "No phone is linked to this account",
        Status::Disabled
        | Status::Suspended
        | Status::Linking
        | Status::Connecting
        | Status::Ready
        | Status::Degraded(_)
        | Status::BackingOff { .. }
        | Status::Replaced
        | Status::ClientOutdated
        | Status::StorageFailed
        | Status::BreakerOpen => return None,
    };
    Some((
        format!("{what}; its auth files are still in place ({problem})."),
        format!(
            "move the files in {} away by hand, then: {}",
            auth_dir.display(),
            next_action(status, account)
        ),
    ))
}

/// An account as the CLI shows it, with what the store counts.
///
/// # Errors
/// What SQLite said.
pub async fn info(store: &Store, view: View, now_ms: i64) -> anyhow::Result<AccountInfo> {
    let account = view.stored.account.clone();
    let (received, inbound) = store.tally_inbound(&account).await?;
    let last_inbound_ms = match view.last_inbound_ms {
        Some(at) => Some(at),
        None => store.last_inbound(&account).await?,
    };
    Ok(AccountInfo {
        last_inbound_ms,
        last_outbound_ms: store.last_outbound(&account).await?,
        received,
        inbound,
        outbound: store.count_outbound(&account).await?,
        pending_pairings: store.pending_pairings(Some(&account), now_ms).await?.len() as u64,
        first_contacts_locked_until_ms: store.timelock(&account, now_ms).await?,
        ..info_without_store(view)
    })
}

/// The same where there is no store yet, so that all counts are empty.
#[must_use]
pub fn info_without_store(view: View) -> AccountInfo {
    let (sentence, next) = told(&view, crate::clock::now_ms());
    AccountInfo {
        account: view.stored.account,
        channel: "whatsapp".to_owned(),
        enabled: view.enabled,
        state: view.stored.state,
        reason: view.stored.reason,
        sentence,
        next,
        since_ms: view.stored.since_ms,
        down_since_ms: view.down_since_ms,
        until_ms: view.stored.until_ms,
        phone: view.stored.phone,
        lid: view.stored.lid,
        last_ready_ms: view.stored.last_ready_ms,
        respawns: view.spawns.saturating_sub(1),
        sidecar_pid: view.sidecar_pid,
        sidecar_rss_bytes: view.sidecar_pid.and_then(crate::memory::rss_bytes),
        versions: view.versions,
        cage: view.cage,
        last_inbound_ms: view.last_inbound_ms,
        last_outbound_ms: None,
        received: 0,
        inbound: Vec::new(),
        outbound: Vec::new(),
        pending_pairings: 0,
        questions: view.questions,
        first_contacts_locked_until_ms: None,
    }
}

/// A link that opens takes a moment, and one that is lost comes back by itself; what lasts longer is said to.
fn told(view: &View, now_ms: i64) -> (String, Option<String>) {
    let stored = &view.stored;
    // The state may be left from an earlier run.
    let attempt_ms = stored.since_ms.max(view.down_since_ms.unwrap_or(now_ms));
    let in_state_ms = now_ms.saturating_sub(attempt_ms);
    let down_ms = view.down_since_ms.map_or(0, |since| now_ms.saturating_sub(since));
    let connecting = stored.state == Status::Connecting.as_str();
    let waits = stored.state == Status::BackingOff { delay_ms: 0 }.as_str();
    let unheard = connecting && view.sidecar_pid.is_some() && in_state_ms > UNHEARD_MS;
    let sentence = if unheard {
        "WhatsApp takes the connection and does not answer; the gateway tries again by itself.".to_owned()
    } else {
        stored.sentence.clone()
    };
    let lasts = (connecting || waits) && down_ms > LASTS_MS;
    let next = match &stored.next {
        Some(next) => Some(next.clone()),
        None if unheard || lasts => {
            Some("nothing to do; why: fased doctor --symptom session-disconnects".to_owned())
        }
        None => None,
    };
    (sentence, next)
}

/// An account that is in the config and could not be started, as every surface shows it.
#[must_use]
pub fn failed_to_start(account: &str) -> View {
    let stored = StoredAccount {
        account: account.to_owned(),
        state: "degraded".to_owned(),
        sentence: "This account could not be started; the gateway tries it again by itself.".to_owned(),
        next: Some("see why: fased status".to_owned()),
        ..StoredAccount::default()
    };
    View::new(true, false, true, &stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_a_ban_is_kept_and_nothing_else() {
        let stored = |state: &str, reason: Option<&str>, until_ms| StoredAccount {
            state: state.to_owned(),
            reason: reason.map(str::to_owned),
            until_ms,
            ..StoredAccount::default()
        };
        for (row, rest_ms) in [
            (stored("degraded", Some("banned"), Some(5_000)), Some(4_000)),
            (stored("degraded", Some("banned"), Some(1_000)), None),
            (stored("degraded", Some("banned"), Some(500)), None),
            (stored("degraded", Some("banned"), None), None),
            (stored("degraded", Some("over_memory"), Some(5_000)), None),
            (stored("backing_off", None, Some(5_000)), None),
        ] {
            assert_eq!(rest_of_ban(&row, 1_000), rest_ms, "{row:?}");
        }
    }

    #[test]
    fn what_lasts_is_told_otherwise_than_what_takes_a_moment() {
        let view = |status: Status, since_ms, down_since_ms, sidecar_pid| View {
            sidecar_pid,
            down_since_ms: Some(down_since_ms),
            ..View::new(
                true,
                false,
                true,
                &StoredAccount {
                    state: status.as_str().to_owned(),
                    sentence: status.sentence().to_owned(),
                    since_ms,
                    ..StoredAccount::default()
                },
            )
        };
        let now = 1_000_000;
        let waits = Status::BackingOff { delay_ms: 1 };
        let why = Some("nothing to do; why: fased doctor --symptom session-disconnects");
        for (shown, unheard, next) in [
            (
                view(Status::Connecting, now - 90_000, now - 3_000, Some(1)),
                false,
                None,
            ),
            (
                view(Status::Connecting, now - 30_000, now - 30_000, Some(1)),
                false,
                None,
            ),
            (
                view(Status::Connecting, now - 30_001, now - 30_001, Some(1)),
                true,
                why,
            ),
            (
                view(Status::Connecting, now - 30_001, now - 30_001, None),
                false,
                None,
            ),
            (
                view(Status::Connecting, now - 3_000, now - 60_001, Some(1)),
                false,
                why,
            ),
            (view(waits, now - 3_000, now - 60_000, None), false, None),
            (view(waits, now - 3_000, now - 60_001, None), false, why),
            (
                view(Status::Suspended, now - 90_000, now - 90_000, None),
                false,
                None,
            ),
        ] {
            let (sentence, told) = told(&shown, now);
            let (state, since) = (&shown.stored.state, shown.stored.since_ms);
            assert_eq!(sentence.contains("does not answer"), unheard, "{state} {since}");
            assert_eq!(told.as_deref(), next, "{state} {since}");
        }
    }

    #[test]
    fn a_ban_that_a_wrong_clock_wrote_down_lasts_no_longer_than_it_said() {
        let row = StoredAccount {
            state: "degraded".to_owned(),
            reason: Some("banned".to_owned()),
            since_ms: 1_000_000,
            until_ms: Some(1_600_000),
            ..StoredAccount::default()
        };
        assert_eq!(rest_of_ban(&row, 5_000), Some(600_000), "the clock was ahead");
        assert_eq!(rest_of_ban(&row, 1_500_000), Some(100_000));
        assert_eq!(rest_of_ban(&row, 1_600_000), None);
    }

    #[test]
    fn every_command_names_the_account_unless_it_is_the_default_one() {
        let degraded = DegradedReason::ALL.map(Status::Degraded);
        let all = [
            Status::Disabled,
            Status::Suspended,
            Status::Unlinked,
            Status::Linking,
            Status::Connecting,
            Status::Ready,
            Status::BackingOff { delay_ms: 1 },
            Status::Replaced,
            Status::LoggedOut,
            Status::Forbidden,
            Status::ClientOutdated,
            Status::StorageFailed,
            Status::BreakerOpen,
        ];
        for status in all.into_iter().chain(degraded) {
            let plain = status.next_action();
            let default = next_action(status, "default");
            assert_eq!(default.replace(" --account default", ""), plain);
            for verb in ["logout", "resume"] {
                let command = format!("fased channels {verb}");
                let named = format!("{command} --account default");
                assert_eq!(default.contains(&command), default.contains(&named), "{default}");
            }
            let named = next_action(status, "work");
            assert_eq!(named.replace(" --account work", ""), plain);
            for command in named.split("fased channels ").skip(1) {
                let (_verb, rest) = command.split_once(' ').expect("more than the verb");
                assert!(rest.starts_with("--account work"), "{status}: {named}");
            }
        }
        assert_eq!(
            next_action(Status::Degraded(DegradedReason::AuthUnreadable), "work"),
            "restore the auth files from a backup, or link anew: fased channels logout --account work, \
             then: fased channels login --account work"
        );
    }

    #[test]
    fn nobody_is_told_that_files_were_set_aside_which_were_not() {
        let auth_dir = Path::new("/state/work");
        let told = |status| not_set_aside(status, "no leave", "work", auth_dir);
        for status in [Status::LoggedOut, Status::Forbidden, Status::Unlinked] {
            let (sentence, next) = told(status).expect("told");
            assert!(sentence.contains("still in place (no leave)"), "{sentence}");
            assert!(!sentence.contains("set aside"), "{sentence}");
            assert!(next.starts_with("move the files in /state/work away"), "{next}");
            assert!(next.ends_with("fased channels login --account work"), "{next}");
        }
        assert_eq!(told(Status::Ready), None);
    }
}
