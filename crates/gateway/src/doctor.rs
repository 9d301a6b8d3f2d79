//! `fased doctor`: what is wrong, why, and the command that mends it.
//!
//! `gather` looks at the machine, the files, the store and the running gateway, and changes nothing. The checks, one a
//! file, are functions from these facts to findings, so that most are tried without a machine. `mend` carries out what a
//! finding named as its fix, and nothing else. A symptom is a choice of checks that looks at more of less.

mod accounts;
mod agents;
mod auth_files;
mod cage;
mod config;
mod disk;
mod drops;
mod facts;
mod finding;
#[cfg(test)]
mod fixtures;
mod gather;
mod groups;
mod lease;
mod limits;
mod mend;
pub mod network;
mod node;
mod outbox;
mod outside;
mod pairing;
mod permissions;
mod service;
mod store;
mod symptom;
mod tasks;
mod time;

pub use facts::Facts;
pub use finding::{Finding, Fix, Level};
pub(crate) use gather::node_here;
pub use gather::{Progress, gather};
pub use mend::{Mended, mend};
pub use symptom::{Diagnosis, Likely, Subject, Symptom, diagnose};

/// A look at the facts: what it finds, also what is well.
type Check = fn(&Facts) -> Vec<Finding>;

/// All checks, in the order in which one thing rests upon another.
const CHECKS: [Check; 21] = [
    config::check,
    permissions::check,
    lease::check,
    disk::check,
    store::check,
    auth_files::check,
    node::check,
    time::check,
    network::check,
    accounts::check,
    cage::check,
    limits::check,
    agents::check,
    service::check,
    pairing::check,
    drops::check,
    groups::check,
    outbox::check,
    outside::check,
    tasks::check,
    unread,
];

/// Looks at everything. The worst stands first; what is equally bad stays in the order of the checks.
#[must_use]
pub fn examine(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = CHECKS.iter().flat_map(|check| check(facts)).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    findings
}

/// Is anything wrong? Notes and warnings are not.
#[must_use]
pub fn is_well(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.level < Level::Problem)
}

/// What could not be looked at is told, lest it pass for well.
fn unread(facts: &Facts) -> Vec<Finding> {
    let told = facts.unread.iter().map(|(what, why)| {
        Finding::warning("doctor", format!("could not look at {what}"), why.clone())
            .next("run it as the user who runs the gateway: fased doctor")
    });
    told.collect()
}

#[cfg(test)]
mod tests;
