//! A login does not succeed: the machine, the way to WhatsApp, what is on disk, and how earlier attempts ended.

use super::super::accounts::option;
use super::super::facts::{DAY_MS, Facts};
use super::super::finding::{Finding, Level};
use super::super::{config, lease};
use super::{Subject, machine, state};
use crate::span::counted;

const CHECK: &str = "login";
/// Columns and rows that a code needs, with the thinnest edge that phones read.
const CODE: (u16, u16) = (61, 32);

pub(super) fn look(facts: &Facts, subject: &Subject) -> Vec<Finding> {
    let mut findings: Vec<Finding> = machine(facts)
        .chain(config::check(facts))
        .chain(lease::check(facts))
        // A gateway is not needed: a login starts one.
        .filter(|finding| finding.level >= Level::Warning && finding.what != "no gateway runs")
        .collect();
    if let Some((columns, rows)) = facts
        .terminal
        .filter(|(columns, rows)| *columns < CODE.0 || *rows < CODE.1)
    {
        let what = format!(
            "this terminal has {columns}×{rows} cells, a QR code needs {}×{}",
            CODE.0, CODE.1
        );
        let next = "make the window larger, or: fased channels login --qr-png code.png, or: fased channels login --phone-code +NUMBER";
        findings.push(Finding::warning(CHECK, what, "a code that is cut off cannot be scanned").next(next));
    }
    for account in subject.accounts(facts) {
        let id = &account.account;
        let option = option(id);
        let next = account.next.clone().unwrap_or_default();
        match account.state.as_str() {
            "forbidden" | "client_outdated" | "storage_failed" | "breaker_open" | "degraded"
            | "backing_off" => {
                findings.push(state(facts, account));
            }
            "disabled" => {
                let what = format!("{id} is switched off");
                findings.push(
                    Finding::problem(CHECK, what, "an account that is off cannot be linked").next(next),
                );
            }
            "ready" => {
                let what = format!("{id} is linked and ready");
                findings.push(Finding::ok(CHECK, what));
            }
            _ => {}
        }
        let ended = unscanned(facts, id);
        // What was tried before the link that there is now needs nothing more.
        if ended > 0 && account.state != "ready" {
            let what = format!(
                "{} of {id} ended within 24 h without a link",
                counted(ended, "login")
            );
            let cause = "no code was scanned in time, or the phone did not confirm";
            let next = format!("open Linked devices on the phone first, then: fased channels login{option}");
            findings.push(Finding::warning(CHECK, what, cause).next(next));
        }
    }
    findings
}

/// How often an account went from linking back to unlinked within a day.
fn unscanned(facts: &Facts, account: &str) -> usize {
    let recent = facts.history.events.iter();
    let recent = recent.filter(|event| event.account == account && event.at_ms >= facts.now_ms - DAY_MS);
    let states: Vec<&str> = recent.map(|event| event.state.as_str()).collect();
    // Newest first.
    states
        .windows(2)
        .filter(|pair| *pair == ["unlinked", "linking"])
        .count()
}
