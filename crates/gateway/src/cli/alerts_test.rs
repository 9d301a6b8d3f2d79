//! `fased alerts test`: tells one alert with what the config says now, and says what came back.

use fased::alerts::{Message, deliver};
use fased::config::AlertTarget;
use fased_agents::Failure as NotTaken;
use fased_protocol::control::{ControlError, ErrorCode};
use serde_json::json;

use super::{Global, Outcome, agents, out, runtime};

pub(super) const AFTER_HELP: &str = "\
It gets JSON: id, at, at_ms, account, kind, state, text, next, more, from. The same id may come twice. The kinds, for \
alerts.on: state (an account stopped), recovered, breaker, storage, backlog, expired, unreadable, loop, task, timelock, \
wake, note. A trial has the kind test and is sent whatever alerts.on says.
Exit codes: 0 it was taken · 1 it was not, or nobody is named · 2 usage or config · 6 it took too long";

pub(super) fn run(global: &Global) -> Outcome {
    runtime::log(global, "error");
    let config = agents::config(global)?;
    let Some(settings) = config.alerts else {
        return Err(ControlError {
            code: ErrorCode::NotFound,
            message: "the config names nobody to tell: there is neither alerts.webhook nor alerts.command"
                .to_owned(),
            next: "name somebody, such as: fased config set alerts.command '[\"./tell-me.sh\"]'".to_owned(),
        }
        .into());
    };
    let message = Message::trial();
    let taken = runtime::block_on(async {
        let taken = deliver(&settings.target, &message).await;
        // A program that was told to end is seen to its end.
        fased_agents::settled().await;
        Ok(taken)
    })?;
    let target = settings.target.word();
    match taken {
        Ok(said) if global.json => out::json(&json!({
            "taken": true,
            "target": target,
            "said": said,
            "id": message.id,
        })),
        Ok(said) => out::text(&format!("the {target} took it: {said}")),
        Err(failure) => Err(not_taken(&settings.target, &failure).into()),
    }
}

fn not_taken(target: &AlertTarget, failure: &NotTaken) -> ControlError {
    let key = match target {
        AlertTarget::Webhook { .. } => "alerts.webhook",
        AlertTarget::Command { .. } => "alerts.command",
    };
    ControlError {
        code: match failure {
            NotTaken::TimedOut => ErrorCode::TimedOut,
            NotTaken::Cancelled
            | NotTaken::TooLong { .. }
            | NotTaken::NotStarted(_)
            | NotTaken::Exited { .. }
            | NotTaken::Ended { .. }
            | NotTaken::Http { .. }
            | NotTaken::Network(_)
            | NotTaken::CutOff(_)
            | NotTaken::BadAnswer(_) => ErrorCode::Refused,
        },
        message: format!("the {} did not take it: {failure}", target.word()),
        next: format!("look at what {key} names, then try again: fased alerts test"),
    }
}
