//! Fetches the files of messages that an agent is to read.
//!
//! A file is wanted from the commit of its message's verdict on, also over a restart, and then either there with
//! the right hashes or failed for a reason with a name. Its run waits for that, but not for ever; other chats
//! do not wait at all.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use fased_policy::media::{Lost, Retry, after_failure};
use fased_protocol::fault::{Fault, FaultCode};
use fased_protocol::private::Jid;
use fased_protocol::sidecar::{Call, MediaRef, Reply};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{INBOUND, generated, retention};
use crate::account::{OpenLink, Shared};
use crate::clock;
use crate::store::WantedFile;

/// Files that are fetched at once for one account; the others wait in the store.
const AT_ONCE: usize = 3;
/// How long one file may take; the sidecar gives up shortly before.
const DEADLINE: Duration = Duration::from_secs(600);
/// Silence is given up long before this, so that whatever lasts this long was moving.
const STALL_AT_MOST: Duration = Duration::from_secs(120);
/// Looks for work at least this often, should a wake-up ever be missed.
const SWEEP: Duration = Duration::from_secs(5);
/// How often it is seen to what is kept no longer.
const CLEAR_EVERY: Duration = Duration::from_secs(3600);

/// Fetches until told to end.
pub(crate) async fn fetch_forever(shared: Arc<Shared>, shutdown: CancellationToken) {
    let mut link = shared.link.subscribe();
    let mut under_way: Vec<i64> = Vec::with_capacity(AT_ONCE);
    // Dropped at the end: what is under way then is wanted again by the next start.
    let mut fetching = JoinSet::new();
    let mut cleared = None;
    while !shutdown.is_cancelled() {
        let now = clock::monotonic();
        if cleared.is_none_or(|at| now >= at + CLEAR_EVERY) {
            cleared = Some(now);
            retention::clear(&shared).await;
        }
        let open = link.borrow_and_update().clone();
        if let Some(open) = open
            && let Err(error) = start(&shared, &open, &mut under_way, &mut fetching).await
        {
            tracing::error!(account = shared.id(), "files to fetch cannot be found: {error:#}");
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = shared.files.notified() => {}
            changed = link.changed() => if changed.is_err() { return },
            Some(done) = fetching.join_next() => {
                match done {
                    Ok(seq) => under_way.retain(|other| *other != seq),
                    // Which one it was is not known; all that are left are looked for again.
                    Err(error) => {
                        tracing::error!(account = shared.id(), "fetching a file broke off: {error}");
                        fetching.abort_all();
                        while fetching.join_next().await.is_some() {}
                        under_way.clear();
                    }
                }
            }
            () = clock::pause(until_due(&shared).await) => {}
        }
    }
}

async fn until_due(shared: &Shared) -> Duration {
    let now = clock::now_ms();
    match shared.store.next_media_due(shared.id(), now).await {
        Ok(Some(due)) => SWEEP.min(Duration::from_millis(u64::try_from(due - now).unwrap_or(0))),
        Ok(None) => SWEEP,
        Err(error) => {
            tracing::error!(account = shared.id(), "files to fetch cannot be found: {error:#}");
            SWEEP
        }
    }
}

/// Starts as many as there is room for.
async fn start(
    shared: &Arc<Shared>,
    open: &OpenLink,
    under_way: &mut Vec<i64>,
    fetching: &mut JoinSet<i64>,
) -> Result<()> {
    let room = AT_ONCE.saturating_sub(under_way.len());
    if room == 0 {
        return Ok(());
    }
    let wanted = shared
        .store
        .wanted_media(shared.id(), under_way, clock::now_ms(), room as i64)
        .await?;
    for file in wanted {
        let seq = file.message.seq;
        under_way.push(seq);
        let (shared, open) = (Arc::clone(shared), open.clone());
        fetching.spawn(async move {
            if let Err(error) = fetch(&shared, &open, &file).await {
                tracing::error!(account = shared.id(), "a file cannot be recorded: {error:#}");
                // Not at once again.
                clock::pause(Duration::from_secs(1)).await;
            }
            seq
        });
    }
    Ok(())
}

async fn fetch(shared: &Shared, open: &OpenLink, wanted: &WantedFile) -> Result<()> {
    let seq = wanted.message.seq;
    let written = wanted.message.media.as_deref().unwrap_or_default();
    let Ok(media) = serde_json::from_str::<MediaRef>(written) else {
        return lose(shared, seq, Lost::Unavailable, "its description cannot be read").await;
    };
    let max_bytes = shared.config().media.max_bytes;
    if media.bytes > max_bytes {
        return lose(shared, seq, Lost::TooLarge, "it is larger than mediaMaxMb").await;
    }
    let file = match &wanted.file {
        Some(file) => file.clone(),
        None => {
            let folder = format!("{INBOUND}/{}", retention::month_of(clock::now_ms()));
            let file = generated(&folder, media.mime.as_deref());
            shared.store.name_media(seq, &file, clock::now_ms()).await?;
            file
        }
    };
    let call = Call::DownloadMedia {
        media: Box::new(media.clone()),
        file,
        max_bytes,
    };
    let started = clock::monotonic();
    let fault = match open.handle.call_within(call, DEADLINE).await {
        Ok(Reply::Downloaded { bytes, sha256 }) => {
            shared
                .store
                .media_ready(seq, bytes, &sha256, clock::now_ms())
                .await?;
            tracing::debug!(account = shared.id(), bytes, "a file came in");
            shared.runs.notify_one();
            retention::clear(shared).await;
            return Ok(());
        }
        Ok(_other) => Fault {
            code: FaultCode::Internal,
            message: "the sidecar answered something else".to_owned(),
        },
        Err(fault) => fault,
    };
    if fault.code == FaultCode::NotConnected && has_gone(shared, open) {
        // Nothing is wrong with the file; the next link fetches it.
        return Ok(());
    }
    if fault.code == FaultCode::Internal
        && shared.store.may_be_unwritable()
        && !shared.store.try_writing().await
    {
        // Nothing is wrong with the file: there is no room for it. It is fetched once there is.
        clock::pause(Duration::from_secs(1)).await;
        return Ok(());
    }
    let retry = match fault.code {
        FaultCode::TooLarge => Retry::Never(Lost::TooLarge),
        FaultCode::Damaged => Retry::Never(Lost::Damaged),
        FaultCode::TimedOut if clock::monotonic() < started + STALL_AT_MOST => Retry::Never(Lost::Stalled),
        FaultCode::TimedOut => Retry::Never(Lost::TimedOut),
        FaultCode::BadRequest => Retry::Never(Lost::Unavailable),
        FaultCode::Gone => Retry::Anew,
        FaultCode::NotConnected | FaultCode::Rejected | FaultCode::Overloaded | FaultCode::Internal => {
            Retry::AnewOrAgain
        }
    };
    again(shared, open, wanted, media, retry, &fault).await
}

/// Is this link not the open one any more?
fn has_gone(shared: &Shared, open: &OpenLink) -> bool {
    let now = shared.link.borrow();
    now.as_ref().is_none_or(|now| now.opened_ms != open.opened_ms)
}

/// Asks the sender's phone to put the file there again and tries once more, or gives it up.
async fn again(
    shared: &Shared,
    open: &OpenLink,
    wanted: &WantedFile,
    media: MediaRef,
    retry: Retry,
    fault: &Fault,
) -> Result<()> {
    let seq = wanted.message.seq;
    let failed_before = u32::try_from(wanted.attempts).unwrap_or(u32::MAX);
    let wait_ms = match after_failure(retry, failed_before) {
        Ok(wait_ms) => wait_ms,
        Err(lost) => return lose(shared, seq, lost, &fault.message).await,
    };
    let message = &wanted.message;
    let is_group = message.chat.ends_with("@g.us");
    let refresh = Call::RefreshMedia {
        chat: Jid(message.chat.clone()),
        id: message.message_id.clone(),
        participant: is_group.then(|| Jid(message.sender.clone())),
        media: Box::new(media),
    };
    let fresh = match open.handle.call(refresh).await {
        Ok(Reply::Media { media }) => Some(serde_json::to_string(&media)?),
        Ok(_other) => None,
        Err(_) if has_gone(shared, open) => return Ok(()),
        Err(refused) => {
            tracing::debug!(account = shared.id(), code = ?refused.code, "no fresh address: {}", refused.message);
            if retry == Retry::Anew || refused.code == FaultCode::Gone {
                return lose(shared, seq, Lost::Gone, &refused.message).await;
            }
            None
        }
    };
    let now = clock::now_ms();
    tracing::debug!(account = shared.id(), code = ?fault.code, "a file did not come and is tried again: {}", fault.message);
    shared
        .store
        .media_again(seq, fresh.as_deref(), now + wait_ms, now)
        .await
}

async fn lose(shared: &Shared, seq: i64, lost: Lost, why: &str) -> Result<()> {
    tracing::warn!(
        account = shared.id(),
        error = lost.as_str(),
        "a file that came with a message is not there: {why}"
    );
    shared
        .store
        .media_failed(seq, lost.as_str(), clock::now_ms())
        .await?;
    shared.runs.notify_one();
    Ok(())
}
