//! What the driver watches by itself: how much memory its process takes, and after a sleep whether the link lives.

use std::time::Duration;

use fased_policy::lifecycle::{DegradedReason, Input, Status};
use fased_protocol::fault::{Fault, FaultCode};
use fased_protocol::sidecar as wire;
use tokio::time::{Interval, MissedTickBehavior};

use super::{Driver, Process};
use crate::memory;

/// How often a process is weighed.
const WEIGH_EVERY: Duration = Duration::from_secs(5);
/// The sidecar itself gives WhatsApp ten seconds; it must be able to say so.
const PROBE_DEADLINE: Duration = Duration::from_secs(12);
const MEBIBYTE: u64 = 1 << 20;

/// The ticks at which a process is weighed.
pub(super) fn every_few_seconds() -> Interval {
    let mut ticks = tokio::time::interval(WEIGH_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

impl Driver {
    /// In its own task, because the answer comes through pipes that others wait for, too.
    pub(super) fn probe(&mut self) {
        let Some(handle) = self.handle() else { return };
        tracing::info!("the link is asked for a sign of life");
        let asked = async move { handle.call_within(wire::Call::Ping, PROBE_DEADLINE).await };
        self.probe = Some(tokio::spawn(asked));
    }

    pub(super) async fn probed(&mut self, answer: Result<wire::Reply, Fault>) {
        self.probe = None;
        match answer {
            Ok(_) => tracing::info!("the link lives"),
            // Too busy to be asked is not dead; its own pings watch it.
            Err(fault) if fault.code == FaultCode::Overloaded => {
                tracing::info!("the link is too busy to be asked: {}", fault.message);
            }
            Err(fault) => {
                self.detail = Some(format!("no sign of life after a sleep: {}", fault.message));
                self.step(Input::ProbeFailed).await;
            }
        }
    }

    /// Is its process too big?
    pub(super) async fn weigh(&mut self) {
        let Process::Running(sidecar) = &self.process else {
            return;
        };
        let Some(bytes) = memory::rss_bytes(sidecar.pid) else {
            return;
        };
        let most = self.shared.config().memory_bytes;
        // One that is leaving already for another reason keeps that reason.
        let working = match self.machine.status() {
            Status::Connecting
            | Status::Linking
            | Status::Ready
            | Status::Degraded(DegradedReason::CredsRestored) => true,
            Status::Disabled
            | Status::Suspended
            | Status::Unlinked
            | Status::Degraded(_)
            | Status::BackingOff { .. }
            | Status::Replaced
            | Status::LoggedOut
            | Status::Forbidden
            | Status::ClientOutdated
            | Status::StorageFailed
            | Status::BreakerOpen => false,
        };
        if bytes > most && working {
            let text = format!(
                "its process took {} MB, more than the {} MB of supervision.memoryMb",
                bytes / MEBIBYTE,
                most / MEBIBYTE
            );
            tracing::warn!("the sidecar is replaced: {text}");
            self.detail = Some(text);
            self.step(Input::OverMemory).await;
        }
    }

    /// Does it wait for an attempt that will not come once the gateway has ended? A ban goes on, and WhatsApp's refusal
    /// of our version is worth keeping.
    pub(super) fn waits_in_vain(&self) -> bool {
        match self.machine.status() {
            Status::BackingOff { .. }
            | Status::StorageFailed
            | Status::BreakerOpen
            | Status::Degraded(DegradedReason::OverMemory) => true,
            Status::Disabled
            | Status::Suspended
            | Status::Unlinked
            | Status::Linking
            | Status::Connecting
            | Status::Ready
            | Status::Degraded(_)
            | Status::Replaced
            | Status::LoggedOut
            | Status::Forbidden
            | Status::ClientOutdated => false,
        }
    }
}
