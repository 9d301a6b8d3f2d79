//! `fased gateway restart`: done when the gateway answers as a new run under its old pid.

use std::time::Duration;

use fased::client;
use fased::paths::Paths;
use fased_protocol::control::{ControlError, ControlRequest, ControlResponse, ErrorCode, GatewayInfo};

use super::ask::{done, timed_out};
use super::runtime::{block_on, paths};
use super::{Failure, Global, Outcome, ask};

const DEADLINE: Duration = Duration::from_secs(30);

const LOOK_EVERY: Duration = Duration::from_millis(100);

pub(super) fn run(global: &Global) -> Outcome {
    let paths = paths(global)?;
    block_on(async {
        let before = ask::gateway(&paths).await?;
        client::ask(&paths, &ControlRequest::GatewayRestart).await?;
        let after = tokio::time::timeout(DEADLINE, another_run(&paths, &before))
            .await
            .map_err(|_elapsed| {
                let message = format!(
                    "the gateway (pid {}) did not come back within {} s",
                    before.pid,
                    DEADLINE.as_secs()
                );
                timed_out(message, "look at its log; start it: fased gateway run")
            })?;
        if after.pid != before.pid {
            return Err(Failure::Error(ControlError {
                code: ErrorCode::Internal,
                message: format!(
                    "a gateway runs again, but as pid {} instead of {}",
                    after.pid, before.pid
                ),
                next: "look at the log of the one before: it ended instead of starting again".to_owned(),
            }));
        }
        done(
            global,
            ControlResponse::Done {
                message: format!("the gateway (pid {}) has started again", after.pid),
            },
        )
    })
}

async fn another_run(paths: &Paths, before: &GatewayInfo) -> GatewayInfo {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    loop {
        ticks.tick().await;
        // In between nobody answers; only the deadline ends that.
        if let Ok(gateway) = ask::gateway(paths).await
            && gateway.instance != before.instance
        {
            return gateway;
        }
    }
}
