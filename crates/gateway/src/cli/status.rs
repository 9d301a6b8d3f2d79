//! `fased status`: gateway, accounts and what needs attention, on one screen.

use fased_protocol::control::{ControlRequest, ControlResponse, StatusInfo};

use super::{Global, Outcome, ask, channels_status, gateway_status, out, span};

pub(super) fn run(global: &Global) -> Outcome {
    let answer = ask::read(global, &ControlRequest::Status)?;
    let ControlResponse::Status(status) = answer else {
        return Err(ask::unexpected(&answer));
    };
    if global.json {
        out::json(&status)
    } else {
        out::text(&rendered(&status))
    }
}

fn rendered(status: &StatusInfo) -> String {
    let mut text = match &status.gateway {
        Some(gateway) => format!(
            "gateway: running, pid {}, version {}, started {}\n{}state dir: {}\n",
            gateway.pid,
            gateway.version,
            span::ago(gateway.started_ms),
            gateway_status::clock_warning(gateway),
            gateway.state_dir
        ),
        None => "gateway: not running; below is what it left\nnext: fased gateway run\n".to_owned(),
    };
    text.push('\n');
    if let Some(config) = &status.config {
        text.push_str(&channels_status::problem(config));
    }
    text.push_str(&channels_status::rendered(&status.accounts));
    if !status.notices.is_empty() {
        text.push_str("\nnotices, newest first:\n");
        for notice in &status.notices {
            text.push_str(&format!(
                "  {} ({}): {}\n",
                span::ago(notice.at_ms),
                notice.account,
                notice.text
            ));
        }
    }
    text
}
