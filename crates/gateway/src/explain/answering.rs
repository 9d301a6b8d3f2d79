//! Who answers in a chat.

use std::sync::Arc;

use fased_policy::ids::{ChatId, Identity};

/// Which agents answer in a chat, by the config and by what was chosen there?
#[derive(Clone)]
pub struct Answering(Arc<FindOut>);

type FindOut = dyn Fn(&ChatId, &Identity) -> Vec<String> + Send + Sync;

impl Answering {
    /// Found out like this.
    pub fn by(find_out: impl Fn(&ChatId, &Identity) -> Vec<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(find_out))
    }

    /// Their ids, in this chat with this person; of a group nobody is named.
    #[must_use]
    pub fn of(&self, chat: &ChatId, person: &Identity) -> Vec<String> {
        (self.0)(chat, person)
    }
}

impl std::fmt::Debug for Answering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answering").finish_non_exhaustive()
    }
}
