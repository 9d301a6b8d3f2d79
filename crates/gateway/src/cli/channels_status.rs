//! `fased channels status`: each account's state, what it means and what to do about it.

use fased::clock::now_ms;
use fased_protocol::control::{AccountInfo, ConfigInfo, ControlRequest, ControlResponse, Count};
use serde_json::json;

use super::table::Table;
use super::{ChannelOptions, Global, Outcome, ask, out, span};

pub(super) fn run(global: &Global, options: ChannelOptions) -> Outcome {
    let ChannelOptions { channel: _, account } = options;
    let answer = ask::read(global, &ControlRequest::ChannelsStatus { account })?;
    let ControlResponse::Accounts { accounts, config } = answer else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        out::json(&json!({ "accounts": accounts, "config": config }))
    } else {
        let config = config.as_ref().map(problem).unwrap_or_default();
        out::text(&format!("{config}{}", rendered(&accounts)))
    }
}

/// What is wrong with the config, if something is. Also a part of `fased status`.
pub(super) fn problem(config: &ConfigInfo) -> String {
    let Some(problem) = &config.problem else {
        return String::new();
    };
    // The rest, with the lines that are meant, is what the next command shows.
    let first_line = problem.message.lines().next().unwrap_or_default();
    format!(
        "config: {first_line}\nfor {}; the one in force was read {}; next: fased config validate\n\n",
        span::span(now_ms() - problem.since_ms),
        span::ago(config.loaded_ms)
    )
}

/// Also a part of `fased status`.
pub(super) fn rendered(accounts: &[AccountInfo]) -> String {
    if accounts.is_empty() {
        return "no accounts\nnext: fased channels add --account default".to_owned();
    }
    let mut table = Table::new();
    table.line(["account", "state", "since", "number", "pending"]);
    for account in accounts {
        table.line([
            account.account.clone(),
            state(account),
            since(account.since_ms),
            account
                .phone
                .clone()
                .or_else(|| account.lid.clone())
                .unwrap_or_else(|| "-".to_owned()),
            account.pending_pairings.to_string(),
        ]);
        table.line([account.sentence.clone()]);
        if let Some(text) = super::status::down(account, now_ms()) {
            table.line([text]);
        }
        if let Some(until) = account.until_ms.filter(|until| *until > now_ms()) {
            table.line([format!("next attempt in {}", span::span(until - now_ms()))]);
        }
        if let Some(next) = &account.next {
            table.line([format!("next: {next}")]);
        }
        if let Some(until) = account.first_contacts_locked_until_ms {
            table.line([format!(
                "WhatsApp lets it write to nobody first for {}; such messages wait, answers go on",
                span::span(until - now_ms())
            )]);
        }
        let received = format!("in, {} received", account.received);
        for (label, counts) in [(received.as_str(), &account.inbound), ("out", &account.outbound)] {
            if let Some(counted) = counted(counts) {
                table.line([format!("{label}: {counted}")]);
            }
        }
        if account.respawns > 0 {
            table.line([format!(
                "sidecar respawned {} times since the gateway started",
                account.respawns
            )]);
        }
    }
    table.render()
}

/// With the reason where it is degraded.
fn state(account: &AccountInfo) -> String {
    match &account.reason {
        Some(reason) => format!("{}({reason})", account.state),
        None => account.state.clone(),
    }
}

/// Nothing is known from before the gateway's first run.
fn since(since_ms: i64) -> String {
    if since_ms == 0 {
        "-".to_owned()
    } else {
        span::span(now_ms() - since_ms)
    }
}

fn counted(counts: &[Count]) -> Option<String> {
    let parts: Vec<String> = counts
        .iter()
        .map(|count| format!("{} {}", count.count, count.name))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_comes_with_its_sentence_and_the_next_command() {
        let account = AccountInfo {
            account: "default".to_owned(),
            channel: "whatsapp".to_owned(),
            enabled: true,
            state: "unlinked".to_owned(),
            reason: None,
            sentence: "No phone is linked.".to_owned(),
            next: Some("fased channels login --channel whatsapp".to_owned()),
            since_ms: now_ms(),
            down_since_ms: None,
            until_ms: None,
            phone: None,
            lid: None,
            last_ready_ms: None,
            respawns: 0,
            sidecar_pid: None,
            sidecar_rss_bytes: None,
            versions: None,
            cage: None,
            last_inbound_ms: None,
            last_outbound_ms: None,
            received: 4,
            inbound: vec![
                Count {
                    name: "admit".to_owned(),
                    count: 3,
                },
                Count {
                    name: "hold".to_owned(),
                    count: 1,
                },
            ],
            outbound: vec![],
            pending_pairings: 1,
            questions: 0,
            first_contacts_locked_until_ms: Some(now_ms() + 7_200_500),
        };
        let expected = "\
account  state     since  number  pending
default  unlinked  0 s    -       1
         No phone is linked.
         next: fased channels login --channel whatsapp
         WhatsApp lets it write to nobody first for 2 h; such messages wait, answers go on
         in, 4 received: 3 admit, 1 hold
";
        assert_eq!(rendered(&[account]), expected);
    }
}
