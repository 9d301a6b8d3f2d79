//! Each due time of a Task led to one run at most, each run has one result at most, and none is late.

use std::collections::{HashMap, HashSet};

use super::super::gather::Facts;
use super::super::report::StormReport;
use super::super::setting::{EVERY_MS, FAILED};

/// A due time that is just over is looked at in a moment.
const SOON_MS: i64 = 35_000;

pub(super) fn audit(facts: &Facts, report: &mut StormReport) {
    let (mut due, mut twice, mut odd, mut late, mut results) = (0, vec![], vec![], vec![], vec![]);
    let mut told = 0;
    for task in &facts.store.tasks {
        let runs: Vec<_> = facts
            .store
            .runs
            .iter()
            .filter(|run| run.task.as_deref() == Some(&task.id))
            .collect();
        let mut times = HashSet::new();
        let mut first = None;
        for run in &runs {
            if !matches!(run.cause.as_deref(), Some("schedule" | "catch_up")) {
                continue;
            }
            let Some(due_ms) = run.due_ms else {
                odd.push(format!("run {} of {} has no due time", run.id, task.id));
                continue;
            };
            due += 1;
            if !times.insert(due_ms) {
                twice.push(format!("{}: {due_ms} ran twice", task.id));
            }
            let first = *first.get_or_insert(due_ms);
            if (due_ms - first) % EVERY_MS != 0 {
                odd.push(format!("{}: {due_ms} is no time of its schedule", task.id));
            }
        }
        let next = task.next_ms.unwrap_or(i64::MIN);
        if task.state != "active" || next < facts.now_ms - SOON_MS || next > facts.now_ms + EVERY_MS + SOON_MS
        {
            let ahead = next.saturating_sub(facts.now_ms);
            late.push(format!("{} is {} and due in {ahead} ms", task.id, task.state));
        }
        for run in runs {
            let sent = facts.store.outbox.iter().filter(|sent| sent.run == Some(run.id));
            let ids: Vec<&str> = sent.clone().map(|sent| sent.message_id.as_str()).collect();
            let on_phones: HashMap<&str, usize> = facts
                .got
                .iter()
                .filter(|got| ids.contains(&got.id.as_str()))
                .fold(HashMap::new(), |mut phones, got| {
                    *phones.entry(got.contact.as_str()).or_default() += 1;
                    phones
                });
            let count: usize = on_phones.values().sum();
            let refused = sent.clone().any(|sent| sent.state == "failed");
            let is_told = sent.clone().any(|sent| sent.text == FAILED);
            told += usize::from(count == 1);
            let fine = match run.state.as_str() {
                "ok" => ids.len() == 1 && (count == 1 || refused),
                "interrupted" => count <= 1 && (ids.is_empty() || is_told),
                "skipped" | "missed" => ids.is_empty(),
                // A run that is not over, or went wrong, is found elsewhere.
                _ => true,
            };
            if !fine {
                results.push(format!(
                    "run {} ({}) of {}: {} sent, {count} on phones",
                    run.id,
                    run.state,
                    task.id,
                    ids.len()
                ));
            }
        }
    }
    report.counted("due times of Tasks", due);
    report.counted("  results on phones", told);
    report.none_of("Task runs doubled", twice);
    report.none_of("Task results lost or doubled", results);
    report.none_of("Tasks that are late", late);
    report.found_if_any("odd due times", odd);
}
