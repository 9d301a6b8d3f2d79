//! `fased chats`: which chats there are, what was said there last, and whether agents may reach them.

use clap::Args;
use fased_protocol::control::{ChatInfo, ChatsRequest, ControlRequest, ControlResponse, MAX_CHATS, SaidInfo};
use serde_json::json;

use super::table::Table;
use super::{Global, Outcome, ask, out, span};

/// Most that can be asked for.
const MOST: i64 = MAX_CHATS as i64;

/// Which chats.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Only those of this account
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// So many at most
    #[arg(short = 'n', long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=MOST))]
    limit: u32,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let request = ChatsRequest {
        account: options.account,
        limit: options.limit,
        for_agent: None,
    };
    let answer = ask::read(global, &ControlRequest::ChatsList(request))?;
    let ControlResponse::Chats { chats, more, .. } = answer else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        return out::json(&json!({ "chats": chats, "more": more }));
    }
    if chats.is_empty() {
        return out::text("nothing was said to anybody yet, and the config names nobody");
    }
    let mut text = rendered(&chats);
    if more > 0 {
        text.push_str(&format!("{more} more; to see them: --limit N\n"));
    }
    out::text(&text)
}

fn rendered(chats: &[ChatInfo]) -> String {
    let mut table = Table::new();
    table.line(["chat", "account", "kind", "name", "last", "agents"]);
    for chat in chats {
        let name = chat.name.as_ref().map_or("-", |name| &name.0);
        let last = chat
            .last
            .as_ref()
            .map_or_else(|| "-".to_owned(), |last| span::ago(last.at_ms));
        table.line([
            chat.chat.clone(),
            chat.account.clone(),
            chat.kind.clone(),
            name.to_owned(),
            last,
            if chat.reachable { "yes" } else { "no" }.to_owned(),
        ]);
        if let Some(last) = &chat.last {
            table.line([said(last)]);
        }
        if let Some(sentence) = &chat.sentence {
            table.line([format!("agents may not write there: {sentence}")]);
        }
        if let Some(why) = chat.unwritable.as_ref().filter(|_| chat.reachable) {
            table.line([format!("nothing can be sent there: {why}")]);
        }
        if let Some(fix) = &chat.fix {
            table.line([fix.clone()]);
        }
    }
    table.render()
}

/// In one line, who said what.
fn said(last: &SaidInfo) -> String {
    let who = if last.from_me { "we: " } else { "" };
    let what = if last.text.0.is_empty() {
        format!("<{}>", last.kind)
    } else {
        last.text.0.clone()
    };
    format!("{who}{what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_shows_what_was_said_last_and_why_agents_are_kept_out() {
        let chat = ChatInfo {
            account: "default".to_owned(),
            kind: "dm".to_owned(),
            chat: "+15550100002".to_owned(),
            name: Some("Anna".into()),
            last: Some(SaidInfo {
                from_me: true,
                text: "see\nyou".into(),
                ..SaidInfo::default()
            }),
            reachable: false,
            writable: true,
            unwritable: None,
            reason: Some("not_in_allowlist".to_owned()),
            sentence: Some("The sender is not on the allow list.".to_owned()),
            fix: Some("run: fased config set".to_owned()),
        };
        let text = rendered(std::slice::from_ref(&chat));
        assert!(text.contains("+15550100002  default  dm    Anna"), "{text}");
        assert!(text.contains(" we: see you\n"), "{text}");
        assert!(
            text.contains("agents may not write there: The sender is not on the allow list."),
            "{text}"
        );
        assert!(text.contains("run: fased config set"), "{text}");
        let stranger = ChatInfo {
            reachable: true,
            sentence: None,
            unwritable: Some("they never wrote".to_owned()),
            ..chat
        };
        let text = rendered(&[stranger]);
        assert!(
            text.contains("nothing can be sent there: they never wrote"),
            "{text}"
        );
    }
}
