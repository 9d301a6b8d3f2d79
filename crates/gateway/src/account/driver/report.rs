//! A new state of the account, told to everyone: the view, the log, the owner, the store.

use fased_policy::lifecycle::Status;
use fased_protocol::control::Watched;

use super::super::{login, next_action, view};
use super::{Driver, Unsaid};
use crate::clock;
use crate::store::Fault;

impl Driver {
    pub(super) async fn report(&mut self, status: Status) {
        let now = clock::now_ms();
        let until_ms = self
            .machine
            .next_attempt_ms()
            .map(|at| now.saturating_add_unsigned(at.saturating_sub(clock::boot_ms())));
        let (sentence, next) = self.words(status);
        let mut again = false;
        self.view.send_modify(|view| {
            view.stored.account = self.shared.id().to_owned();
            let same =
                view.stored.state == status.as_str() && view.stored.reason.as_deref() == status.reason();
            if !same {
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
            Some(detail) if status != Status::Ready => format!("{} ({detail})", self.sentence(status)),
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
