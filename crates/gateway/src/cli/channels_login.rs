//! `fased channels login`: links an account, through the running gateway or a temporary one.
//!
//! Either way the login itself happens inside a gateway; this only shows its steps. A temporary
//! gateway lives in this process, for the one account, and has let go of the state dir when the
//! command ends.

use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use clap::Args;
use fased::client::{self, Answers};
use fased::gateway::{self, RunOptions};
use fased::paths::Paths;
use fased_policy::ids::Phone;
use fased_protocol::control::{ControlError, ControlRequest, ControlResponse, ErrorCode, LoginEvent};
use fased_protocol::sidecar::LoginMethod;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use self::show::Show;
use super::ask::{timed_out, unexpected};
use super::{Failure, Global, Outcome, gateway_run, out, runtime};

mod show;

/// A gateway opens its store and answers within this.
const START_DEADLINE: Duration = Duration::from_secs(15);

/// A temporary gateway has let go of everything within this.
const END_DEADLINE: Duration = Duration::from_secs(10);

/// A gateway that holds the lease but does not answer yet is only starting.
const STARTING_ELSEWHERE: Duration = Duration::from_secs(3);

/// The phone confirms a scan within seconds, or never.
const SCANNED_DEADLINE_S: u32 = 60;

/// The gateway gives up after 5 minutes; this is for one that forgets to.
const LOGIN_DEADLINE_S: u32 = 330;

const SCANNED_IN_VAIN: &str = "the phone took the code, but did not confirm within 60 s";
const SCANNED_IN_VAIN_NEXT: &str = "look at the phone. Known causes: a passkey or screen lock step waits there; the limit \
of linked devices is reached (remove one); the clock of this machine or of the phone is wrong; the version of WhatsApp \
Web is outdated (update fased). Then try again: fased channels login --channel whatsapp";

type AskedToEnd = Pin<Box<dyn Future<Output = ()>>>;

/// Which account, and how to show the code.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The channel
    #[arg(long, value_parser = ["whatsapp"], default_value = "whatsapp", hide_possible_values = true)]
    channel: String,
    /// The account
    #[arg(long, value_name = "ID", default_value = "default")]
    account: String,
    /// Write each code to this file as a PNG image too
    #[arg(long, value_name = "FILE")]
    qr_png: Option<PathBuf>,
    /// Show a code to type into the phone of this number, instead of a QR code to scan
    #[arg(long, value_name = "NUMBER", value_parser = phone, conflicts_with = "qr_png")]
    phone_code: Option<Phone>,
}

/// A whole number with its country, so that no code is asked for a stranger's phone.
fn phone(text: &str) -> Result<Phone, String> {
    let wrong = "write the number with + and its country code, as +15550100001".to_owned();
    if !text.trim().starts_with('+') {
        return Err(wrong);
    }
    Phone::parse(text).map_err(|_| wrong)
}

pub(super) fn run(global: &Global, options: &Options) -> Outcome {
    let paths = runtime::paths(global)?;
    // A temporary gateway logs from this process; below errors that would tear up the code on show.
    runtime::log(global, "error");
    let runtime = runtime::for_gateway()?;
    let outcome = runtime.block_on(async {
        let mut show = Show::new(global.json, options.qr_png.clone());
        let mut asked: AskedToEnd = Box::pin(runtime::asked_to_end()?);
        let outcome = login(&paths, options, &mut show, &mut asked).await;
        show.clear()?;
        outcome
    });
    if let (Err(Failure::Error(error)), true) = (&outcome, global.json) {
        out::json(&LoginEvent::Error(error.clone()))?;
    }
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

async fn login(paths: &Paths, options: &Options, show: &mut Show, asked: &mut AskedToEnd) -> Outcome {
    let account = options.account.as_str();
    let method = match &options.phone_code {
        None => LoginMethod::Qr,
        Some(phone) => LoginMethod::Code {
            phone: phone.digits().into(),
        },
    };
    let request = ControlRequest::ChannelsLogin {
        account: account.to_owned(),
        method,
    };
    match client::open(paths, &request).await {
        Ok(answers) => return follow(answers, show, asked).await,
        Err(error) if error.code == ErrorCode::NoGateway => {}
        Err(error) => return Err(error.into()),
    }
    show.is_temporary();
    match with_temporary_gateway(paths, &request, account, show, asked).await {
        Err(Failure::Error(held)) if held.code == ErrorCode::LeaseHeld => {
            let mut ticks = tokio::time::interval(Duration::from_millis(100));
            let answers = tokio::time::timeout(STARTING_ELSEWHERE, async {
                loop {
                    ticks.tick().await;
                    if let Ok(answers) = client::open(paths, &request).await {
                        return answers;
                    }
                }
            });
            match answers.await {
                Ok(answers) => follow(answers, show, asked).await,
                Err(_elapsed) => Err(Failure::Error(held)),
            }
        }
        outcome => outcome,
    }
}

async fn with_temporary_gateway(
    paths: &Paths,
    request: &ControlRequest,
    account: &str,
    show: &mut Show,
    asked: &mut AskedToEnd,
) -> Outcome {
    let shutdown = CancellationToken::new();
    let (tell, listening) = oneshot::channel();
    let options = RunOptions {
        paths: paths.clone(),
        only_account: Some(account.to_owned()),
        page: None,
    };
    let token = shutdown.clone();
    let mut gateway = tokio::spawn(async move {
        // Nobody listens any more only if this command is ending.
        gateway::run(options, token, move || {
            tell.send(()).ok();
        })
        .await
    });
    let followed = async {
        match tokio::time::timeout(START_DEADLINE, listening).await {
            Ok(Ok(())) => follow(client::open(paths, request).await?, show, asked).await,
            // It ended before it listened: the other branch has the reason.
            Ok(Err(_dropped)) => std::future::pending().await,
            Err(_elapsed) => Err(timed_out(
                format!(
                    "the temporary gateway did not start within {} s",
                    START_DEADLINE.as_secs()
                ),
                "see why: fased gateway run -v",
            )),
        }
    };
    let outcome = tokio::select! {
        ended = &mut gateway => return Err(Failure::Error(ended_early(ended))),
        outcome = followed => outcome,
    };
    shutdown.cancel();
    match tokio::time::timeout(END_DEADLINE, gateway).await {
        Ok(_ended) => outcome,
        Err(_elapsed) => outcome.and(Err(timed_out(
            format!(
                "the account is linked, but the temporary gateway did not end within {} s",
                END_DEADLINE.as_secs()
            ),
            "end leftover node processes of this state dir, then: fased gateway run",
        ))),
    }
}

fn ended_early(ended: Result<anyhow::Result<gateway::Ended>, tokio::task::JoinError>) -> ControlError {
    let message = match ended {
        Ok(Err(error)) => return gateway_run::worded(&error),
        Ok(Ok(_ended)) => "the temporary gateway was told to stop before the account was linked".to_owned(),
        Err(error) => format!("the temporary gateway failed: {error}"),
    };
    let next = "try again: fased channels login --channel whatsapp".to_owned();
    ControlError {
        code: ErrorCode::Internal,
        message,
        next,
    }
}

/// Shows the steps until the account is linked or is not going to be.
async fn follow(mut answers: Answers, show: &mut Show, asked: &mut AskedToEnd) -> Outcome {
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    // The first tick is at once.
    seconds.tick().await;
    let mut elapsed = 0;
    let mut scanned_at = None;
    loop {
        tokio::select! {
            answer = answers.next() => match answer? {
                Some(ControlResponse::Login(LoginEvent::Error(error)) | ControlResponse::Error(error)) => {
                    return Err(error.into());
                }
                Some(ControlResponse::Login(event)) => {
                    show.event(&event)?;
                    match event {
                        LoginEvent::Linked { .. } => return Ok(()),
                        LoginEvent::Scanned => scanned_at = Some(elapsed),
                        LoginEvent::Qr { .. } | LoginEvent::Code { .. } => scanned_at = None,
                        LoginEvent::Restarting | LoginEvent::Expired | LoginEvent::Error(_) => {}
                    }
                }
                Some(other) => return Err(unexpected(&other)),
                None => return Err(Failure::Error(ControlError {
                    code: ErrorCode::Internal,
                    message: "the gateway ended before the account was linked".to_owned(),
                    next: "try again: fased channels login --channel whatsapp".to_owned(),
                })),
            },
            _ = seconds.tick() => {
                elapsed += 1;
                show.second()?;
                if scanned_at.is_some_and(|at| elapsed - at >= SCANNED_DEADLINE_S) {
                    return Err(timed_out(SCANNED_IN_VAIN.to_owned(), SCANNED_IN_VAIN_NEXT));
                }
                if elapsed >= LOGIN_DEADLINE_S {
                    let message = "no phone took a code within 5 minutes".to_owned();
                    return Err(timed_out(message, "try again: fased channels login --channel whatsapp"));
                }
            },
            () = &mut *asked => return Err(Failure::Error(cancelled(scanned_at.is_some()))),
        }
    }
}

/// What a phone has taken is not undone by who stops watching.
fn cancelled(scanned: bool) -> ControlError {
    let (message, next) = if scanned {
        (
            "the login was cancelled after the phone took the code, so it may be linked all the same",
            "look: fased channels status",
        )
    } else {
        (
            "the login was cancelled; nothing was linked",
            "try again: fased channels login --channel whatsapp",
        )
    };
    ControlError {
        code: ErrorCode::Refused,
        message: message.to_owned(),
        next: next.to_owned(),
    }
}
