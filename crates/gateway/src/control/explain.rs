//! What became of a message: its verdict and reason, its run, and what was sent because of it.

use fased_policy::access::{Reason, Rule};
use fased_protocol::control::{ControlError, ControlResponse, ErrorCode, Explanation};

use super::internal;
use crate::store::{Store, StoredMessage};

/// Explains every message with this id, in and out.
pub(crate) async fn answer(store: &Store, message_id: &str) -> Result<ControlResponse, ControlError> {
    let mut messages = Vec::new();
    for message in store
        .messages_by_id(message_id)
        .await
        .map_err(|error| internal(&error))?
    {
        messages.push(inbound(store, message).await?);
    }
    for (account, recorded_ms, sent) in store
        .sent_by_id(message_id)
        .await
        .map_err(|error| internal(&error))?
    {
        messages.push(Explanation {
            account,
            message_id: message_id.to_owned(),
            direction: "out".to_owned(),
            chat: crate::inbound::label(&sent.chat, None),
            sender: None,
            content: "text".to_owned(),
            timestamp: None,
            recorded_ms,
            verdict: None,
            reason: None,
            rule: None,
            sentence: None,
            fix: None,
            run: None,
            sent: vec![sent],
        });
    }
    if messages.is_empty() {
        return Err(ControlError {
            code: ErrorCode::NotFound,
            message: format!("no message with id {message_id} was ever seen here"),
            next: "ids are shown by the log and by `fased simulate`; check the state dir with `fased status`"
                .to_owned(),
        });
    }
    Ok(ControlResponse::Explanation { messages })
}

async fn inbound(store: &Store, message: StoredMessage) -> Result<Explanation, ControlError> {
    let reason = message.reason.as_deref().and_then(Reason::parse);
    let run = store
        .run_of(message.seq)
        .await
        .map_err(|error| internal(&error))?;
    let sent = match &run {
        Some(run) => store
            .sent_by_run(run.id)
            .await
            .map_err(|error| internal(&error))?,
        None => Vec::new(),
    };
    Ok(Explanation {
        direction: "in".to_owned(),
        chat: crate::inbound::label(&message.chat, message.chat_alt.as_deref()),
        sender: Some(crate::inbound::label(
            &message.sender,
            message.sender_alt.as_deref(),
        )),
        timestamp: Some(message.timestamp_s),
        recorded_ms: message.recorded_ms,
        verdict: message.outcome,
        rule: message
            .rule
            .and_then(Rule::from_number)
            .map(|rule| rule.to_string()),
        sentence: reason.map(|reason| reason.sentence().to_owned()),
        fix: None,
        reason: message.reason,
        account: message.account,
        message_id: message.message_id,
        content: message.content,
        run,
        sent,
    })
}
