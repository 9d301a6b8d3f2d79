//! What the account does when something cannot be written down, and when it can again.

use fased_policy::lifecycle::Input;
use fased_protocol::sidecar as wire;

use super::{Driver, Unsaid};
use crate::clock;
use crate::store::{Fault, Trouble};

/// States that wait to be written down, at most; older ones are forgotten.
const MOST_UNWRITTEN: usize = 64;
/// The same for notices.
const MOST_UNSAID: usize = 64;

impl Driver {
    /// The store or the auth files fail, or work again.
    pub(super) async fn storage_changed(&mut self) {
        let trouble = self.shared.storage.borrow().clone();
        match trouble {
            Some(trouble) => {
                self.detail = Some(trouble.why.clone());
                self.trouble = Some(trouble);
                self.step(Input::StorageFailed).await;
            }
            None => {
                self.detail = None;
                self.step(Input::StorageBack).await;
                self.catch_up().await;
            }
        }
    }

    /// Waits something to be written down, in a store that can be written as far as known?
    pub(super) fn lags(&self) -> bool {
        let waits = self.unrecorded || !self.unsaid.is_empty() || !self.unwritten.is_empty();
        waits && self.shared.store.trouble().borrow().is_none()
    }

    /// Writes down what could not be when it happened. What an account rests in makes no other news of itself, and the
    /// next run goes by it.
    pub(super) async fn catch_up(&mut self) {
        if self.unrecorded {
            self.record().await;
        }
        self.say().await;
        self.write_events().await;
    }

    /// Writes down what the account is now.
    pub(super) async fn record(&mut self) {
        let row = self.view.borrow().stored.clone();
        let store = &self.shared.store;
        let recorded = store.record_account(&row).await;
        self.unrecorded = recorded.is_err();
        if let Err(error) = recorded {
            tracing::error!("cannot record the account's state: {error:#}");
            store.noticed(&error);
        }
    }

    /// Leaves a notice, after those that could not be left before.
    pub(super) async fn notify(&mut self, unsaid: Unsaid) {
        if self.unsaid.len() == MOST_UNSAID {
            // The oldest say the least of what is so now.
            self.unsaid.pop_front();
        }
        self.unsaid.push_back(unsaid);
        self.say().await;
    }

    async fn say(&mut self) {
        let store = &self.shared.store;
        while let Some(Unsaid { kind, text, at_ms }) = self.unsaid.front() {
            let notice = store.add_notice_of(kind, self.shared.id(), text, *at_ms);
            if let Err(error) = notice.await {
                tracing::error!("cannot leave a notice: {error:#}");
                store.noticed(&error);
                return;
            }
            self.unsaid.pop_front();
        }
    }

    /// Writes down that the account is in another state now, and before it what could not be written down when it was.
    pub(super) async fn write_down(&mut self, state: String, sentence: String, at_ms: i64) {
        if self.unwritten.len() == MOST_UNWRITTEN {
            // The oldest say the least of what is so now.
            self.unwritten.pop_front();
        }
        self.unwritten.push_back((state, sentence, at_ms));
        self.write_events().await;
    }

    async fn write_events(&mut self) {
        while let Some((state, sentence, at_ms)) = self.unwritten.front() {
            let store = &self.shared.store;
            let event = store.add_account_event(self.shared.id(), state, sentence, *at_ms);
            if let Err(error) = event.await {
                tracing::error!("cannot write down that the account changed its state: {error:#}");
                store.noticed(&error);
                return;
            }
            self.unwritten.pop_front();
        }
    }

    /// Notes that the sidecar could not save its auth files; `super::super::storage` tries until that works again.
    pub(super) fn note_auth_trouble(&self, closed: &wire::Closed) {
        if closed.reason == wire::CloseReason::StorageFailed {
            self.shared.auth_trouble.send_replace(Some(Trouble {
                since_ms: clock::now_ms(),
                why: closed.text.clone(),
                fault: Fault::of_words(&closed.text),
            }));
        }
    }
}

#[cfg(test)]
mod tests;
