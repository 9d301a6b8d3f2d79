//! A process, and the connection with it.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::permission;
use super::wire::{self, Agent, Error, Heard};
use crate::process::Process;
use crate::stderr::Stderr;
use crate::{AcpSettings, CommandSettings, Failure, Request, environment};

/// How much is kept of stderr, in bytes.
const KEPT: usize = 64 * 1024;
/// How long an agent may take to leave by itself once its input has ended.
const LEAVES: Duration = Duration::from_millis(500);
/// How long its output may still be held open by others once the program itself has ended, or it may live on without one.
const HELD_OPEN: Duration = Duration::from_millis(500);

/// A process that is spoken to. Dropping it ends the process; those who can wait use one of the other ends.
pub(super) struct Link {
    pub(super) agent: Agent,
    pub(super) heard: mpsc::Receiver<Heard>,
    pub(super) process: Process,
    broken: Arc<OnceLock<Failure>>,
    /// Ends the connection, and with it the agent's input.
    hang_up: CancellationToken,
    _driver: AbortOnDropHandle<()>,
    stderr: Arc<Stderr>,
    reads_stderr: AbortOnDropHandle<()>,
}

/// Why a request got no answer.
pub(super) enum Unanswered {
    /// The agent declined.
    Refused(Error),
    /// It took too long.
    Late,
    /// The process or the connection is gone.
    Lost,
}

impl Unanswered {
    pub(super) fn of(error: Error) -> Self {
        if wire::is_connection_terminated(&error) || wire::is_incoming_transport_closed(&error) {
            Self::Lost
        } else {
            Self::Refused(error)
        }
    }
}

impl Link {
    /// Starts the program.
    pub(super) async fn open(
        settings: &AcpSettings,
        work: &Path,
        request: &Request,
    ) -> Result<Self, Failure> {
        let mut program = settings.program.clone();
        if program.folder.as_os_str().is_empty() {
            program.folder = work.to_owned();
        }
        let environment = environment::of(&program, &request.envelope);
        let (process, pipes) = Process::start(&program, environment)?;
        let stderr = Arc::new(Stderr::new(KEPT));
        let reader = Arc::clone(&stderr);
        let reads_stderr = tokio::spawn(async move { reader.keep(pipes.stderr).await });
        let hang_up = CancellationToken::new();
        let (wire, driver) = wire::connect(pipes.stdin, pipes.stdout, hang_up.clone());
        let driver = AbortOnDropHandle::new(tokio::spawn(driver));
        let Some(wire) = wire.await else {
            return Err(Failure::NotStarted("its pipes broke at once".to_owned()));
        };
        Ok(Self {
            agent: wire.agent,
            heard: wire.heard,
            process,
            broken: wire.broken,
            hang_up,
            _driver: driver,
            stderr,
            reads_stderr: AbortOnDropHandle::new(reads_stderr),
        })
    }

    /// Waits for an answer. What the agent says meanwhile is let go of.
    pub(super) async fn answer<T>(
        &mut self,
        answer: impl Future<Output = Result<T, Error>>,
        within: Duration,
    ) -> Result<T, Unanswered> {
        let mut answer = pin!(timeout(within, answer));
        loop {
            tokio::select! {
                biased;
                heard = self.heard.recv() => match heard {
                    Some(heard) => let_go(heard),
                    None => return Err(Unanswered::Lost),
                },
                answered = &mut answer => return match answered {
                    Ok(answered) => answered.map_err(Unanswered::of),
                    Err(_) => Err(Unanswered::Late),
                },
                () = gone(&mut self.process) => return Err(Unanswered::Lost),
            }
        }
    }

    /// Waits until there is nobody to speak to any more. What the agent says meanwhile is let go of.
    pub(super) async fn lost(&mut self) {
        let closed = self.agent.clone();
        let mut closed = pin!(async {
            tokio::select! {
                () = closed.incoming_closed() => {}
                _ = closed.terminated() => {}
            }
        });
        loop {
            tokio::select! {
                heard = self.heard.recv() => match heard {
                    Some(heard) => let_go(heard),
                    None => return,
                },
                () = &mut closed => return,
                () = self.process.ended() => return,
            }
        }
    }

    /// Lets the agent leave by itself, and ends it if it does not.
    pub(super) async fn leave(mut self) {
        self.hang_up.cancel();
        if timeout(LEAVES, self.process.ended()).await.is_err() {
            return self.process.stop().await;
        }
        if let Err(error) = self.process.finish().await {
            tracing::warn!("waiting for an agent failed: {error}");
        }
    }

    /// Ends the agent. The end of what it said on stderr.
    pub(super) async fn stop(mut self) -> String {
        self.process.stop().await;
        last_words(&mut self.reads_stderr, &self.stderr).await
    }

    /// Ends what is left of an agent that was lost, and says why it was.
    pub(super) async fn why(mut self) -> Failure {
        if let Some(failure) = self.broken.get().cloned() {
            return failure.beside(self.stop().await);
        }
        if timeout(HELD_OPEN, self.process.ended()).await.is_err() {
            let failure = Failure::CutOff("it closed its output, although it had not ended".to_owned());
            return failure.beside(self.stop().await);
        }
        let status = match self.process.finish().await {
            Ok(status) => status.to_string(),
            Err(error) => format!("a status that is not known: {error}"),
        };
        Failure::Exited {
            status,
            stderr: last_words(&mut self.reads_stderr, &self.stderr).await,
        }
    }
}

/// What an agent that has ended said last on stderr. It may still be in the pipe, and somebody who left its group may hold
/// that open for ever.
async fn last_words(reads: &mut AbortOnDropHandle<()>, stderr: &Stderr) -> String {
    if timeout(HELD_OPEN, reads).await.is_err() {
        tracing::debug!("stderr of an agent that has ended is still held open");
    }
    stderr.end()
}

/// Something that nobody is there for.
fn let_go(heard: Heard) {
    match heard {
        Heard::Update(_) => {}
        Heard::Ask(wish) => {
            if wish.responder.respond(permission::cancelled()).is_err() {
                tracing::debug!("an agent is gone that had asked for permission");
            }
        }
    }
}

/// Waits until a process has ended, and some more, for what it said last.
pub(super) async fn gone(process: &mut Process) {
    process.ended().await;
    timeout(HELD_OPEN, std::future::pending::<()>()).await.ok();
}

/// The folder in which an agent works.
pub(super) fn work(settings: &AcpSettings) -> Result<PathBuf, Failure> {
    let CommandSettings { folder, .. } = &settings.program;
    let named = [&settings.work, folder]
        .into_iter()
        .find(|path| !path.as_os_str().is_empty());
    let folder = match named {
        Some(folder) => std::path::absolute(folder),
        None => std::env::current_dir(),
    };
    let folder =
        folder.map_err(|error| Failure::NotStarted(format!("there is no folder to work in: {error}")))?;
    if !folder.is_dir() {
        let folder = folder.display();
        return Err(Failure::NotStarted(format!(
            "its folder {folder} is not there; make it with `mkdir -p {folder}`"
        )));
    }
    Ok(folder)
}
