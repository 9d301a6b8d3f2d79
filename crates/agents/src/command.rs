//! Runs a program for each turn: the envelope on its stdin, the answer on its stdout.
//!
//! The program gets the envelope as one line of JSON and then the end of its input; it need not read it. It may log to
//! stderr as it likes. Its answer is complete when it has ended: whatever of its process group still lives then is ended
//! as well, so a program that is to leave something running makes a session of its own for it (`setsid`).

mod output;

use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::time::{Instant, timeout, timeout_at};

use self::output::Output;
use crate::process::Process;
use crate::stderr::Stderr;
use crate::{Backend, CommandSettings, Done, Events, Failure, Request, environment};

/// How long stdout may still be held open by others once the program itself has ended.
const HELD_OPEN: Duration = Duration::from_millis(500);
/// How much is kept of stderr.
const KEPT: usize = 4096;
/// Most that is read at once.
const PIECE: usize = 16 * 1024;

/// Runs a program for each turn.
#[derive(Debug)]
pub struct Command {
    settings: CommandSettings,
}

impl Command {
    /// With these settings.
    #[must_use]
    pub fn new(settings: CommandSettings) -> Self {
        Self { settings }
    }

    async fn turn(&self, request: &Request, events: &Events) -> Result<Done, Failure> {
        let mut envelope = serde_json::to_vec(&request.envelope)
            .map_err(|error| Failure::NotStarted(format!("the envelope is no JSON: {error}")))?;
        envelope.push(b'\n');
        let environment = environment::of(&self.settings, &request.envelope);
        let (mut process, pipes) = Process::start(&self.settings, environment)?;

        let said = Stderr::new(KEPT);
        let mut aside = pin!(async { tokio::join!(feed(pipes.stdin, &envelope), said.keep(pipes.stderr)) });
        let mut aside_done = false;
        let held = {
            let mut output = Output::new(self.settings.output);
            let mut answer = pin!(listen(&mut process, pipes.stdout, &mut output, events));
            loop {
                tokio::select! {
                    heard = &mut answer => break heard?,
                    _ = &mut aside, if !aside_done => aside_done = true,
                }
            }
        };
        let status = process.finish().await.map_err(|error| broken(&error))?;
        // What it said last may still be in the pipe. Somebody who left its group may hold that open for ever.
        if !aside_done && timeout(HELD_OPEN, aside).await.is_err() {
            tracing::debug!("stderr of a program that has ended is still held open");
        }
        if !status.success() {
            return Err(Failure::Exited {
                status: status.to_string(),
                stderr: said.end(),
            });
        }
        let left = match held {
            None => "",
            Some(stdout) => {
                if closes(stdout).await {
                    "; something it had started was still running and was ended"
                } else {
                    "; something it had started has left its process group and lives on"
                }
            }
        };
        Ok(Done {
            detail: Some(format!("{status}{left}")),
            cut_short: None,
            session: None,
        })
    }
}

impl Backend for Command {
    fn answer<'a>(
        &'a self,
        request: &'a Request,
        events: &'a Events,
    ) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(self.turn(request, events))
    }
}

/// Hands the envelope over. A program need not want it.
async fn feed(mut stdin: ChildStdin, envelope: &[u8]) {
    if let Err(error) = stdin.write_all(envelope).await {
        tracing::debug!("a program did not read all of its envelope: {error}");
    }
}

/// Whether nobody holds it open any more, now that the group is killed.
async fn closes(mut stdout: ChildStdout) -> bool {
    let mut piece = vec![0; PIECE];
    let closed = async { while !matches!(stdout.read(&mut piece).await, Ok(0) | Err(_)) {} };
    timeout(HELD_OPEN, closed).await.is_ok()
}

/// Listens until the program has ended and its output with it. Its output, if something else still holds that open.
async fn listen(
    process: &mut Process,
    mut stdout: ChildStdout,
    output: &mut Output,
    events: &Events,
) -> Result<Option<ChildStdout>, Failure> {
    let mut piece = vec![0; PIECE];
    let mut until: Option<Instant> = None;
    let held_open = loop {
        let read = match until {
            None => tokio::select! {
                read = stdout.read(&mut piece) => read,
                () = process.ended() => {
                    until = Some(Instant::now() + HELD_OPEN);
                    continue;
                }
            },
            Some(until) => match timeout_at(until, stdout.read(&mut piece)).await {
                Ok(read) => read,
                Err(_) => break true,
            },
        };
        let bytes = read.map_err(|error| broken(&error))?;
        if bytes == 0 {
            break false;
        }
        let before = Instant::now();
        for event in output.push(&piece[..bytes])? {
            events.tell(event).await;
        }
        // What is in the pipe is read however long the listener takes.
        until = until.map(|until| until + before.elapsed());
    };
    for event in output.end()? {
        events.tell(event).await;
    }
    process.ended().await;
    Ok(held_open.then_some(stdout))
}

fn broken(error: &std::io::Error) -> Failure {
    Failure::CutOff(format!("reading from the program failed: {error}"))
}
