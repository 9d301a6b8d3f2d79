//! Calls that wait for their answer: id → waiting caller. All fail when the process goes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use fased_protocol::MAX_CALLS_IN_FLIGHT;
use fased_protocol::fault::{Fault, FaultCode};
use fased_protocol::sidecar::{Outcome, Reply};
use tokio::sync::oneshot;

type Answer = Result<Reply, Fault>;

/// The calls under way to one sidecar.
#[derive(Clone, Default)]
pub struct Calls {
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Default)]
struct Waiting {
    last_id: u64,
    callers: HashMap<u64, oneshot::Sender<Answer>>,
    gone: bool,
}

impl Calls {
    pub(super) fn begin(&self) -> Result<(u64, oneshot::Receiver<Answer>), Fault> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.gone {
            return Err(gone());
        }
        if waiting.callers.len() >= MAX_CALLS_IN_FLIGHT {
            let message = format!("{MAX_CALLS_IN_FLIGHT} calls are under way");
            return Err(Fault {
                code: FaultCode::Overloaded,
                message,
            });
        }
        waiting.last_id += 1;
        let id = waiting.last_id;
        let (caller, answer) = oneshot::channel();
        waiting.callers.insert(id, caller);
        Ok((id, answer))
    }

    pub(super) fn answer(&self, id: u64, outcome: Outcome) {
        let caller = self
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .callers
            .remove(&id);
        let answer = match outcome {
            Outcome::Ok { reply } => Ok(reply),
            Outcome::Error { fault } => Err(fault),
        };
        if caller.is_none_or(|caller| caller.send(answer).is_err()) {
            tracing::debug!(id, "an answer came after its deadline");
        }
    }

    pub(super) fn forget(&self, id: u64) {
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .callers
            .remove(&id);
    }

    pub(super) fn fail_all(&self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.gone = true;
        // Dropping the senders tells every caller.
        waiting.callers.clear();
    }
}

pub(super) fn gone() -> Fault {
    Fault {
        code: FaultCode::NotConnected,
        message: "the sidecar is gone".to_owned(),
    }
}

pub(super) fn timed_out(message: &str) -> Fault {
    Fault {
        code: FaultCode::TimedOut,
        message: message.to_owned(),
    }
}
