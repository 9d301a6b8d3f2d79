//! What the account does when something cannot be written down, and when it can again.

use fased_policy::lifecycle::Input;
use fased_protocol::sidecar as wire;

use super::Driver;
use crate::clock;
use crate::store::Trouble;

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
