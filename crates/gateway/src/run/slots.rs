//! How many agents work at once, over all accounts. Whoever waited longest goes first.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Places for runs under way.
#[derive(Debug)]
pub(crate) struct Slots {
    free: Arc<Semaphore>,
    size: Mutex<Size>,
}

#[derive(Debug, Default)]
struct Size {
    wanted: usize,
    /// Places that are to go as soon as the runs end that have them.
    surplus: usize,
}

/// One place, until this is dropped.
pub(crate) struct Slot {
    slots: Arc<Slots>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Slots {
    pub(crate) fn new(size: usize) -> Arc<Self> {
        Arc::new(Self {
            free: Arc::new(Semaphore::new(size)),
            size: Mutex::new(Size {
                wanted: size,
                surplus: 0,
            }),
        })
    }

    /// From now on there are so many. Runs under way go on.
    pub(crate) fn resize(&self, wanted: usize) {
        let mut size = self.lock();
        if wanted > size.wanted {
            let more = wanted - size.wanted;
            let kept = more.min(size.surplus);
            size.surplus -= kept;
            self.free.add_permits(more - kept);
        } else {
            let fewer = size.wanted - wanted;
            size.surplus += fewer - self.free.forget_permits(fewer);
        }
        size.wanted = wanted;
    }

    /// A place that is free and for which nobody waits.
    pub(crate) fn try_take(self: &Arc<Self>) -> Option<Slot> {
        let permit = Arc::clone(&self.free).try_acquire_owned().ok()?;
        Some(self.slot(permit))
    }

    /// A place, when it is this one's turn.
    pub(crate) async fn take(self: Arc<Self>) -> Slot {
        match Arc::clone(&self.free).acquire_owned().await {
            Ok(permit) => self.slot(permit),
            // The places are closed, which nobody does: it is nobody's turn.
            Err(_) => std::future::pending().await,
        }
    }

    fn slot(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> Slot {
        Slot {
            slots: Arc::clone(self),
            permit: Some(permit),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Size> {
        self.size.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut size = self.slots.lock();
        let permit = self.permit.take();
        if size.surplus > 0 {
            size.surplus -= 1;
            if let Some(permit) = permit {
                permit.forget();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn fewer_places_hold_as_soon_as_runs_end_and_more_at_once() {
        let slots = Slots::new(2);
        let (first, second) = (slots.try_take(), slots.try_take());
        assert!(first.is_some() && second.is_some() && slots.try_take().is_none());
        slots.resize(1);
        drop(first);
        assert!(slots.try_take().is_none(), "the second still has the only place");
        drop(second);
        let only = slots.try_take();
        assert!(only.is_some() && slots.try_take().is_none());
        slots.resize(3);
        let more = (slots.try_take(), slots.try_take());
        assert!(more.0.is_some() && more.1.is_some() && slots.try_take().is_none());
        slots.resize(1);
        slots.resize(2);
        drop((only, more));
        let two = (slots.try_take(), slots.try_take());
        assert!(two.0.is_some() && two.1.is_some() && slots.try_take().is_none());
    }
}
