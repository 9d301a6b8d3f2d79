//! A new state of the account, told to everyone: the view, the log, the owner, the store.

use std::time::Duration;

use fased_policy::lifecycle::{DegradedReason, Status};
use fased_protocol::control::Watched;

use super::super::{login, next_action, view};
use super::{Driver, Unsaid};
use crate::clock;
use crate::store::Fault;

/// An account that is not ready for so long is worth a notice.
const LONG_DOWN: Duration = Duration::from_secs(600);

impl Driver {
    pub(super) async fn report(&mut self, status: Status) {
        let now = clock::now_ms();
        let until_ms = self
            .machine
            .next_attempt_ms()
            .map(|at| now.saturating_add_unsigned(at.saturating_sub(clock::boot_ms())));
        self.watch_outage(status);
        let starts = status == Status::Connecting && self.view.borrow().down_since_ms.is_none();
        let (sentence, next) = self.words(status);
        let mut again = false;
        self.view.send_modify(|view| {
            view.opened += u64::from(status == Status::Ready && view.stored.state != status.as_str());
            view.down_since_ms = is_down(status).then(|| view.down_since_ms.unwrap_or(now));
            view.stored.account = self.shared.id().to_owned();
            let same =
                view.stored.state == status.as_str() && view.stored.reason.as_deref() == status.reason();
            // What is left of an earlier run is no attempt of this one.
            if !same || starts {
                view.stored.since_ms = now;
            }
            // Only its end has moved.
            again = same && view.stored.sentence == sentence && view.stored.until_ms.is_some();
            view.stored.state = status.as_str().to_owned();
            view.stored.sentence = sentence.clone();
            view.stored.next = Some(next.clone()).filter(|next| next != "nothing to do");
            view.stored.reason = status.reason().map(str::to_owned);
            view.stored.until_ms = until_ms;
        });
        if again {
            self.record().await;
            return;
        }
        tracing::info!(state = %status, "{sentence}");
        self.alert(status, &sentence, &next).await;
        self.end_login(status);
        self.shared.watchers.tell(
            self.shared.id(),
            Watched::Account {
                state: status.as_str().to_owned(),
                sentence,
            },
        );
        self.record().await;
        let row = self.view.borrow().stored.clone();
        let store = &self.shared.store;
        if status == Status::Ready
            && let Err(error) = store.notice_recovered(self.shared.id(), now).await
        {
            tracing::error!("cannot leave a notice: {error:#}");
        }
        self.write_down(row.state, row.sentence, now).await;
    }

    /// What a state means here, and what to do about it.
    fn words(&self, status: Status) -> (String, String) {
        let id = self.shared.id();
        if let Some(problem) = &self.view.borrow().set_aside_problem
            && let Some(words) = view::not_set_aside(status, problem, id, &self.shared.config().auth_dir)
        {
            return words;
        }
        let sentence = match &self.detail {
            Some(detail) if is_particular(status) => format!("{} ({detail})", self.sentence(status)),
            Some(_) | None => self.sentence(status).to_owned(),
        };
        (sentence, self.next_action(status))
    }

    /// What was told of the auth files before they could not be moved is not true, and is told anew.
    pub(super) async fn report_not_set_aside(&mut self, problem: String) {
        self.view
            .send_modify(|view| view.set_aside_problem = Some(problem.clone()));
        self.detail = Some(problem);
        self.alerted = None;
        self.report(self.machine.status()).await;
    }

    /// What an account does not come out of in a moment is worth a notice: one, however often it is tried in vain.
    async fn alert(&mut self, status: Status, sentence: &str, next: &str) {
        let kind = match status {
            Status::Replaced
            | Status::LoggedOut
            | Status::Forbidden
            | Status::ClientOutdated
            | Status::Degraded(_) => Some("state"),
            Status::StorageFailed => Some("storage"),
            Status::BreakerOpen => Some("breaker"),
            Status::Disabled
            | Status::Suspended
            | Status::Unlinked
            | Status::Linking
            | Status::Connecting
            | Status::Ready
            | Status::BackingOff { .. } => None,
        };
        let Some(kind) = kind else { return };
        if self.alerted == Some(status) {
            return;
        }
        self.alerted = Some(status);
        self.notify(Unsaid {
            kind,
            text: format!("{sentence} Next: {next}"),
            at_ms: clock::now_ms(),
        })
        .await;
    }

    /// One notice an outage is enough, however often the link is tried and lost meanwhile.
    fn watch_outage(&mut self, status: Status) {
        let was_down = self.view.borrow().down_since_ms.is_some();
        if !is_down(status) {
            self.long_down = None;
        } else if !was_down {
            self.long_down = Some(clock::monotonic() + LONG_DOWN);
        }
    }

    /// It is not ready for long. Where that has a reason that the owner was told, that is enough.
    pub(super) async fn down_for_long(&mut self) {
        self.long_down = None;
        if self.alerted.is_some() {
            return;
        }
        let minutes = LONG_DOWN.as_secs() / 60;
        let sentence = self.view.borrow().stored.sentence.clone();
        tracing::warn!("not ready for {minutes} minutes");
        self.notify(Unsaid {
            kind: "state",
            text: format!(
                "This account is not ready for {minutes} minutes now. {sentence} Next: fased doctor --symptom \
                 session-disconnects"
            ),
            at_ms: clock::now_ms(),
        })
        .await;
    }

    /// What kind of trouble the storage has is known here alone.
    fn fault(&self, status: Status) -> Option<Fault> {
        let trouble = self.trouble.as_ref().filter(|_| status == Status::StorageFailed);
        trouble.map(|trouble| trouble.fault)
    }

    fn sentence(&self, status: Status) -> &'static str {
        self.fault(status).map_or(status.sentence(), Fault::sentence)
    }

    fn next_action(&self, status: Status) -> String {
        match self.fault(status) {
            Some(fault) => fault.next_action(),
            None => next_action(status, self.shared.id()),
        }
    }

    /// Tells who waits for a login that it is over, if this state says so.
    pub(super) fn end_login(&mut self, status: Status) {
        if self.login.is_some()
            && let Some(error) = login::error_in(
                status,
                self.sentence(status),
                &self.next_action(status),
                self.detail.as_deref(),
            )
        {
            self.login = None;
            self.tell_login(error);
        }
    }
}

/// Should messages flow, and do not?
fn is_down(status: Status) -> bool {
    match status {
        Status::Connecting
        | Status::BackingOff { .. }
        | Status::Replaced
        | Status::LoggedOut
        | Status::Forbidden
        | Status::ClientOutdated
        | Status::StorageFailed
        | Status::BreakerOpen
        | Status::Degraded(
            DegradedReason::ProtocolMismatch
            | DegradedReason::Untrusted
            | DegradedReason::AuthUnreadable
            | DegradedReason::Banned
            | DegradedReason::OverMemory,
        ) => true,
        Status::Disabled
        | Status::Suspended
        | Status::Unlinked
        | Status::Linking
        | Status::Ready
        | Status::Degraded(DegradedReason::CredsRestored) => false,
    }
}

/// Does what was said last tell more of this state than its own sentence? Of what a command or WhatsApp ended, it is a word
/// of the library, or of an end long ago.
pub(super) fn is_particular(status: Status) -> bool {
    match status {
        Status::Connecting
        | Status::Linking
        | Status::BackingOff { .. }
        | Status::StorageFailed
        | Status::BreakerOpen
        | Status::Degraded(
            DegradedReason::ProtocolMismatch
            | DegradedReason::Untrusted
            | DegradedReason::AuthUnreadable
            | DegradedReason::Banned
            | DegradedReason::OverMemory,
        ) => true,
        Status::Disabled
        | Status::Suspended
        | Status::Unlinked
        | Status::Ready
        | Status::Replaced
        | Status::LoggedOut
        | Status::Forbidden
        | Status::ClientOutdated
        | Status::Degraded(DegradedReason::CredsRestored) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_library_stay_with_links_that_are_tried_again() {
        for (status, told) in [
            (Status::BackingOff { delay_ms: 1 }, true),
            (Status::BreakerOpen, true),
            (Status::Suspended, false),
            (Status::Replaced, false),
            (Status::LoggedOut, false),
            (Status::ClientOutdated, false),
            (Status::Unlinked, false),
        ] {
            assert_eq!(is_particular(status), told, "{status}");
        }
    }

    #[test]
    fn an_account_that_rests_on_purpose_is_not_down() {
        let rests = [
            Status::Suspended,
            Status::Unlinked,
            Status::Disabled,
            Status::Linking,
        ];
        assert!(rests.into_iter().all(|status| !is_down(status)));
        assert!(is_down(Status::Connecting) && is_down(Status::BackingOff { delay_ms: 1 }));
        assert!(!is_down(Status::Degraded(DegradedReason::CredsRestored)));
    }
}
