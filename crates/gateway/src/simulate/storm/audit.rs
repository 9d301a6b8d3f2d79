//! The audit: what was sent, against what the gateway recorded and what the phones got.

mod answers;
mod tasks;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use fased::store::{AuditedMessage, AuditedRun};

use super::gather::Facts;
use super::raging::Said;
use super::report::StormReport;
use super::setting::NAMES;
use super::settle::OPEN;

pub(super) fn audit(facts: &Facts) -> StormReport {
    let mut report = StormReport::default();
    let in_groups = facts.said.iter().filter(|said| said.group.is_some()).count();
    report.counted("sent", facts.said.len());
    report.counted("  of these in groups", in_groups);
    journal(facts, &mut report);
    order(facts, &mut report);
    runs(facts, &mut report);
    answers::audit(facts, &mut report);
    outbox(facts, &mut report);
    tasks::audit(facts, &mut report);
    report.none_of("violations", facts.violations.clone());
    report.none_of("problems of the store", facts.store.problems.clone());
    report
}

/// What the journal has of each message, by account and id.
pub(super) fn recorded(facts: &Facts) -> HashMap<(&str, &str), Vec<&AuditedMessage>> {
    let mut rows: HashMap<_, Vec<_>> = HashMap::new();
    for row in &facts.store.inbox {
        let key = (row.account.as_str(), row.message_id.as_str());
        rows.entry(key).or_default().push(row);
    }
    rows
}

pub(super) fn key(said: &Said) -> (&str, &str) {
    (NAMES[said.account], &said.id)
}

pub(super) fn by_id(facts: &Facts) -> HashMap<i64, &AuditedRun> {
    facts.store.runs.iter().map(|run| (run.id, run)).collect()
}

/// Every message exactly once, with one verdict that has a reason, and no other message.
fn journal(facts: &Facts, report: &mut StormReport) {
    let rows = recorded(facts);
    let (mut lost, mut doubled, mut undecided, mut wrong) = (vec![], vec![], vec![], vec![]);
    let mut verdicts: BTreeMap<String, usize> = BTreeMap::new();
    for said in &facts.said {
        let found = rows.get(&key(said)).map_or(&[][..], Vec::as_slice);
        let [row] = found else {
            let into = if found.is_empty() { &mut lost } else { &mut doubled };
            into.push(format!("{} ({})", said.id, said.word));
            continue;
        };
        let (Some(outcome), Some(reason)) = (&row.outcome, &row.reason) else {
            undecided.push(said.id.clone());
            continue;
        };
        *verdicts.entry(format!("  {outcome}: {reason}")).or_default() += 1;
        let expected = match (said.group.is_some(), said.mention) {
            (false, _) | (true, true) => outcome == "admit",
            (true, false) => matches!(outcome.as_str(), "drop" | "context"),
        };
        if !expected {
            wrong.push(format!("{} ({outcome}: {reason})", said.id));
        }
    }
    let decided: usize = verdicts.values().sum();
    let repeated = facts
        .store
        .inbox
        .iter()
        .map(|row| row.deliveries - 1)
        .sum::<i64>();
    report.counted("in the journal", facts.store.inbox.len());
    report.counts.extend(
        verdicts
            .into_iter()
            .map(|(verdict, count)| (verdict, super::gather::count(count))),
    );
    report.counted(
        "  repeated deliveries left out",
        usize::try_from(repeated).unwrap_or(0),
    );
    report.none_of("lost on the way in", lost);
    report.none_of("doubled in the journal", doubled);
    report.none_of("without a verdict", undecided);
    report.found_if_any("another verdict than expected", wrong);
    let rows = facts.store.inbox.len();
    if decided != rows {
        let what = format!(
            "{decided} verdicts on {} sent, {rows} in the journal",
            facts.said.len()
        );
        report.found_if_any("unexplained", vec![what]);
    }
}

/// In each chat the journal has the order of the sending.
fn order(facts: &Facts, report: &mut StormReport) {
    let rows = recorded(facts);
    let mut last: HashMap<(usize, &str), i64> = HashMap::new();
    let mut late = Vec::new();
    for said in &facts.said {
        let Some(row) = rows.get(&key(said)).and_then(|rows| rows.first()) else {
            continue;
        };
        let chat = said.group.as_deref().unwrap_or(&said.from);
        let before = last.entry((said.account, chat)).or_insert(i64::MIN);
        if row.seq < *before {
            late.push(format!("{} (row {} after {before})", said.id, row.seq));
        }
        *before = row.seq.max(*before);
    }
    report.none_of("out of order in the journal", late);
}

/// What was let in was run, at most once more after it was cut off, and all runs are over.
fn runs(facts: &Facts, report: &mut StormReport) {
    let runs = by_id(facts);
    let mut wrong = Vec::new();
    for row in &facts.store.inbox {
        let admitted = row.outcome.as_deref() == Some("admit");
        match (row.run.and_then(|run| runs.get(&run)), admitted) {
            (None, false) | (Some(_), true) => {}
            (None, true) => wrong.push(format!("{}: let in, and no run", row.message_id)),
            (Some(run), false) => {
                wrong.push(format!("{}: run {}, though not let in", row.message_id, run.id))
            }
        }
    }
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    let mut again = 0;
    for run in &facts.store.runs {
        *states.entry(format!("  {} {}", run.kind, run.state)).or_default() += 1;
        again += usize::from(run.attempts > 1 && run.state != "skipped");
        let may_end_so = match run.state.as_str() {
            "ok" => (1..=2).contains(&run.attempts),
            // Cut off, begun once more and cut off again; of a Task another run follows.
            "interrupted" => run.attempts == 2 || run.kind == "task",
            "skipped" | "missed" => run.kind == "task",
            _ => false,
        };
        if !may_end_so {
            let error = run.error.as_deref().unwrap_or_default();
            wrong.push(format!(
                "run {} ({}) is {} after {} beginnings {error}",
                run.id, run.kind, run.state, run.attempts
            ));
        }
    }
    report.counted("runs", facts.store.runs.len());
    let states = states.into_iter();
    report
        .counts
        .extend(states.map(|(state, count)| (state, super::gather::count(count))));
    report.counted("  begun again after they were cut off", again);
    report.none_of("runs without a good end", wrong);
}

/// Nothing of unknown fate, and nothing given up but what the server refused.
fn outbox(facts: &Facts, report: &mut StormReport) {
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    let (mut open, mut refused, mut failed) = (vec![], 0, vec![]);
    for sent in &facts.store.outbox {
        *states.entry(format!("  {}", sent.state)).or_default() += 1;
        let told = format!("{} ({}, {:?})", sent.message_id, sent.state, sent.error_code);
        match sent.state.as_str() {
            state if OPEN.contains(&state) => open.push(told),
            "failed" if sent.error_code == Some(500) => refused += 1,
            "server_ack" | "delivered" | "read" | "played" => {}
            _ => failed.push(told),
        }
    }
    report.counted("in the outbox", facts.store.outbox.len());
    let states = states.into_iter();
    report
        .counts
        .extend(states.map(|(state, count)| (state, super::gather::count(count))));
    report.counted(
        "  written more than once",
        facts.store.outbox.iter().filter(|sent| sent.attempts > 1).count(),
    );
    report.counts.push((
        "  repeated ids that phones dropped".to_owned(),
        facts.dropped_by_phones,
    ));
    report.none_of("of unknown fate", open);
    report.found_if_any("given up without a reason of the storm", failed);
    if refused > facts.refusals {
        let what = format!("{refused} failed, and the server refused {}", facts.refusals);
        report.found_if_any("unexplained failures", vec![what]);
    }
}
