//! What agents that keep conversations of their own call them, so that one goes on after its process, or the gateway, has
//! ended. It holds for one epoch of a session: begun anew, it is another conversation.

use anyhow::Result;
use sqlx::SqliteConnection;

use super::Store;

/// What a backend calls a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// Session key.
    pub session: String,
    /// How often it had been begun anew when that was said.
    pub epoch: i64,
    /// Its name there.
    pub name: String,
}

impl Store {
    /// What the backend called this conversation when it last answered in it.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn remembered(&self, session: &str, epoch: i64) -> Result<Option<String>> {
        let found: Option<Option<String>> =
            sqlx::query_scalar("SELECT backend_session FROM session WHERE key = ? AND backend_epoch = ?")
                .bind(session)
                .bind(epoch)
                .fetch_optional(&mut *self.read.turn().await?)
                .await?;
        Ok(found.flatten())
    }
}

/// Keeps what backends said. A session that is gone has nothing to be remembered.
pub(super) async fn record(tx: &mut SqliteConnection, all: impl Iterator<Item = &Remembered>) -> Result<()> {
    for one in all {
        sqlx::query("UPDATE session SET backend_session = ?, backend_epoch = ? WHERE key = ?")
            .bind(&one.name)
            .bind(one.epoch)
            .bind(&one.session)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{ACCOUNT, NOW, admit, message, store};
    use super::super::transcript::Exchange;
    use super::super::{Change, FinishedRun, RunEnd};
    use super::*;

    fn ended(run: i64, epoch: i64, name: &str) -> FinishedRun {
        FinishedRun {
            said: Some(Exchange {
                session: "session".to_owned(),
                epoch,
                user: "hello".to_owned(),
                assistant: None,
            }),
            remembers: Some(Remembered {
                session: "session".to_owned(),
                epoch,
                name: name.to_owned(),
            }),
            ..FinishedRun::ok(run, Vec::new())
        }
    }

    async fn started(store: &Store, seq: i64) -> i64 {
        let id = format!("M{seq}");
        store
            .journal(ACCOUNT, &[message(&id, "hello")], NOW)
            .await
            .expect("written");
        store.decide(ACCOUNT, &[admit(seq)], NOW).await.expect("decided");
        let run = store.run_of(seq).await.expect("read").expect("there").id;
        store.start_runs(&[run], &[], NOW).await.expect("started");
        run
    }

    #[tokio::test]
    async fn a_name_is_known_in_its_epoch_only() {
        let (_dir, store) = store().await;
        let run = started(&store, 1).await;
        assert_eq!(store.remembered("session", 0).await.expect("read"), None);
        let anew = FinishedRun {
            changes: vec![Change::BeginAnew {
                session: "session".to_owned(),
            }],
            ..FinishedRun::ok(started(&store, 2).await, Vec::new())
        };
        store
            .finish_runs(ACCOUNT, &[ended(run, 0, "first")], NOW)
            .await
            .expect("ended");
        assert_eq!(
            store.remembered("session", 0).await.expect("read").as_deref(),
            Some("first")
        );
        assert_eq!(store.remembered("other", 0).await.expect("read"), None);
        store.finish_runs(ACCOUNT, &[anew], NOW).await.expect("ended");
        assert_eq!(store.remembered("session", 1).await.expect("read"), None);
        let run = started(&store, 3).await;
        store
            .finish_runs(ACCOUNT, &[ended(run, 1, "second")], NOW)
            .await
            .expect("ended");
        assert_eq!(
            store.remembered("session", 1).await.expect("read").as_deref(),
            Some("second")
        );
        assert_eq!(store.remembered("session", 0).await.expect("read"), None);
    }

    /// What a process complained of is kept with its run, and forgotten with what was said.
    #[tokio::test]
    async fn complaints_are_kept_as_long_as_what_was_said() {
        let (_dir, store) = store().await;
        let run = started(&store, 1).await;
        let broken = RunEnd::Failed {
            failure: "exited",
            error: "it ended with signal: 9".to_owned(),
        };
        let finished = FinishedRun {
            stderr: Some("out of luck".to_owned()),
            ..FinishedRun::ended(run, broken, Vec::new())
        };
        store.finish_runs(ACCOUNT, &[finished], NOW).await.expect("ended");
        let complaint = async || store.run_of(1).await.expect("read").expect("there").stderr;
        while store.forget_said(NOW).await.expect("forgotten") {}
        assert_eq!(
            complaint().await.map(|said| said.0).as_deref(),
            Some("out of luck")
        );
        while store.forget_said(NOW + 1).await.expect("forgotten") {}
        assert_eq!(complaint().await, None);
    }
}
