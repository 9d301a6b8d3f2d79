//! What groups are called. WhatsApp alone knows, and is not asked each time that somebody looks.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use fased_protocol::control::ControlError;
use fased_protocol::private::Private;

use super::{Live, directory_groups};
use crate::account::Account;
use crate::clock;

/// Names of groups by account and address.
pub(crate) type Subjects = BTreeMap<(String, String), Private>;

/// So long a name is believed, milliseconds.
const BELIEVED_MS: i64 = 10 * 60_000;
/// Whoever could not be asked is not asked again before, milliseconds.
const AGAIN_MS: i64 = 30_000;
/// Whoever waits for a list is not kept longer for names; what is not told by then is missing.
const PATIENCE: Duration = Duration::from_secs(3);

/// Names of one account's groups, by address.
pub(super) type Named = BTreeMap<String, Private>;

/// What was told by each account, and when.
#[derive(Debug, Default)]
pub(super) struct Told(Mutex<BTreeMap<String, (i64, Named)>>);

impl Told {
    fn fresh(&self, account: &str, now_ms: i64) -> bool {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.get(account)
            .is_some_and(|(at_ms, _)| (0..BELIEVED_MS).contains(&(now_ms - at_ms)))
    }

    fn keep(&self, account: &str, now_ms: i64, subjects: Option<Named>) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = told.entry(account.to_owned()).or_default();
        // What was told before is better than nothing.
        match subjects {
            Some(subjects) => *entry = (now_ms, subjects),
            None => entry.0 = now_ms - BELIEVED_MS + AGAIN_MS,
        }
    }

    fn all(&self) -> Subjects {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let each = told.iter().flat_map(|(account, (_, subjects))| {
            subjects
                .iter()
                .map(|(group, subject)| ((account.clone(), group.clone()), subject.clone()))
        });
        each.collect()
    }
}

/// As far as they are known, or WhatsApp tells them soon.
pub(super) async fn of(live: &Live, account: Option<&str>) -> Result<Subjects, ControlError> {
    let now_ms = clock::now_ms();
    for (id, asked) in live.accounts().await?.iter() {
        let is_meant = account.is_none_or(|account| account == id);
        if is_meant && !live.subjects.fresh(id, now_ms) && is_linked(asked) {
            let told = tokio::time::timeout(PATIENCE, directory_groups::subjects(asked)).await;
            live.subjects.keep(id, now_ms, told.ok().flatten());
        }
    }
    Ok(live.subjects.all())
}

fn is_linked(account: &Account) -> bool {
    account.shared().link.borrow().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_believed_for_a_while_and_kept_until_another_is_told() {
        let told = Told::default();
        let names = |name: &str| Some(BTreeMap::from([("1@g.us".to_owned(), Private::from(name))]));
        assert!(!told.fresh("default", 0));
        told.keep("default", 1_000, names("Family"));
        assert!(told.fresh("default", 1_000 + BELIEVED_MS - 1));
        assert!(!told.fresh("default", 1_000 + BELIEVED_MS));
        assert!(!told.fresh("default", 999), "the clock was put back");
        assert!(!told.fresh("work", 1_000));
        told.keep("default", 5_000, None);
        assert!(told.fresh("default", 5_000 + AGAIN_MS - 1));
        assert!(!told.fresh("default", 5_000 + AGAIN_MS));
        let key = ("default".to_owned(), "1@g.us".to_owned());
        assert_eq!(told.all().get(&key), Some(&Private::from("Family")));
        told.keep("default", 6_000, names("Friends"));
        assert_eq!(told.all().get(&key), Some(&Private::from("Friends")));
    }
}
