//! Who the listed people are on WhatsApp, asked for when a link opens and when the lists change.
//!
//! WhatsApp tells the hidden id of a number, never the number of a hidden id, and messages may come
//! under either. And in some countries one number is written in two ways, of which WhatsApp uses one
//! and the owner may have written the other: it is asked for each such number, once. Country codes
//! decide only whether to ask; who is who, WhatsApp says.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use anyhow::Result;
use fased_policy::ids::{Identity, Phone};
use fased_protocol::private::Jid;
use fased_protocol::sidecar::{Call, Reply};
use tokio_util::sync::CancellationToken;

use super::{OpenLink, Shared};
use crate::clock;
use crate::config::AccountConfig;
use crate::sidecar::translate;
use crate::spellings::{country_of, is_pending, listed, may_be_listed};

/// Phones in one question for hidden ids.
const BATCH: usize = 500;
/// Between two questions about one number each.
const BETWEEN: Duration = Duration::from_millis(250);
/// Such questions on one link; the others wait for the next.
const PER_LINK: usize = 200;
/// After a question without an answer, on the same link.
const TRY_AGAIN: Duration = Duration::from_secs(60);
/// A number that WhatsApp did not know is asked for again some day, also when the link never closes.
const LOOK_AGAIN: Duration = Duration::from_secs(24 * 3_600);

/// The numbers that WhatsApp has answered for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    phones: RwLock<HashSet<Phone>>,
}

impl Asked {
    pub(super) fn new(phones: Vec<Phone>) -> Self {
        Self {
            phones: RwLock::new(phones.into_iter().collect()),
        }
    }

    fn add(&self, phones: impl IntoIterator<Item = Phone>) {
        self.phones
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(phones);
    }

    /// Is there a listed number that may turn out to be this person's?
    fn may_name(&self, config: &AccountConfig, person: &Identity) -> bool {
        may_be_listed(config, &self.known(), person)
    }

    /// Is a listed number of this country still to be asked about?
    fn is_pending(&self, config: &AccountConfig, country: &str) -> bool {
        is_pending(config, &self.known(), country)
    }

    fn known(&self) -> RwLockReadGuard<'_, HashSet<Phone>> {
        self.phones.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// May this be a listed person whose number is written in another way in the list, and WhatsApp
    /// has still to say so?
    #[must_use]
    pub fn identity_pending(&self, person: &Identity) -> bool {
        self.asked.may_name(&self.config(), person)
    }
}

/// Asks on every link and after every change of the lists, until told to end.
pub(super) async fn resolve_forever(shared: Arc<Shared>, shutdown: CancellationToken) {
    let mut links = shared.link.subscribe();
    let work = async {
        let mut round = Round::default();
        loop {
            let Ok(link) = links.wait_for(Option::is_some).await.map(|link| link.clone()) else {
                return;
            };
            let complete = match link {
                Some(link) => round.go(&shared, &link).await,
                None => true,
            };
            let pause = if complete { LOOK_AGAIN } else { TRY_AGAIN };
            tokio::select! {
                changed = links.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
                () = shared.listed.notified() => {}
                () = clock::pause(pause) => {
                if complete {
                    round.questions = 0;
                }
            }
            }
        }
    };
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = work => {}
    }
}

/// What was asked on the link that is open.
#[derive(Debug, Default)]
struct Round {
    opened_ms: i64,
    questions: usize,
}

impl Round {
    /// Returns whether everything that may be asked on this link was answered.
    async fn go(&mut self, shared: &Shared, link: &OpenLink) -> bool {
        if self.opened_ms != link.opened_ms {
            *self = Self {
                opened_ms: link.opened_ms,
                questions: 0,
            };
        }
        match self.ask(shared, link).await {
            Ok(complete) => complete,
            Err(error) => {
                tracing::error!(
                    account = shared.id(),
                    "identities cannot be read or written: {error:#}"
                );
                false
            }
        }
    }

    async fn ask(&mut self, shared: &Shared, link: &OpenLink) -> Result<bool> {
        let config = shared.config();
        let phones: HashSet<Phone> = listed(&config).cloned().collect();
        let (in_two_ways, plain): (Vec<Phone>, Vec<Phone>) =
            phones.into_iter().partition(|phone| country_of(phone).is_some());
        let to_ask = shared.store.alias_pending(&in_two_ways, clock::now_ms()).await?;
        let to_ask: HashSet<Phone> = to_ask.into_iter().collect();
        let answered: Vec<Phone> = in_two_ways
            .into_iter()
            .filter(|phone| !to_ask.contains(phone))
            .collect();
        // Another account may have asked, or the gateway stopped before it drew the conclusion.
        shared.asked.add(answered.iter().cloned());
        let countries: HashSet<&str> = answered.iter().filter_map(country_of).collect();
        for country in countries {
            clear_up(shared, country).await?;
        }
        let sure: Vec<Phone> = plain.into_iter().chain(answered).collect();
        if !resolve_lids(shared, link, &sure).await? {
            return Ok(false);
        }
        for phone in to_ask {
            if self.questions >= PER_LINK {
                tracing::warn!(
                    account = shared.id(),
                    "{PER_LINK} numbers were asked for on this link; the others wait for the next link, or for tomorrow"
                );
                return Ok(true);
            }
            if self.questions > 0 {
                clock::pause(BETWEEN).await;
            }
            self.questions += 1;
            if !ask_canonical(shared, link, phone).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Asks what WhatsApp takes one number for, and judges again whom that concerns.
async fn ask_canonical(shared: &Shared, link: &OpenLink, listed: Phone) -> Result<bool> {
    let call = Call::CanonicalId {
        phone: Jid(listed.to_jid()),
    };
    let person = match link.handle.call(call).await {
        Ok(Reply::Canonical { jid, lid }) => jid.map(|jid| translate::identity(&jid, lid.as_ref())),
        Ok(other) => return Ok(unexpected(shared, &other)),
        Err(fault) => {
            tracing::warn!(account = shared.id(), code = ?fault.code, "WhatsApp did not say what a listed number is: {}", fault.message);
            return Ok(false);
        }
    };
    let now = clock::now_ms();
    let phone = person.as_ref().and_then(|person| person.phone.as_ref());
    shared.store.learn_alias(&listed, phone, now).await?;
    if let Some(Identity {
        lid: Some(lid),
        phone: Some(phone),
        ..
    }) = &person
    {
        let pair = (lid.clone(), phone.clone());
        shared.store.learn_identities(&[pair], now).await?;
    }
    let country = country_of(&listed);
    shared.asked.add([listed]);
    shared.undecided.notify_one();
    if let Some(country) = country {
        clear_up(shared, country).await?;
    }
    Ok(true)
}

/// Once nobody of a country can turn out to be on the list any more, whoever was held for that is
/// judged again.
async fn clear_up(shared: &Shared, country: &str) -> Result<()> {
    if shared.asked.is_pending(&shared.config(), country) {
        return Ok(());
    }
    let _verdicts = shared.verdicts.lock().await;
    if shared.store.judge_unclear_again(shared.id(), country).await? > 0 {
        shared.undecided.notify_one();
    }
    Ok(())
}

/// Asks for the hidden ids that are not known yet, and judges again what was held.
async fn resolve_lids(shared: &Shared, link: &OpenLink, phones: &[Phone]) -> Result<bool> {
    let unknown = shared.store.phones_without_lid(phones).await?;
    for phones in unknown.chunks(BATCH) {
        let call = Call::ResolveLids {
            phones: phones.iter().map(|phone| Jid(phone.to_jid())).collect(),
        };
        let pairs = match link.handle.call(call).await {
            Ok(Reply::Lids { pairs }) => translate::lid_pairs(&pairs),
            Ok(other) => return Ok(unexpected(shared, &other)),
            Err(fault) => {
                tracing::warn!(account = shared.id(), code = ?fault.code, "hidden ids were not told: {}", fault.message);
                return Ok(false);
            }
        };
        shared.store.learn_identities(&pairs, clock::now_ms()).await?;
        shared.undecided.notify_one();
    }
    Ok(true)
}

fn unexpected(shared: &Shared, reply: &Reply) -> bool {
    tracing::warn!(account = shared.id(), ?reply, "the answer is to another question");
    false
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use crate::config::Config;

    use super::*;

    fn phone(text: &str) -> Phone {
        Phone::parse(text).expect("a number")
    }

    #[test]
    fn a_person_is_unclear_while_a_listed_number_of_their_country_was_not_asked_for() {
        let text = r#"{ channels: { whatsapp: {
            allowFrom: ["+5511987654321", "+15550100002"],
            groups: { "120363000000000001@g.us": { allowFrom: ["+5491122334455"] } },
        } } }"#;
        let config = Config::parse(text, Path::new("/etc/fased.json"), |_| PathBuf::from("/auth"))
            .expect("a good config");
        let config = &config.accounts["default"];
        let asked = Asked::default();
        let is_unclear = |number: &str| asked.may_name(config, &Identity::from(phone(number)));
        assert!(is_unclear("+551187654321") && is_unclear("+551133334444"));
        assert!(is_unclear("+541122334455"), "a list of one group counts as well");
        assert!(!is_unclear("+525512345678"), "nobody of that country is listed");
        assert!(!is_unclear("+15550100003"), "numbers there have one spelling");
        assert!(
            !asked.may_name(config, &Identity::default()),
            "of whom nothing is known, policy holds for that reason"
        );
        asked.add([phone("+5511987654321")]);
        assert!(!is_unclear("+551133334444") && is_unclear("+541122334455"));
    }
}
