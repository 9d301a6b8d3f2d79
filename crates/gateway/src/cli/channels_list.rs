//! `fased channels list`: which accounts the config names.

use fased_protocol::control::{ControlRequest, ControlResponse};
use serde_json::json;

use super::table::Table;
use super::{ChannelOptions, Global, Outcome, ask, out};

pub(super) fn run(global: &Global, options: &ChannelOptions) -> Outcome {
    let answer = ask::read(global, &ControlRequest::ChannelsList)?;
    let ControlResponse::Accounts { mut accounts, .. } = answer else {
        return Err(ask::unexpected(&answer));
    };
    accounts.retain(|account| {
        options
            .account
            .as_ref()
            .is_none_or(|wanted| *wanted == account.account)
    });
    if global.json {
        return out::json(&json!({ "accounts": accounts }));
    }
    if accounts.is_empty() {
        return out::text("no accounts");
    }
    let mut table = Table::new();
    table.line(["channel", "account", "enabled", "state", "number"]);
    for account in accounts {
        let enabled = if account.enabled { "yes" } else { "no" };
        let number = account.phone.or(account.lid).unwrap_or_else(|| "-".to_owned());
        table.line([
            account.channel,
            account.account,
            enabled.to_owned(),
            account.state,
            number,
        ]);
    }
    out::text(&table.render())
}
