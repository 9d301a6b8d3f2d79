//! `fased dashboard`: opens the control page, by a link that works once; or closes it.

use clap::Args;
use fased::browser;
use fased::client::{self, ANSWER_DEADLINE};
use fased_protocol::control::{ControlError, ControlRequest, ControlResponse, DashboardInfo, ErrorCode};

use super::{Failure, Global, Outcome, ask, out, runtime};

pub(super) const AFTER_HELP: &str = "\
The page is on this machine alone, also where gateway.http opens monitoring to others (fased gateway run --page opens it \
elsewhere), and comes up again with each gateway until --off. From another machine, get the link; then keep a tunnel open, \
with the port that the link has in the place of PORT, and open the link there:
  ssh HOST fased dashboard --no-open
  ssh -N -L PORT:127.0.0.1:PORT HOST";

/// What to do with it.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Close the page: all sessions and links end, and the gateway no longer listens for it
    #[arg(long, conflicts_with = "no_open")]
    off: bool,
    /// Only print the link
    #[arg(long)]
    no_open: bool,
}

pub(super) fn run(global: &Global, options: &Options) -> Outcome {
    let request = ControlRequest::Dashboard { off: options.off };
    if options.off {
        return match ask::act(global, &request, ANSWER_DEADLINE) {
            Err(Failure::Error(error)) if error.code == ErrorCode::NoGateway => forget(global),
            outcome => outcome,
        };
    }
    let paths = runtime::paths(global)?;
    let link = runtime::block_on(async {
        let answer = client::ask(&paths, &request).await?;
        let ControlResponse::Dashboard(link) = answer else {
            return Err(ask::unexpected(&answer));
        };
        Ok(link)
    })?;
    if global.json {
        return out::json(&link);
    }
    out::text(&told(&link))?;
    // A script that reads the link would be surprised by a browser.
    if options.no_open || !out::is_terminal() || !browser::is_there() {
        return Ok(());
    }
    runtime::block_on(async {
        if let Err(why) = browser::open(&link.url.0, &paths.page_link()).await {
            out::hint(&format!("no browser could be opened: {why}"));
        }
        Ok(())
    })
}

/// Without a gateway the page is closed already, and with its key it would come up again at the next start.
fn forget(global: &Global) -> Outcome {
    let key = runtime::paths(global)?.page_key();
    match std::fs::remove_file(&key) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::Error(ControlError {
            code: ErrorCode::Internal,
            message: format!("cannot remove {}: {error}", key.display()),
            next: "remove it as the user who runs the gateway".to_owned(),
        })),
        Ok(()) | Err(_) => {
            let message =
                "the control page is closed, and all its sessions have ended; no gateway runs".to_owned();
            ask::done(global, ControlResponse::Done { message })
        }
    }
}

fn told(link: &DashboardInfo) -> String {
    format!(
        "The control page; this link works once, within 10 minutes:\n{}",
        link.url.0
    )
}
