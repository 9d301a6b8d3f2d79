//! `fased gateway stop`: done when the state dir is free for the next gateway.

use std::fs::File;
use std::time::Duration;

use fased::client;
use fased::paths::Paths;
use fased_protocol::control::{ControlRequest, ControlResponse};
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};

use super::ask::{done, timed_out};
use super::runtime::{block_on, paths};
use super::{Global, Outcome, ask};

/// A drain takes up to 5 s, ending the sidecars some more.
const DEADLINE: Duration = Duration::from_secs(20);

const LOOK_EVERY: Duration = Duration::from_millis(100);

pub(super) fn run(global: &Global) -> Outcome {
    let paths = paths(global)?;
    block_on(async {
        let pid = ask::gateway(&paths).await?.pid;
        client::ask(&paths, &ControlRequest::GatewayStop).await?;
        tokio::time::timeout(DEADLINE, lease_is_free(&paths))
            .await
            .map_err(|_elapsed| {
                let message = format!(
                    "the gateway (pid {pid}) did not end within {} s",
                    DEADLINE.as_secs()
                );
                timed_out(
                    message,
                    &format!("look at its log; as a last resort: kill -9 {pid}"),
                )
            })?;
        done(
            global,
            ControlResponse::Done {
                message: format!("the gateway (pid {pid}) has ended"),
            },
        )
    })
}

async fn lease_is_free(paths: &Paths) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    loop {
        ticks.tick().await;
        // The lease is tried only once nobody answers, so that trying it is never in anyone's way.
        let answers = client::open(paths, &ControlRequest::GatewayStatus).await.is_ok();
        if !answers && !is_held(paths) {
            return;
        }
    }
}

/// Whether somebody holds the lease. Trying takes it for an instant, and shared.
fn is_held(paths: &Paths) -> bool {
    let Ok(file) = File::open(&paths.lease) else {
        return false;
    };
    matches!(
        Flock::lock(file, FlockArg::LockSharedNonblock),
        Err((_, Errno::EWOULDBLOCK))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_seen_as_held_and_as_free() {
        let dir = tempfile::tempdir().expect("temp dir");
        let paths = Paths::resolve(Some(dir.path()), None).expect("paths");
        assert!(!is_held(&paths), "no file, no lease");
        let file = File::create(&paths.lease).expect("lease file");
        assert!(!is_held(&paths));
        let held = Flock::lock(file, FlockArg::LockExclusiveNonblock)
            .map_err(|(_, errno)| errno)
            .expect("lock");
        assert!(is_held(&paths));
        drop(held);
        assert!(!is_held(&paths));
    }
}
