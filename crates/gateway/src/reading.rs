//! Read receipts: WhatsApp is told which messages were read, a few at a time, after they were
//! admitted. A receipt is a courtesy: it never holds anything up, and one that fails is not tried again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fased_protocol::private::Jid;
use fased_protocol::sidecar::Call;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::account::{OpenLink, Shared};
use crate::clock;
use crate::config::AccountConfig;

/// Marks that may wait, for a link for example. When there are more, the oldest goes.
const WAITING: usize = 1_000;
/// How long a mark waits for others of the same chat: a burst is one receipt, and nobody looks that closely.
const GATHER: Duration = Duration::from_millis(500);
/// Messages in one receipt.
const BATCH: usize = 500;

/// A message that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadMark {
    /// Its chat, as the message named it.
    pub chat: String,
    /// Who wrote it, in a group; absent elsewhere.
    pub participant: Option<String>,
    /// Its id.
    pub message_id: String,
}

/// Marks that wait to be told to WhatsApp: at most 1,000, and when there are more the oldest goes.
#[derive(Debug, Default)]
pub struct Queue {
    waiting: Mutex<VecDeque<ReadMark>>,
    came: Notify,
}

impl Queue {
    /// Adds a mark. Never waits.
    pub fn push(&self, mark: ReadMark) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= WAITING {
            waiting.pop_front();
        }
        waiting.push_back(mark);
        drop(waiting);
        self.came.notify_one();
    }

    /// Forgets what waits: a device that was linked anew has never got it.
    pub fn clear(&self) {
        self.take();
    }

    fn take(&self) -> VecDeque<ReadMark> {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Tells WhatsApp what was read, while a link is open, until told to end.
pub(crate) async fn mark_forever(shared: Arc<Shared>, shutdown: CancellationToken) {
    let mut links = shared.link.subscribe();
    let work = async {
        loop {
            shared.reading.came.notified().await;
            let Ok(link) = links.wait_for(Option::is_some).await.map(|link| link.clone()) else {
                return;
            };
            clock::pause(GATHER).await;
            let marks = shared.reading.take();
            if let Some(link) = link
                && may_tell(&shared.config())
            {
                tell(&shared, &link, marks).await;
            }
        }
    };
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = work => {}
    }
}

/// Asked when it would be sent: the settings may have changed since the message was admitted.
fn may_tell(config: &AccountConfig) -> bool {
    config.send_read_receipts && !config.observe_only && !config.is_personal()
}

async fn tell(shared: &Shared, link: &OpenLink, marks: VecDeque<ReadMark>) {
    for call in calls(marks) {
        if let Err(fault) = link.handle.call(call).await {
            tracing::debug!(account = shared.id(), code = ?fault.code, "a read receipt was not sent: {}", fault.message);
        }
    }
}

/// One call for each chat and writer.
fn calls(marks: VecDeque<ReadMark>) -> Vec<Call> {
    let mut by_writer: BTreeMap<(String, Option<String>), Vec<String>> = BTreeMap::new();
    for mark in marks {
        let ids = by_writer.entry((mark.chat, mark.participant)).or_default();
        if !ids.contains(&mark.message_id) {
            ids.push(mark.message_id);
        }
    }
    let mut calls = Vec::new();
    for ((chat, participant), ids) in by_writer {
        calls.extend(ids.chunks(BATCH).map(|ids| Call::MarkRead {
            chat: Jid(chat.clone()),
            participant: participant.clone().map(Jid),
            ids: ids.to_vec(),
        }));
    }
    calls
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use crate::config::Config;

    use super::*;

    fn mark(chat: &str, participant: Option<&str>, message_id: &str) -> ReadMark {
        ReadMark {
            chat: chat.to_owned(),
            participant: participant.map(ToOwned::to_owned),
            message_id: message_id.to_owned(),
        }
    }

    #[test]
    fn nobody_is_told_on_a_personal_number_while_only_observing_or_when_switched_off() {
        for (keys, told) in [
            ("", true),
            ("sendReadReceipts: false", false),
            ("observeOnly: true", false),
            ("mode: 'personal'", false),
        ] {
            let text = format!("{{ channels: {{ whatsapp: {{ {keys} }} }} }}");
            let config = Config::parse(&text, Path::new("/etc/fased.json"), |_| PathBuf::from("/auth"))
                .expect("a good config");
            assert_eq!(may_tell(&config.accounts["default"]), told, "{keys}");
        }
    }

    #[test]
    fn a_full_queue_lets_the_oldest_go() {
        let queue = Queue::default();
        for number in 0..=WAITING {
            queue.push(mark("15550100002@s.whatsapp.net", None, &number.to_string()));
        }
        let kept = queue.take();
        assert_eq!(kept.len(), WAITING);
        assert_eq!(kept[0].message_id, "1");
        assert_eq!(kept[WAITING - 1].message_id, WAITING.to_string());
        assert!(queue.take().is_empty());
    }

    #[test]
    fn each_chat_and_each_writer_gets_one_receipt() {
        let group = "120363000000000001@g.us";
        let bo = "15550100002@s.whatsapp.net";
        let marks = VecDeque::from([
            mark(group, Some(bo), "A1"),
            mark(bo, None, "A2"),
            mark(group, Some("200300400500600@lid"), "A3"),
            mark(group, Some(bo), "A4"),
            mark(group, Some(bo), "A1"),
        ]);
        let told: Vec<(String, Option<String>, Vec<String>)> = calls(marks)
            .into_iter()
            .map(|call| {
                let Call::MarkRead {
                    chat,
                    participant,
                    ids,
                } = call
                else {
                    panic!("{call:?} is no receipt");
                };
                (chat.0, participant.map(|jid| jid.0), ids)
            })
            .collect();
        let ids = |ids: &[&str]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            told,
            [
                (group.to_owned(), Some(bo.to_owned()), ids(&["A1", "A4"])),
                (
                    group.to_owned(),
                    Some("200300400500600@lid".to_owned()),
                    ids(&["A3"])
                ),
                (bo.to_owned(), None, ids(&["A2"])),
            ]
        );
    }

    #[test]
    fn a_receipt_names_at_most_500_messages() {
        let marks = (0..700).map(|number| mark("15550100002@s.whatsapp.net", None, &number.to_string()));
        assert_eq!(calls(marks.collect()).len(), 2);
    }
}
