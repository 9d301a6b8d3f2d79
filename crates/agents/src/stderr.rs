//! The end of what a program said on stderr. All of it is read, so that the program never waits for that.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use tokio::io::AsyncReadExt;
use tokio::process::ChildStderr;

/// Most that is read at once.
const PIECE: usize = 4096;

/// What is kept of it.
pub(crate) struct Stderr {
    last: Mutex<VecDeque<u8>>,
    /// Most bytes of it.
    most: usize,
}

impl Stderr {
    /// Keeps the last bytes of it, so many at most.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            last: Mutex::default(),
            most,
        }
    }

    /// Reads to the end, and keeps the last of it.
    pub(crate) async fn keep(&self, mut pipe: ChildStderr) {
        let mut piece = [0; PIECE];
        loop {
            match pipe.read(&mut piece).await {
                Ok(0) => return,
                Ok(bytes) => {
                    let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
                    last.extend(&piece[..bytes]);
                    let over = last.len().saturating_sub(self.most);
                    last.drain(..over);
                }
                Err(error) => return tracing::debug!("stderr of a program broke: {error}"),
            }
        }
    }

    /// The last of it, in words.
    pub(crate) fn end(&self) -> String {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // A character that was cut at the front is none.
        while last.len() == self.most && last.front().is_some_and(|byte| byte & 0xC0 == 0x80) {
            last.pop_front();
        }
        String::from_utf8_lossy(last.make_contiguous()).trim().to_owned()
    }
}
