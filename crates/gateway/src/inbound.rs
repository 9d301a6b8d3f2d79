//! Journaled message → one verdict → pairing request, run, or nothing, each with its reason.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use fased_policy::access::{Outcome, Reason, Verdict, judge};
use fased_policy::ids::Identity;
use fased_policy::pairing::{Ask, PendingFacts, code_from, is_live, on_request, request_text};
use fased_protocol::control::Watched;
use tokio_util::sync::CancellationToken;

use crate::account::Shared;
use crate::known::Known;
use crate::outbound::{REPLY_TTL_MS, mint_id, mint_secret};
use crate::store::{Decision, Draft, PairingChange, Purpose, StoredMessage};
use crate::{agent, clock};

/// Verdicts that are committed together.
const BATCH: usize = 64;
/// Looks for work at least this often, should a wake-up ever be missed.
const SWEEP: Duration = Duration::from_secs(5);
/// Shortest time between two batches of verdicts.
const COALESCE: Duration = Duration::from_millis(10);
/// How often unreadable messages are looked for.
const NOTICE_EVERY: Duration = Duration::from_secs(10);
const HOUR_MS: i64 = 3_600_000;
/// A message that no resend made readable in this time is told to the owner.
const UNREADABLE_MS: i64 = 600_000;

/// Gives verdicts until told to end.
pub(crate) async fn decide_forever(shared: Arc<Shared>, shutdown: CancellationToken) {
    let mut stale = 0;
    let mut swept = clock::monotonic();
    let mut last_batch = swept;
    loop {
        // Also when messages never stop coming.
        if clock::monotonic() >= swept + NOTICE_EVERY {
            swept = clock::monotonic();
            notice_unreadable(&shared).await;
        }
        // While messages keep coming, verdicts are given together, so that the journal's commits do
        // not stand in line behind theirs. The first after a quiet moment does not wait.
        tokio::time::sleep_until(last_batch + COALESCE).await;
        match decide_batch(&shared, &mut stale).await {
            Ok(0) => {}
            Ok(decided) if decided < BATCH => last_batch = clock::monotonic(),
            Ok(_) => continue,
            Err(error) => {
                tracing::error!(account = shared.id(), "verdicts cannot be recorded: {error:#}");
                clock::pause(Duration::from_secs(1)).await;
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => {
                notice_stale(&shared, stale).await;
                return;
            }
            () = shared.undecided.notified() => {}
            // The backlog is through: nothing has come for a while.
            () = clock::pause(SWEEP) => {
                notice_stale(&shared, std::mem::take(&mut stale)).await;
            }
        }
    }
}

/// Tells the owner, once a backlog, of messages that came too late to be answered.
async fn notice_stale(shared: &Shared, count: usize) {
    let notice = match count {
        0 => return,
        1 => "1 message came too late to be answered (older than catchUp.maxAgeMinutes)".to_owned(),
        _ => format!("{count} messages came too late to be answered (older than catchUp.maxAgeMinutes)"),
    };
    if let Err(error) = shared
        .store
        .add_notice(shared.id(), &notice, clock::now_ms())
        .await
    {
        tracing::error!(account = shared.id(), "a notice cannot be left: {error:#}");
    }
}

/// Tells the owner of messages that stayed unreadable.
async fn notice_unreadable(shared: &Shared) {
    let now = clock::now_ms();
    if let Err(error) = shared
        .store
        .notice_unreadable(shared.id(), now - UNREADABLE_MS, now)
        .await
    {
        tracing::error!(
            account = shared.id(),
            "unreadable messages cannot be found: {error:#}"
        );
    }
}

async fn decide_batch(shared: &Shared, stale: &mut usize) -> Result<usize> {
    let _verdicts = shared.verdicts.lock().await;
    let messages = shared.store.undecided(shared.id(), BATCH as i64).await?;
    if messages.is_empty() {
        return Ok(0);
    }
    let approved = shared.store.approved(shared.id()).await?;
    let mut decisions = Vec::with_capacity(messages.len());
    let mut told = Vec::new();
    for message in &messages {
        let (decision, verdict, code) = decide(shared, message, &approved).await?;
        *stale += usize::from(verdict.outcome == Outcome::Stale);
        told.push((message, verdict, code));
        let asks = decision.pairing.is_some();
        decisions.push(decision);
        if asks {
            // The next message of the same sender must find this request.
            commit(shared, &mut decisions).await?;
        }
    }
    commit(shared, &mut decisions).await?;
    for (message, verdict, code) in told {
        tell(shared, message, verdict, code);
    }
    Ok(messages.len())
}

async fn commit(shared: &Shared, decisions: &mut Vec<Decision>) -> Result<()> {
    if decisions.is_empty() {
        return Ok(());
    }
    shared
        .store
        .decide(shared.id(), decisions, clock::now_ms())
        .await?;
    if decisions.iter().any(|decision| decision.run.is_some()) {
        shared.runs.notify_one();
    }
    if decisions.iter().any(|decision| decision.send.is_some()) {
        shared.outbox.notify_one();
    }
    decisions.clear();
    Ok(())
}

async fn decide(
    shared: &Shared,
    message: &StoredMessage,
    approved: &[Identity],
) -> Result<(Decision, Verdict, Option<String>)> {
    let known = Known::of(&shared.store, message, &shared.own(), approved).await?;
    let sender = &known.sender;
    let now = clock::now_ms();
    let config = shared.config();
    let agent = config.agent_for(&known.chat);
    let facts = known.facts(now / 1000, config.agents.patterns_of(agent));
    let mut verdict = judge(&facts, &config.rules);
    let mut decision = Decision {
        seq: message.seq,
        outcome: "",
        reason: "",
        rule: 0,
        run: None,
        pairing: None,
        send: None,
    };
    let mut code = None;
    match (verdict.outcome, verdict.reason) {
        (Outcome::Admit, _)
            if message.content != "text" || message.text.as_deref().is_none_or(str::is_empty) =>
        {
            verdict = Verdict::UNSUPPORTED_KIND;
        }
        (Outcome::Admit, _) if !config.observe_only => {
            let session = agent::session_key(agent, shared.id(), &known.chat, sender);
            decision.run = Some((agent.to_owned(), session));
        }
        (Outcome::Hold, Reason::PairingRequired) => {
            code = ask_for_pairing(shared, message, sender, now, &mut decision).await?;
            if let Some(PairingChange::Add { code: None, .. }) = decision.pairing {
                verdict = Verdict::PAIRING_FULL;
            }
        }
        (Outcome::Admit | Outcome::Hold | Outcome::Drop | Outcome::Context | Outcome::Stale, _) => {}
    }
    decision.outcome = verdict.outcome.as_str();
    decision.reason = verdict.reason.as_str();
    decision.rule = verdict.rule.number();
    Ok((decision, verdict, code))
}

/// Fills in what a stranger's message leads to; returns a code that was made for it.
async fn ask_for_pairing(
    shared: &Shared,
    message: &StoredMessage,
    sender: &Identity,
    now: i64,
    decision: &mut Decision,
) -> Result<Option<String>> {
    let config = shared.config();
    let pending = shared.store.pending_pairings(Some(shared.id()), now).await?;
    let (own, others): (Vec<_>, Vec<_>) = pending
        .into_iter()
        .partition(|row| row.identity().matches(sender));
    // A sender that was listed without a code may have got one since.
    let existing = own.into_iter().max_by_key(|row| row.code.is_some());
    let facts = existing
        .as_ref()
        .filter(|row| row.code.is_some())
        .map(|row| PendingFacts {
            created_ms: row.created_ms,
            expires_ms: row.expires_ms,
            text_sent: row.text_sent_ms.is_some(),
        });
    let texts = shared
        .store
        .pairing_texts_since(shared.id(), now - HOUR_MS)
        .await?;
    let waiting = others.iter().filter(|row| row.code.is_some()).count();
    let opened_ms = shared.link.borrow().as_ref().map(|link| link.opened_ms);
    let live = opened_ms.is_some_and(|opened_ms| is_live(message.timestamp_s, opened_ms));
    let ask = on_request(
        facts.as_ref(),
        waiting,
        texts,
        live,
        config.observe_only,
        config.is_personal(),
        now,
        &config.pairing,
    );
    let text = |code: &str| Draft {
        chat: message.chat.clone(),
        message_id: mint_id(),
        secret: mint_secret(),
        purpose: Purpose::Pairing,
        text: fased_policy::pairing::Code::parse(code)
            .map(|code| request_text(&sender.label(), &code))
            .unwrap_or_default(),
        expires_ms: now + REPLY_TTL_MS,
    };
    let add = |code: Option<String>, text_sent| PairingChange::Add {
        sender: sender.clone(),
        chat: message.chat.clone(),
        name: message.push_name.clone(),
        code,
        expires_ms: config.pairing.expires_ms(now),
        text_sent,
    };
    match (ask, existing) {
        (Ask::KeepCode { send_text }, Some(row)) => {
            decision.pairing = Some(PairingChange::Seen {
                id: row.id,
                text_sent: send_text,
            });
            decision.send = row.code.as_deref().filter(|_| send_text).map(text);
            Ok(None)
        }
        (Ask::Full, Some(row)) => {
            decision.pairing = Some(PairingChange::Seen {
                id: row.id,
                text_sent: false,
            });
            Ok(None)
        }
        (Ask::Full, None) => {
            decision.pairing = Some(add(None, false));
            Ok(None)
        }
        (Ask::NewCode { send_text } | Ask::KeepCode { send_text }, _) => {
            let code = code_from(clock::random()).to_string();
            decision.send = send_text.then(|| text(&code));
            decision.pairing = Some(add(Some(code.clone()), send_text));
            Ok(Some(code))
        }
    }
}

fn tell(shared: &Shared, message: &StoredMessage, verdict: Verdict, code: Option<String>) {
    let reason = verdict.reason.as_str();
    tracing::info!(
        account = shared.id(),
        message = fased_protocol::private::short_hash(&message.message_id),
        verdict = verdict.outcome.as_str(),
        reason,
        "verdict"
    );
    if code.is_some() {
        let sender = label(&message.sender, message.sender_alt.as_deref());
        shared
            .watchers
            .tell(shared.id(), Watched::Pairing { sender, code });
    }
    shared.watchers.tell(
        shared.id(),
        Watched::Verdict {
            message_id: message.message_id.clone(),
            verdict: verdict.outcome.as_str().to_owned(),
            reason: reason.to_owned(),
            sentence: verdict.reason.sentence().to_owned(),
        },
    );
}

/// A sender as people know them: number, else hidden id, else the address.
pub(crate) fn label(jid: &str, alt: Option<&str>) -> String {
    let identity = Identity::from_jids(jid, alt);
    if identity.is_empty() {
        jid.to_owned()
    } else {
        identity.label()
    }
}
