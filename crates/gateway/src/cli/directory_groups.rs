//! `fased directory groups`: the groups that the accounts are in.

use std::time::Duration;

use fased_protocol::control::{ControlRequest, ControlResponse, MemberOf};
use serde_json::json;

use super::directory::Options;
use super::runtime::{block_on, paths};
use super::table::Table;
use super::{Global, Outcome, ask, out};

/// WhatsApp has a part in the answer, for each account.
const DEADLINE: Duration = Duration::from_secs(40);

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let Options { account } = options;
    let paths = paths(global)?;
    let request = ControlRequest::DirectoryGroups { account };
    let answer = block_on(async { Ok(fased::client::ask_within(&paths, &request, DEADLINE).await?) })?;
    let ControlResponse::DirectoryGroups { groups, unlisted } = answer else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        return out::json(&json!({ "groups": groups, "unlisted": unlisted }));
    }
    out::text(&rendered(groups, unlisted))
}

fn rendered(groups: Vec<MemberOf>, unlisted: u64) -> String {
    if groups.is_empty() {
        return "no account is in a group".to_owned();
    }
    let mut table = Table::new();
    table.line(["group", "account", "members", "who writes", "by", "subject"]);
    for group in groups {
        let writes = match (group.announce, group.admin) {
            (false, _) => "everyone",
            (true, true) => "admins, and we are one",
            (true, false) => "admins only",
        };
        let subject = group.subject.map_or_else(|| "-".to_owned(), |subject| subject.0);
        table.line([
            group.group,
            group.account,
            group.members.to_string(),
            writes.to_owned(),
            if group.by_lid { "hidden ids" } else { "numbers" }.to_owned(),
            subject,
        ]);
    }
    let mut text = table.render();
    if unlisted > 0 {
        text.push_str(&format!(
            "\n{unlisted} more: an account tells 1,000 of its groups"
        ));
    }
    text
}
