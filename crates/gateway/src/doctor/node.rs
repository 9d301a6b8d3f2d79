//! Node.js, the sidecar's packages, and ffmpeg.

use fased_protocol::control::FilesProbe;

use super::Facts;
use super::finding::Finding;
use crate::manifest;

const CHECK: &str = "node";
/// The oldest Node.js that the sidecar runs on.
const OLDEST: (u32, u32) = (20, 17);

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = program(facts);
    findings.extend(packages(facts));
    findings.extend(files(facts));
    let ffmpeg_missed = facts.history.outbox.iter().any(|sum| {
        let error = sum.error.as_deref().unwrap_or_default();
        error.contains("ffmpeg")
    });
    if !facts.node.ffmpeg && ffmpeg_missed {
        let cause = "it makes voice notes and films of other files, and some were to be sent";
        findings
            .push(Finding::warning(CHECK, "ffmpeg is not installed", cause).next(
                "install it with the system's package manager, then: fased outbox list --state failed",
            ));
    }
    findings
}

fn program(facts: &Facts) -> Vec<Finding> {
    let node = &facts.node;
    let newer = "FASED_NODE=/path/to/node (20.17 or newer)";
    let set = with_environment(facts, newer);
    let get = if node.named {
        set
    } else {
        format!("install Node 20.17 or newer; or {set}")
    };
    let Some(program) = &node.program else {
        let cause = node
            .error
            .clone()
            .unwrap_or_else(|| "no `node` in any folder of PATH".to_owned());
        return vec![Finding::problem(CHECK, "Node.js is not found", cause).next(get)];
    };
    let shown = program.display();
    let Some(version) = &node.version else {
        let cause = node.error.clone().unwrap_or_default();
        let what = format!("{shown} does not run");
        return vec![Finding::problem(CHECK, what, cause).next(get)];
    };
    if parsed(version).is_none_or(|version| version < OLDEST) {
        let what = format!("{shown} is version {version}");
        return vec![Finding::problem(CHECK, what, "the sidecar needs 20.17 or newer").next(get)];
    }
    vec![Finding::ok(CHECK, format!("{shown}, version {version}"))]
}

/// A restart keeps the environment, so that the gateway has to be stopped and started anew.
fn with_environment(facts: &Facts, setting: &str) -> String {
    let units = &facts.service.units;
    if let Some(unit) = units.iter().find(|unit| unit.program == facts.service.executable) {
        let control = if unit.of_user {
            "systemctl --user"
        } else {
            "systemctl"
        };
        let name = unit.path.file_name().unwrap_or_default().to_string_lossy();
        return format!(
            "add Environment={setting} to {}, then: {control} daemon-reload && {control} restart {name}",
            unit.path.display()
        );
    }
    let first = if facts.runs() {
        "fased gateway stop, then "
    } else {
        ""
    };
    format!("{first}export {setting}, then: fased gateway run")
}

fn parsed(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

/// A manifest is there where fased was installed; in a checkout the files are edited.
fn files(facts: &Facts) -> Option<Finding> {
    let home = facts.node.home.as_ref()?.display();
    Some(match facts.node.files.as_ref()? {
        FilesProbe::Intact { files } => Finding::ok(
            CHECK,
            format!("all {files} files in {home} are as they were installed"),
        ),
        FilesProbe::Unlisted => Finding::ok(
            CHECK,
            format!("the files in {home} are not compared: there is no manifest.json, as in a checkout"),
        ),
        FilesProbe::Altered { what } => Finding::problem(
            CHECK,
            format!("the files in {home} are not as they were installed"),
            format!("{what}; no sidecar is started with them"),
        )
        .next(manifest::NEXT),
    })
}

fn packages(facts: &Facts) -> Vec<Finding> {
    let node = &facts.node;
    let home = match (&node.home, &node.home_error) {
        (Some(home), _) => home.display(),
        (None, Some(why)) => {
            let next = with_environment(facts, "FASED_HOME=/the/folder/that/holds/sidecar");
            return vec![Finding::problem(CHECK, "the sidecar's files are not found", why).next(next)];
        }
        (None, None) => return Vec::new(),
    };
    let install = if node.locked {
        format!("cd {home} && npm ci --ignore-scripts")
    } else {
        format!("copy node_modules of the build (made by npm ci --ignore-scripts) to {home}")
    };
    let (Some(installed), wanted) = (&node.installed, &node.wanted) else {
        let what = "the sidecar's packages are not installed";
        return vec![Finding::problem(CHECK, what, format!("there is no baileys in {home}")).next(install)];
    };
    let mut findings = Vec::new();
    if let Some(wanted) = wanted.as_ref().filter(|wanted| *wanted != installed) {
        let what = format!("Baileys {installed} is installed, {wanted} belongs to this version");
        findings.push(Finding::warning(CHECK, what, "it was not tried with this fased").next(install));
    }
    for account in &facts.accounts {
        let Some(versions) = &account.versions else {
            continue;
        };
        if versions.baileys != *installed {
            let what = format!(
                "the sidecar of {} runs Baileys {}, {installed} is installed",
                account.account, versions.baileys
            );
            let cause = "the packages were changed while it ran";
            findings.push(Finding::warning(CHECK, what, cause).next("fased gateway restart"));
        }
    }
    let ours = env!("CARGO_PKG_VERSION");
    if let Some(sidecar) = node.sidecar.as_ref().filter(|sidecar| *sidecar != ours) {
        let what = format!("the sidecar's files are version {sidecar}, this program is {ours}");
        let next = "install both of one version, then: fased gateway restart";
        findings.push(Finding::warning(CHECK, what, "only one of the two was updated").next(next));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, format!("Baileys {installed}")));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::super::fixtures::facts;
    use super::*;
    use fased_protocol::control::NodeProbe;

    fn fine() -> NodeProbe {
        NodeProbe {
            program: Some("/usr/bin/node".into()),
            version: Some("20.19.0".to_owned()),
            home: Some("/opt/fased".into()),
            locked: true,
            installed: Some("7.0.0".to_owned()),
            wanted: Some("7.0.0".to_owned()),
            sidecar: Some(env!("CARGO_PKG_VERSION").to_owned()),
            ..NodeProbe::default()
        }
    }

    #[test]
    fn each_thing_that_may_be_missing_is_told_with_what_brings_it() {
        let worst = |node: NodeProbe| {
            let mut facts = facts();
            facts.node = node;
            let findings = check(&facts);
            let worst = findings.iter().max_by_key(|finding| finding.level).cloned();
            worst
                .map(|finding| (finding.level, finding.next))
                .expect("a finding")
        };
        assert_eq!(worst(fine()).0, Level::Ok);
        let (level, next) = worst(NodeProbe {
            program: None,
            ..fine()
        });
        assert!(level == Level::Problem && next.contains("FASED_NODE"), "{next}");
        let old = NodeProbe {
            version: Some("18.20.1".to_owned()),
            ..fine()
        };
        assert_eq!(worst(old).0, Level::Problem);
        let just = NodeProbe {
            version: Some("20.16.0".to_owned()),
            ..fine()
        };
        assert_eq!(worst(just).0, Level::Problem);
        let (level, next) = worst(NodeProbe {
            installed: None,
            ..fine()
        });
        assert!(level == Level::Problem && next.contains("npm ci"), "{next}");
        let other = NodeProbe {
            installed: Some("6.7.0".to_owned()),
            ..fine()
        };
        assert_eq!(worst(other).0, Level::Warning);
        let half = NodeProbe {
            sidecar: Some("0.0.1".to_owned()),
            ..fine()
        };
        assert_eq!(worst(half).0, Level::Warning);
    }

    #[test]
    fn files_that_were_changed_are_a_problem_and_those_of_a_checkout_are_none() {
        let told = |files: Option<FilesProbe>| {
            let mut facts = facts();
            facts.node = NodeProbe { files, ..fine() };
            let findings = check(&facts);
            assert_eq!(findings.len(), 2 + usize::from(facts.node.files.is_some()));
            findings.last().cloned().expect("a finding")
        };
        let altered = told(Some(FilesProbe::Altered {
            what: "sidecar/src/main.js was changed".to_owned(),
        }));
        assert_eq!(altered.level, Level::Problem);
        assert!(altered.cause.contains("sidecar/src/main.js"), "{altered:?}");
        assert!(altered.next.contains("scripts/install --upgrade"), "{altered:?}");
        let unlisted = told(Some(FilesProbe::Unlisted));
        assert!(
            unlisted.level == Level::Ok && unlisted.what.contains("not compared"),
            "{unlisted:?}"
        );
        let intact = told(Some(FilesProbe::Intact { files: 7 }));
        assert!(
            intact.level == Level::Ok && intact.what.contains("all 7 files"),
            "{intact:?}"
        );
        assert_eq!(told(None).level, Level::Ok, "an older gateway does not tell");
    }

    #[test]
    fn ffmpeg_is_missed_only_where_it_was_needed() {
        let mut facts = facts();
        facts.node = fine();
        assert!(check(&facts).iter().all(|finding| finding.level == Level::Ok));
        facts.history.outbox = vec![crate::store::OutboxSum {
            state: "failed".to_owned(),
            error: Some("this needs ffmpeg, which is not installed".to_owned()),
            ..Default::default()
        }];
        assert!(
            check(&facts)
                .iter()
                .any(|finding| finding.what.contains("ffmpeg"))
        );
    }
}
