//! The auth files: can the login be used, and what lies beside it?

use super::Facts;
use super::accounts::option;
use super::facts::{AuthFacts, Copy};
use super::finding::{Finding, Fix};
use crate::span::counted;

const CHECK: &str = "auth";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    facts.auth.iter().flat_map(|auth| one(facts, auth)).collect()
}

fn one(facts: &Facts, auth: &AuthFacts) -> Vec<Finding> {
    let account = &auth.account;
    let shown = auth.dir.display();
    if let Some(error) = &auth.error {
        return vec![
            Finding::problem(
                CHECK,
                format!("the auth files of {account} cannot be read"),
                error,
            )
            .next(format!("look at its owner and mode: ls -ld {shown}")),
        ];
    }
    let mut findings = Vec::new();
    let option = option(account);
    let anew = format!(
        "put a backup of {shown} in its place, or link anew: fased channels logout --account {account}, then: fased channels login{option}"
    );
    match (auth.creds, auth.last_good) {
        (Copy::Good, _) => findings.push(Finding::ok(CHECK, format!("the login of {account} can be read"))),
        (Copy::Damaged | Copy::Absent, Copy::Good) => {
            let what = format!("creds.json of {account} is damaged or missing");
            let cause = "the last good copy is there and is used at the next start of its link";
            findings.push(Finding::warning(CHECK, what, cause).next("fased gateway restart"));
        }
        (Copy::Damaged, Copy::Damaged | Copy::Absent) | (Copy::Absent, Copy::Damaged) => {
            let what = format!("the login of {account} is damaged, and so is its copy");
            findings
                .push(Finding::problem(CHECK, what, "nothing was touched, and no link is opened").next(anew));
        }
        (Copy::Absent, Copy::Absent) if auth.keys > 0 => {
            let what = format!(
                "{account} has {} and no creds.json",
                counted(auth.keys, "key file")
            );
            findings.push(Finding::problem(CHECK, what, "the login itself is gone").next(anew));
        }
        (Copy::Absent, Copy::Absent) => {}
    }
    for temp in &auth.temps {
        // A running sidecar writes through such files all the time.
        if auth.holders.is_empty() && !facts.runs() {
            let what = format!("{} was left in the middle of a write", temp.display());
            findings.push(
                Finding::note(CHECK, what, "a sidecar was killed; the file itself is whole")
                    .fix(Fix::MoveAway { path: temp.clone() }),
            );
        }
    }
    if !auth.open_files.is_empty() {
        let what = format!(
            "others can read or change {} of {account}",
            counted(auth.open_files.len(), "key file")
        );
        let cause = "whoever has them is logged in as this account";
        findings.push(Finding::problem(CHECK, what, cause).fix(Fix::FileModes {
            folder: auth.dir.clone(),
            files: auth.open_files.clone(),
        }));
    }
    if auth.damaged_creds {
        let what = format!("a damaged creds.json of {account} was set aside");
        let cause = "the login was taken from its last good copy, or linked anew";
        findings.push(Finding::note(CHECK, what, cause));
    }
    if auth.damaged > 0 {
        let what = format!("{} of {account} set aside", counted(auth.damaged, "damaged file"));
        let cause = "those people's messages ask for new keys by themselves";
        findings.push(Finding::note(CHECK, what, cause));
    }
    if let Some(newest) = auth.set_aside.last() {
        let what = format!(
            "the files of earlier logins of {account} are kept in {}",
            counted(auth.set_aside.len(), "folder")
        );
        let next = format!("once the present login works: rm -r {}", newest.display());
        findings.push(Finding::note(CHECK, what, "they are of no use once a new login works").next(next));
    }
    if auth.holders.len() > 2 {
        let what = format!("processes {:?} all work on the login of {account}", auth.holders);
        findings.push(
            Finding::problem(CHECK, what, "more than one gateway or sidecar uses it")
                .next("end those that are not the gateway's: ps -fp PID"),
        );
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::super::fixtures::{facts, running};
    use super::*;

    fn levels(auth: AuthFacts) -> Vec<Level> {
        let mut facts = facts();
        facts.auth = vec![auth];
        check(&facts).iter().map(|finding| finding.level).collect()
    }

    #[test]
    fn a_login_is_judged_by_both_copies() {
        for (creds, last_good, keys, level) in [
            (Copy::Good, Copy::Good, 9, Some(Level::Ok)),
            (Copy::Damaged, Copy::Good, 9, Some(Level::Warning)),
            (Copy::Absent, Copy::Good, 9, Some(Level::Warning)),
            (Copy::Damaged, Copy::Damaged, 9, Some(Level::Problem)),
            (Copy::Damaged, Copy::Absent, 0, Some(Level::Problem)),
            (Copy::Absent, Copy::Absent, 3, Some(Level::Problem)),
            (Copy::Absent, Copy::Absent, 0, None),
        ] {
            let auth = AuthFacts {
                account: "default".to_owned(),
                creds,
                last_good,
                keys,
                ..AuthFacts::default()
            };
            assert_eq!(
                levels(auth).first().copied(),
                level,
                "{creds:?} {last_good:?} {keys}"
            );
        }
    }

    #[test]
    fn temporary_files_are_moved_away_only_while_nobody_works_there() {
        let auth = AuthFacts {
            account: "default".to_owned(),
            creds: Copy::Good,
            temps: vec!["/s/.tmp-1".into()],
            ..AuthFacts::default()
        };
        let mut facts = facts();
        facts.auth = vec![auth.clone()];
        assert_eq!(
            check(&facts)[1].fix,
            Some(Fix::MoveAway {
                path: "/s/.tmp-1".into()
            })
        );
        let mut facts = running();
        facts.auth = vec![auth];
        assert_eq!(check(&facts).len(), 1);
    }
}
