//! One sidecar process: its own process group, its pipes, its end.
//!
//! The parent owns the child's whole life: end of stdin means leave, then TERM, then KILL to the
//! group, and always a wait. Dropping [`Sidecar`] kills the group.

mod calls;
mod ending;
mod spawn;
pub mod translate;

use std::process::ExitStatus;
use std::time::Duration;

use fased_agents::warden::Ward;
use fased_protocol::control::CageInfo;
use fased_protocol::fault::Fault;
use fased_protocol::line::{self, BadLine};
use fased_protocol::private::Jid;
use fased_protocol::sidecar::{Call, Closed, Event, FromSidecar, Hello, Link, Reply, ToSidecar};
use fased_protocol::{MAX_LINE_BYTES, WRITER_QUEUE_FRAMES};
use futures_util::StreamExt;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncRead, AsyncWriteExt};
use tokio::process::{Child, ChildStdin};
use tokio::sync::mpsc;
use tokio_util::codec::{FramedRead, LinesCodec};

pub use calls::Calls;
pub(crate) use ending::why;
pub use spawn::{CannotStart, SpawnOptions, mended_by, spawn};

/// A frame that cannot be written within this means that the sidecar does not read any more.
const WRITE_DEADLINE: Duration = Duration::from_secs(10);
/// A call without an answer after this has failed; a late answer is dropped.
const CALL_DEADLINE: Duration = Duration::from_secs(30);
/// How much of what a sidecar wrote to stderr is kept to explain its end.
const STDERR_TAIL_BYTES: usize = 4096;

/// What the account's driver hears from its sidecar. Events and responses go their own ways.
#[derive(Debug)]
pub enum News {
    /// The first line.
    Hello(Hello),
    /// Auth files were read.
    Ready {
        /// Usable credentials?
        linked: bool,
        /// They were damaged and taken from their last good copy.
        restored: bool,
        /// Node's permission model is in force.
        permissions: bool,
    },
    /// Where the link stands.
    Link(Link),
    /// Why it ended.
    Closed(Closed),
    /// A line that breaks the protocol; the sidecar must be replaced.
    Broken(BadLine),
    /// It does not read, or does not answer.
    Unresponsive(&'static str),
    /// The process is gone and all it wrote was read.
    Exited {
        /// How.
        status: Option<ExitStatus>,
        /// The end of its stderr.
        stderr: String,
    },
}

/// A recipient could not read a message and asks for it again.
#[derive(Debug)]
pub struct Lookup {
    /// To answer by.
    pub id: u64,
    /// Our message id.
    pub message_id: String,
    /// The chat, as the recipient named it.
    pub chat: Jid,
}

/// A numbered event, on its way to the journal.
pub type SequencedEvent = (u64, Event);

/// Where what a sidecar says goes.
pub struct Ears {
    /// To the account's driver.
    pub news: mpsc::Sender<News>,
    /// To the journal.
    pub events: mpsc::Sender<SequencedEvent>,
    /// To whoever knows what was sent. When it is full the lookup is not answered, which is a miss.
    pub lookups: mpsc::Sender<Lookup>,
}

/// A running sidecar.
pub struct Sidecar {
    /// The process id; also that of its group.
    pub pid: u32,
    /// What it is kept from. Whether Node's permission model is in force, it says itself later.
    pub cage: CageInfo,
    writer: mpsc::Sender<ToSidecar>,
    calls: Calls,
}

/// Sends frames and calls to a sidecar; every clone goes stale when the process goes.
#[derive(Clone)]
pub struct SidecarHandle {
    writer: mpsc::Sender<ToSidecar>,
    calls: Calls,
}

impl Sidecar {
    /// For those who send.
    #[must_use]
    pub fn handle(&self) -> SidecarHandle {
        SidecarHandle {
            writer: self.writer.clone(),
            calls: self.calls.clone(),
        }
    }

    /// Signals the whole group. A group that is gone already is fine.
    pub fn signal(&self, signal: Signal) {
        let Ok(pid) = i32::try_from(self.pid) else { return };
        if let Err(errno) = killpg(Pid::from_raw(pid), signal) {
            tracing::debug!(pid, %signal, %errno, "the sidecar's group is gone");
        }
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
    }
}

impl SidecarHandle {
    /// Has the process ended, so that nothing reaches it any more?
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.writer.is_closed()
    }

    /// Queues a frame.
    ///
    /// # Errors
    /// When the sidecar is gone, or has not read for too long.
    pub async fn send(&self, frame: ToSidecar) -> Result<(), Fault> {
        match tokio::time::timeout(WRITE_DEADLINE, self.writer.send(frame)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(calls::gone()),
            Err(_) => Err(calls::timed_out("the sidecar does not read")),
        }
    }

    /// Asks for something and waits for the answer, at most thirty seconds.
    ///
    /// # Errors
    /// What the sidecar said, or that it is gone, overloaded or silent.
    pub async fn call(&self, call: Call) -> Result<Reply, Fault> {
        self.call_within(call, CALL_DEADLINE).await
    }

    /// The same, for what takes its time: files.
    ///
    /// # Errors
    /// As for [`SidecarHandle::call`].
    pub async fn call_within(&self, call: Call, deadline: Duration) -> Result<Reply, Fault> {
        let sends = matches!(call, Call::Send { .. });
        let (id, answer) = self.calls.begin()?;
        if let Err(fault) = self.send(ToSidecar::Request { id, call }).await {
            self.calls.forget(id);
            return Err(fault);
        }
        match tokio::time::timeout(deadline, answer).await {
            Ok(Ok(outcome)) => outcome,
            // It had the message already; `not_connected` would say that nothing was written.
            Ok(Err(_)) if sends => Err(calls::timed_out("the sidecar ended before it answered")),
            Ok(Err(_)) => Err(calls::gone()),
            Err(_) => {
                self.calls.forget(id);
                let seconds = deadline.as_secs();
                Err(calls::timed_out(&format!(
                    "the sidecar did not answer in {seconds} s"
                )))
            }
        }
    }
}

/// Connects pipes to channels: one task reads, one writes, one listens to stderr, one waits.
fn supervise(
    (mut child, ward): (Child, Ward),
    lock: crate::lease::AuthLock,
    ears: Ears,
    cage: CageInfo,
) -> std::io::Result<Sidecar> {
    let missing = || std::io::Error::other("the child has no pipes");
    let pid = child.id().ok_or_else(missing)?;
    let serving = i32::try_from(pid).ok().map(crate::process::Serving::new);
    let stdin = child.stdin.take().ok_or_else(missing)?;
    let stdout = child.stdout.take().ok_or_else(missing)?;
    let stderr = child.stderr.take().ok_or_else(missing)?;
    let (writer, to_write) = mpsc::channel(WRITER_QUEUE_FRAMES);
    let calls = Calls::default();
    let news = ears.news.clone();
    let reader = tokio::spawn(read(stdout, ears, calls.clone()));
    let listener = tokio::spawn(listen(stderr));
    let write_news = news.clone();
    let write = tokio::spawn(write(stdin, to_write, write_news));
    let all_calls = calls.clone();
    tokio::spawn(async move {
        let status = child.wait().await.ok();
        // Its number may belong to somebody else from here on.
        drop(ward);
        write.abort();
        // What it wrote before it died counts; only then is the account told.
        let read_all = reader.await.is_ok();
        let stderr = listener.await.unwrap_or_default();
        all_calls.fail_all();
        drop((lock, serving));
        tracing::debug!(pid, ?status, read_all, "sidecar gone");
        if news.send(News::Exited { status, stderr }).await.is_err() {
            tracing::debug!(pid, "nobody waits for this sidecar any more");
        }
    });
    Ok(Sidecar {
        pid,
        cage,
        writer,
        calls,
    })
}

async fn read(
    stdout: impl AsyncRead + Unpin,
    Ears {
        news,
        events,
        lookups,
    }: Ears,
    calls: Calls,
) {
    let mut lines = FramedRead::new(stdout, LinesCodec::new_with_max_length(MAX_LINE_BYTES));
    while let Some(line) = lines.next().await {
        let frame = match line {
            Ok(line) => line::decode::<FromSidecar>(&line),
            // The codec gives no way to go on after too long a line.
            Err(error) => {
                tracing::warn!(%error, "a line of the sidecar cannot be read");
                Err(BadLine::TooLong(MAX_LINE_BYTES + 1))
            }
        };
        let told = match frame {
            Ok(FromSidecar::Event { seq, event }) => events.send((seq, event)).await.is_ok(),
            Ok(FromSidecar::Lookup { id, message_id, chat }) => {
                if lookups.try_send(Lookup { id, message_id, chat }).is_err() {
                    tracing::warn!("too many lookups at once; this one is not answered");
                }
                true
            }
            Ok(FromSidecar::Response { id, outcome }) => {
                calls.answer(id, outcome);
                true
            }
            Ok(FromSidecar::Hello(hello)) => news.send(News::Hello(hello)).await.is_ok(),
            Ok(FromSidecar::Ready {
                linked,
                restored,
                permissions,
            }) => {
                let ready = News::Ready {
                    linked,
                    restored,
                    permissions,
                };
                news.send(ready).await.is_ok()
            }
            Ok(FromSidecar::Link { link }) => news.send(News::Link(link)).await.is_ok(),
            Ok(FromSidecar::Closed(closed)) => news.send(News::Closed(closed)).await.is_ok(),
            Err(BadLine::NotAFrame) => {
                tracing::debug!("a stray line on the sidecar's stdout was stepped over");
                true
            }
            Err(bad) => {
                let fatal = !matches!(bad, BadLine::UnknownKind(_));
                tracing::warn!(%bad, "the sidecar broke the protocol");
                let told = !fatal || news.send(News::Broken(bad)).await.is_ok();
                told && !fatal
            }
        };
        if !told {
            return;
        }
    }
}

async fn write(mut stdin: ChildStdin, mut frames: mpsc::Receiver<ToSidecar>, news: mpsc::Sender<News>) {
    // When every sender is gone the loop ends, stdin is dropped, and the sidecar reads its end.
    while let Some(frame) = frames.recv().await {
        let line = match line::encode(&frame) {
            Ok(line) => line,
            Err(bad) => {
                tracing::error!(%bad, "a frame for the sidecar was dropped");
                continue;
            }
        };
        let written = tokio::time::timeout(WRITE_DEADLINE, stdin.write_all(line.as_bytes())).await;
        match written {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::debug!(%error, "the sidecar closed its stdin");
                return;
            }
            Err(_) => {
                if news
                    .send(News::Unresponsive("it has not read its stdin for 10 s"))
                    .await
                    .is_err()
                {
                    tracing::debug!("nobody waits for this sidecar any more");
                }
                return;
            }
        }
    }
}

async fn listen(stderr: impl AsyncRead + Unpin) -> String {
    let mut lines = FramedRead::new(stderr, LinesCodec::new_with_max_length(MAX_LINE_BYTES));
    let mut tail = String::new();
    while let Some(Ok(line)) = lines.next().await {
        if line.starts_with("{\"level\":\"warn\"") || line.starts_with("{\"level\":\"error\"") {
            tracing::warn!(target: "fased::sidecar::stderr", "{line}");
        } else {
            tracing::debug!(target: "fased::sidecar::stderr", "{line}");
        }
        tail.push_str(&line);
        tail.push('\n');
        if tail.len() > 2 * STDERR_TAIL_BYTES {
            let cut = tail.len() - STDERR_TAIL_BYTES;
            let cut = (cut..tail.len())
                .find(|at| tail.is_char_boundary(*at))
                .unwrap_or(tail.len());
            tail.drain(..cut);
        }
    }
    tail
}
