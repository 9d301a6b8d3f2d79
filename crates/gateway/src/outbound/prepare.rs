//! What is done before a message is complete: its file uploaded, its members addressed. It is done once, and kept
//! before the first byte leaves, so that a repetition is the same message.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use fased_policy::addressing::{self, Addressed};
use fased_policy::delivery::SendState;
use fased_policy::ids::{GroupId, Identity};
use fased_protocol::fault::{Fault, FaultCode};
use fased_protocol::private::{Jid, Private};
use fased_protocol::sidecar::{Call, Group, MediaFile, MediaRef, Outgoing, Reply};

use super::{Attempted, CHAT_RESTS, expiry, holds_caption};
use crate::account::{OpenLink, Shared};
use crate::clock;
use crate::store::{Fate, OutboxRow, Pending};

/// An upload may take this long, whatever its size.
const UPLOAD_BASE: Duration = Duration::from_secs(60);
/// And this much longer for each megabyte.
const UPLOAD_PER_MB: Duration = Duration::from_secs(1);
/// But never longer than this.
const UPLOAD_MOST: Duration = Duration::from_secs(15 * 60);

/// How long the members of a group are asked for before an answer goes out without its mentions.
const MENTIONS_WITHIN_MS: i64 = 60_000;
/// Longest wait before a message is tried to be completed again.
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);

/// Completes one message. Afterwards it takes its turn; or, when it could not be completed yet, its chat waits a while.
pub(super) async fn prepare(shared: Arc<Shared>, link: OpenLink, row: OutboxRow) -> Attempted {
    let fate = match complete(&shared, &link, &row).await {
        Ok(()) => None,
        Err(Incomplete::ForGood(error)) => Some(Fate {
            error: Some(format!("{error:#}")),
            ..Fate::new(row.message_id.clone(), SendState::Failed)
        }),
        Err(Incomplete::Yet(problem)) => {
            tracing::info!(
                account = shared.id(),
                "a message is not complete yet: {problem:#}"
            );
            clock::pause(wait(clock::now_ms() - row.created_ms)).await;
            None
        }
    };
    Attempted {
        key: (row.chat, row.line),
        row: row.id,
        fate,
    }
}

/// How long to wait before the next try: the longer it waits already, the longer. A server that refuses for hours is
/// not asked every few seconds.
fn wait(age_ms: i64) -> Duration {
    let age = Duration::from_millis(u64::try_from(age_ms).unwrap_or(0));
    (age / 4).clamp(CHAT_RESTS, LONGEST_WAIT)
}

/// Why a message could not be completed.
enum Incomplete {
    /// Another time it may be.
    Yet(anyhow::Error),
    /// What is stored of it cannot be read.
    ForGood(anyhow::Error),
}

impl From<anyhow::Error> for Incomplete {
    fn from(error: anyhow::Error) -> Self {
        Self::Yet(error)
    }
}

async fn complete(shared: &Shared, link: &OpenLink, row: &OutboxRow) -> Result<(), Incomplete> {
    let pending = row.pending().map_err(Incomplete::ForGood)?.unwrap_or_default();
    let Pending { upload, mentions } = pending;
    let mut text = row.text.clone();
    let mut payload = row.payload().map_err(Incomplete::ForGood)?;
    if mentions {
        let addressed = address(shared, link, row, &text).await?;
        text = addressed.text;
        payload.mentions = addressed.mentions.into_iter().map(Jid).collect();
        if let Outgoing::Text { text: said } = &mut payload.content {
            *said = Private(text.clone());
        }
    }
    let file = upload.as_ref().map(|upload| upload.file.clone());
    if let Some(upload) = upload {
        payload.content = match put(shared, link, &upload).await {
            Ok(media) => with_file(media, &text),
            Err(fault) if is_final(fault.code) => {
                tracing::warn!(account = shared.id(), code = ?fault.code, "a file cannot be sent: {}", fault.message);
                text = without_file(&upload, &text, fault.code);
                Outgoing::Text {
                    text: Private(text.clone()),
                }
            }
            Err(fault) => {
                return Err(
                    anyhow::anyhow!("the upload failed ({:?}): {}", fault.code, fault.message).into(),
                );
            }
        };
    }
    let kept = shared
        .store
        .complete_draft(row.id, &text, &payload, clock::now_ms())
        .await?;
    // Taken back meanwhile it keeps its file, for it may be sent once more.
    if let (true, Some(file)) = (kept, file) {
        expiry::remove_file(shared, &file);
    }
    Ok(())
}

async fn put(shared: &Shared, link: &OpenLink, upload: &MediaFile) -> Result<MediaRef, Fault> {
    let bytes = match std::fs::metadata(shared.media_dir.join(&upload.file)) {
        Ok(metadata) => metadata.len(),
        Err(error) => {
            return Err(Fault {
                code: FaultCode::Gone,
                message: format!("the file cannot be read: {error}"),
            });
        }
    };
    match link
        .handle
        .call_within(Call::UploadMedia(upload.clone()), upload_deadline(bytes))
        .await?
    {
        Reply::Media { media } => Ok(*media),
        Reply::Sent
        | Reply::Pong { .. }
        | Reply::Lids { .. }
        | Reply::Canonical { .. }
        | Reply::Downloaded { .. }
        | Reply::Groups { .. }
        | Reply::Timelock { .. }
        | Reply::Done => Err(Fault {
            code: FaultCode::Internal,
            message: "the sidecar gave another answer than asked for".to_owned(),
        }),
    }
}

fn upload_deadline(bytes: u64) -> Duration {
    let megabytes = u32::try_from(bytes.div_ceil(1 << 20)).unwrap_or(u32::MAX);
    UPLOAD_BASE
        .saturating_add(UPLOAD_PER_MB.saturating_mul(megabytes))
        .min(UPLOAD_MOST)
}

/// Would it be the same another time?
fn is_final(code: FaultCode) -> bool {
    match code {
        FaultCode::TooLarge
        | FaultCode::BadRequest
        | FaultCode::Damaged
        | FaultCode::Gone
        | FaultCode::Rejected => true,
        FaultCode::NotConnected | FaultCode::TimedOut | FaultCode::Internal | FaultCode::Overloaded => false,
    }
}

fn with_file(media: MediaRef, text: &str) -> Outgoing {
    let caption = (holds_caption(media.kind) && !text.is_empty()).then(|| Private(text.to_owned()));
    Outgoing::Media {
        media: Box::new(media),
        caption,
    }
}

/// What is said in place of a file.
fn without_file(upload: &MediaFile, text: &str, code: FaultCode) -> String {
    let reason = match code {
        FaultCode::TooLarge => "it is too large",
        FaultCode::Damaged => "it is damaged",
        FaultCode::Gone => "it is no longer there",
        FaultCode::BadRequest
        | FaultCode::Rejected
        | FaultCode::NotConnected
        | FaultCode::TimedOut
        | FaultCode::Internal
        | FaultCode::Overloaded => "WhatsApp did not take it",
    };
    let name = upload.file_name.as_ref().map(|name| format!(" {}", name.0));
    let told = format!(
        "(A file{} could not be sent: {reason}.)",
        name.unwrap_or_default()
    );
    if text.is_empty() {
        told
    } else {
        format!("{text}\n\n{told}")
    }
}

/// Writes the mentions of a text as its chat wants them.
///
/// # Errors
/// When the store cannot be read, or WhatsApp does not tell the group's members yet.
async fn address(shared: &Shared, link: &OpenLink, row: &OutboxRow, text: &str) -> Result<Addressed> {
    let chat = row.chat.as_str();
    let mut people: Vec<Identity> = Vec::new();
    for (_, phone) in addressing::numbers(text) {
        let mut person = Identity {
            phone: Some(phone),
            ..Identity::default()
        };
        shared.store.complete(&mut person).await?;
        people.push(person);
    }
    if GroupId::parse(chat).is_err() {
        return Ok(addressing::addressed(text, false, &people));
    }
    let group = match describe(link, chat).await {
        Ok(group) => group,
        Err(fault) if is_final(fault.code) || clock::now_ms() - row.created_ms > MENTIONS_WITHIN_MS => {
            tracing::warn!(account = shared.id(), code = ?fault.code, "a message mentions nobody: the group's members are not known");
            return Ok(addressing::addressed(text, false, &people));
        }
        Err(fault) => anyhow::bail!(
            "the group's members are not known ({:?}): {}",
            fault.code,
            fault.message
        ),
    };
    for member in &group.members {
        let jid = |jid: &Option<Jid>| jid.as_ref().map_or_else(String::new, |jid| jid.0.clone());
        let known = Identity::from_jids(&jid(&member.phone), Some(&jid(&member.lid)));
        if let Some(person) = people.iter_mut().find(|person| person.matches(&known)) {
            person.merge(&known);
        }
    }
    Ok(addressing::addressed(text, group.by_lid, &people))
}

async fn describe(link: &OpenLink, chat: &str) -> Result<Group, Fault> {
    let call = Call::DescribeGroup {
        group: Jid(chat.to_owned()),
    };
    let gone = || Fault {
        code: FaultCode::Gone,
        message: "the account is not in this group".to_owned(),
    };
    match link.handle.call(call).await? {
        Reply::Groups { groups, .. } => groups
            .into_iter()
            .find(|group| group.jid.0 == chat)
            .ok_or_else(gone),
        Reply::Sent
        | Reply::Pong { .. }
        | Reply::Lids { .. }
        | Reply::Canonical { .. }
        | Reply::Media { .. }
        | Reply::Downloaded { .. }
        | Reply::Timelock { .. }
        | Reply::Done => Err(gone()),
    }
}

#[cfg(test)]
mod tests {
    use fased_protocol::sidecar::{MediaKind, MediaLook};
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::at_once(0, 5)]
    #[case::a_clock_set_back(-60_000, 5)]
    #[case::after_a_minute(60_000, 15)]
    #[case::after_a_day(86_400_000, 300)]
    fn the_longer_it_waits_the_rarer_it_is_tried(#[case] age_ms: i64, #[case] seconds: u64) {
        assert_eq!(wait(age_ms), Duration::from_secs(seconds));
    }

    #[test]
    fn an_upload_gets_time_for_its_size_up_to_a_quarter_of_an_hour() {
        for (bytes, seconds) in [
            (0, 60),
            (1, 61),
            (100 << 20, 160),
            (1 << 40, 900),
            (u64::MAX, 900),
        ] {
            assert_eq!(upload_deadline(bytes), Duration::from_secs(seconds), "{bytes}");
        }
    }

    #[rstest]
    #[case::alone("", "(A file plan.pdf could not be sent: it is too large.)")]
    #[case::with_a_caption(
        "the plan",
        "the plan\n\n(A file plan.pdf could not be sent: it is too large.)"
    )]
    fn what_cannot_be_sent_is_told(#[case] caption: &str, #[case] expected: &str) {
        let upload = MediaFile {
            file: "outbound/1".to_owned(),
            kind: MediaKind::Document,
            mime: "application/pdf".to_owned(),
            file_name: Some(Private("plan.pdf".to_owned())),
            look: MediaLook::default(),
        };
        assert_eq!(without_file(&upload, caption, FaultCode::TooLarge), expected);
    }
}
