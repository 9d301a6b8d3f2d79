//! One run, from what it is given to what it says.

use std::sync::Arc;
use std::time::Duration;

use fased_agents::{Done, Failure, Limits};
use fased_protocol::private::Jid;
use fased_protocol::sidecar::{Call, Typing};
use tokio::sync::watch;

use super::answer::Answer;
use super::running::{Cancel, Why};
use super::slots::Slot;
use super::token::Token;
use crate::account::Shared;
use crate::config::AccountConfig;
use crate::store::{Draft, Exchange, FinishedRun, QueuedRun, Remembered, RunEnd, RunKind};
use crate::turn::request;
use crate::{chat, clock, typing};

/// What is being done is not told before this: most answers are there by then.
const PROGRESS_AFTER: Duration = Duration::from_secs(20);
/// Nor more often than this.
const PROGRESS_EVERY: Duration = Duration::from_secs(60);
/// Then it is old news.
const PROGRESS_TTL_MS: i64 = 60_000;
/// Longest detail of a failure in the run's record, in bytes.
const MOST_ERROR: usize = 2_048;
/// Most of what a process complained of in the run's record, in bytes.
const MOST_STDERR: usize = 64 * 1024;
/// First words of what came of a Task, in characters.
const MOST_RESULT: usize = 500;

/// Carries a run out. The place is its own until it is done.
pub(super) async fn carry_out(
    shared: Arc<Shared>,
    run: QueuedRun,
    cancel: Cancel,
    slot: Option<Slot>,
) -> FinishedRun {
    tracing::debug!(agent = run.agent, "a run starts");
    let work = async {
        match run.kind {
            RunKind::Command => chat::carry_out(&shared, &run).await,
            RunKind::Message | RunKind::Task => answer(&shared, &run, &cancel).await,
            RunKind::Broadcast => {
                let why = "it is shared out among agents and answers nothing itself".to_owned();
                FinishedRun::failed(run.id, "internal", why, Vec::new())
            }
        }
    };
    // While only observing there are no runs; one of before may still wait.
    let finished = if shared.config().observe_only || run.kind == RunKind::Command {
        work.await
    } else {
        typing::shown_while(work, |typing| tell_typing(&shared, &run.chat, typing)).await
    };
    drop(slot);
    tell(&run, &finished);
    finished
}

/// What is told of a run that broke off inside the gateway.
pub(super) fn broken(shared: &Shared, run: i64, token: &Token, why: String) -> FinishedRun {
    FinishedRun::failed(run, "internal", cut(why), failure_text(&shared.config(), token))
}

/// What the chat is told when there is no answer.
pub(super) fn failure_text(config: &AccountConfig, token: &Token) -> Vec<Draft> {
    let text = &config.agents.failure_text;
    let texts = match token.speaker(config) {
        Some(speaker) => config.writing.text_of(&speaker, text),
        None => config.writing.text(text),
    };
    texts
        .into_iter()
        .take(1)
        .map(|text| token.failure(text))
        .collect()
}

async fn answer(shared: &Shared, run: &QueuedRun, cancel: &Cancel) -> FinishedRun {
    let config = shared.config();
    let token = Token::of(shared.id(), run);
    let failed =
        |failure, error| FinishedRun::failed(run.id, failure, cut(error), failure_text(&config, &token));
    let Some(agent) = config.agents.list.get(&run.agent) else {
        return failed(
            "not_configured",
            format!("there is no agent {} in the config any more", run.agent),
        );
    };
    let asked = match request::asked(shared, run, agent).await {
        Ok(asked) => asked,
        Err(error) => {
            return failed(
                "unreadable",
                format!("what it answers could not be read: {error:#}"),
            );
        }
    };
    let backend = shared.engine.backend(&run.agent, &agent.backend);
    let mut answer = Answer::new(shared, Arc::clone(&config), run, &token, asked.last, agent.stream);
    let progress = answer.progress();
    let limits = Limits {
        deadline: agent.timeout,
        output_bytes: agent.output_bytes,
    };
    let done = tokio::select! {
        biased;
        done = fased_agents::run(&*backend, &asked.request, limits, cancel.token(), &mut answer) => done,
        never = tell_progress(shared, run, &token, progress) => match never {},
    };
    if done.is_err() {
        answer.look_back().await;
    }
    let remembers = done.as_ref().ok().and_then(|done| done.session.clone());
    let stderr = done.as_ref().err().and_then(complaint);
    let ended = ended(run, &config, &token, &mut answer, cancel, done).await;
    let is_superseded = ended.end == RunEnd::Superseded;
    let is_ok = ended.end == RunEnd::Ok;
    // Whoever only repeats is told nothing of before.
    let is_kept = !agent.only_repeats();
    FinishedRun {
        remembers: remembers.map(|name| Remembered {
            session: run.session.clone(),
            epoch: run.epoch,
            name,
        }),
        stderr,
        used: (!is_superseded && !is_kept).then(|| run.session.clone()),
        said: (!is_superseded && is_kept).then(|| Exchange {
            session: run.session.clone(),
            epoch: run.epoch,
            user: asked.words,
            assistant: answer.text().filter(|_| is_ok || answer.has_spoken()),
        }),
        ..ended
    }
}

async fn ended(
    run: &QueuedRun,
    config: &AccountConfig,
    token: &Token,
    answer: &mut Answer<'_>,
    cancel: &Cancel,
    done: Result<Done, Failure>,
) -> FinishedRun {
    let failed =
        |failure, error| FinishedRun::failed(run.id, failure, cut(error), failure_text(config, token));
    match done {
        Ok(done) => match answer.rest().await {
            Ok(reply) => FinishedRun {
                result: match run.kind {
                    RunKind::Task => answer.text().map(|text| text.chars().take(MOST_RESULT).collect()),
                    RunKind::Message | RunKind::Command | RunKind::Broadcast => None,
                },
                detail: done.detail,
                ..FinishedRun::ok(run.id, reply)
            },
            Err(error) => failed(
                "unreadable",
                format!("what it answers could not be read: {error:#}"),
            ),
        },
        Err(Failure::Cancelled) => {
            let end = match cancel.why() {
                Some(Why::Newer) if !answer.has_spoken() => RunEnd::Superseded,
                Some(Why::Newer) => RunEnd::Cancelled {
                    failure: "interrupted_by_newer",
                },
                Some(Why::Stopped) | None => RunEnd::Cancelled {
                    failure: super::STOPPED,
                },
            };
            FinishedRun::ended(run.id, end, Vec::new())
        }
        Err(failure) => failed(failure.code(), told(&failure)),
    }
}

/// Tells the chat now and then what is being done, as long as it is asked to.
async fn tell_progress(
    shared: &Shared,
    run: &QueuedRun,
    token: &Token,
    mut progress: watch::Receiver<Option<String>>,
) -> std::convert::Infallible {
    if run.kind == RunKind::Task {
        // Nobody waits for it, and what nobody asked for is paced.
        std::future::pending::<()>().await;
    }
    let run = run.id;
    let speaker = token.speaker(&shared.config());
    let speaker = speaker.map_or_else(String::new, |speaker| format!("{speaker} "));
    clock::pause(PROGRESS_AFTER).await;
    loop {
        let text = progress.borrow_and_update().clone();
        if let Some(text) = text {
            let drafts = [token.progress(format!("⏳ {speaker}{text}"), PROGRESS_TTL_MS)];
            let told = shared
                .store
                .say_meanwhile(shared.id(), run, &drafts, clock::now_ms())
                .await;
            match told {
                Ok(_) => shared.outbox.notify_one(),
                Err(error) => {
                    tracing::warn!(account = shared.id(), run, "progress cannot be told: {error:#}");
                }
            }
            clock::pause(PROGRESS_EVERY).await;
        }
        if progress.changed().await.is_err() {
            // The answer has ended, and so will this.
            std::future::pending::<()>().await;
        }
    }
}

fn tell(run: &QueuedRun, finished: &FinishedRun) {
    match &finished.end {
        RunEnd::Ok => tracing::debug!("a run is done"),
        // What is known of it may hold words of people, so it stays in the run's record.
        RunEnd::Failed { failure, .. } => tracing::warn!(agent = run.agent, failure, "a run failed"),
        RunEnd::Cancelled { failure } => {
            tracing::info!(failure, "a run was ended");
        }
        RunEnd::Superseded => tracing::info!("a run was ended by a newer message"),
    }
}

/// A courtesy: it holds nothing up, and one that fails is not tried again.
fn tell_typing(shared: &Shared, chat: &str, typing: Typing) {
    let Some(link) = shared.link.borrow().clone() else {
        return;
    };
    let chat = Jid(chat.to_owned());
    shared.tasks.spawn(async move {
        if let Err(fault) = link.handle.call(Call::SetTyping { chat, typing }).await {
            tracing::debug!(code = ?fault.code, "typing was not shown: {}", fault.message);
        }
    });
}

/// What is known of a failure. Of what a process complained of, the end says why.
fn told(failure: &Failure) -> String {
    match failure {
        Failure::Exited { status, stderr } if stderr.len() > MOST_ERROR / 2 => Failure::Exited {
            status: status.clone(),
            stderr: format!("…{}", end_of(stderr, MOST_ERROR / 2)),
        }
        .to_string(),
        Failure::Ended { why, stderr } if stderr.len() > MOST_ERROR / 2 => Failure::Ended {
            why: why.clone(),
            stderr: format!("…{}", end_of(stderr, MOST_ERROR / 2)),
        }
        .to_string(),
        Failure::Exited { .. }
        | Failure::Ended { .. }
        | Failure::Cancelled
        | Failure::TimedOut
        | Failure::TooLong { .. }
        | Failure::NotStarted(_)
        | Failure::Http { .. }
        | Failure::Network(_)
        | Failure::CutOff(_)
        | Failure::BadAnswer(_) => failure.to_string(),
    }
}

/// What a process complained of, for the run's record.
fn complaint(failure: &Failure) -> Option<String> {
    match failure {
        Failure::Exited { stderr, .. } | Failure::Ended { stderr, .. } => {
            Some(end_of(stderr, MOST_STDERR).to_owned()).filter(|said| !said.trim().is_empty())
        }
        Failure::Cancelled
        | Failure::TimedOut
        | Failure::TooLong { .. }
        | Failure::NotStarted(_)
        | Failure::Http { .. }
        | Failure::Network(_)
        | Failure::CutOff(_)
        | Failure::BadAnswer(_) => None,
    }
}

/// The last so many bytes.
fn end_of(text: &str, most: usize) -> &str {
    let from = text.ceil_char_boundary(text.len().saturating_sub(most));
    text.get(from..).unwrap_or_default()
}

/// At most so much of a detail goes to the record.
fn cut(mut detail: String) -> String {
    detail.truncate(detail.floor_char_boundary(MOST_ERROR));
    detail
}
