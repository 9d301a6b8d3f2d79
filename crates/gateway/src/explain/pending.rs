//! Who may turn out to be listed once WhatsApp was asked about the lists, and how one finds out.

use std::collections::HashSet;
use std::sync::Arc;

use fased_policy::ids::{Identity, Phone};

use crate::config::AccountConfig;
use crate::spellings::may_be_listed;

/// Has WhatsApp still to be asked about a listed number that may be this person's?
#[derive(Clone)]
pub struct Pending(Arc<dyn Fn(&Identity) -> bool + Send + Sync>);

impl Pending {
    /// Found out like this.
    pub fn by(find_out: impl Fn(&Identity) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(find_out))
    }

    /// By what a store remembers to have been asked.
    #[must_use]
    pub fn after(asked: Arc<HashSet<Phone>>, config: Arc<AccountConfig>) -> Self {
        Self::by(move |person| may_be_listed(&config, &asked, person))
    }

    /// Of this person?
    #[must_use]
    pub fn is(&self, person: &Identity) -> bool {
        (self.0)(person)
    }
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pending").finish_non_exhaustive()
    }
}
