//! `fased agents test`: one turn of an agent, with what the config says now and nothing else: no gateway, no store, no
//! WhatsApp, and no memory of what was said before.

mod picture;
mod turn;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use fased::clock;
use fased::config::{Agent, Agents};
use fased_agents::{Failure as NoAnswer, Limits, Settings};
use fased_protocol::control::{ControlError, ErrorCode};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{Failure, Global, Outcome, agents, message_preview, out, runtime, usage};
use crate::exit::Exit;
use picture::Picture;
use turn::Heard;

pub(super) const AFTER_HELP: &str = "\
The answer is written to standard output as it comes, and what the agent tells of its work to standard error. A key that \
the config names by its environment variable is taken from the environment of this command.
Exit codes: 0 it answered · 1 it failed, or was stopped by Ctrl-C · 2 usage or config · 6 it took longer than its \
replyTimeoutSeconds";

/// What to ask whom.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The agent's id, see: fased agents list
    #[arg(value_name = "AGENT")]
    agent: String,
    /// What it is asked; - reads it from standard input
    #[arg(value_name = "TEXT|-", allow_hyphen_values = true)]
    text: String,
    /// A picture that comes with it; may be given several times
    #[arg(long, value_name = "FILE")]
    image: Vec<PathBuf>,
}

pub(super) fn run(global: &Global, options: &Options) -> Outcome {
    runtime::log(global, "error");
    let config = agents::config(global)?;
    let agent = found(&config.agents, &options.agent)?;
    let text = match options.text.as_str() {
        "-" => message_preview::read(io::stdin().lock())?,
        text => text.to_owned(),
    };
    let pictures: Result<Vec<Picture>, String> = options.image.iter().map(|file| Picture::at(file)).collect();
    let pictures = pictures.map_err(|message| ControlError {
        next: "name a picture: --image FILE".to_owned(),
        ..usage(message)
    })?;
    let request = turn::request(&options.agent, agent, &text, &pictures, clock::now_ms() / 1000);
    let limits = Limits {
        deadline: agent.timeout,
        output_bytes: agent.output_bytes,
    };
    let backend = fased_agents::backend(&agent.backend);
    let cancel = CancellationToken::new();
    let began = clock::monotonic();
    let mut heard = Heard::new(!global.json);
    let ended = runtime::block_on(async {
        let asked_to_end = runtime::asked_to_end()?;
        let work = fased_agents::run(&*backend, &request, limits, &cancel, &mut heard);
        let ended = tokio::select! {
            ended = work => ended,
            () = asked_to_end => Err(NoAnswer::Cancelled),
        };
        // A program that was told to end is seen to its end.
        fased_agents::settled().await;
        Ok(ended)
    })?;
    let took = began.elapsed();
    if heard.pipe_closed() {
        return Err(Failure::PipeClosed);
    }
    if global.json {
        out::json(&json!({
            "agent": options.agent,
            "text": heard.parts().join("\n\n"),
            "parts": heard.parts(),
            "duration_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "cut_short": ended.as_ref().ok().and_then(|done| done.cut_short.as_ref()),
            "detail": ended.as_ref().ok().and_then(|done| done.detail.as_ref()),
            "failure": ended.as_ref().err().map(|failure| json!({
                "code": failure.code(),
                "message": failure.to_string(),
            })),
        }))?;
        return ended
            .map(|_done| ())
            .map_err(|failure| Failure::Shown(exit(&failure)));
    }
    heard.end()?;
    let done = ended.map_err(|failure| no_answer(&options.agent, agent, &failure))?;
    if heard.parts().is_empty() {
        out::hint("it answered nothing, so a chat would get nothing");
    }
    if let Some(why) = &done.cut_short {
        out::hint(&format!("its answer is cut short: {why}"));
    }
    let detail = done
        .detail
        .map_or_else(String::new, |detail| format!(", {detail}"));
    out::hint(&format!("({}{detail})", seconds(took)));
    Ok(())
}

fn found<'a>(agents: &'a Agents, id: &str) -> Result<&'a Agent, ControlError> {
    agents.list.get(id).ok_or_else(|| {
        let ids: Vec<&str> = agents.list.keys().map(String::as_str).collect();
        let near = fased::nearest::nearest(id, ids.iter().copied());
        ControlError {
            code: ErrorCode::NotFound,
            message: format!("there is no agent {id:?} in agents.list"),
            next: near.map_or_else(
                || format!("there are: {}; see: fased agents list", ids.join(", ")),
                |near| format!("did you mean {near}? See: fased agents list"),
            ),
        }
    })
}

fn exit(failure: &NoAnswer) -> Exit {
    code(failure).into()
}

fn code(failure: &NoAnswer) -> ErrorCode {
    match failure {
        NoAnswer::TimedOut => ErrorCode::TimedOut,
        NoAnswer::Ended { why, .. } => code(why),
        NoAnswer::Cancelled
        | NoAnswer::TooLong { .. }
        | NoAnswer::NotStarted(_)
        | NoAnswer::Exited { .. }
        | NoAnswer::Http { .. }
        | NoAnswer::Network(_)
        | NoAnswer::CutOff(_)
        | NoAnswer::BadAnswer(_) => ErrorCode::Refused,
    }
}

fn no_answer(id: &str, agent: &Agent, failure: &NoAnswer) -> ControlError {
    let key = |key: &str| format!("agents.list.{id}.{key}");
    let next = match failure {
        NoAnswer::Cancelled => "ask again, or look at what it is made of: fased agents list".to_owned(),
        NoAnswer::TimedOut => format!(
            "it may take {}; for more raise {}",
            seconds(agent.timeout),
            key("replyTimeoutSeconds")
        ),
        NoAnswer::TooLong { .. } => format!("have it say less, or raise {}", key("maxOutputKb")),
        NoAnswer::Http {
            status: 401 | 403, ..
        } => format!(
            "look whether the key is right that {} or {} names",
            key("openai.apiKeyEnv"),
            key("openai.apiKeyFile")
        ),
        NoAnswer::Http { status: 404, .. } => format!(
            "look whether {} and {} are right",
            key("openai.baseUrl"),
            key("openai.model")
        ),
        NoAnswer::Http { status: 413, .. } => format!(
            "have less sent with a question: lower {}, or write false for {}",
            key("openai.historyTokens"),
            key("openai.images")
        ),
        NoAnswer::Http { status: 429, .. } => {
            "wait and ask again; if it stays so, look at the limits and the balance of the account there"
                .to_owned()
        }
        NoAnswer::Http { status: 500.., .. } => {
            "ask again later; if it stays so, look at the log of its server".to_owned()
        }
        NoAnswer::Http {
            status: 300..=399, ..
        } => {
            format!("write where it is now into {}", key("openai.baseUrl"))
        }
        NoAnswer::Http { .. } => format!(
            "look whether its server understands what {} asks for",
            key("openai")
        ),
        NoAnswer::Network(_) => format!("look whether something listens at {}", key("openai.baseUrl")),
        NoAnswer::CutOff(_) => "ask again; if it stays so, look at the log of what answers".to_owned(),
        NoAnswer::Exited { .. } => format!(
            "correct the program that {} names, and ask again",
            match agent.backend {
                Settings::Acp(_) => key("acp.argv"),
                Settings::Command(_) | Settings::OpenAi(_) | Settings::Echo => key("command.argv"),
            }
        ),
        NoAnswer::Ended { why, .. } => no_answer(id, agent, why).next,
        NoAnswer::NotStarted(_) | NoAnswer::BadAnswer(_) => {
            "correct it, and ask again; what it is made of: fased agents list".to_owned()
        }
    };
    ControlError {
        code: code(failure),
        message: format!("{id} gave no answer: {failure}"),
        next,
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use fased_agents::{AcpSettings, CommandSettings};

    use super::*;

    #[test]
    fn each_kind_of_failure_says_what_to_do() {
        let http = |status| NoAnswer::Http {
            status,
            body: String::new(),
        };
        for (failure, next) in [
            (NoAnswer::TimedOut, "agents.list.a.replyTimeoutSeconds"),
            (http(401), "agents.list.a.openai.apiKeyFile"),
            (http(404), "agents.list.a.openai.model"),
            (http(307), "agents.list.a.openai.baseUrl"),
            (http(413), "agents.list.a.openai.historyTokens"),
            (http(429), "wait and ask again"),
            (http(500), "ask again later"),
            (http(503), "ask again later"),
            (http(400), "agents.list.a.openai"),
            (
                NoAnswer::Network(String::new()),
                "listens at agents.list.a.openai.baseUrl",
            ),
            (NoAnswer::CutOff(String::new()), "ask again"),
        ] {
            let told = no_answer("a", &Agent::default(), &failure);
            assert!(told.next.contains(next), "{failure:?}: {}", told.next);
        }
        let exited = NoAnswer::Exited {
            status: "exit status: 1".to_owned(),
            stderr: String::new(),
        };
        for (backend, key) in [
            (Settings::Command(CommandSettings::default()), "command.argv"),
            (Settings::Acp(AcpSettings::default()), "acp.argv"),
        ] {
            let agent = Agent {
                backend,
                ..Agent::default()
            };
            let next = no_answer("a", &agent, &exited).next;
            assert!(
                next.contains(&format!("that agents.list.a.{key} names")),
                "{next}"
            );
        }
    }
}
