//! The whole of it: order, wellness, and one line each.

use fased_protocol::control::NodeProbe;

use super::facts::DiskFact;
use super::fixtures::{account, facts, running};
use super::*;

#[test]
fn the_worst_stands_first_and_each_fits_a_line() {
    let mut facts = running();
    facts.accounts = vec![account("default", "logged_out"), account("work", "suspended")];
    facts.disks = vec![DiskFact {
        path: "/s".into(),
        free_bytes: 1 << 20,
        free_inodes: None,
    }];
    facts.unread = vec![("the runs".to_owned(), "it is locked".to_owned())];
    let findings = examine(&facts);
    let levels: Vec<Level> = findings.iter().map(|finding| finding.level).collect();
    assert!(levels.is_sorted_by(|a, b| a >= b), "{levels:?}");
    assert!(!is_well(&findings));
    assert_eq!(findings[0].check, "disk", "what the rest rests upon comes first");
    for finding in &findings {
        assert!(!finding.line().contains('\n'), "{finding:?}");
        if finding.level >= Level::Warning {
            assert!(!finding.next.is_empty(), "a command helps: {finding:?}");
        }
    }
}

#[test]
fn notes_and_warnings_are_no_failure() {
    let mut facts = running();
    facts.accounts = vec![account("default", "unlinked"), account("work", "ready")];
    facts.node = NodeProbe {
        program: Some("/usr/bin/node".into()),
        version: Some("22.1.0".to_owned()),
        ..NodeProbe::default()
    };
    let findings = examine(&facts);
    assert!(findings.iter().any(|finding| finding.level == Level::Warning));
    assert!(is_well(&findings), "{findings:?}");
}

#[test]
fn what_could_not_be_looked_at_does_not_pass_for_well() {
    let mut facts = facts();
    facts.unread = vec![("the outbox".to_owned(), "it is locked".to_owned())];
    assert!(
        examine(&facts)
            .iter()
            .any(|finding| finding.line().contains("could not look at the outbox"))
    );
}
