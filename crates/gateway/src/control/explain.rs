//! What became of a message: its verdict with the rules behind it, its run, and what was sent because of it.

use fased_policy::access::{Outcome, Reason, Rule, Verdict};
use fased_policy::ids::{GroupId, Identity};
use fased_protocol::control::{ControlError, ControlResponse, ErrorCode, Explanation, RunInfo};

use super::internal;
use crate::clock;
use crate::envelope;
use crate::explain::{Accounts, Judgement, Linked, described, judged, sentence};
use crate::known::Known;
use crate::pairing::person;
use crate::session::chosen;
use crate::store::{Journaled, RunKind, Store, StoredMessage};

/// Explains every message with this id, in and out. Without accounts, because the config cannot be read,
/// what was recorded is told all the same.
pub(crate) async fn answer(
    store: &Store,
    accounts: &Result<Accounts, String>,
    message_id: &str,
) -> Result<ControlResponse, ControlError> {
    let failed = |error| internal(&error);
    let meant = store.message_meant(message_id).await.map_err(failed)?;
    let message_id = meant.as_deref().unwrap_or(message_id);
    let mut messages = Vec::new();
    for message in store.messages_by_id(message_id).await.map_err(failed)? {
        messages.push(inbound(store, accounts, message).await.map_err(failed)?);
    }
    for (account, recorded_ms, sent) in store.sent_by_id(message_id).await.map_err(failed)? {
        messages.push(Explanation {
            account,
            message_id: message_id.to_owned(),
            direction: "out".to_owned(),
            chat: crate::inbound::label(&sent.chat, None),
            content: "text".to_owned(),
            recorded_ms,
            sent: vec![sent],
            ..Explanation::default()
        });
    }
    if messages.is_empty() {
        return Err(never_seen(message_id));
    }
    Ok(ControlResponse::Explanation { messages })
}

/// That there is nothing to explain: a number or an address is no id, and is not answered as one.
fn never_seen(asked: &str) -> ControlError {
    let not_found = |message, next| ControlError {
        code: ErrorCode::NotFound,
        message,
        next,
    };
    if GroupId::parse(asked).is_ok() {
        return not_found(
            format!("{asked} is a group; what is explained is a message, or the last one of a sender"),
            "see what was decided about its messages: fased verdicts".to_owned(),
        );
    }
    if !asked.starts_with('+') && !asked.contains('@') {
        return not_found(
            format!("no message with id {asked} was ever seen here"),
            "name a sender to see what became of their last message: fased explain +15551234567; or the six \
             letters and digits that the log shows for a message"
                .to_owned(),
        );
    }
    match person(asked) {
        Ok(person) => {
            let who = person.phone.as_ref().map(ToString::to_string);
            let who = who.or_else(|| person.lid.as_ref().map(ToString::to_string));
            let who = who.unwrap_or_else(|| asked.to_owned());
            not_found(
                format!("{who} never wrote to an account here"),
                format!("see what would become of a message of theirs: fased explain --sender {who}"),
            )
        }
        Err(problem) => problem.into(),
    }
}

/// Explains one message of the journal.
pub(crate) async fn inbound(
    store: &Store,
    accounts: &Result<Accounts, String>,
    message: StoredMessage,
) -> anyhow::Result<Explanation> {
    let run = store.run_of(message.seq).await?;
    let mut sent = Vec::new();
    if let Some(run) = &run {
        sent.extend(store.sent_by_run(run.id).await?);
        for fork in &run.forks {
            sent.extend(store.sent_by_run(fork.id).await?);
        }
    }
    let mut explanation = Explanation {
        direction: "in".to_owned(),
        chat: crate::inbound::label(&message.chat, message.chat_alt.as_deref()),
        sender: Some(crate::inbound::label(
            &message.sender,
            message.sender_alt.as_deref(),
        )),
        timestamp: Some(message.timestamp_s),
        recorded_ms: message.recorded_ms,
        verdict: message.outcome.clone(),
        rule: message
            .rule
            .and_then(Rule::from_number)
            .map(|rule| rule.to_string()),
        sentence: message.reason.as_deref().and_then(sentence).map(str::to_owned),
        reason: message.reason.clone(),
        account: message.account.clone(),
        message_id: message.message_id.clone(),
        content: message.content.clone(),
        run,
        sent,
        ..Explanation::default()
    };
    let linked = accounts.as_ref().map(|accounts| accounts.get(&message.account));
    let own = match linked {
        Ok(Some(linked)) => linked.own.clone(),
        Ok(None) | Err(_) => {
            let stored = store.account(&message.account).await?;
            stored.unwrap_or_default().identity()
        }
    };
    let approved = store.approved(&message.account).await?;
    let mut known = Known::of(store, &message, &own, &approved).await?;
    explanation.event = Some(serde_json::to_value(
        envelope::envelope(store, &message, &known).await?,
    )?);
    match linked {
        Ok(Some(linked)) => {
            known.waits = waits(store, &message.account, &known.sender).await?;
            known.identity_pending = linked.pending.is(&known.sender);
            known.chosen_agent = chosen::agent(store, &linked.config, &known.chat, &known.sender).await?;
            judge_again(&mut explanation, linked, known, &message);
        }
        Ok(None) => {
            let gone = format!("the account {} is no longer in the config", message.account);
            explanation.note = Some(gone);
        }
        Err(problem) => explanation.note = Some(problem.clone()),
    }
    Ok(explanation)
}

/// Does a request of this person's wait for approval?
pub(super) async fn waits(store: &Store, account: &str, person: &Identity) -> anyhow::Result<bool> {
    let waiting = store.pending_pairings(Some(account), clock::now_ms()).await?;
    Ok(waiting.iter().any(|row| row.identity().matches(person)))
}

/// Fills in what the present config and state say of the event.
fn judge_again(explanation: &mut Explanation, linked: &Linked, mut known: Known, message: &StoredMessage) {
    if message.content == Journaled::UNDECRYPTABLE {
        explanation.note = Some("there is nothing to judge before it can be read".to_owned());
        return;
    }
    let recorded = message.reason.as_deref().and_then(Reason::parse);
    // That it was ours was found out when it came, by what had been sent just before.
    known.own_echo |= recorded == Some(Reason::OwnEcho);
    // So was that something waited for an answer; whose number it is is judged by today's owners.
    known.question = (recorded == Some(Reason::PermissionAnswer)).then_some(1);
    let (judgement, now_s) = at_its_time(linked, &known, message, recorded);
    let judgement = Judgement {
        verdict: as_recorded(judgement.verdict, recorded),
        ..judgement
    };
    let present = described(&judgement, &linked.config, &known, now_s);
    explanation.source.clone_from(&present.source);
    explanation.fix.clone_from(&present.fix);
    explanation.tried.clone_from(&present.tried);
    // What the gateway answered itself was for no agent.
    if !explanation.run.as_ref().is_some_and(is_command) {
        explanation.route.clone_from(&present.route);
    }
    let differs = explanation.verdict.as_ref() != Some(&present.verdict)
        || explanation.reason.as_ref() != Some(&present.reason);
    explanation.now = differs.then_some(present);
}

fn is_command(run: &RunInfo) -> bool {
    run.kind == RunKind::Command.as_str()
}

/// By now everything is old: what counts is how old it was when it came. But what was held first and let in
/// later may have become too old in between.
fn at_its_time(
    linked: &Linked,
    known: &Known,
    message: &StoredMessage,
    recorded: Option<Reason>,
) -> (Judgement, i64) {
    let came_s = message.recorded_ms / 1000;
    let at_arrival = judged(&linked.config, known, came_s);
    if recorded == Some(Reason::Stale) && at_arrival.verdict.outcome == Outcome::Admit {
        let now_s = clock::now_ms() / 1000;
        return (judged(&linked.config, known, now_s), now_s);
    }
    (at_arrival, came_s)
}

/// Some reasons lie in the moment: in what else waited or had been said, or in what an agent can be given.
/// They stand where the rules lead to the same point again.
fn as_recorded(verdict: Verdict, recorded: Option<Reason>) -> Verdict {
    let admitted = verdict.outcome == Outcome::Admit;
    if recorded == Some(Reason::PairingFull) && verdict.reason == Reason::PairingRequired {
        Verdict::PAIRING_FULL
    } else if recorded == Some(Reason::EchoLoop) && admitted {
        Verdict::ECHO_LOOP
    } else {
        verdict
    }
}

#[cfg(test)]
mod tests;
