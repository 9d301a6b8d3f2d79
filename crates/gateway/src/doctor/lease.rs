//! Is there one gateway, the right one, and what did the last one leave?

use super::Facts;
use super::finding::{Finding, Fix};

const CHECK: &str = "gateway";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    let state_dir = facts.paths.state_dir.display();
    let gateway = &facts.gateway;
    match (&gateway.info, &gateway.silent) {
        (Some(info), _) => {
            let ours = env!("CARGO_PKG_VERSION");
            if info.version == ours {
                findings.push(Finding::ok(
                    CHECK,
                    format!("running, pid {}, version {ours}", info.pid),
                ));
            } else {
                let what = format!("the gateway is version {}, this program {ours}", info.version);
                findings.push(
                    Finding::warning(CHECK, what, "fased was updated while it ran")
                        .next("fased gateway restart"),
                );
            }
        }
        (None, Some(why)) => findings
            .push(Finding::problem(CHECK, "the gateway does not answer", why).next(kill(&gateway.holders))),
        (None, None) => findings.extend(stopped(facts)),
    }
    if let Some((why, _)) = &gateway.hampered {
        let what = "the gateway runs and cannot read its store";
        let next = facts.store.unreadable.as_ref().map(|(_, next)| next.clone());
        let next = next.unwrap_or_else(|| "fased logs".to_owned());
        findings.push(Finding::problem(CHECK, what, why).next(next));
    }
    for socket in &gateway.sockets {
        let shown = socket.path.display();
        if socket.listening && !socket.ours {
            findings.push(
                Finding::problem(
                    CHECK,
                    format!("a gateway of another version listens on {shown}"),
                    "this program speaks another control protocol",
                )
                .next(kill(&gateway.holders)),
            );
        } else if !(socket.listening || socket.ours && facts.runs()) {
            let cause = "a gateway was killed, or is of an older version, and could not remove it";
            findings.push(
                Finding::note(CHECK, format!("nobody listens on {shown}"), cause).fix(Fix::MoveAway {
                    path: socket.path.clone(),
                }),
            );
        }
    }
    if let Some((pid, other)) = gateway.others.first() {
        let what = match gateway.others.len() {
            1 => format!("another gateway, pid {pid}, works on {}", other.display()),
            count => format!(
                "{count} other gateways run here, one of them on {}",
                other.display()
            ),
        };
        let other = other.display();
        let finding = Finding::note(CHECK, what, format!("this one is about {state_dir}"));
        findings.push(finding.next(format!("if you mean that one: fased --state-dir {other} status")));
    }
    findings
}

/// Nobody answers.
fn stopped(facts: &Facts) -> Option<Finding> {
    if let Some(pid) = facts.gateway.holders.first() {
        let what = format!("process {pid} holds the state dir and answers nothing");
        return Some(
            Finding::problem(CHECK, what, "it is starting, ending or stuck")
                .next(kill(&facts.gateway.holders)),
        );
    }
    let run = "fased gateway run";
    if facts
        .accounts
        .iter()
        .any(|account| account.enabled && (account.phone.is_some() || facts.has_login(&account.account)))
    {
        let what = "no gateway runs";
        let cause = "messages wait at WhatsApp until one does";
        return Some(Finding::problem(CHECK, what, cause).next(run));
    }
    if facts.store.unreadable.is_some() && facts.auth.iter().any(|auth| auth.error.is_some()) {
        let cause = "neither the store nor the auth files tell whether an account is linked";
        return Some(Finding::warning(CHECK, "no gateway runs", cause).next(run));
    }
    let cause = "no account is linked yet, so nothing is missed";
    Some(Finding::note(CHECK, "no gateway runs", cause).next(run))
}

fn kill(holders: &[u32]) -> String {
    match holders.first() {
        Some(pid) => format!("look at its log; if it stays so: kill {pid}, then: fased gateway run"),
        None => "look at its log, then: fased gateway restart".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::super::facts::SocketFact;
    use super::super::fixtures::{account, facts, running};
    use super::*;

    #[test]
    fn a_stopped_gateway_is_a_problem_only_where_somebody_is_linked() {
        let mut facts = facts();
        assert_eq!(check(&facts)[0].level, Level::Note);
        facts.accounts = vec![account("default", "suspended")];
        let finding = &check(&facts)[0];
        assert_eq!(finding.level, Level::Problem);
        assert_eq!(finding.next, "fased gateway run");
        facts.gateway.holders = vec![77];
        assert!(check(&facts)[0].what.contains("process 77"));
    }

    #[test]
    fn a_socket_without_a_listener_is_moved_away_unless_it_is_in_use() {
        let mut facts = running();
        let path = std::path::PathBuf::from("/s/run/v4/gateway.sock");
        facts.gateway.sockets = vec![SocketFact {
            path: path.clone(),
            ours: false,
            listening: false,
        }];
        let found = check(&facts);
        assert_eq!(found[1].fix, Some(Fix::MoveAway { path }));
        facts.gateway.sockets[0].listening = true;
        assert_eq!(check(&facts)[1].level, Level::Problem, "somebody is there");
        facts.gateway.sockets[0].ours = true;
        assert_eq!(check(&facts).len(), 1);
    }

    #[test]
    fn other_gateways_take_one_line() {
        let mut facts = running();
        facts.gateway.others = vec![(7, "/a".into()), (8, "/b".into()), (9, "/c".into())];
        let found = check(&facts);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].what.contains("3 other gateways"), "{found:?}");
    }

    #[test]
    fn who_answers_without_its_store_is_not_to_be_killed() {
        let mut facts = running();
        facts.gateway.hampered = Some(("the store is damaged".to_owned(), Vec::new()));
        facts.store.unreadable = Some(("damaged".to_owned(), "fased gateway stop".to_owned()));
        let found = check(&facts);
        assert!(
            found.iter().all(|finding| !finding.next.contains("kill")),
            "{found:?}"
        );
        assert_eq!(found[1].next, "fased gateway stop");
    }

    #[test]
    fn a_login_on_the_disk_counts_where_the_store_cannot_tell() {
        let mut facts = facts();
        let mut unlinked = account("default", "suspended");
        unlinked.phone = None;
        facts.accounts = vec![unlinked];
        facts.auth = vec![super::super::facts::AuthFacts {
            account: "default".to_owned(),
            creds: super::super::facts::Copy::Good,
            ..Default::default()
        }];
        assert_eq!(check(&facts)[0].level, Level::Problem);
    }

    #[test]
    fn a_gateway_of_another_version_is_told() {
        let mut facts = running();
        if let Some(info) = &mut facts.gateway.info {
            info.version = "0.0.9".to_owned();
        }
        let finding = &check(&facts)[0];
        assert_eq!(
            (finding.level, finding.next.as_str()),
            (Level::Warning, "fased gateway restart")
        );
    }
}
