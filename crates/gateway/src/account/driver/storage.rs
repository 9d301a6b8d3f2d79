//! What the account does when something cannot be written down, and when it can again.

use fased_policy::lifecycle::Input;
use fased_protocol::sidecar as wire;

use super::Driver;
use crate::clock;
use crate::store::Trouble;

/// States that wait to be written down, at most; older ones are forgotten.
const MOST_UNWRITTEN: usize = 64;

impl Driver {
    /// The store or the auth files fail, or work again.
    pub(super) async fn storage_changed(&mut self) {
        let trouble = self.shared.storage.borrow().clone();
        match trouble {
            Some(trouble) => {
                self.detail = Some(trouble.why);
                self.step(Input::StorageFailed).await;
            }
            None => {
                self.detail = None;
                self.step(Input::StorageBack).await;
            }
        }
    }

    /// Writes down that the account is in another state now, and before it what could not be written down when it was.
    pub(super) async fn write_down(&mut self, state: String, sentence: String, at_ms: i64) {
        if self.unwritten.len() == MOST_UNWRITTEN {
            // The oldest say the least of what is so now.
            self.unwritten.pop_front();
        }
        self.unwritten.push_back((state, sentence, at_ms));
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
            }));
        }
    }
}
