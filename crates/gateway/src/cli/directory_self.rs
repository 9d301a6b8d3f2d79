//! `fased directory self`: who the accounts are.

use fased_protocol::control::{ControlRequest, ControlResponse};
use serde_json::json;

use super::directory::Options;
use super::table::Table;
use super::{Global, Outcome, ask, out};

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let Options { account } = options;
    let answer = ask::read(global, &ControlRequest::DirectorySelf { account })?;
    let ControlResponse::DirectorySelf { accounts } = answer else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        return out::json(&json!({ "accounts": accounts }));
    }
    let mut table = Table::new();
    table.line(["account", "number", "hidden id", "state", "name"]);
    for account in accounts {
        let or_dash = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        table.line([
            account.account,
            or_dash(account.phone),
            or_dash(account.lid),
            account.state,
            or_dash(account.name),
        ]);
    }
    out::text(&table.render())
}
