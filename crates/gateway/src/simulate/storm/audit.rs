//! The audit: what was sent, against what the gateway recorded and what the phones got.

use std::collections::{BTreeMap, HashMap, HashSet};

/// A message that was sent, in the order of the sending.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) id: String,
    pub(super) from: String,
    /// The group's address, if it was said in one.
    pub(super) group: Option<String>,
    /// No other message has the same.
    pub(super) text: String,
}

/// What the gateway recorded of a message.
#[derive(Debug, Clone, Default)]
pub(super) struct Recorded {
    pub(super) seq: i64,
    pub(super) verdict: Option<String>,
    pub(super) reason: Option<String>,
    /// State and how often it was started.
    pub(super) run: Option<(String, u32)>,
    /// Ids and states of what was sent because of it.
    pub(super) answers: Vec<(String, String)>,
}

/// A message that a contact's phone could read.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) id: String,
    pub(super) contact: String,
    pub(super) text: String,
}

/// Everything that is known when it is over.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// By message id; more than one row for an id is a deviation.
    pub(super) journal: HashMap<String, Vec<Recorded>>,
    /// Rows in the journal, and repeated deliveries that were left out of it.
    pub(super) rows: u64,
    pub(super) repeated: u64,
    pub(super) answers: Vec<Answer>,
    /// Repeated ids that phones dropped.
    pub(super) dropped_by_phones: u64,
    /// What the server says no right client does, by code.
    pub(super) violations: Vec<String>,
}

/// Something that is not as it should be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) what: String,
    pub(crate) ids: Vec<String>,
}

/// What a storm came to.
#[derive(Debug, Default)]
pub(crate) struct StormReport {
    pub(crate) counts: Vec<(String, u64)>,
    pub(crate) deviations: Vec<Finding>,
    pub(crate) seconds: u64,
}

impl StormReport {
    pub(super) fn counted(&mut self, what: &str, count: u64) {
        self.counts.push((what.to_owned(), count));
    }

    /// One sidecar runs, or none while it is replaced.
    pub(super) fn running(&mut self, sidecars: usize) {
        if sidecars > 1 {
            self.found(format!("{sidecars} sidecars run for one account"), Vec::new());
        }
    }

    /// Processes that are still there when everything was ended.
    pub(super) fn remains(&mut self, processes: impl Iterator<Item = String>) {
        let left: Vec<String> = processes.collect();
        self.counted("processes left behind", number(left.len()));
        self.found_if_any("left behind", left);
    }

    fn found(&mut self, what: String, ids: Vec<String>) {
        self.deviations.push(Finding { what, ids });
    }

    /// A deviation only if there are any.
    fn found_if_any(&mut self, what: &str, ids: Vec<String>) {
        if !ids.is_empty() {
            self.found(what.to_owned(), ids);
        }
    }
}

/// States of an answer that nothing more is done about.
const TAKEN: [&str; 4] = ["server_ack", "delivered", "read", "played"];

pub(super) fn audit(planned: &[Planned], facts: &Facts) -> StormReport {
    let mut report = StormReport::default();
    let groups = planned.iter().filter(|message| message.group.is_some()).count();
    report.counted("sent", number(planned.len()));
    report.counted("  of these in groups", number(groups));
    report.counted("in the journal", facts.rows);
    report.counted("  repeated deliveries left out", facts.repeated);
    journal(planned, facts, &mut report);
    order(planned, facts, &mut report);
    runs(planned, facts, &mut report);
    answers(planned, facts, &mut report);
    report.counted("repeated ids that phones dropped", facts.dropped_by_phones);
    report.counted("violations", number(facts.violations.len()));
    report.found_if_any("violations", facts.violations.clone());
    report
}

/// Every id exactly once, with a verdict, and no other.
fn journal(planned: &[Planned], facts: &Facts, report: &mut StormReport) {
    let rows = |message: &&Planned| facts.journal.get(&message.id).map_or(0, Vec::len);
    let with = |test: &dyn Fn(usize) -> bool| ids(planned.iter().filter(|message| test(rows(message))));
    report.found_if_any("not in the journal", with(&|rows| rows == 0));
    report.found_if_any("more than once in the journal", with(&|rows| rows > 1));
    let found: usize = planned.iter().map(|message| rows(&message)).sum();
    if facts.rows != number(found) {
        let what = format!(
            "{} rows in the journal, {found} of them of this storm",
            facts.rows
        );
        report.found(what, Vec::new());
    }
    let mut verdicts: BTreeMap<String, u64> = BTreeMap::new();
    let mut undecided = Vec::new();
    let mut wrong = Vec::new();
    for (message, recorded) in known(planned, facts) {
        let reason = recorded.reason.as_deref().unwrap_or("undecided");
        *verdicts.entry(format!("  {reason}")).or_default() += 1;
        match recorded.verdict.as_deref() {
            None => undecided.push(message.id.clone()),
            Some("admit") => {}
            Some("drop" | "context") if message.group.is_some() => {}
            Some(verdict) => wrong.push(format!("{} ({verdict}: {reason})", message.id)),
        }
    }
    report.counts.extend(verdicts);
    report.found_if_any("without a verdict", undecided);
    report.found_if_any("not let in", wrong);
}

/// In each chat the journal has the order of the sending.
fn order(planned: &[Planned], facts: &Facts, report: &mut StormReport) {
    let mut last: HashMap<&str, i64> = HashMap::new();
    let mut late = Vec::new();
    for (message, recorded) in known(planned, facts) {
        let chat = message.group.as_deref().unwrap_or(&message.from);
        let before = last.entry(chat).or_insert(i64::MIN);
        if recorded.seq < *before {
            late.push(format!("{} (row {} after {before})", message.id, recorded.seq));
        } else {
            *before = recorded.seq;
        }
    }
    report.found_if_any("out of order in the journal", late);
}

/// What was let in was run, once, or once more after an interruption.
fn runs(planned: &[Planned], facts: &Facts, report: &mut StormReport) {
    let (mut ok, mut again) = (0, 0);
    let mut wrong = Vec::new();
    for (message, recorded) in known(planned, facts) {
        let admitted = recorded.verdict.as_deref() == Some("admit");
        match (&recorded.run, admitted) {
            (None, false) => {}
            (None, true) => wrong.push(format!("{} (no run)", message.id)),
            (Some(_), false) => wrong.push(format!("{} (a run, though not let in)", message.id)),
            (Some((state, attempts)), true) => {
                again += u64::from(*attempts == 2);
                if state == "ok" && (1..=2).contains(attempts) {
                    ok += 1;
                } else {
                    wrong.push(format!("{} ({state}, started {attempts} times)", message.id));
                }
            }
        }
    }
    report.counted("runs ok", ok);
    report.counted("  started again after a kill", again);
    report.found_if_any("runs that did not come to a good end", wrong);
}

/// Exactly one answer on the sender's phone for each message that was let in.
fn answers(planned: &[Planned], facts: &Facts, report: &mut StormReport) {
    let mut states: BTreeMap<String, u64> = BTreeMap::new();
    let (mut open, mut lost, mut doubled) = (Vec::new(), Vec::new(), Vec::new());
    let mut answered = 0;
    let mut got: HashMap<(&str, &str), HashSet<&str>> = HashMap::new();
    for answer in &facts.answers {
        got.entry((&answer.contact, &answer.text))
            .or_default()
            .insert(&answer.id);
    }
    let mut accounted: HashSet<&str> = HashSet::new();
    for (message, recorded) in known(planned, facts) {
        for (id, state) in &recorded.answers {
            *states.entry(format!("  answer {state}")).or_default() += 1;
            if !TAKEN.contains(&state.as_str()) && !matches!(state.as_str(), "failed" | "expired") {
                open.push(format!("{id} ({state})"));
            }
        }
        // The agent answers with what it was told, and no text was used twice.
        let got = got.get(&(message.from.as_str(), message.text.as_str()));
        accounted.extend(got.into_iter().flatten());
        let phones = got.map_or(0, HashSet::len);
        let admitted = recorded.verdict.as_deref() == Some("admit");
        match (admitted, phones) {
            (true, 1) => answered += 1,
            (true, 0) => {
                let known: Vec<String> = recorded
                    .answers
                    .iter()
                    .map(|(id, state)| format!("{id} {state}"))
                    .collect();
                lost.push(format!("{} (answer: {})", message.id, known.join(", ")));
            }
            (false, 0) => {}
            (_, phones) => doubled.push(format!("{} ({phones} answers)", message.id)),
        }
    }
    report.counted("answered exactly once", answered);
    report.counts.extend(states);
    report.counted("lost", number(lost.len()));
    report.counted("doubled", number(doubled.len()));
    report.found_if_any("without an answer on the phone", lost);
    report.found_if_any("answered more often than once, or though not let in", doubled);
    report.found_if_any("answers of unknown fate", open);
    let strays: Vec<String> = facts
        .answers
        .iter()
        .filter(|answer| !accounted.contains(answer.id.as_str()))
        .map(|answer| answer.id.clone())
        .collect::<HashSet<_>>()
        .into_iter()
        .collect();
    report.found_if_any("on a phone without anything it answers", strays);
}

/// What is in the journal, in the order of the sending.
fn known<'a>(
    planned: &'a [Planned],
    facts: &'a Facts,
) -> impl Iterator<Item = (&'a Planned, &'a Recorded)> + use<'a> {
    planned.iter().filter_map(|message| {
        let rows = facts.journal.get(&message.id)?;
        rows.first().map(|recorded| (message, recorded))
    })
}

fn ids<'a>(messages: impl Iterator<Item = &'a Planned>) -> Vec<String> {
    messages.map(|message| message.id.clone()).collect()
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
