//! Chat commands: what one changes is made in the transaction that ends its run, so that a command that is carried out
//! again after a crash has changed nothing yet.

use anyhow::Result;
use fased_policy::access::Activation;
use fased_policy::ids::{GroupId, Identity};
use sqlx::SqliteConnection;

use super::conversation::{self, Conversation};
use super::task::{self, TaskRow};
use super::task_run::{self, Cause, NewTaskRun};
use super::{Draft, PairingRow, Store, group, pairing, session};

/// What a chat command changes in the store.
#[derive(Debug, Clone)]
pub enum Change {
    /// A sender is let in.
    Approve {
        /// Who.
        sender: Identity,
        /// What they are told.
        notice: Option<Draft>,
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
    /// A Task runs now.
    RunTask {
        /// Which.
        task: TaskRow,
        /// The address that its result goes to.
        chat: String,
        /// Ended runs of it that are kept.
        keep: u32,
    },
    /// A Task is forgotten.
    DeleteTask {
        /// Its id.
        id: String,
    },
}

impl Change {
    /// Does it change who may write?
    #[must_use]
    pub fn is_about_people(&self) -> bool {
        match self {
            Self::Approve { .. } | Self::Deny(_) => true,
            Self::Activation { .. }
            | Self::Choose(_)
            | Self::BeginAnew { .. }
            | Self::OpenSession { .. }
            | Self::CloseSession { .. }
            | Self::RunTask { .. }
            | Self::DeleteTask { .. } => false,
        }
    }

    /// Does it change when a Task runs?
    #[must_use]
    pub fn is_about_tasks(&self) -> bool {
        match self {
            Self::RunTask { .. } | Self::DeleteTask { .. } => true,
            Self::Approve { .. }
            | Self::Deny(_)
            | Self::Activation { .. }
            | Self::Choose(_)
            | Self::BeginAnew { .. }
            | Self::OpenSession { .. }
            | Self::CloseSession { .. } => false,
        }
    }
}

impl Store {
    /// Chats of which a command was not carried out yet.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn chats_with_commands(&self, account: &str) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar(
            "SELECT DISTINCT chat FROM run
             WHERE account = ? AND kind = 'command' AND state IN ('queued', 'running')",
        )
        .bind(account)
        .fetch_all(&mut *self.read.turn().await?)
        .await?)
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
            pairing::approve(tx, account, sender, notice.as_ref(), now_ms).await
        }
        Change::Deny(request) => pairing::end_requests(tx, account, &request.identity()).await,
        Change::Activation { group, chosen } => {
            group::set_activation(tx, account, group.as_str(), *chosen, now_ms).await
        }
        Change::Choose(chosen) => conversation::keep(tx, account, chosen, now_ms).await,
        Change::BeginAnew { session } => session::begin_anew(tx, session, now_ms).await.map(drop),
        Change::OpenSession { session } => session::touch(tx, [session.as_str()].into_iter(), now_ms).await,
        Change::CloseSession { session } => session::close(tx, session).await.map(drop),
        Change::RunTask { task, chat, keep } => {
            let run = NewTaskRun::queued(task, chat, Cause::Manual, now_ms);
            task_run::insert(tx, &run, now_ms).await?;
            task_run::trim(tx, &task.id, *keep).await
        }
        Change::DeleteTask { id } => task::delete(tx, id, now_ms).await.map(drop),
    }
}
