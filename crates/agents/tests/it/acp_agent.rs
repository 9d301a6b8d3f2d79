//! An agent's process made with another library (`tests/acp-agent`), and somebody who listens and answers its questions.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use fased_agents::{
    AcpSettings, Backend, ChoiceKind, CommandSettings, Done, Event, Failure, Limits, Listener, Question,
    Request, Settings, backend, run,
};
use nix::sys::signal::kill;
use nix::unistd::Pid;
use tokio::sync::{RwLockReadGuard, mpsc};
use tokio_util::sync::CancellationToken;

use crate::turn::{AMPLE, Heard, Turn};
use crate::wait::{SETTLING, until};

/// Stands for an agent and the folder that it works in.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) settings: AcpSettings,
    /// As long as it is held, nobody ends all processes.
    _unsettled: Option<RwLockReadGuard<'static, ()>>,
}

impl World {
    /// With these arguments for the agent.
    pub(crate) async fn new(arguments: &[&str]) -> Self {
        let guard = SETTLING.read().await;
        Self {
            _unsettled: Some(guard),
            ..Self::alone(arguments)
        }
    }

    /// The same for a test that has nobody beside it.
    pub(crate) fn alone(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/acp-agent/agent.js");
        let mut argv = vec!["node".to_owned(), script.to_string_lossy().into_owned()];
        argv.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        let settings = AcpSettings {
            program: CommandSettings {
                argv,
                ..CommandSettings::default()
            },
            work: folder.path().to_owned(),
            idle: Duration::from_secs(600),
            tools: Vec::new(),
        };
        Self {
            folder,
            settings,
            _unsettled: None,
        }
    }

    /// The same that keeps its sessions in the folder.
    pub(crate) async fn keeping(argument: &str) -> Self {
        let mut world = Self::new(&[argument, "--state"]).await;
        let state = world
            .folder
            .path()
            .join("sessions")
            .to_string_lossy()
            .into_owned();
        world.settings.program.argv.push(state);
        world
    }

    pub(crate) fn backend(&self) -> Arc<dyn Backend> {
        backend(&Settings::Acp(self.settings.clone()))
    }
}

/// A question in a conversation.
pub(crate) fn said(session: &str, text: &str) -> Request {
    Request {
        session: session.to_owned(),
        text: text.to_owned(),
        ..Request::default()
    }
}

/// What somebody does about a question.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
    /// Chooses what means this.
    Chooses(ChoiceKind),
    /// Says nothing, which is over at once.
    Nothing,
    /// Never comes back.
    Leaves,
}

/// Somebody who listens.
#[derive(Default)]
pub(crate) struct Chat {
    pub(crate) heard: Heard,
    pub(crate) questions: Vec<Question>,
    pub(crate) answers: VecDeque<Answer>,
    /// Told of each event and question.
    pub(crate) watched: Option<mpsc::Sender<()>>,
}

impl Chat {
    pub(crate) fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            answers: answers.into_iter().collect(),
            ..Self::default()
        }
    }

    async fn noticed(&self) {
        if let Some(watched) = &self.watched {
            watched.send(()).await.ok();
        }
    }
}

impl Listener for Chat {
    async fn heard(&mut self, event: Event) -> Result<(), Failure> {
        self.heard.heard(event).await?;
        self.noticed().await;
        Ok(())
    }

    async fn asked(&mut self, question: &Question) -> Option<usize> {
        self.questions.push(question.clone());
        self.noticed().await;
        match self.answers.pop_front().expect("nobody expected a question") {
            Answer::Chooses(kind) => question.choices.iter().position(|choice| choice.kind == kind),
            Answer::Nothing => None,
            Answer::Leaves => std::future::pending().await,
        }
    }
}

/// Asks, and listens to the end.
pub(crate) async fn ask(backend: &Arc<dyn Backend>, request: &Request) -> Turn {
    let mut chat = Chat::default();
    let ended = ask_in(backend, request, AMPLE, &CancellationToken::new(), &mut chat).await;
    Turn {
        heard: chat.heard,
        ended,
    }
}

/// Asks with somebody who listens.
pub(crate) async fn ask_in(
    backend: &Arc<dyn Backend>,
    request: &Request,
    limits: Limits,
    cancel: &CancellationToken,
    chat: &mut Chat,
) -> Result<Done, Failure> {
    run(&**backend, request, limits, cancel, chat).await
}

/// Asks, and has it stopped when so many things were heard or asked.
pub(crate) async fn ask_and_stop(
    backend: &Arc<dyn Backend>,
    request: &Request,
    after: usize,
    mut chat: Chat,
) -> Chat {
    let (watched, mut watch) = mpsc::channel(1);
    chat.watched = Some(watched);
    let cancel = CancellationToken::new();
    let stopping = async {
        for _ in 0..after {
            watch.recv().await.expect("something is heard");
        }
        cancel.cancel();
    };
    let (ended, ()) = tokio::join!(ask_in(backend, request, AMPLE, &cancel, &mut chat), stopping);
    assert_eq!(ended, Err(Failure::Cancelled));
    chat
}

/// What an agent says of itself: its process, and the rest.
pub(crate) async fn which(backend: &Arc<dyn Backend>, session: &str) -> (i32, String) {
    pid_and_rest(&ask(backend, &said(session, "acp:which")).await.said())
}

pub(crate) fn pid_and_rest(said: &str) -> (i32, String) {
    let words = said.strip_prefix("pid ").expect("it says which process it is");
    let (pid, rest) = words.split_once(' ').expect("and more");
    (pid.parse().expect("a number"), rest.to_owned())
}

/// Waits until a process is gone, and was waited for if it was ours.
pub(crate) async fn is_gone(pid: i32) {
    until("the process is gone", || kill(Pid::from_raw(pid), None).is_err()).await;
}
