//! Verdicts and all that follows from them, made durable together.

use anyhow::Result;
use fased_policy::access::Reason;
use sqlx::{Connection as _, SqliteConnection};

use super::draft::Draft;
use super::pairing::PairingChange;
use super::{Forks, RunKind, Store, batch, conversation, media, pairing};

mod context;

/// A verdict and all that follows from it.
#[derive(Debug)]
pub struct Decision {
    /// The message.
    pub seq: i64,
    /// Name of the outcome.
    pub outcome: &'static str,
    /// Name of the reason.
    pub reason: &'static str,
    /// The row of the rule table that decided.
    pub rule: u8,
    /// There is a file in it, which is wanted if an agent is to read it.
    pub has_file: bool,
    /// What an agent is to do about it.
    pub run: Option<NewRun>,
    /// What happens to the sender's pairing request.
    pub pairing: Option<PairingChange>,
    /// What to send.
    pub sends: Vec<Draft>,
    /// The outbox row that this message is the echo of.
    pub echo_of: Option<i64>,
}

impl Decision {
    /// Is there a file that an agent is to read?
    #[must_use]
    pub fn wants_file(&self) -> bool {
        self.has_file && self.run.is_some()
    }
}

/// A turn of an agent.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// What is done.
    pub kind: RunKind,
    /// Where its answer goes.
    pub chat: String,
    /// Agent id.
    pub agent: String,
    /// Session key.
    pub session: String,
    /// Not started before, Unix milliseconds: more may come that belongs to it. 0 is at once.
    pub not_before_ms: i64,
    /// Answered by the run that this message in the journal started, if that one still waits.
    pub joins: Option<i64>,
    /// What waits in this session is not to wait any longer.
    pub flushes: bool,
    /// It reads what waits in the chat: these are all its addresses.
    pub reads: Vec<String>,
    /// A run of its session is under way, so it may be answered together with others that come meanwhile.
    pub collects: bool,
    /// Of one that gathers: who answers.
    pub forks: Option<Forks>,
    /// The chat keeps this name in session keys, whatever else becomes known of it.
    pub keeps: Option<String>,
}

impl Store {
    /// Makes verdicts durable, with their runs, pairing requests and texts.
    ///
    /// # Errors
    /// What SQLite said; then none of them is made.
    pub async fn decide(&self, account: &str, decisions: &[Decision], now_ms: i64) -> Result<()> {
        let mut turn = self.write.turn().await?;
        let mut tx = turn.begin().await?;
        batch::record_verdicts(&mut tx, decisions, now_ms).await?;
        let in_order = decisions
            .iter()
            .filter_map(|decision| decision.run.as_ref())
            .any(|run| run.joins.is_some() || run.flushes);
        if in_order {
            for decision in decisions {
                add_or_join(&mut tx, account, decision, now_ms).await?;
            }
        } else {
            batch::add_runs(&mut tx, account, decisions, now_ms).await?;
        }
        media::want(&mut tx, decisions, now_ms).await?;
        let mut texts = Vec::new();
        // Most of the time nothing waits, which one question tells for all of them.
        let anything_waits = decisions.iter().any(|decision| decision.run.is_some())
            && context::waits(&mut tx, account).await?;
        for decision in decisions {
            if decision.reason == Reason::AboutMessage.as_str() {
                context::give_to_waiting_run(&mut tx, decision.seq).await?;
            } else if anything_waits {
                context::hand_over(&mut tx, account, decision).await?;
            }
            if let Some(row) = decision.echo_of {
                sqlx::query("UPDATE outbox SET echo_seq = ? WHERE id = ? AND echo_seq IS NULL")
                    .bind(decision.seq)
                    .bind(row)
                    .execute(&mut *tx)
                    .await?;
            }
            if let Some(peer) = decision.run.as_ref().and_then(|run| run.keeps.as_deref()) {
                conversation::keep_name(&mut tx, account, peer, now_ms).await?;
            }
            if let Some(change) = &decision.pairing {
                pairing::apply(&mut tx, account, change, now_ms).await?;
            }
            texts.extend(decision.sends.iter().map(|draft| (None, draft)));
        }
        batch::queue(&mut tx, account, &texts, now_ms).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// One run after another, because the next one may belong to the one before.
async fn add_or_join(
    tx: &mut SqliteConnection,
    account: &str,
    decision: &Decision,
    now_ms: i64,
) -> Result<()> {
    let Some(run) = &decision.run else {
        return Ok(());
    };
    if run.flushes {
        sqlx::query(
            "UPDATE run SET not_before_ms = 0
             WHERE account = ? AND session = ? AND state = 'queued' AND not_before_ms > 0",
        )
        .bind(account)
        .bind(&run.session)
        .execute(&mut *tx)
        .await?;
    }
    if let Some(first) = run.joins {
        let joined = sqlx::query(
            "INSERT INTO run_input (inbox_seq, run_id)
             SELECT ?1, id FROM run WHERE inbox_seq = ?2 AND state = 'queued'
             ON CONFLICT (inbox_seq) DO NOTHING",
        )
        .bind(decision.seq)
        .bind(first)
        .execute(&mut *tx)
        .await?;
        if joined.rows_affected() > 0 {
            sqlx::query("UPDATE run SET not_before_ms = ? WHERE inbox_seq = ?")
                .bind(run.not_before_ms)
                .bind(first)
                .execute(&mut *tx)
                .await?;
            return Ok(());
        }
        // It has started meanwhile.
    }
    batch::add_runs(tx, account, std::slice::from_ref(decision), now_ms).await
}
