//! What the store counts for monitoring: all accounts in a few statements, whatever their number.

use anyhow::Result;

use super::Store;
use super::tally::RESEND_MISSED;

/// Inbound messages with one verdict and one reason; without a verdict they are in flight.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct InboundFigure {
    /// Account id.
    pub account: String,
    /// Name of the outcome.
    pub outcome: Option<String>,
    /// The reason in one word.
    pub reason: Option<String>,
    /// Messages.
    pub messages: i64,
    /// How often they were delivered, at least once each.
    pub deliveries: i64,
    /// Messages that could not be decrypted.
    pub undecryptable: i64,
    /// When the last of them was recorded, Unix milliseconds.
    pub last_ms: i64,
}

/// A number of something in a state.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Figure {
    /// Account id; empty where it is of none.
    pub account: String,
    /// The state, or what is counted.
    pub name: String,
    /// How many.
    pub count: i64,
}

/// What the store counts.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Inbound messages; counted at one instant, so that they add up.
    pub inbound: Vec<InboundFigure>,
    /// Outbound messages by state.
    pub outbound: Vec<Figure>,
    /// Runs by state.
    pub runs: Vec<Figure>,
    /// Tasks by state.
    pub tasks: Vec<Figure>,
    /// Counts that outlive a run of the gateway.
    pub tallies: Vec<Figure>,
    /// Senders that wait for approval, files that wait to be fetched, when a message last left (Unix milliseconds), and
    /// how many notices are still to be told outside.
    pub others: Vec<Figure>,
}

impl Figures {
    /// Senders that wait for approval.
    pub const PAIRING: &str = "pairing";
    /// Files that wait to be fetched.
    pub const FILES: &str = "files";
    /// When a message last left.
    pub const LAST_SENT: &str = "last_sent_ms";
    /// Notices that are still to be told.
    pub const UNTOLD: &str = "untold";
}

impl Store {
    /// Counts everything that monitoring asks for.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn figures(&self, now_ms: i64) -> Result<Figures> {
        let mut turn = self.counting().await?;
        let inbound = sqlx::query_as(
            "SELECT account, outcome, reason, COUNT(*) AS messages, SUM(deliveries) AS deliveries,
                 SUM(content = 'undecryptable') AS undecryptable, MAX(recorded_ms) AS last_ms
             FROM inbox GROUP BY account, outcome, reason",
        );
        let inbound = inbound.fetch_all(&mut *turn).await?;
        let mut by_state = Vec::new();
        for sql in [
            "SELECT account, state AS name, COUNT(*) AS count FROM outbox GROUP BY account, state",
            "SELECT account, state AS name, COUNT(*) AS count FROM run WHERE kind <> 'broadcast' GROUP BY account, state",
            "SELECT account, state AS name, COUNT(*) AS count FROM task GROUP BY account, state",
        ] {
            by_state.push(sqlx::query_as(sql).fetch_all(&mut *turn).await?);
        }
        let tallies = sqlx::query_as(
            "SELECT account, name, value AS count FROM tally WHERE name IN (?1, ?2, ?3, ?4) ORDER BY account, name",
        )
        .bind(RESEND_MISSED)
        .bind(super::alert::TOLD)
        .bind(super::alert::FAILED)
        .bind(super::alert::GIVEN_UP)
        .fetch_all(&mut *turn)
        .await?;
        let others = sqlx::query_as(
            "SELECT account, ?2 AS name, COUNT(*) AS count FROM pairing_request WHERE expires_ms > ?1 GROUP BY account
             UNION ALL
             SELECT account, ?3, COUNT(*) FROM inbound_media WHERE state = 'wanted' GROUP BY account
             UNION ALL
             SELECT account, ?4, MAX(first_sent_ms) FROM outbox WHERE first_sent_ms IS NOT NULL GROUP BY account
             UNION ALL
             SELECT '', ?5, COUNT(*) FROM notice WHERE alerted_ms IS NULL",
        )
        .bind(now_ms)
        .bind(Figures::PAIRING)
        .bind(Figures::FILES)
        .bind(Figures::LAST_SENT)
        .bind(Figures::UNTOLD)
        .fetch_all(&mut *turn)
        .await?;
        let mut by_state = by_state.into_iter();
        let mut next = || by_state.next().unwrap_or_default();
        Ok(Figures {
            inbound,
            outbound: next(),
            runs: next(),
            tasks: next(),
            tallies,
            others,
        })
    }
}
