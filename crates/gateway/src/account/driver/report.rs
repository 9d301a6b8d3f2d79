//! A new state of the account, told to everyone: the view, the log, the owner, the store.

use fased_policy::lifecycle::Status;
use fased_protocol::control::Watched;

use super::super::{login, next_action, view};
use super::{Driver, Unsaid};
use crate::clock;

impl Driver {
    pub(super) async fn report(&mut self, status: Status) {
        let now = clock::now_ms();
        let until_ms = self
            .machine
            .next_attempt_ms()
            .map(|at| now.saturating_add_unsigned(at.saturating_sub(clock::boot_ms())));
        let (sentence, next) = self.words(status);
        self.view.send_modify(|view| {
            view.stored.account = self.shared.id().to_owned();
            if view.stored.state != status.as_str() {
                view.stored.since_ms = now;
            }
            view.stored.state = status.as_str().to_owned();
            view.stored.sentence = sentence.clone();
            view.stored.next = Some(next.clone()).filter(|next| next != "nothing to do");
            view.stored.reason = status.reason().map(str::to_owned);
            view.stored.until_ms = until_ms;
        });
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
        let row = self.view.borrow().stored.clone();
        let store = &self.shared.store;
        if let Err(error) = store.record_account(&row).await {
            tracing::error!("cannot record the account's state: {error:#}");
        }
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
            Some(detail) if status != Status::Ready => format!("{} ({detail})", status.sentence()),
            Some(_) | None => status.sentence().to_owned(),
        };
        (sentence, next_action(status, id))
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
        // What could not be written down before may be now.
        if let Some(unsaid) = self.unsaid.take() {
            self.notify(unsaid).await;
        }
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

    async fn notify(&mut self, unsaid: Unsaid) {
        let Unsaid { kind, text, at_ms } = &unsaid;
        let store = &self.shared.store;
        if let Err(error) = store.add_notice_of(kind, self.shared.id(), text, *at_ms).await {
            tracing::error!("cannot leave a notice: {error:#}");
            self.unsaid = Some(unsaid);
        }
    }

    /// Tells who waits for a login that it is over, if this state says so.
    pub(super) fn end_login(&mut self, status: Status) {
        if self.login.is_some()
            && let Some(error) = login::error_in(status, self.detail.as_deref(), self.shared.id())
        {
            self.login = None;
            self.tell_login(error);
        }
    }
}
