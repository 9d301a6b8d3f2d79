//! Chat commands: what one changes is made in the transaction that ends its run, so that a command that is carried out
//! again after a crash has changed nothing yet.

use anyhow::Result;
use fased_policy::access::Activation;
use fased_policy::ids::{GroupId, Identity};
use sqlx::{Connection as _, SqliteConnection};

use super::conversation::{self, Conversation};
use super::task::TaskRow;
use super::task_run::{self, Cause, NewTaskRun, RunNow};
use super::{Draft, PairingRow, Store, StoredMessage, group, pairing, run_fork, session, task_delete};

/// What a chat command changes in the store.
#[derive(Debug, Clone)]
pub enum Change {
    /// A sender is let in.
    Approve {
        /// Who.
        sender: Identity,
        /// What they are told.
        notice: Option<Box<Draft>>,
    },
    /// A request is refused.
    Deny(PairingRow),
    /// What is answered in a group.
    Activation {
        /// Which.
        group: GroupId,
        /// What the owner chose; none is what the config says.
        chosen: Option<Activation>,
    },
    /// The agent and session that a chat goes on in.
    Choose(Conversation),
    /// What waits in a chat that several agents answer goes to them now.
    ShareOut {
        /// The key under which it waits.
        session: String,
    },
    /// What was said in a session is not told to its agent any more.
    BeginAnew {
        /// Its key.
        session: String,
    },
    /// A session is known before anything was said in it.
    OpenSession {
        /// Its key.
        session: String,
    },
    /// A session is forgotten with all that was said in it.
    CloseSession {
        /// Its key.
        session: String,
    },
    /// A Task is forgotten.
    DeleteTask {
        /// Its id.
        id: String,
    },
}

impl Change {
    /// Does it change when a Task runs?
    #[must_use]
    pub fn is_about_tasks(&self) -> bool {
        match self {
            Self::DeleteTask { .. } => true,
            Self::Approve { .. }
            | Self::Deny(_)
            | Self::Activation { .. }
            | Self::Choose(_)
            | Self::ShareOut { .. }
            | Self::BeginAnew { .. }
            | Self::OpenSession { .. }
            | Self::CloseSession { .. } => false,
        }
    }
}

impl Store {
    /// The messages whose commands were not carried out yet.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn open_commands(&self, account: &str) -> Result<Vec<StoredMessage>> {
        Ok(sqlx::query_as(
            "SELECT inbox.* FROM run JOIN inbox ON inbox.seq = run.inbox_seq
             WHERE run.account = ? AND kind = 'command' AND kind IN ('command', 'broadcast')
                 AND state IN ('queued', 'running')",
        )
        .bind(account)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
    }

    /// Queues a run of a Task for a command that was given at this moment, unless the Task is gone or a run of it has not
    /// ended. The same command once more, after a crash, finds the run that it queued.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn run_task_by_command(
        &self,
        id: &str,
        chat: &str,
        keep: u32,
        given_ms: i64,
        now_ms: i64,
    ) -> Result<Option<RunNow>> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        let task: Option<TaskRow> = sqlx::query_as("SELECT * FROM task WHERE id = ?")
            .bind(id)
            .fetch_optional(&mut *tx)
            .await?;
        let Some(task) = task else {
            return Ok(None);
        };
        let there: Option<(i64, bool)> = sqlx::query_as(
            "SELECT id, cause IS 'manual' AND due_ms IS ?2 AS by_this FROM run
             WHERE task = ?1 AND task IS NOT NULL
                 AND (state IN ('queued', 'running') OR (cause = 'manual' AND due_ms = ?2))
             ORDER BY by_this DESC LIMIT 1",
        )
        .bind(&task.id)
        .bind(given_ms)
        .fetch_optional(&mut *tx)
        .await?;
        match there {
            Some((run, true)) => return Ok(Some(RunNow::Queued(run))),
            Some((run, false)) => return Ok(Some(RunNow::Busy(run))),
            None => {}
        }
        let run = NewTaskRun::queued(&task, chat, Cause::Manual, given_ms);
        let run = task_run::insert(&mut tx, &run, now_ms).await?;
        task_run::trim(&mut tx, &task.id, keep).await?;
        tx.commit().await?;
        self.tasks.notify_one();
        Ok(Some(RunNow::Queued(run)))
    }
}

/// Makes a change as part of a greater one.
pub(super) async fn apply(
    tx: &mut SqliteConnection,
    account: &str,
    change: &Change,
    now_ms: i64,
) -> Result<()> {
    match change {
        Change::Approve { sender, notice } => {
            pairing::approve(tx, account, sender, notice.as_deref(), now_ms).await
        }
        Change::Deny(request) => pairing::end_requests(tx, account, &request.identity()).await,
        Change::Activation { group, chosen } => {
            group::set_activation(tx, account, group.as_str(), *chosen, now_ms).await
        }
        Change::Choose(chosen) => conversation::keep(tx, account, chosen, now_ms).await,
        Change::ShareOut { session } => run_fork::fork_session(tx, session, now_ms).await,
        Change::BeginAnew { session } => session::begin_anew(tx, session, now_ms).await,
        Change::OpenSession { session } => session::touch(tx, [session.as_str()].into_iter(), now_ms).await,
        Change::CloseSession { session } => session::close(tx, session).await,
        Change::DeleteTask { id } => task_delete::delete(tx, id, now_ms).await.map(drop),
    }
}
