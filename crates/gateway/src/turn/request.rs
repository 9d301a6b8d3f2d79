//! What a backend is asked for one run.
//!
//! A program gets the envelope on its standard input, one JSON object:
//!
//! | field | what |
//! |---|---|
//! | `agent` | `id`, `name` |
//! | `session` | `key`, `name`, `epoch`: it counts up when somebody begins the conversation anew |
//! | `account` | the account's id |
//! | `chat` | where the answer goes: `kind` (`dm`, `group`, `self`, `other`), `id` |
//! | `kind` | `message` or `task` |
//! | `task` | of a Task: `id`, `cause`, `due_ms`; else null |
//! | `text` | what is asked, in words: all messages that are answered together, one a line |
//! | `messages`, `context`, `events` | what is answered; what was said before in the group; what happened to earlier messages. Each an envelope, whose files have absolute paths |
//! | `history` | what was said before in the session, oldest first: `role` (`user`, `assistant`), `text`. A long text is cut and says so |
//! | `media_dir` | the folder that the files are in |

use anyhow::Result;
use fased_agents::{Image, Request, Role, Settings};
use fased_policy::ids::ChatId;
use fased_protocol::sidecar::MediaKind;
use serde::Serialize;
use serde_json::Value;

use super::{gathered, words};
use crate::account::Shared;
use crate::agent::Turn;
use crate::config::Agent;
use crate::envelope::{Chat, Envelope, MediaState};
use crate::session::Key;
use crate::store::{QueuedRun, StoredMessage, TaskOrder};

/// Most turns of what was said before.
const MOST_SAID: usize = 1_000;
/// And bytes, where the agent's settings do not say how much it takes.
const MOST_SAID_BYTES: usize = 64 * 1024;
/// Bytes that a token may have.
const TOKEN_BYTES: usize = 4;
/// However much it takes.
const EVER_SAID_BYTES: usize = 4 * 1024 * 1024;

/// What is asked, and the last message of it.
pub(crate) struct Asked {
    /// For the backend.
    pub(crate) request: Request,
    /// What of it is asked, without what was said before in the group: that is for later runs to read.
    pub(crate) words: String,
    /// None of a Task.
    pub(crate) last: Option<StoredMessage>,
}

/// Gathers what a run answers.
pub(crate) async fn asked(shared: &Shared, run: &QueuedRun, agent: &Agent) -> Result<Asked> {
    let (mut turn, last) = gathered(shared, run).await?;
    // Whoever only repeats needs no more.
    if agent.backend == Settings::Echo {
        let request = Request {
            text: turn.text,
            ..Request::default()
        };
        let words = String::new();
        return Ok(Asked { request, words, last });
    }
    for envelope in turn
        .messages
        .iter_mut()
        .chain(&mut turn.context)
        .chain(&mut turn.events)
    {
        make_absolute(shared, envelope);
    }
    let history = shared
        .store
        .history(&run.session, run.epoch, MOST_SAID, said_bytes(&agent.backend))
        .await?;
    let chat = match turn.messages.last() {
        Some(message) => message.chat.clone(),
        None => chat(shared, run).await?,
    };
    let said = history.iter().map(|said| Before {
        role: match said.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        },
        text: &said.text,
    });
    let whole = Whole {
        agent: Named {
            id: &run.agent,
            name: agent.name.as_deref(),
        },
        session: Session {
            key: &run.session,
            name: Key::parse(&run.session).name,
            epoch: run.epoch,
        },
        account: shared.id(),
        chat: &chat,
        kind: run.kind.as_str(),
        task: run.task.as_ref().map(Task::of),
        text: &turn.text,
        messages: &turn.messages,
        context: &turn.context,
        events: &turn.events,
        history: said.collect(),
        media_dir: shared.media_dir.display().to_string(),
    };
    let envelope: Value = serde_json::to_value(&whole)?;
    let prefix = shared.config().message_prefix.clone();
    let request = Request {
        system_prompt: agent.system_prompt.clone(),
        text: words::of(&turn, prefix.as_deref()),
        envelope,
        history,
        images: images(&turn),
        session: format!("{}#{}", run.session, run.epoch),
        resume: resume(shared, run, &agent.backend).await?,
    };
    let words = words::asked_of(&turn, prefix.as_deref());
    Ok(Asked { request, words, last })
}

/// What a backend that keeps conversations of its own called this one.
async fn resume(shared: &Shared, run: &QueuedRun, backend: &Settings) -> Result<Option<String>> {
    match backend {
        Settings::Acp(_) => shared.store.remembered(&run.session, run.epoch).await,
        Settings::Command(_) | Settings::OpenAi(_) | Settings::Echo => Ok(None),
    }
}

/// How much of what was said before an agent is given, in bytes.
fn said_bytes(backend: &Settings) -> usize {
    match backend {
        Settings::OpenAi(openai) => openai
            .history_tokens
            .saturating_mul(TOKEN_BYTES)
            .min(EVER_SAID_BYTES),
        Settings::Command(_) | Settings::Acp(_) | Settings::Echo => MOST_SAID_BYTES,
    }
}

#[derive(Serialize)]
struct Whole<'a> {
    agent: Named<'a>,
    session: Session<'a>,
    account: &'a str,
    chat: &'a Chat,
    kind: &'a str,
    task: Option<Task<'a>>,
    text: &'a str,
    messages: &'a [Envelope],
    context: &'a [Envelope],
    events: &'a [Envelope],
    history: Vec<Before<'a>>,
    media_dir: String,
}

#[derive(Serialize)]
struct Named<'a> {
    id: &'a str,
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct Session<'a> {
    key: &'a str,
    name: Option<&'a str>,
    epoch: i64,
}

#[derive(Serialize)]
struct Task<'a> {
    id: &'a str,
    cause: &'a str,
    due_ms: Option<i64>,
}

impl<'a> Task<'a> {
    fn of(order: &'a TaskOrder) -> Self {
        Self {
            id: &order.task,
            cause: &order.cause,
            due_ms: order.due_ms,
        }
    }
}

#[derive(Serialize)]
struct Before<'a> {
    role: &'static str,
    text: &'a str,
}

/// The chat of a run that answers no message.
async fn chat(shared: &Shared, run: &QueuedRun) -> Result<Chat> {
    let own = shared.own();
    let mut chat = ChatId::from_jids(&run.chat, None, &own);
    if let ChatId::Direct(person) = &mut chat {
        shared.store.complete(person).await?;
    }
    Ok(Chat::of(&chat, &own))
}

/// Whoever reads the envelope may be anywhere.
fn make_absolute(shared: &Shared, envelope: &mut Envelope) {
    for media in &mut envelope.media {
        if let MediaState::Ready { file, .. } = &mut media.state {
            *file = shared.media_dir.join(&*file).display().to_string();
        }
    }
}

fn images(turn: &Turn) -> Vec<Image> {
    let media = turn.messages.iter().flat_map(|message| &message.media);
    media
        .filter(|media| media.kind == MediaKind::Image)
        .filter_map(|media| match &media.state {
            MediaState::Ready { file, .. } => Some(Image {
                mime: media.mime.clone().unwrap_or_else(|| "image/jpeg".to_owned()),
                path: file.into(),
            }),
            MediaState::NotFetched | MediaState::Wanted | MediaState::Failed { .. } | MediaState::Removed => {
                None
            }
        })
        .collect()
}
