//! Chat commands: what one changes is made together with its answer, so that a command that is carried out again after
//! a crash has changed nothing yet.

use anyhow::Result;
use fased_policy::access::Activation;
use fased_policy::ids::{GroupId, Identity};
use sqlx::{Connection as _, SqliteConnection};

use super::{Draft, FinishedRun, PairingRow, Store, batch, group, pairing};

/// What a chat command changes in the store.
#[derive(Debug)]
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
        /// What the owner chose.
        chosen: Activation,
    },
}

impl Store {
    /// Makes what a command changes, ends its run and commits its answer, all or nothing.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn finish_command(
        &self,
        account: &str,
        finished: FinishedRun,
        changes: &[Change],
        now_ms: i64,
    ) -> Result<()> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        for change in changes {
            apply(&mut tx, account, change, now_ms).await?;
        }
        batch::record_finished(&mut tx, account, &[finished], now_ms).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn apply(tx: &mut SqliteConnection, account: &str, change: &Change, now_ms: i64) -> Result<()> {
    match change {
        Change::Approve { sender, notice } => {
            pairing::approve(tx, account, sender, notice.as_ref(), now_ms).await
        }
        Change::Deny(request) => pairing::end_requests(tx, account, &request.identity()).await,
        Change::Activation { group, chosen } => {
            group::set_activation(tx, account, group.as_str(), Some(*chosen), now_ms).await
        }
    }
}
