//! `fased health`: is all well? One line a problem, and an exit code for health checks.

use fased::client;
use fased::health::{Health, Problem, unanswered};
use fased::paths::Paths;
use fased_protocol::control::{ControlRequest, ControlResponse};

use super::runtime::{block_on, paths};
use super::{Failure, Global, Outcome, ask, out};
use crate::exit::Exit;

pub(super) fn run(global: &Global) -> Outcome {
    let paths = paths(global)?;
    let health = block_on(asked(&paths))?;
    if global.json {
        out::json(&health)?;
    } else {
        out::text(&told(&health))?;
    }
    ended(&health)
}

/// Asks the gateway. One that cannot answer is not well, and that is an answer too.
pub(super) async fn asked(paths: &Paths) -> Result<Health, Failure> {
    match client::ask(paths, &ControlRequest::Health).await {
        Ok(ControlResponse::Health(health)) => Ok(health),
        Ok(answer) => Err(ask::unexpected(&answer)),
        Err(error) => Ok(unanswered(&error)),
    }
}

/// What scripts go by.
pub(super) fn ended(health: &Health) -> Outcome {
    if health.ok {
        return Ok(());
    }
    let none = health.problems.iter().any(|problem| problem.code == "no_gateway");
    Err(Failure::Shown(if none {
        Exit::NoGateway
    } else {
        Exit::NotReady
    }))
}

/// A line a problem, `ok` where there is none.
fn told(health: &Health) -> String {
    let mut lines: Vec<String> = health.problems.iter().map(line).collect();
    if health.ok {
        let ok = if lines.is_empty() { "ok" } else { "ok, but" };
        lines.insert(0, ok.to_owned());
    }
    lines.join("\n")
}

/// `work: replaced: Another program took over this login. next: …`
pub(super) fn line(problem: &Problem) -> String {
    let account = problem.account.as_deref().unwrap_or("gateway");
    let next = problem
        .next
        .as_ref()
        .map(|next| format!(" next: {next}"))
        .unwrap_or_default();
    format!("{account}: {}: {}{next}", problem.code, problem.sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_a_line_with_its_reason_and_the_next_command() {
        let problem = |account: Option<&str>, code: &str, warning| Problem {
            account: account.map(str::to_owned),
            code: code.to_owned(),
            sentence: "It is so.".to_owned(),
            next: account.map(|_| "fased do".to_owned()),
            warning,
        };
        let mut health = Health {
            ok: true,
            problems: vec![],
        };
        assert_eq!(told(&health), "ok");
        health.problems.push(problem(None, "config", true));
        assert_eq!(told(&health), "ok, but\ngateway: config: It is so.");
        assert!(ended(&health).is_ok());
        health.ok = false;
        health.problems.push(problem(Some("work"), "replaced", false));
        assert_eq!(
            told(&health),
            "gateway: config: It is so.\nwork: replaced: It is so. next: fased do"
        );
        assert!(matches!(ended(&health), Err(Failure::Shown(Exit::NotReady))));
        health.problems.push(problem(None, "no_gateway", false));
        assert!(matches!(ended(&health), Err(Failure::Shown(Exit::NoGateway))));
    }
}
