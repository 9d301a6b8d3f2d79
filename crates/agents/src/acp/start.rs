//! The beginning: who the agent is, and the conversation, taken up again or a new one.

use std::path::Path;
use std::time::Duration;

use super::link::{Link, Unanswered};
use super::wire::{
    AuthMethod, EnvVariable, Error, ErrorCode, Implementation, InitializeRequest, InitializeResponse,
    LoadSessionRequest, McpServer, McpServerStdio, NewSessionRequest, ProtocolVersion, ResumeSessionRequest,
    SessionId,
};
use super::words::line;
use crate::{AcpSettings, Failure, ToolServer};

/// Longest wait for each answer before the first prompt. Programs that npm starts may download themselves first.
const DEADLINE: Duration = Duration::from_secs(30);
/// Longest sentence of an agent about what is wrong, in characters.
const MOST: usize = 300;

/// What is probably wrong with a program that was greeted in vain.
pub(super) const SAYS_NOTHING: &str =
    "it said nothing of the Agent Client Protocol; is a flag such as --acp missing?";

/// A conversation with an agent.
pub(super) struct Session {
    pub(super) id: SessionId,
    /// It was asked nothing yet.
    pub(super) new: bool,
    /// It can be taken up again by another process.
    pub(super) lasts: bool,
    pub(super) takes_pictures: bool,
    /// The agent's name and version, as far as it tells them.
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
}

/// Why there is no conversation, or no answer in it.
pub(super) enum Trouble {
    /// The process lives, and may be asked something else.
    Refused(Failure),
    /// It is of no use any more.
    Useless(Failure),
    /// It is gone; why has to be found out.
    Lost(When),
}

/// When an agent went.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// It had not answered the greeting.
    BeforeAWord,
    /// It was to take a conversation up again.
    TakingUp,
    /// Later.
    AtWork,
}

/// Greets the agent, and takes the conversation up again or begins one.
pub(super) async fn start(
    link: &mut Link,
    settings: &AcpSettings,
    work: &Path,
    resume: Option<&str>,
) -> Result<Session, Trouble> {
    let agent = link.agent.clone();
    let us = Implementation::new("fased", env!("CARGO_PKG_VERSION")).title("Fased".to_owned());
    // Without capabilities: it has its own hands for files and terminals.
    let greeting = InitializeRequest::new(ProtocolVersion::V1).client_info(us);
    let greeted = link.answer(agent.send_request(greeting).block_task(), DEADLINE);
    let who = greeted.await.map_err(|why| match why {
        Unanswered::Refused(error) => Trouble::Useless(refused("to begin", &error)),
        Unanswered::Late => {
            let failure = format!("{}; {SAYS_NOTHING}", late("greeting"));
            Trouble::Useless(Failure::NotStarted(failure))
        }
        Unanswered::Lost => Trouble::Lost(When::BeforeAWord),
    })?;
    if who.protocol_version != ProtocolVersion::V1 {
        let failure =
            "it speaks another version of the Agent Client Protocol than 1; install one that speaks 1";
        return Err(Trouble::Useless(Failure::NotStarted(failure.to_owned())));
    }
    let can = &who.agent_capabilities;
    let session = |id: SessionId, new| Session {
        id,
        new,
        lasts: can.load_session || can.session_capabilities.resume.is_some(),
        takes_pictures: can.prompt_capabilities.image,
        name: who.agent_info.as_ref().map(|info| line(&info.name, MOST)),
        version: who.agent_info.as_ref().map(|info| line(&info.version, MOST)),
    };
    if let Some(known) = resume
        && take_up(link, settings, work, &who, known).await?
    {
        return Ok(session(SessionId::new(known), false));
    }
    let new = NewSessionRequest::new(work).mcp_servers(servers(&settings.tools));
    let begun = link.answer(agent.send_request(new).block_task(), DEADLINE).await;
    let begun = begun.map_err(|why| match why {
        Unanswered::Refused(error) if error.code == ErrorCode::AUTH_REQUIRED => {
            Trouble::Useless(login(&settings.program.argv, &who.auth_methods, &error))
        }
        Unanswered::Refused(error) => Trouble::Useless(refused("a session", &error)),
        Unanswered::Late => Trouble::Useless(Failure::NotStarted(late("request for a session"))),
        Unanswered::Lost => Trouble::Lost(When::AtWork),
    })?;
    Ok(session(begun.session_id, true))
}

/// Whether the agent took the conversation up again. What it says of what was said in it is let go of.
async fn take_up(
    link: &mut Link,
    settings: &AcpSettings,
    work: &Path,
    who: &InitializeResponse,
    known: &str,
) -> Result<bool, Trouble> {
    let agent = link.agent.clone();
    let can = &who.agent_capabilities;
    let id = SessionId::new(known);
    let servers = servers(&settings.tools);
    let taken_up = if can.session_capabilities.resume.is_some() {
        let resume = ResumeSessionRequest::new(id, work).mcp_servers(servers);
        let answer = agent.send_request(resume).block_task();
        link.answer(answer, DEADLINE).await.map(|_| ())
    } else if can.load_session {
        let load = LoadSessionRequest::new(id, work).mcp_servers(servers);
        let answer = agent.send_request(load).block_task();
        link.answer(answer, DEADLINE).await.map(|_| ())
    } else {
        return Ok(false);
    };
    match taken_up {
        Ok(()) => Ok(true),
        Err(Unanswered::Lost) => Err(Trouble::Lost(When::TakingUp)),
        Err(Unanswered::Refused(error)) => {
            tracing::info!(code = ?error.code, "an agent does not take up a conversation again, and begins a new one");
            Ok(false)
        }
        Err(Unanswered::Late) => {
            tracing::info!("an agent takes too long to take up a conversation again, and begins a new one");
            Ok(false)
        }
    }
}

fn servers(tools: &[ToolServer]) -> Vec<McpServer> {
    tools
        .iter()
        .filter_map(|tool| {
            let (program, arguments) = tool.argv.split_first()?;
            let variables = tool.environment.iter();
            let server = McpServerStdio::new(tool.name.clone(), program)
                .args(arguments.to_vec())
                .env(
                    variables
                        .map(|(name, value)| EnvVariable::new(name.clone(), value.clone()))
                        .collect(),
                );
            Some(McpServer::Stdio(server))
        })
        .collect()
}

/// What an agent says is wrong, in one line.
pub(super) fn sentence(error: &Error) -> String {
    let detail = error.data.as_ref().and_then(|data| {
        let named = ["details", "detail", "message"]
            .into_iter()
            .find_map(|name| data.get(name));
        named.unwrap_or(data).as_str()
    });
    match detail {
        Some(detail) if !error.message.contains(detail) => {
            line(&format!("{}: {detail}", error.message), MOST)
        }
        Some(_) | None => line(&error.message, MOST),
    }
}

/// It wants somebody to log in, which cannot be done from here.
pub(super) fn login(argv: &[String], methods: &[AuthMethod], error: &Error) -> Failure {
    let program = argv.first().map_or("its program", String::as_str);
    let ways: Vec<String> = methods.iter().map(|method| line(method.name(), MOST)).collect();
    let ways = if ways.is_empty() {
        String::new()
    } else {
        format!(" (it offers: {})", ways.join(", "))
    };
    Failure::NotStarted(format!(
        "it wants you to log in first, and says `{}`{ways}; run `{program}` by hand once, as the user of the gateway, and log in there",
        sentence(error)
    ))
}

fn refused(what: &str, error: &Error) -> Failure {
    Failure::NotStarted(format!("it refused {what}: {}", sentence(error)))
}

fn late(what: &str) -> String {
    format!(
        "it did not answer the {what} within {} seconds",
        DEADLINE.as_secs()
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Acp, Backend, CommandSettings, Events, Request};

    // Time is paused: a wait is over at once when nothing else happens.
    #[tokio::test(start_paused = true)]
    async fn one_that_never_answers_is_not_waited_for_long() {
        let settings = AcpSettings {
            program: CommandSettings {
                argv: ["/bin/sh", "-c", "exec sleep 300"].map(str::to_owned).to_vec(),
                ..CommandSettings::default()
            },
            ..AcpSettings::default()
        };
        let (events, _from) = Events::channel();
        let ended = Acp::new(settings).answer(&Request::default(), &events).await;
        let Err(Failure::NotStarted(why)) = ended else {
            panic!("{ended:?}")
        };
        assert!(
            why.contains("did not answer the greeting within 30 seconds; it said nothing of the Agent"),
            "{why}"
        );
    }

    fn error(message: &str, data: Option<Value>) -> Error {
        let mut error = Error::new(-32603, message);
        error.data = data;
        error
    }

    #[test]
    fn what_is_wrong_is_told_in_one_line() {
        assert_eq!(sentence(&error("Internal\nerror", None)), "Internal error");
        let detailed = error("Internal error", Some(json!({"details": "no more credit"})));
        assert_eq!(sentence(&detailed), "Internal error: no more credit");
        assert_eq!(sentence(&error("No: why", Some(json!("why")))), "No: why");
        assert_eq!(sentence(&error("No", Some(json!({"code": 3})))), "No");
    }

    #[test]
    fn where_to_log_in_is_said() {
        let argv = ["coder".to_owned(), "--acp".to_owned()];
        let said = login(&argv, &[], &error("Authentication required", None)).to_string();
        assert!(
            said.contains("says `Authentication required`; run `coder` by hand once"),
            "{said}"
        );
    }
}
