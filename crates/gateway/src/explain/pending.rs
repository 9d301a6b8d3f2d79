//! Who may turn out to be listed once WhatsApp was asked about the lists, and how one finds out.

use std::collections::HashSet;
use std::sync::Arc;

use fased_policy::ids::{AllowList, Identity, Phone};

use crate::config::AccountConfig;

/// Mexico, Argentina and Brazil, whose numbers are written with and without a further digit.
const TWO_SPELLINGS: [&str; 3] = ["52", "54", "55"];

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
        Self::by(move |person| {
            let mut countries = person.phones().filter_map(country_of);
            countries.any(|country| {
                let mut listed = config.rules.lists().flat_map(AllowList::phones);
                listed.any(|phone| country_of(phone) == Some(country) && !asked.contains(phone))
            })
        })
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

/// The country code, of countries where numbers are written in two ways.
fn country_of(phone: &Phone) -> Option<&'static str> {
    let mut codes = TWO_SPELLINGS.into_iter();
    codes.find(|code| phone.digits().starts_with(code))
}
