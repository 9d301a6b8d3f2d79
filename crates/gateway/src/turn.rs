//! What one run answers: its messages, and what waited in the chat to be read.

use anyhow::Result;
use fased_policy::debounce;
use fased_policy::ids::Identity;
use fased_protocol::sidecar::ContentKind;

use crate::account::Shared;
use crate::agent::Turn;
use crate::envelope::{Envelope, envelopes};
use crate::sidecar::translate::content_kind;
use crate::store::{QueuedRun, Store, StoredMessage};

pub(crate) mod request;
mod words;

/// Gathers what a run answers, and which message is the last of it; none of a Task.
async fn gathered(shared: &Shared, run: &QueuedRun) -> Result<(Turn, Option<StoredMessage>)> {
    let config = shared.config();
    let prefix = config.message_prefix.as_deref();
    of(&shared.store, run, &shared.own(), config.history_limit, prefix).await
}

/// The same without an account. `limit` bounds both what was said before and what happened to earlier messages.
/// `prefix` stands before each text.
async fn of(
    store: &Store,
    run: &QueuedRun,
    own: &Identity,
    limit: usize,
    prefix: Option<&str>,
) -> Result<(Turn, Option<StoredMessage>)> {
    let mut messages: Vec<StoredMessage> = run.message.iter().cloned().collect();
    if run.joined {
        messages.extend(store.inputs_of(run.gathered_by()).await?);
        debounce::sort(&mut messages, |message| (message.timestamp_s, message.seq));
    }
    let (context, events) = if run.reads {
        (
            store.context_of(run.gathered_by(), limit).await?,
            store.events_of(run.gathered_by(), limit).await?,
        )
    } else {
        (Vec::new(), Vec::new())
    };
    reword(&mut messages, &events);
    let last = messages.iter().max_by_key(|message| message.seq).cloned();
    let messages = envelopes(store, &messages, own).await?;
    let bodies: Vec<String> = messages
        .iter()
        .map(Envelope::body)
        .map(|body| match prefix {
            Some(prefix) => format!("{prefix} {body}"),
            None => body,
        })
        .collect();
    let turn = Turn {
        text: match &run.task {
            Some(order) => order.prompt.clone(),
            None => debounce::joined(bodies.iter().map(String::as_str)),
        },
        messages,
        context: envelopes(store, &context, own).await?,
        events: envelopes(store, &events, own).await?,
    };
    Ok((turn, last))
}

/// What was edited by its own writer before the run started is answered as it reads now.
fn reword(messages: &mut [StoredMessage], events: &[StoredMessage]) {
    for edit in events {
        let is_edit = content_kind(&edit.content) == Some(ContentKind::Edit);
        let Some(text) = edit.text.as_ref().filter(|_| is_edit) else {
            continue;
        };
        for message in messages.iter_mut() {
            let is_meant = edit.quoted_id.as_ref() == Some(&message.message_id);
            if is_meant && edit.written_by().matches(&message.written_by()) {
                message.text = Some(text.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests;
