//! Is all well? One answer for every surface, from what the gateway says of itself and its accounts.
//!
//! Pure: who asks brings the facts and the time, so that no surface can have an opinion of its own.

use fased_policy::lifecycle::Status;
use fased_protocol::control::{AccountInfo, ConfigInfo, ControlError, ErrorCode, GatewayInfo};
pub use fased_protocol::control::{Health, Problem};

/// A gateway younger than this is still opening its links, milliseconds.
pub const STARTING_MS: i64 = 60_000;

/// Judges what is known. Without a gateway nothing else matters. A config that is not in force is a remark: the one
/// that is in force works.
#[must_use]
pub fn health(
    gateway: Option<&GatewayInfo>,
    config: Option<&ConfigInfo>,
    accounts: &[AccountInfo],
    now_ms: i64,
) -> Health {
    let Some(gateway) = gateway else {
        return unwell(no_gateway());
    };
    let is_young = now_ms.saturating_sub(gateway.started_ms) < STARTING_MS;
    let mut problems = Vec::new();
    if let Some(problem) = config.and_then(|config| config.problem.as_ref()) {
        let first_line = problem.message.lines().next().unwrap_or_default();
        problems.push(Problem {
            account: None,
            code: "config".to_owned(),
            sentence: format!("The config file is wrong, and an older state of it is in force: {first_line}"),
            next: Some("fased config validate".to_owned()),
            warning: true,
        });
    }
    problems.extend(
        accounts
            .iter()
            .filter_map(|account| of_account(account, is_young)),
    );
    Health {
        ok: problems.iter().all(|problem| problem.warning),
        problems,
    }
}

/// The same where asking failed: a gateway that gives no answer is not well, whatever its accounts do.
#[must_use]
pub fn unanswered(error: &ControlError) -> Health {
    let code = match error.code {
        ErrorCode::NoGateway => return unwell(no_gateway()),
        ErrorCode::NotReady => "starting",
        ErrorCode::TimedOut | ErrorCode::Expired => "no_answer",
        ErrorCode::Config => "config",
        ErrorCode::NotFound
        | ErrorCode::Refused
        | ErrorCode::Internal
        | ErrorCode::Usage
        | ErrorCode::LeaseHeld => "store",
    };
    unwell(Problem {
        account: None,
        code: code.to_owned(),
        sentence: error.message.clone(),
        next: Some(error.next.clone()).filter(|next| !next.is_empty()),
        warning: false,
    })
}

fn of_account(account: &AccountInfo, is_young: bool) -> Option<Problem> {
    if !account.enabled || account.state == Status::Ready.as_str() {
        return None;
    }
    let starts = is_young && account.state == Status::Connecting.as_str();
    Some(Problem {
        account: Some(account.account.clone()),
        code: if starts { "starting" } else { &account.state }.to_owned(),
        sentence: account.sentence.clone(),
        next: account.next.clone(),
        warning: false,
    })
}

fn no_gateway() -> Problem {
    Problem {
        account: None,
        code: "no_gateway".to_owned(),
        sentence: "No gateway runs.".to_owned(),
        next: Some("fased gateway run".to_owned()),
        warning: false,
    }
}

fn unwell(problem: Problem) -> Health {
    Health {
        ok: false,
        problems: vec![problem],
    }
}

#[cfg(test)]
mod tests;
