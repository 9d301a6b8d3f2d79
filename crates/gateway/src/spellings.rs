//! Countries where one number is written in two ways, and whose numbers of the lists WhatsApp has still to be
//! asked about. The country decides only whether to ask; who is who, WhatsApp says.

use std::collections::HashSet;

use fased_policy::ids::{Identity, Phone};

use crate::config::AccountConfig;

/// Mexico, Argentina and Brazil, whose numbers are written with and without a further digit.
const TWO_SPELLINGS: [&str; 3] = ["52", "54", "55"];

/// The country code, of countries where numbers are written in two ways.
#[must_use]
pub fn country_of(phone: &Phone) -> Option<&'static str> {
    TWO_SPELLINGS
        .into_iter()
        .find(|code| phone.digits().starts_with(code))
}

/// All numbers that the config of an account names.
pub fn listed(config: &AccountConfig) -> impl Iterator<Item = &Phone> {
    config.phones()
}

/// Is a listed number of this country still to be asked about?
#[must_use]
pub fn is_pending(config: &AccountConfig, asked: &HashSet<Phone>, country: &str) -> bool {
    listed(config).any(|phone| country_of(phone) == Some(country) && !asked.contains(phone))
}

/// Is there a listed number that may turn out to be this person's?
#[must_use]
pub fn may_be_listed(config: &AccountConfig, asked: &HashSet<Phone>, person: &Identity) -> bool {
    person
        .phones()
        .filter_map(country_of)
        .any(|country| is_pending(config, asked, country))
}
