//! Commits what a verb wants to be sent, or only tells what that would be.

use fased_policy::ids::Target;
use fased_policy::pacing::{self, Recent, WINDOW_MS};
use fased_protocol::control::{ControlError, ControlResponse, PartInfo, SendInfo};
use fased_protocol::private::Private;
use fased_protocol::sidecar::{MediaKind, Outgoing};

use super::message_where::waits_for;
use super::{internal, outbox_list};
use crate::account::{Account, Shared};
use crate::clock;
use crate::outbound::{self, Content, MESSAGE_TTL_MS, Order, Planned, Refusal};
use crate::store::Draft;

/// A message without a quote, with the usual time.
pub(super) fn order(to: &Target, content: Content) -> Order {
    Order {
        to: to.clone(),
        content,
        quote: None,
        ttl_ms: MESSAGE_TTL_MS,
    }
}

/// Queues one message that is complete.
pub(super) async fn ready(
    account: &Account,
    to: &Target,
    content: Outgoing,
    text: String,
) -> Result<ControlResponse, ControlError> {
    let order = order(to, Content::Ready { content, text });
    let planned = planned(account.shared(), to, vec![order]).await?;
    queue(account, to, planned, &[], false).await
}

/// What orders to one chat become, together.
pub(super) async fn planned(
    shared: &Shared,
    to: &Target,
    orders: Vec<Order>,
) -> Result<Planned, ControlError> {
    let mut all: Option<Planned> = None;
    for order in orders {
        let planned = outbound::plan(shared, order)
            .await
            .map_err(|refusal| refusal.told(shared.id(), to))?;
        match &mut all {
            Some(all) => all.drafts.extend(planned.drafts),
            None => all = Some(planned),
        }
    }
    all.ok_or_else(|| Refusal::Empty.told(shared.id(), to))
}

/// Commits it, all or none, unless it is only to be told. `bytes` are the sizes of its files, by their names.
pub(super) async fn queue(
    account: &Account,
    to: &Target,
    planned: Planned,
    bytes: &[(String, u64)],
    dry_run: bool,
) -> Result<ControlResponse, ControlError> {
    let shared = account.shared();
    let pacing_ms = pacing_ms(shared, &planned.chat)
        .await
        .map_err(|error| internal(&error))?;
    let chat = outbox_list::shown(&shared.store, [planned.chat.as_str()])
        .await
        .map_err(|error| internal(&error))?
        .pop()
        .unwrap_or_default();
    let mut info = SendInfo {
        account: shared.id().to_owned(),
        chat,
        dry_run,
        repeated: false,
        messages: planned
            .drafts
            .iter()
            .map(|draft| part(draft, bytes, dry_run))
            .collect(),
        not_before_ms: planned.locked_until_ms,
        pacing_ms,
        waits_for: waits_for(account),
    };
    if !dry_run {
        let queued = outbound::commit(shared, planned)
            .await
            .map_err(|refusal| refusal.told(shared.id(), to))?;
        for (part, id) in info.messages.iter_mut().zip(queued.message_ids) {
            part.message_id = Some(id);
        }
    }
    Ok(ControlResponse::Queued(Box::new(info)))
}

/// How long the limits hold back the next message to a chat, without the random part.
async fn pacing_ms(shared: &Shared, chat: &str) -> anyhow::Result<u64> {
    let now = clock::now_ms();
    let sent = shared
        .store
        .sent_unasked_since(shared.id(), now - WINDOW_MS)
        .await?;
    let account: Vec<i64> = sent.iter().map(|(_, at)| *at).collect();
    let chat: Vec<i64> = sent
        .iter()
        .filter(|(other, _)| other == chat)
        .map(|(_, at)| *at)
        .collect();
    let recent = Recent {
        chat: &chat,
        account: &account,
    };
    let free = pacing::free_at(&shared.config().pacing, recent, now);
    Ok(u64::try_from(free - now).unwrap_or(0))
}

fn part(draft: &Draft, bytes: &[(String, u64)], dry_run: bool) -> PartInfo {
    let upload = draft.pending.as_ref().and_then(|pending| pending.upload.as_ref());
    let kind = match (upload, draft.payload.as_ref().map(|payload| &payload.content)) {
        (Some(upload), _) => media(upload.kind),
        (None, Some(content)) => kind(content),
        (None, None) => "text",
    };
    let size = upload.and_then(|upload| bytes.iter().find(|(file, _)| *file == upload.file));
    PartInfo {
        message_id: None,
        state: None,
        kind: kind.to_owned(),
        bytes: size.map(|(_, bytes)| *bytes),
        text: (dry_run && !draft.text.is_empty()).then(|| Private(draft.text.clone())),
    }
}

/// Its kind, in one word.
pub(super) fn kind(content: &Outgoing) -> &'static str {
    match content {
        Outgoing::Text { .. } => "text",
        Outgoing::Media { media: file, .. } => media(file.kind),
        Outgoing::Reaction { .. } => "reaction",
        Outgoing::Poll { .. } => "poll",
        Outgoing::Edit { .. } => "edit",
        Outgoing::Delete { .. } => "delete",
        Outgoing::Location { .. } => "location",
        Outgoing::Contact { .. } => "contact",
    }
}

/// The same of a file.
pub(super) fn media(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image",
        MediaKind::Video => "video",
        MediaKind::Gif => "gif",
        MediaKind::Audio => "audio",
        MediaKind::Voice => "voice",
        MediaKind::Document => "document",
        MediaKind::Sticker => "sticker",
    }
}
