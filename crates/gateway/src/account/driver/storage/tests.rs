//! What an account becomes while nothing can be written down.

use std::path::Path;
use std::sync::Arc;

use fased_policy::lifecycle::Status;
use tokio::sync::{broadcast, watch};

use super::super::super::{Shared, View};
use super::*;
use crate::config::Config;
use crate::run::Engine;
use crate::store::{Store, StoredAccount};

/// A driver at rest, and its store.
async fn driver() -> (tempfile::TempDir, Store, Driver) {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(&dir.path().join("fased.db")).await.expect("opened");
    let text = "{ channels: { whatsapp: { accounts: { default: {} } } } }";
    let config = Config::parse(text, Path::new("/etc/fased.json"), |id| id.into()).expect("valid");
    let account = config.accounts.into_values().next().expect("an account");
    let shared = Shared::for_tests(account, Arc::new(Engine::default()), store.clone()).await;
    let shown = watch::Sender::new(View::new(true, false, false, &StoredAccount::default()));
    let driver = Driver::new(shared, shown, broadcast::channel(8).0, true);
    (dir, store, driver)
}

async fn state(store: &Store) -> Option<String> {
    let row = store.account("default").await.expect("read");
    row.map(|row| row.state)
}

#[tokio::test]
async fn what_an_account_became_while_nothing_could_be_written_is_written_when_it_can() {
    let (_dir, store, mut driver) = driver().await;
    driver.report(Status::Ready).await;
    assert_eq!(state(&store).await.as_deref(), Some("ready"));
    for table in ["account", "notice", "account_event"] {
        store
            .execute_for_tests(&format!("ALTER TABLE {table} RENAME TO {table}_away"))
            .await;
    }
    driver.report(Status::BreakerOpen).await;
    driver.report(Status::Replaced).await;
    assert!(driver.lags());
    for table in ["account", "notice", "account_event"] {
        store
            .execute_for_tests(&format!("ALTER TABLE {table}_away RENAME TO {table}"))
            .await;
    }
    assert_eq!(state(&store).await.as_deref(), Some("ready"), "not yet");
    driver.storage_changed().await;
    assert_eq!(state(&store).await.as_deref(), Some("replaced"));
    let notices = store.notices(10).await.expect("read");
    assert_eq!(
        notices.len(),
        2,
        "the second did not push the first out: {notices:?}"
    );
    assert!(driver.unwritten.is_empty() && !driver.lags());
}

#[tokio::test]
async fn what_is_said_of_a_storage_that_fails_depends_on_how_it_fails() {
    for (fault, sentence, next) in [
        (Fault::Full, "Nothing can be written", "free space"),
        (
            Fault::Locked,
            "Another program keeps the store locked",
            "end the other program",
        ),
        (Fault::Damaged, "The store is damaged", "fased doctor"),
    ] {
        let (_dir, store, mut driver) = driver().await;
        driver.trouble = Some(Trouble {
            since_ms: 1,
            why: fault.why().to_owned(),
            fault,
        });
        driver.report(Status::StorageFailed).await;
        let row = store.account("default").await.expect("read").expect("there");
        assert!(row.sentence.starts_with(sentence), "{}", row.sentence);
        assert!(
            row.next.as_deref().is_some_and(|said| said.contains(next)),
            "{:?}",
            row.next
        );
        driver.report(Status::Replaced).await;
        let row = store.account("default").await.expect("read").expect("there");
        assert_eq!(row.sentence, Status::Replaced.sentence());
    }
}
