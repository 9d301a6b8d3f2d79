//! Tasks that fail again and again.

use super::Facts;
use super::finding::Finding;

const CHECK: &str = "tasks";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let failing = facts.history.tasks.iter().map(|task| {
        let name = task
            .name
            .as_deref()
            .map_or_else(String::new, |name| format!(" ({name})"));
        let what = format!(
            "the Task {}{name} failed {} times in a row",
            task.id, task.failures
        );
        let cause = format!("it is run by the agent {}", task.agent);
        Finding::warning(CHECK, what, cause).next(format!("fased tasks runs {}", task.id))
    });
    failing.collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{facts, task};
    use super::*;

    #[test]
    fn a_task_is_named_with_what_shows_its_runs() {
        let mut facts = facts();
        assert!(check(&facts).is_empty());
        facts.history.tasks = vec![task("k3m9", 4)];
        let line = check(&facts)[0].line();
        assert!(
            line.contains("k3m9") && line.contains("4 times") && line.contains("fased tasks runs k3m9"),
            "{line}"
        );
    }
}
