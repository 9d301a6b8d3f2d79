//! Is all well? One answer for every surface, from what the gateway says of itself and its accounts.
//!
//! Pure: who asks brings the facts and the time, so that no surface can have an opinion of its own.

use fased_policy::lifecycle::Status;
use fased_protocol::control::{AccountInfo, ConfigInfo, ControlError, ErrorCode, GatewayInfo};
pub use fased_protocol::control::{Health, Problem};

use crate::span::span;
use crate::store::FailingTask;

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
            sentence: first_line.to_owned(),
            next: Some("fased config validate".to_owned()),
            warning: true,
        });
    }
    problems.extend(outside(gateway));
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

/// What was asked for outside of WhatsApp and does not work: the listener, and who is told. Messages flow all the same.
fn outside(gateway: &GatewayInfo) -> Vec<Problem> {
    let remark = |code: &str, sentence: String, next: &str| Problem {
        account: None,
        code: code.to_owned(),
        sentence,
        next: Some(next.to_owned()),
        warning: true,
    };
    let http = gateway.http.as_ref().and_then(|http| http.problem.as_ref());
    let http = http.map(|problem| remark("http", format!("{problem}."), "fased config get gateway.http"));
    let alerts = gateway.alerts.as_ref().filter(|alerts| alerts.failures > 0);
    let alerts = alerts.map(|alerts| {
        let times = match alerts.failures {
            1 => "once".to_owned(),
            several => format!("{several} times in a row"),
        };
        let why = alerts.problem.as_deref().unwrap_or("for an unknown reason");
        let sentence = format!(
            "Alerts are not taken by the {}; that failed {times}: {why}",
            alerts.target
        );
        remark("alerts", sentence, "fased alerts test")
    });
    http.into_iter().chain(alerts).collect()
}

/// All of it in one line: which accounts are not ready, and in which state they are.
#[must_use]
pub fn summary(health: &Health) -> String {
    if health.ok {
        return "ready".to_owned();
    }
    let wrong = health.problems.iter().filter(|problem| !problem.warning);
    let words = wrong.map(|problem| match &problem.account {
        Some(account) => format!("{account} {}", problem.code),
        None => problem.code.clone(),
    });
    format!("not ready: {}", words.collect::<Vec<_>>().join(", "))
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

/// What failed of the work that goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failed {
    /// Accounts, and how many of their messages failed lately.
    pub messages: Vec<(String, u64)>,
    /// Tasks whose last runs failed.
    pub tasks: Vec<FailingTask>,
}

/// What waits for a person though messages flow. All of it is a remark.
#[must_use]
pub fn attention(
    gateway: Option<&GatewayInfo>,
    accounts: &[AccountInfo],
    failed: &Failed,
    now_ms: i64,
) -> Vec<Problem> {
    let remark = |account: &str, code: &str, sentence: String, next: Option<String>| Problem {
        account: Some(account.to_owned()),
        code: code.to_owned(),
        sentence,
        next,
        warning: true,
    };
    let mut all = gateway.map_or_else(Vec::new, outside);
    for info in accounts {
        if info.pending_pairings > 0 {
            let sentence = match info.pending_pairings {
                1 => "1 sender waits for approval.".to_owned(),
                several => format!("{several} senders wait for approval."),
            };
            let next = Some("fased pairing list".to_owned());
            all.push(remark(&info.account, "pairing", sentence, next));
        }
        if info.questions > 0 {
            let sentence = match info.questions {
                1 => "An agent asks for a permission in 1 chat, and waits for an owner's answer there."
                    .to_owned(),
                several => format!(
                    "Agents ask for permissions in {several} chats, and wait for an owner's answer in each."
                ),
            };
            let next =
                "answer in the chat with the number of a choice, as an owner, or end it there with /stop";
            all.push(remark(&info.account, "question", sentence, Some(next.to_owned())));
        }
        if let Some(until) = info.first_contacts_locked_until_ms {
            let sentence = format!(
                "WhatsApp lets it write to nobody first for {}; such messages wait, answers go on.",
                span(until.saturating_sub(now_ms))
            );
            all.push(remark(&info.account, "timelock", sentence, None));
        }
    }
    for (account, count) in failed.messages.iter().filter(|(_, count)| *count > 0) {
        let sentence = match count {
            1 => "1 message was not sent in the last day.".to_owned(),
            several => format!("{several} messages were not sent in the last day."),
        };
        let next = Some("fased outbox list --state failed; older ones: --state expired".to_owned());
        all.push(remark(account, "outbox", sentence, next));
    }
    for task in &failed.tasks {
        let sentence = match task.failures {
            1 => format!("The last run of Task {} failed.", task.id),
            several => format!("The last {several} runs of Task {} failed.", task.id),
        };
        let next = Some(format!("fased tasks last {}", task.id));
        all.push(remark(&task.account, "task", sentence, next));
    }
    all
}

/// The same of a gateway that is there for one login: it has not even started the other accounts.
#[must_use]
pub fn while_login(health: Health) -> Health {
    let mut problems = vec![Problem {
        account: None,
        code: "login".to_owned(),
        sentence: "This gateway is there for one login, and ends with it; no other account is started."
            .to_owned(),
        next: Some("wait for the login to end, then: fased gateway run".to_owned()),
        warning: false,
    }];
    problems.extend(health.problems);
    Health { ok: false, problems }
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
