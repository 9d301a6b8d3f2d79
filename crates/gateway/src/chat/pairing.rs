//! `/pairing`: who waits to be let in, and letting them in or not. For owners, in every chat.

use anyhow::Result;
use fased_policy::ids::ChatId;
use fased_protocol::control::PairingWho;

use super::list::listed;
use super::{Answer, Asked};
use crate::pairing::{self, Problem};
use crate::store::Change;

pub(super) async fn list(asked: &Asked<'_>) -> Result<Answer> {
    // Codes, numbers and names are not for everybody in a group.
    if in_group(asked) {
        return Ok(Answer::says(
            "Ask me in a chat of our own: who waits is not for everybody here.",
        ));
    }
    let rows = asked
        .store()
        .pending_pairings(Some(asked.account()), asked.now_ms)
        .await?;
    if rows.is_empty() {
        return Ok(Answer::says("Nobody waits for approval."));
    }
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let name = row.name.as_deref().map(|name| format!(" ({name})"));
            let who = format!("{}{}", row.identity().label(), name.unwrap_or_default());
            match &row.code {
                Some(code) => format!("{code} · {who}"),
                None => format!("no code · {who}"),
            }
        })
        .collect();
    let head = "*Waiting for approval*\nTo let somebody in: /pairing approve CODE";
    Ok(Answer::says(listed(head, &lines, "fased pairing list")))
}

pub(super) async fn approve(asked: &Asked<'_>, code: &str) -> Result<Answer> {
    let who = PairingWho::Code(code.to_owned());
    let found = match pairing::sender(asked.store(), Some(asked.account()), &who).await {
        Ok(found) => found,
        Err(problem) => return refused(problem),
    };
    let approval = pairing::approval(&found, Some(&asked.config), false, asked.now_ms);
    let who = if in_group(asked) {
        "Whoever has this code".to_owned()
    } else {
        found.sender.label()
    };
    let text = match approval.unheard {
        Some(why) => format!("{who} is approved, but {why}."),
        None => format!("{who} may write now. What they wrote is answered."),
    };
    Ok(Answer {
        text,
        changes: vec![Change::Approve {
            sender: found.sender,
            notice: approval.notice.map(Box::new),
        }],
    })
}

pub(super) async fn deny(asked: &Asked<'_>, code: &str) -> Result<Answer> {
    let who = PairingWho::Code(code.to_owned());
    match pairing::request(asked.store(), Some(asked.account()), &who).await {
        Ok(request) => Ok(Answer {
            text: if in_group(asked) {
                "That request was refused.".to_owned()
            } else {
                format!("The request of {} was refused.", request.identity().label())
            },
            changes: vec![Change::Deny(request)],
        }),
        Err(problem) => refused(problem),
    }
}

/// There everybody reads the answer, so that it names nobody.
fn in_group(asked: &Asked<'_>) -> bool {
    matches!(asked.chat, ChatId::Group(_))
}

fn refused(problem: Problem) -> Result<Answer> {
    match problem {
        Problem::Store(error) => Err(error),
        Problem::NoCode(_) | Problem::NoSender(_) | Problem::ManyAccounts { .. } | Problem::NotAPerson(_) => {
            Ok(Answer::says(format!(
                "{}. Who waits: /pairing list",
                problem.sentence()
            )))
        }
    }
}
