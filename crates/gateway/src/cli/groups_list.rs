//! `fased groups list`: which groups are known, and what is answered there.

use clap::Args;
use fased_protocol::control::{ControlRequest, ControlResponse, GroupInfo};
use serde_json::json;

use super::table::Table;
use super::{Global, Outcome, ask, out, span};

/// Which groups.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Only those of this account
    #[arg(long, value_name = "ID")]
    account: Option<String>,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let Options { account } = options;
    let answer = ask::read(global, &ControlRequest::GroupsList { account })?;
    let ControlResponse::Groups { groups } = answer else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        out::json(&json!({ "groups": groups }))
    } else {
        out::text(&rendered(&groups))
    }
}

fn rendered(groups: &[GroupInfo]) -> String {
    if groups.is_empty() {
        return "no group was seen, and the config names none".to_owned();
    }
    let mut table = Table::new();
    table.line([
        "group", "account", "heard", "answers", "agent", "messages", "last", "context",
    ]);
    for group in groups {
        let heard = match (group.listed, group.enabled, group.heard.as_str()) {
            (false, _, _) => "no, not listed",
            (true, false, _) => "no, switched off",
            (true, true, "nobody") => "no, nobody is listed",
            (true, true, "owner") => "only the owner",
            (true, true, "listed") => "who is listed",
            (true, true, _) => "yes",
        };
        let answers = if group.mode == "always" { "all" } else { "mentions" };
        table.line([
            group.group.clone(),
            group.account.clone(),
            heard.to_owned(),
            answers.to_owned(),
            agent(group),
            group.messages.to_string(),
            group.last_ms.map_or_else(|| "-".to_owned(), span::ago),
            group.pending_context.to_string(),
        ]);
        let source = &group.source;
        let line = source
            .line
            .map_or_else(String::new, |line| format!(", line {line}"));
        let from = match source.level.as_str() {
            "stored" => {
                "chosen by command; back to the config: fased groups activation GROUP default".to_owned()
            }
            "default" => format!("by default; to be written as {}", source.path),
            _ => format!("by {}{line}", source.path),
        };
        table.line([from]);
    }
    table.render()
}

/// Who answers, with a mark where that is not what the config says.
fn agent(group: &GroupInfo) -> String {
    let mark = if group.agent_chosen {
        ", by /agent switch"
    } else {
        ""
    };
    format!("{}{mark}", group.agent)
}

#[cfg(test)]
mod tests {
    use fased_protocol::control::ModeSource;

    use super::*;

    #[test]
    fn a_group_shows_what_is_answered_and_why() {
        let mut group = GroupInfo {
            account: "default".to_owned(),
            group: "120363000000000001@g.us".to_owned(),
            subject: None,
            messages: 3,
            last_ms: None,
            listed: false,
            enabled: true,
            heard: "nobody".to_owned(),
            require_mention: true,
            activation: Some("always".to_owned()),
            mode: "always".to_owned(),
            agent: "main".to_owned(),
            agents: Vec::new(),
            agent_chosen: false,
            pending_context: 2,
            source: ModeSource {
                level: "root".to_owned(),
                path: "channels.whatsapp.groups.*.requireMention".to_owned(),
                line: Some(4),
            },
        };
        let text = rendered(std::slice::from_ref(&group));
        assert!(
            text.contains("no, not listed  all      main   3         -     2"),
            "{text}"
        );
        assert!(
            text.contains("by channels.whatsapp.groups.*.requireMention, line 4"),
            "{text}"
        );
        group.listed = true;
        let text = rendered(std::slice::from_ref(&group));
        assert!(text.contains("no, nobody is listed  all"), "{text}");
        group.agent_chosen = true;
        let text = rendered(&[group]);
        assert!(text.contains("main, by /agent switch"), "{text}");
    }
}
