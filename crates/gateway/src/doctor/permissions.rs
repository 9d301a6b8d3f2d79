//! Who can read the state: keys and messages are for their owner alone.

use super::Facts;
use super::facts::FileFact;
use super::finding::{Finding, Fix};

const CHECK: &str = "permissions";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = facts.files.iter().filter_map(|file| one(facts, file)).collect();
    if findings.is_empty() && facts.files.iter().any(|file| file.found.is_some()) {
        findings.push(Finding::ok(CHECK, "only their owner can read the files"));
    }
    findings
}

fn one(facts: &Facts, file: &FileFact) -> Option<Finding> {
    let shown = file.path.display();
    if let Some(error) = &file.error {
        return Some(
            Finding::problem(CHECK, format!("{shown} cannot be looked at"), error)
                .next("run it as the user who runs the gateway: fased doctor"),
        );
    }
    let Some((mode, owner)) = file.found else {
        return file.needed.then(|| {
            Finding::note(
                CHECK,
                format!("the folder {shown} is missing"),
                "the gateway makes it at its start",
            )
            .fix(Fix::MakeFolder {
                path: file.path.clone(),
            })
        });
    };
    if owner != facts.uid {
        let what = format!(
            "{shown} belongs to another user (id {owner}, you are {})",
            facts.uid
        );
        let cause = "a gateway that you start can read it wrongly or not at all";
        return Some(
            Finding::problem(CHECK, what, cause)
                .next(format!("run fased as that user, or: chown {} {shown}", facts.uid)),
        );
    }
    let full = if file.is_dir { 0o700 } else { 0o600 };
    // A key that its owner cannot read is no use either.
    let wanted = (mode & 0o700) | full;
    if mode & 0o077 == 0 && mode & full == full {
        return None;
    }
    let fix = Fix::Mode {
        path: file.path.clone(),
        from: mode,
        to: if mode & 0o077 == 0 { wanted } else { full },
    };
    let others = mode & 0o077 != 0;
    let cause = if others {
        format!("its mode is {mode:04o}")
    } else {
        format!("its mode is {mode:04o}, so that not even its owner can use it")
    };
    let what = if others {
        format!("others on this machine can read or change {shown}")
    } else {
        format!("{shown} cannot be used")
    };
    // Behind a closed folder nobody gets at it.
    let inner = facts.files.iter().any(|outer| {
        outer.is_dir
            && outer.path != file.path
            && file.path.starts_with(&outer.path)
            && outer.found.is_some_and(|(mode, _)| mode & 0o077 == 0)
    });
    let finding = if others && inner {
        Finding::warning(CHECK, what, format!("{cause}; the folder around it is closed"))
    } else {
        Finding::problem(CHECK, what, cause)
    };
    Some(finding.fix(fix))
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::super::fixtures::facts;
    use super::*;

    fn file(path: &str, is_dir: bool, mode: u32, owner: u32) -> FileFact {
        FileFact {
            path: path.into(),
            is_dir,
            found: Some((mode, owner)),
            error: None,
            needed: false,
        }
    }

    #[test]
    fn what_others_can_read_is_closed_by_a_fix() {
        let mut facts = facts();
        facts.files = vec![
            file("/s", true, 0o755, 1000),
            file("/s/fased.db", false, 0o644, 1000),
        ];
        let findings = check(&facts);
        let fixes: Vec<_> = findings
            .iter()
            .map(|finding| (finding.level, finding.fix.clone()))
            .collect();
        let to = |path: &str, from, to| {
            Some(Fix::Mode {
                path: path.into(),
                from,
                to,
            })
        };
        assert_eq!(
            fixes,
            [
                (Level::Problem, to("/s", 0o755, 0o700)),
                (Level::Problem, to("/s/fased.db", 0o644, 0o600)),
            ]
        );
        facts.files[0].found = Some((0o700, 1000));
        assert_eq!(check(&facts)[0].level, Level::Warning, "nobody gets at it there");
        facts.files[1].found = Some((0o600, 1000));
        assert_eq!(check(&facts)[0].level, Level::Ok);
    }

    #[test]
    fn what_its_owner_cannot_use_is_told_too() {
        let mut facts = facts();
        facts.files = vec![file("/s/fased.db", false, 0o200, 1000)];
        let finding = &check(&facts)[0];
        assert_eq!(
            finding.fix,
            Some(Fix::Mode {
                path: "/s/fased.db".into(),
                from: 0o200,
                to: 0o600
            })
        );
    }

    #[test]
    fn what_belongs_to_somebody_else_is_not_changed() {
        let mut facts = facts();
        facts.files = vec![file("/s", true, 0o755, 0)];
        let finding = &check(&facts)[0];
        assert_eq!((finding.level, &finding.fix), (Level::Problem, &None));
    }
}
