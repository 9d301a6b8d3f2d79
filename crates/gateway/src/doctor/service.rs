//! Does the gateway come back after a reboot or a crash?

use super::Facts;
use super::facts::UnitFact;
use super::finding::Finding;

const CHECK: &str = "service";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let service = &facts.service;
    if !service.systemd {
        return vec![Finding::ok(CHECK, "this machine is not run by systemd")];
    }
    if service.units.is_empty() {
        if !facts.runs() {
            return Vec::new();
        }
        let cause = "after a reboot somebody has to start the gateway by hand";
        let program = service.executable.display();
        let next = format!(
            "systemctl --user edit --force --full fased.service, with ExecStart={program} gateway run"
        );
        return vec![Finding::note(CHECK, "no service starts the gateway", cause).next(next)];
    }
    service.units.iter().flat_map(|unit| one(facts, unit)).collect()
}

fn one(facts: &Facts, unit: &UnitFact) -> Vec<Finding> {
    let shown = unit.path.display();
    let program = unit.program.display();
    let control = if unit.of_user {
        "systemctl --user"
    } else {
        "systemctl"
    };
    let again = format!("edit {shown}, then: {control} daemon-reload");
    let mut findings = Vec::new();
    if !unit.program_exists {
        let what = format!("{shown} starts {program}, which is not there");
        findings.push(Finding::problem(CHECK, what, "fased was moved or removed").next(again.clone()));
    } else if unit.program != facts.service.executable {
        let what = format!("{shown} starts {program}");
        let cause = format!("this program is {}", facts.service.executable.display());
        findings.push(Finding::note(CHECK, what, cause).next(again.clone()));
    }
    if !unit.restart {
        let what = format!("{shown} does not start the gateway again after a crash");
        let add = format!("add Restart=on-failure; {again}");
        findings.push(Finding::warning(CHECK, what, "it has no Restart=").next(add));
    }
    if !unit.watchdog {
        let what = format!("{shown} does not notice a gateway that hangs");
        let add = format!("add WatchdogSec=60 and Type=notify; {again}");
        findings.push(Finding::note(CHECK, what, "it has no WatchdogSec=").next(add));
    }
    if unit.of_user && !facts.service.lingers {
        let what = "the user's services end with the last login";
        let cause = "lingering is off, so that the gateway starts only when somebody logs in";
        let next = format!("loginctl enable-linger {}", facts.service.user);
        findings.push(Finding::warning(CHECK, what, cause).next(next.trim_end()));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, format!("{shown}")));
    }
    findings
}

/// Reads a unit; nothing for one that starts no gateway.
pub(super) fn parse(path: std::path::PathBuf, of_user: bool, text: &str) -> Option<UnitFact> {
    let value = |key: &str| {
        let lines = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix(key)?.trim().strip_prefix('='));
        lines.map(str::trim).rfind(|value| !value.is_empty())
    };
    let start = value("ExecStart")?.trim_start_matches(['-', '@', ':', '+', '!']);
    let words = shlex::split(start)?;
    let program = words.first()?;
    let names_fased = program.rsplit('/').next() == Some("fased");
    if !names_fased || !words.windows(2).any(|pair| pair == ["gateway", "run"]) {
        return None;
    }
    Some(UnitFact {
        path,
        of_user,
        program: program.into(),
        program_exists: std::path::Path::new(program).is_file(),
        watchdog: value("WatchdogSec").is_some_and(|value| value != "0"),
        restart: value("Restart").is_some_and(|value| value != "no"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::super::facts::ServiceFacts;
    use super::super::fixtures::running;
    use super::*;

    const UNIT: &str = "[Service]\nType=notify\nExecStart=/opt/fased/bin/fased --state-dir /s gateway run\n\
        Restart=on-failure\nWatchdogSec=60\n";

    #[test]
    fn a_unit_is_read_and_others_are_not_ours() {
        let unit = parse("/u/fased.service".into(), true, UNIT).expect("ours");
        assert_eq!(unit.program, std::path::Path::new("/opt/fased/bin/fased"));
        assert!(unit.watchdog && unit.restart && !unit.program_exists);
        assert!(
            parse(
                "/u/x.service".into(),
                true,
                "[Service]\nExecStart=/bin/fased status\n"
            )
            .is_none()
        );
        assert!(parse("/u/x.service".into(), true, "ExecStart=/bin/other gateway run\n").is_none());
    }

    #[test]
    fn what_a_unit_lacks_is_told() {
        let mut facts = running();
        facts.service = ServiceFacts {
            systemd: true,
            user: "alice".to_owned(),
            executable: "/opt/fased/bin/fased".into(),
            ..ServiceFacts::default()
        };
        assert_eq!(check(&facts)[0].level, Level::Note, "none at all");
        let unit = parse("/u/fased.service".into(), true, UNIT).expect("ours");
        facts.service.units = vec![UnitFact {
            program_exists: true,
            ..unit.clone()
        }];
        let lines: Vec<String> = check(&facts).iter().map(Finding::line).collect();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains("loginctl enable-linger alice"), "{lines:?}");
        facts.service.lingers = true;
        assert_eq!(check(&facts)[0].level, Level::Ok);
        facts.service.units = vec![UnitFact {
            restart: false,
            watchdog: false,
            ..unit
        }];
        let levels: Vec<Level> = check(&facts).iter().map(|finding| finding.level).collect();
        assert_eq!(levels, [Level::Problem, Level::Warning, Level::Note]);
    }
}
