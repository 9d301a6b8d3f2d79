//! What the sidecars are kept from, and what they are not.

use super::Facts;
use super::finding::Finding;

const CHECK: &str = "cage";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for account in &facts.accounts {
        let Some(cage) = &account.cage else { continue };
        let id = &account.account;
        let parts = [
            (cage.files, "open foreign files"),
            (cage.execute, "run programs"),
            (cage.ports, "reach other ports"),
            (cage.node_permissions, "get past Node's permissions"),
        ];
        let named = |wanted: bool| -> String {
            let these = parts.iter().filter(|(kept, _)| *kept == wanted);
            these.map(|(_, what)| *what).collect::<Vec<_>>().join(", ")
        };
        let (kept, free) = (named(true), named(false));
        if free.is_empty() {
            findings.push(Finding::ok(
                CHECK,
                format!("the sidecar of {id} cannot {}", kept.replace(", ", " or ")),
            ));
            continue;
        }
        let mut cause = cage.missing.join("; ");
        if cause.is_empty() {
            // Whoever cannot do it says why; here no sidecar has come so far.
            continue;
        }
        if !kept.is_empty() {
            cause = format!("{cause}; it cannot {}", kept.replace(", ", " or "));
        }
        let what = format!("nothing would stop the sidecar of {id} if it tried to: {free}");
        findings.push(
            Finding::note(CHECK, what, cause).next("run it on Linux 6.7 or newer with Node 20.17 or newer"),
        );
    }
    findings
}

#[cfg(test)]
mod tests {
    use fased_protocol::control::CageInfo;

    use super::super::Level;
    use super::super::fixtures::{account, running};
    use super::*;

    #[test]
    fn what_is_enforced_and_what_is_not_are_both_told() {
        let mut facts = running();
        let mut caged = account("default", "ready");
        caged.cage = Some(CageInfo {
            landlock_abi: Some(3),
            files: true,
            execute: true,
            ports: false,
            node_permissions: true,
            missing: vec!["ports need Landlock 4".to_owned()],
        });
        facts.accounts = vec![caged];
        let line = check(&facts)[0].line();
        assert!(
            line.contains("reach other ports") && line.contains("ports need Landlock 4"),
            "{line}"
        );
        assert!(
            line.contains("cannot open foreign files or run programs"),
            "{line}"
        );
        if let Some(cage) = &mut facts.accounts[0].cage {
            cage.ports = true;
        }
        assert_eq!(check(&facts)[0].level, Level::Ok);
        if let Some(cage) = &mut facts.accounts[0].cage {
            cage.node_permissions = false;
            cage.missing.clear();
        }
        assert!(check(&facts).is_empty(), "no sidecar has told yet");
        facts.accounts[0].cage = None;
        assert!(check(&facts).is_empty(), "no sidecar was started yet");
    }
}
