//! Who answers: can they be asked?

use super::Facts;
use super::finding::{Finding, Level};
use crate::span::{counted, span};

const CHECK: &str = "agents";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for agent in &facts.agents {
        let id = &agent.agent;
        findings.push(match &agent.error {
            None => Finding::ok(CHECK, format!("{id}: {}", agent.backend)),
            Some(error) => {
                let level = if agent.is_default {
                    Level::Problem
                } else {
                    Level::Warning
                };
                let what = format!("the agent {id} cannot answer");
                Finding::new(CHECK, level, what, error.clone()).next(format!("fased agents test {id} hello"))
            }
        });
    }
    findings.extend(failures(facts, None));
    findings
}

/// Runs that went wrong within a week, of one account or of all.
pub(super) fn failures(facts: &Facts, account: Option<&str>) -> Vec<Finding> {
    let own = facts.history.failed_runs.iter();
    let own = own.filter(|runs| account.is_none_or(|account| runs.account == account));
    own.map(|runs| {
        let what = format!(
            "{} of the agent {} failed within {}",
            counted(runs.count, "run"),
            runs.agent,
            span(super::facts::WEEK_MS)
        );
        let word = runs.failure.clone().unwrap_or_else(|| "error".to_owned());
        let error = runs
            .error
            .as_deref()
            .and_then(|error| error.lines().next())
            .unwrap_or_default();
        Finding::warning(CHECK, what, format!("the last one: {word}: {error}"))
            .next(format!("fased agents test {} hello", runs.agent))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::facts::AgentFact;
    use super::super::fixtures::facts;
    use super::*;

    #[test]
    fn the_default_agent_matters_most() {
        let mut facts = facts();
        let agent = |agent: &str, is_default, error: Option<&str>| AgentFact {
            agent: agent.to_owned(),
            is_default,
            backend: "program".to_owned(),
            error: error.map(str::to_owned),
        };
        facts.agents = vec![
            agent("main", true, Some("there is no program `answer`")),
            agent("other", false, Some("refused")),
            agent("third", false, None),
        ];
        let levels: Vec<Level> = check(&facts).iter().map(|finding| finding.level).collect();
        assert_eq!(levels, [Level::Problem, Level::Warning, Level::Ok]);
        facts.history.failed_runs = vec![crate::store::FailedRuns {
            account: "default".to_owned(),
            agent: "main".to_owned(),
            count: 3,
            failure: Some("timeout".to_owned()),
            ..Default::default()
        }];
        assert_eq!(failures(&facts, Some("default")).len(), 1);
        assert!(failures(&facts, Some("work")).is_empty());
    }
}
