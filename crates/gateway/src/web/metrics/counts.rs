//! What came in and went out, from what the store counts. Of each event there is one verdict or it is in flight, and both
//! are counted at one instant: at any time the verdicts and what is in flight add up to the events.

use std::collections::BTreeMap;

use fased_protocol::control::AlertsInfo;

use super::page::{Family, count, whole};
use super::{flag, seconds};
use crate::account::View;
use crate::store::{Figure, Figures, InboundFigure, RESEND_MISSED, alert};

pub(super) fn families(figures: &Figures, views: &[View]) -> Vec<Family> {
    let mut families = inbound(&figures.inbound, views);
    let mut queue = Family::gauge("fased_queue_depth", "What waits, by account and queue");
    depth(
        &mut queue,
        "outbox",
        &figures.outbound,
        &["queued", "sending", "written", "unknown"],
        views,
    );
    depth(&mut queue, "runs", &figures.runs, &["queued"], views);
    depth(&mut queue, "files", &figures.others, &[Figures::FILES], views);
    families.push(queue);
    families.push(by_state(
        "fased_outbound",
        "Messages that go out, by how far they came",
        &figures.outbound,
    ));
    families.push(by_state("fased_runs", "Runs of agents, by state", &figures.runs));
    families.push(by_state("fased_tasks", "Tasks, by state", &figures.tasks));
    let mut pending = Family::gauge("fased_pairing_pending", "Senders that wait for approval");
    let mut opened = Family::counter(
        "fased_account_opened",
        "How often the account became ready since the gateway started; all but the first are reconnects",
    );
    let mut last_sent = Family::gauge(
        "fased_last_outbound_timestamp_seconds",
        "When a message last left, Unix seconds",
    );
    let mut missed = Family::counter(
        "fased_resend_missed",
        "Times that a recipient asked for a message again that was no longer there",
    );
    for view in views {
        let account = view.stored.account.as_str();
        let of = [("account", account)];
        pending.push(&of, count(sum(&figures.others, account, &[Figures::PAIRING])));
        opened.push(&of, whole(view.opened));
        missed.push(&of, count(sum(&figures.tallies, account, &[RESEND_MISSED])));
        let sent = sum(&figures.others, account, &[Figures::LAST_SENT]);
        last_sent = last_sent.maybe(&of, (sent > 0).then(|| seconds(sent)));
    }
    families.extend([pending, opened, last_sent, missed]);
    families
}

/// How telling the owner goes.
pub(super) fn alerts(figures: &Figures, info: Option<&AlertsInfo>) -> Vec<Family> {
    let tally = |name| count(sum(&figures.tallies, "", &[name]));
    vec![
        Family::counter("fased_alerts_told", "Alerts that were taken").with(&[], tally(alert::TOLD)),
        Family::counter("fased_alerts_failed", "Tries to tell an alert that failed")
            .with(&[], tally(alert::FAILED)),
        Family::counter(
            "fased_alerts_given_up",
            "Notices that could not be told within a day",
        )
        .with(&[], tally(alert::GIVEN_UP)),
        Family::gauge(
            "fased_alerts_waiting",
            "Notices that are still to be told; of interest where alerts are set up",
        )
        .with(&[], count(sum(&figures.others, "", &[Figures::UNTOLD]))),
        Family::gauge(
            "fased_alerts_broken",
            "1 while the last try to tell an alert failed",
        )
        .maybe(&[], info.map(|info| flag(info.failures > 0))),
    ]
}

fn inbound(rows: &[InboundFigure], views: &[View]) -> Vec<Family> {
    let mut events = Family::counter(
        "fased_events",
        "Deliveries of messages that came in, each repetition counted",
    );
    let mut verdicts = Family::counter(
        "fased_inbound",
        "Deliveries with their one verdict and its reason; repetitions are duplicates",
    );
    let mut in_flight = Family::gauge(
        "fased_inbound_in_flight",
        "Messages that are recorded and have no verdict yet: fased_events_total less all of fased_inbound_total",
    );
    let mut undecryptable = Family::counter(
        "fased_inbound_undecryptable",
        "Messages that could not be decrypted",
    );
    let mut last = Family::gauge(
        "fased_last_inbound_timestamp_seconds",
        "When a message last came in, Unix seconds",
    );
    let mut by_account: BTreeMap<&str, Vec<&InboundFigure>> = BTreeMap::new();
    for view in views {
        by_account.entry(&view.stored.account).or_default();
    }
    for row in rows {
        // Accounts that are no longer in the config count no more.
        if let Some(rows) = by_account.get_mut(row.account.as_str()) {
            rows.push(row);
        }
    }
    for (account, rows) in by_account {
        let of = [("account", account)];
        let total = |what: fn(&InboundFigure) -> i64| count(rows.iter().map(|row| what(row)).sum());
        events.push(&of, total(|row| row.deliveries));
        undecryptable.push(&of, total(|row| row.undecryptable));
        let waiting = total(|row| if row.outcome.is_none() { row.messages } else { 0 });
        in_flight.push(&of, waiting);
        let mut add = |verdict: &str, reason: &str, messages: f64| {
            verdicts.push(
                &[("account", account), ("verdict", verdict), ("reason", reason)],
                messages,
            );
        };
        for row in &rows {
            if let Some(outcome) = &row.outcome {
                add(
                    outcome,
                    row.reason.as_deref().unwrap_or_default(),
                    count(row.messages),
                );
            }
        }
        add(
            "duplicate",
            "duplicate",
            total(|row| row.deliveries - row.messages),
        );
        let newest = rows.iter().map(|row| row.last_ms).max();
        last = last.maybe(&of, newest.map(seconds));
    }
    vec![events, verdicts, in_flight, undecryptable, last]
}

fn by_state(name: &'static str, help: &'static str, figures: &[Figure]) -> Family {
    let mut family = Family::gauge(name, help);
    for figure in figures {
        family.push(
            &[("account", &figure.account), ("state", &figure.name)],
            count(figure.count),
        );
    }
    family
}

fn depth(family: &mut Family, queue: &str, figures: &[Figure], states: &[&str], views: &[View]) {
    for view in views {
        let account = view.stored.account.as_str();
        let waiting = sum(figures, account, states);
        family.push(
            &[("account", account), ("queue", queue)],
            whole(waiting.unsigned_abs()),
        );
    }
}

fn sum(figures: &[Figure], account: &str, names: &[&str]) -> i64 {
    let fitting = figures
        .iter()
        .filter(|figure| figure.account == account && names.contains(&figure.name.as_str()));
    fitting.map(|figure| figure.count).sum()
}
