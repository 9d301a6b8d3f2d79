//! Calls of tools, as requests to the running gateway, each over a connection of its own: a gateway that was started again
//! meanwhile is found again.

use std::time::Duration;

use fased::client;
use fased::paths::Paths;
use fased_agents::mcp::{Called, Hand, ToolError};
use fased_protocol::control::{
    ChatsRequest, ControlError, ControlRequest, ControlResponse, Destination, ErrorCode, ForAgent,
    MessagesRequest, SendRequest, TaskRequest,
};
use fased_protocol::private::{Jid, Private};
use serde_json::{Map, Value, json};

use super::told;

/// How long the gateway may take for what it queues, or asks WhatsApp about.
const DEADLINE: Duration = Duration::from_secs(30);
/// Messages that are read where no number is given.
const MESSAGES: u32 = 20;
/// Chats and Tasks that one call tells.
const LISTED: u32 = 100;

/// Where calls go, and for whom they are.
pub(super) struct Calls {
    pub(super) paths: Paths,
    pub(super) account: Option<String>,
    pub(super) for_agent: ForAgent,
}

impl Hand for Calls {
    fn call<'a>(&'a self, tool: &'a str, arguments: &'a Map<String, Value>) -> Called<'a> {
        Box::pin(async move {
            let request = self
                .request(tool, &Given(arguments))
                .ok_or_else(|| unknown(tool))?;
            let answer = client::ask_within(&self.paths, &request, DEADLINE).await;
            match answer {
                Ok(answer) => shown(answer),
                Err(error) => Err(told(&error)),
            }
        })
    }
}

/// Arguments that fit their tool.
struct Given<'a>(&'a Map<String, Value>);

impl Given<'_> {
    fn text(&self, name: &str) -> Option<String> {
        self.0.get(name)?.as_str().map(str::to_owned)
    }

    fn number(&self, name: &str) -> Option<u32> {
        u32::try_from(self.0.get(name)?.as_i64()?).ok()
    }
}

impl Calls {
    fn request(&self, tool: &str, given: &Given<'_>) -> Option<ControlRequest> {
        let for_agent = Some(self.for_agent.clone());
        let account = self.account.clone().or_else(|| given.text("account"));
        let to = |name| Destination {
            account: account.clone(),
            target: given.text(name).map(Jid),
        };
        Some(match tool {
            "send_message" => ControlRequest::MessageSend(Box::new(SendRequest {
                to: to("to"),
                text: given.text("text").map(Private),
                reply_to: given.text("reply_to"),
                key: given.text("key"),
                for_agent,
                ..SendRequest::default()
            })),
            "react" => ControlRequest::MessageReact {
                to: to("chat"),
                message_id: given.text("message_id")?,
                emoji: Private(given.text("emoji").unwrap_or_default()),
                for_agent,
            },
            "list_chats" => ControlRequest::ChatsList(ChatsRequest {
                account,
                limit: LISTED,
                for_agent,
            }),
            "read_messages" => ControlRequest::MessagesList(Box::new(MessagesRequest {
                to: to("chat"),
                limit: given.number("limit").unwrap_or(MESSAGES),
                before: given.text("before"),
                for_agent,
            })),
            "list_tasks" => ControlRequest::TasksList {
                account,
                chat: None,
                all: false,
                limit: LISTED,
                for_agent,
            },
            "create_task" => ControlRequest::TasksNew(Box::new(TaskRequest {
                text: Private(given.text("prompt")?),
                schedule: given.text("schedule"),
                name: given
                    .text("name")
                    .filter(|name| !name.trim().is_empty())
                    .map(Private),
                to: to("chat"),
                agent: None,
                max_runs: None,
                max_successes: None,
                timezone: None,
                for_agent,
            })),
            _ => return None,
        })
    }
}

/// What a model is told of an answer.
fn shown(answer: ControlResponse) -> Result<Value, ToolError> {
    match answer {
        ControlResponse::Queued(info) => {
            let mut shown = json!(info);
            if let (Some(parts), Some(messages)) = (shown["messages"].as_array_mut(), Some(&info.messages)) {
                for (part, message) in parts.iter_mut().zip(messages) {
                    part["state"] = json!(message.state.as_deref().unwrap_or("queued"));
                }
            }
            Ok(shown)
        }
        ControlResponse::Chats {
            chats,
            more,
            withheld,
        } => Ok(json!({ "chats": chats, "more": more, "withheld": withheld })),
        ControlResponse::Messages {
            account,
            chat,
            messages,
            more,
        } => Ok(json!({ "account": account, "chat": chat, "messages": messages, "more": more })),
        ControlResponse::Tasks {
            tasks,
            more,
            withheld,
        } => Ok(json!({ "tasks": tasks, "more": more, "withheld": withheld })),
        ControlResponse::Task(task) => Ok(json!({ "task": task })),
        ControlResponse::Done { .. }
        | ControlResponse::Error(_)
        | ControlResponse::Gateway(_)
        | ControlResponse::Accounts { .. }
        | ControlResponse::Pending { .. }
        | ControlResponse::Approved { .. }
        | ControlResponse::Groups { .. }
        | ControlResponse::Agents { .. }
        | ControlResponse::ConfigValues { .. }
        | ControlResponse::Verdicts { .. }
        | ControlResponse::Log { .. }
        | ControlResponse::Doctor(_)
        | ControlResponse::Dashboard(_)
        | ControlResponse::Status(_)
        | ControlResponse::Health(_)
        | ControlResponse::Explanation { .. }
        | ControlResponse::Hearing(_)
        | ControlResponse::Outbox { .. }
        | ControlResponse::Changed { .. }
        | ControlResponse::DirectorySelf { .. }
        | ControlResponse::DirectoryGroups { .. }
        | ControlResponse::TaskRuns { .. }
        | ControlResponse::TaskRun(_)
        | ControlResponse::Login(_)
        | ControlResponse::Watched(_) => Err(told(&ControlError {
            code: ErrorCode::Internal,
            message: "the gateway gave an answer of the wrong kind".to_owned(),
            next: "make sure that gateway and CLI are the same version: fased gateway status".to_owned(),
        })),
    }
}

fn unknown(tool: &str) -> ToolError {
    ToolError {
        message: format!("the tool {tool} leads nowhere"),
        next: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tools;
    use super::*;

    fn calls(account: Option<&str>) -> Calls {
        Calls {
            paths: Paths::resolve(Some(std::path::Path::new("/s")), None).expect("paths"),
            account: account.map(str::to_owned),
            for_agent: ForAgent {
                id: Some("main".to_owned()),
            },
        }
    }

    /// Each argument of a tool filled in.
    fn filled(tool: &fased_agents::mcp::Tool) -> Map<String, Value> {
        let value = |name: &str| if name == "limit" { json!(7) } else { json!(name) };
        tool.arguments
            .iter()
            .map(|argument| (argument.name.to_owned(), value(argument.name)))
            .collect()
    }

    /// Whatever a tool is, it never asks as the owner, and everything that it takes arrives.
    #[test]
    fn every_tool_asks_for_its_agent_with_all_that_it_takes() {
        for tool in tools::all(true) {
            let arguments = filled(&tool);
            let request = calls(None)
                .request(tool.name, &Given(&arguments))
                .expect("it leads somewhere");
            let request = serde_json::to_value(&request).expect("json");
            assert_eq!(request["for_agent"]["id"], "main", "{}", tool.name);
            let text = request.to_string();
            for name in arguments.keys() {
                let value = if name == "limit" {
                    "7".to_owned()
                } else {
                    format!("\"{name}\"")
                };
                assert!(
                    text.contains(&format!(":{value}")),
                    "{} loses {name}: {text}",
                    tool.name
                );
            }
        }
    }

    #[test]
    fn an_account_that_is_given_is_used_whatever_is_asked() {
        for tool in tools::all(true) {
            let arguments = filled(&tool);
            let request = calls(Some("work"))
                .request(tool.name, &Given(&arguments))
                .expect("a request");
            let text = serde_json::to_string(&request).expect("json");
            assert!(text.contains(r#""account":"work""#), "{}: {text}", tool.name);
        }
    }
}
