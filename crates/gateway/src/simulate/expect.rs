//! What a script may expect, each looked for until it is there or its time is over.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use super::log::one_line;
use super::play::{Instead, Player};
use super::script::Reader;

/// How many texts or ids a failure names.
const NAMED: usize = 3;

type Held = Result<Result<(), Instead>>;

impl Player {
    pub(super) async fn expect_reply(&mut self, reader: &Reader, contains: &str, within: Duration) -> Held {
        let after = self.unused_from(reader);
        let found = self
            .look(within, async |player: &mut Self| {
                let mut replies = player.replies_to(reader, after).into_iter();
                replies
                    .find(|(_, text)| text.contains(contains))
                    .map(|(seq, _)| seq)
            })
            .await?;
        if let Some(seq) = found {
            self.use_up(reader, seq);
            return Ok(Ok(()));
        }
        let seen: Vec<String> = self
            .replies_to(reader, after)
            .into_iter()
            .map(|(_, text)| format!("“{}”", one_line(&text)))
            .collect();
        let seen = if seen.is_empty() {
            "nothing".to_owned()
        } else {
            named(&seen)
        };
        Ok(Err(format!(
            "within {} what came {reader} was {seen}",
            told(within)
        )))
    }

    pub(super) async fn expect_verdict(&mut self, reason: &str, sender: &str, within: Duration) -> Held {
        let (_, ids) = self.last_of(sender);
        let found = self
            .look(within, async |player: &mut Self| {
                for id in &ids {
                    if player.log.reasons(id).iter().any(|seen| seen == reason) {
                        return Some(());
                    }
                    // What was decided while nobody watched is in the store.
                    let explained = player.explained(id).await;
                    if explained.and_then(|message| message.reason).as_deref() == Some(reason) {
                        return Some(());
                    }
                }
                None
            })
            .await?;
        if found.is_some() {
            return Ok(Ok(()));
        }
        let mut seen = Vec::new();
        for id in &ids {
            seen.push(match self.explained(id).await {
                None => "not recorded".to_owned(),
                Some(message) => message.reason.unwrap_or_else(|| "undecided".to_owned()),
            });
        }
        let seen = if seen.is_empty() {
            "no message from them".to_owned()
        } else {
            named(&seen)
        };
        Ok(Err(format!("within {} there was {seen}", told(within))))
    }

    pub(super) async fn expect_code(&mut self, sender: &str, within: Duration) -> Held {
        let found = self
            .look(within, async |player: &mut Self| {
                player.pending(sender).await.and_then(|pending| pending.code)
            })
            .await?;
        if found.is_some() {
            return Ok(Ok(()));
        }
        let seen = match self.pending(sender).await {
            Some(_) => "they are listed without a code",
            None => "they are not on the list of those who wait",
        };
        Ok(Err(format!("within {} {seen}", told(within))))
    }

    pub(super) async fn expect_silence(&mut self, reader: &Reader, lasting: Duration) -> Held {
        let wrote = match reader {
            Reader::Contact(name) | Reader::Group(name) => self.last_of(name).0,
        };
        let after = wrote.max(self.unused_from(reader));
        self.pause(lasting).await;
        let seen: Vec<String> = self
            .replies_to(reader, after)
            .into_iter()
            .map(|(_, text)| format!("“{}”", one_line(&text)))
            .collect();
        Ok(if seen.is_empty() {
            Ok(())
        } else {
            Err(format!("what came {reader} was {}", named(&seen)))
        })
    }

    pub(super) async fn expect_all_answered(&mut self, within: Duration) -> Held {
        let answered = self
            .look(within, async |player: &mut Self| {
                // A server that does not answer shows at the end, with its reason.
                player.count(false).await.ok().filter(super::Tally::is_clean)
            })
            .await?;
        if answered.is_some() {
            // A second answer would come about now.
            self.pause(Duration::from_secs(1)).await;
        }
        let counted = self.count(false).await?;
        self.settle();
        if counted.is_clean() {
            self.log.note("ok", counted.to_string());
            return Ok(Ok(()));
        }
        let mut lost = Vec::new();
        for id in counted.lost.iter().take(NAMED) {
            lost.push(format!("{id} ({})", self.known_of(id).await));
        }
        let lost = if lost.is_empty() {
            String::new()
        } else {
            format!("; lost: {}", lost.join(", "))
        };
        Ok(Err(format!("within {}: {counted}{lost}", told(within))))
    }

    pub(super) async fn expect_failures(&mut self, count: usize, within: Duration) -> Held {
        let failed = self
            .look(within, async |player: &mut Self| {
                player
                    .count(false)
                    .await
                    .ok()
                    .filter(|tally| tally.failed == count)
            })
            .await?;
        if failed.is_some() {
            self.expect_so_many_to_fail(count);
            return Ok(Ok(()));
        }
        let counted = self.count(false).await?;
        Ok(Err(format!("within {}: {counted}", told(within))))
    }

    /// What the gateway says of a message without an answer.
    async fn known_of(&self, id: &str) -> String {
        let Some(message) = self.explained(id).await else {
            return "not recorded".to_owned();
        };
        let run = message
            .run
            .map_or("no run".to_owned(), |run| format!("run {}", run.state));
        let sent: Vec<String> = message
            .sent
            .iter()
            .map(|sent| format!("answer {} {}", sent.message_id, sent.state))
            .collect();
        format!(
            "{}, {run}, {}",
            message.reason.unwrap_or_default(),
            sent.join(", ")
        )
    }

    pub(super) async fn expect_no_violations(&mut self) -> Held {
        let state = self.world.api.get("/state?inbox=0").await?;
        let violations = state["violations"].as_array().cloned().unwrap_or_default();
        if violations.is_empty() {
            return Ok(Ok(()));
        }
        let mut by_code: BTreeMap<&str, usize> = BTreeMap::new();
        for violation in &violations {
            *by_code
                .entry(violation["code"].as_str().unwrap_or_default())
                .or_default() += 1;
        }
        let seen: Vec<String> = by_code
            .iter()
            .map(|(code, count)| format!("{count} × {code}"))
            .collect();
        Ok(Err(format!(
            "{}; the first: {}",
            named(&seen),
            violations[0]["detail"]
        )))
    }

    /// What a contact's phone got after a place in the record, or what all phones in a group got, as place and text.
    pub(super) fn replies_to(&self, reader: &Reader, after: u64) -> Vec<(u64, String)> {
        // In a group each member's phone records it.
        let mut known = HashSet::new();
        let group = match reader {
            Reader::Contact(_) => None,
            Reader::Group(name) => self.log.group_named(name),
        };
        let mut is_theirs = |record: &Value| match reader {
            Reader::Contact(number) => record["contact"] == **number,
            Reader::Group(_) => {
                group.as_ref().is_some_and(|group| record["group"] == **group)
                    && known.insert(record["id"].to_string())
            }
        };
        let records = self.log.records("message");
        let theirs = records.iter().filter(|record| is_theirs(record));
        theirs
            .map(|record| {
                let text = record["text"].as_str().unwrap_or_default().to_owned();
                (record["seq"].as_u64().unwrap_or_default(), text)
            })
            .filter(|(seq, _)| *seq > after)
            .collect()
    }
}

/// The first few, and how many more.
fn named(all: &[String]) -> String {
    let first = all.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

fn told(time: Duration) -> String {
    format!("{} s", time.as_secs_f32())
}
