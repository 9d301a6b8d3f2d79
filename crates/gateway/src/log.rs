//! The log in files: `logs/gateway.log` in the state dir, a JSON object a line, and the files before it.
//!
//! Nobody who logs ever waits for the disk: lines go through a queue with a bound, and what cannot be written is lost and
//! counted. stderr has its own way and is not touched by any of this.

mod files;
mod line;
mod recent;
pub(crate) mod span;
mod tail;

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

use crate::config::Logging;
use files::Files;
pub use line::{Level, Line};
pub use recent::{Recent, recent};
pub use tail::{Tail, last};

/// The file that is written; `.1` and so on are the ones before.
pub const FILE: &str = "gateway.log";

/// Lines that wait for the disk. When it is full, further ones are lost, and the next that is written says how many.
const QUEUE: usize = 4_096;
/// How long the end of the process waits for the disk.
const END_DEADLINE: Duration = Duration::from_secs(1);

/// Where lines are handed over; cheap to clone.
#[derive(Clone)]
pub struct ToFiles {
    queue: SyncSender<Written>,
    lost: Arc<AtomicU64>,
}

/// This process writes its log to files.
static BEGUN: AtomicBool = AtomicBool::new(false);

/// Does this process write its log to files?
#[must_use]
pub fn is_to_files() -> bool {
    BEGUN.load(Ordering::Relaxed)
}

enum Written {
    Line(Vec<u8>),
    End,
}

/// Writes what was handed over, until it is dropped.
pub struct Writer {
    queue: SyncSender<Written>,
    ended: Receiver<()>,
}

/// Begins to write to this folder, which is made when there is a first line.
///
/// # Errors
/// When no thread can be started.
pub fn begin(dir: PathBuf, settings: Logging) -> io::Result<(ToFiles, Writer)> {
    let (queue, lines) = sync_channel(QUEUE);
    let (end, ended) = sync_channel(1);
    let lost = Arc::new(AtomicU64::new(0));
    let to_files = ToFiles {
        queue: queue.clone(),
        lost: Arc::clone(&lost),
    };
    std::thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || {
            let mut files = Files::new(dir, settings.max_bytes, settings.keep);
            for written in lines {
                match written {
                    Written::Line(line) => write(&mut files, &line, &lost),
                    Written::End => break,
                }
            }
            // Whoever waits may have given up.
            end.send(()).ok();
        })?;
    BEGUN.store(true, Ordering::Relaxed);
    Ok((to_files, Writer { queue, ended }))
}

/// What `tracing` writes, in the form that is read again.
pub fn layer<S>(to_files: ToFiles) -> impl tracing_subscriber::Layer<S>
where
    S: tracing::Subscriber + for<'span> tracing_subscriber::registry::LookupSpan<'span>,
{
    tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(true)
        .with_writer(to_files)
}

/// A line that cannot be written is lost, and counted like those that found the queue full.
fn write(files: &mut Files, line: &[u8], lost: &AtomicU64) {
    let before = lost.swap(0, Ordering::Relaxed);
    if before > 0 && files.write(line::lost(before).as_bytes()).is_err() {
        lost.fetch_add(before, Ordering::Relaxed);
    }
    if files.write(line).is_err() {
        lost.fetch_add(1, Ordering::Relaxed);
    }
}

impl Write for ToFiles {
    /// Takes one whole line, and never fails: who logs is not to hear of the disk.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match self.queue.try_send(Written::Line(line.to_vec())) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.lost.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for ToFiles {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // With a full queue the disk is too slow to be waited for.
        if self.queue.try_send(Written::End).is_ok() {
            self.ended.recv_timeout(END_DEADLINE).ok();
        }
    }
}

#[cfg(test)]
mod tests;
