//! `fased explain --sender`: would this person be heard?

use fased_protocol::control::{ControlRequest, ControlResponse, HearingInfo};

use super::explain::{headline, push, push_judgement};
use super::{Global, Outcome, ask, out};

pub(super) fn run(
    global: &Global,
    sender: String,
    group: Option<String>,
    account: Option<String>,
) -> Outcome {
    let request = ControlRequest::ExplainSender {
        sender,
        group,
        account,
    };
    let answer = ask::read(global, &request)?;
    let ControlResponse::Hearing(hearing) = answer else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        return out::json(&hearing);
    }
    out::text(&rendered(&hearing))
}

fn rendered(hearing: &HearingInfo) -> String {
    let sender = &hearing.sender;
    let addresses: Vec<&str> = [&sender.phone, &sender.lid]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let place = match &hearing.group {
        Some(group) => format!("in group {group}"),
        None => "in a direct chat".to_owned(),
    };
    let who = addresses.join(" = ");
    let mut text = format!("{who}, {place}, account {}\n", hearing.account);
    if let Some(note) = &hearing.note {
        push(&mut text, "but", note);
    }
    let label = match &hearing.mentioned {
        Some(_) => "unmentioned",
        None => "verdict",
    };
    push(&mut text, label, &headline(&hearing.judgement));
    push_judgement(&mut text, &hearing.judgement);
    if let Some(mentioned) = &hearing.mentioned {
        push(&mut text, "mentioned", &headline(mentioned));
        push_judgement(&mut text, mentioned);
    }
    text
}

#[cfg(test)]
mod tests {
    use fased_protocol::control::{JudgementInfo, PersonInfo};

    use super::*;

    fn judgement(verdict: &str, reason: &str) -> JudgementInfo {
        JudgementInfo {
            verdict: verdict.to_owned(),
            reason: reason.to_owned(),
            rule: Some("group.5".to_owned()),
            source: None,
            fix: None,
            tried: Vec::new(),
            route: None,
        }
    }

    #[test]
    fn in_a_group_both_are_told_with_a_mention_and_without() {
        let text = rendered(&HearingInfo {
            account: "default".to_owned(),
            sender: PersonInfo {
                phone: Some("+15550100002".to_owned()),
                lid: None,
            },
            group: Some("120363000000000001@g.us".to_owned()),
            judgement: judgement("context", "no_mention"),
            mentioned: Some(judgement("admit", "group_mention")),
            note: None,
        });
        assert!(
            text.contains("unmentioned   context: no_mention, rule group.5"),
            "{text}"
        );
        assert!(
            text.contains("mentioned     admit: group_mention, rule group.5"),
            "{text}"
        );
    }
}
