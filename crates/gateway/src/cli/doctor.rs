//! `fased doctor`: what is wrong, why, and the command that mends it; with `--fix` it mends what it can itself.

use std::io::{IsTerminal, Write};

use clap::Args;
use clap::builder::PossibleValuesParser;
use fased::clock;
use fased::doctor::{
    Diagnosis, Finding, Level, Mended, Subject, Symptom, diagnose, examine, gather, is_well, mend,
};
use fased::paths::Paths;
use fased_protocol::control::{ControlError, ErrorCode};
use serde_json::json;

use super::qr::terminal_size;
use super::runtime::{block_on, paths};
use super::{Failure, Global, Outcome, out};
use crate::exit::Exit;

pub(super) const AFTER_HELP: &str = "\
Exit codes: 0 nothing is wrong (there may be warnings and notes) · 1 something is, or was not mended · 2 --fix needs --yes
where nobody can be asked (no terminal, --json)
--fix does what a finding names as its fix, and nothing else: file modes, missing folders, what killed programs left.
Nothing is deleted; the backup folder that it names holds what was moved, and undo.sh.";

/// What to look at.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Mend what can be mended without risk; asks before it does, and wants --yes where nobody can be asked
    #[arg(long, conflicts_with = "symptom")]
    fix: bool,
    /// With --fix: do not ask
    #[arg(long, requires = "fix")]
    yes: bool,
    /// Find out why something does not work
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(Symptom::ALL.map(Symptom::as_str)))]
    symptom: Option<String>,
    /// With --symptom: at this account only
    #[arg(long, value_name = "ID", requires = "symptom")]
    account: Option<String>,
    /// With --symptom bot-ignores-dms: what became of this sender's messages
    #[arg(long, value_name = "NUMBER|LID", requires = "symptom")]
    from: Option<String>,
    /// With --symptom group-replies-missing: what became of this group's messages
    #[arg(long, value_name = "ID", requires = "symptom")]
    group: Option<String>,
    /// Tell what is well, too
    #[arg(long)]
    all: bool,
}

pub(super) fn run(global: &Global, options: &Options) -> Outcome {
    let paths = paths(global)?;
    match options.symptom.as_deref().and_then(Symptom::parse) {
        Some(symptom) => {
            let subject = Subject {
                symptom,
                account: options.account.clone(),
                from: options.from.clone(),
                group: options.group.clone(),
            };
            let diagnosis = block_on(async {
                let facts = gather(&paths, Some(&subject), terminal(), &progress).await;
                Ok(diagnose(&facts?, &subject))
            });
            clear();
            shown_symptom(global, &diagnosis?)
        }
        None => {
            let findings = look(&paths)?;
            let mended = if options.fix {
                fixed(global, options, &paths, &findings)?
            } else {
                None
            };
            match mended {
                // What is left is what counts.
                Some(mended) => {
                    shown(global, options, &look(&paths)?, Some(&mended))?;
                    if mended.iter().all(|one| one.done) {
                        Ok(())
                    } else {
                        Err(Failure::Shown(Exit::Refused))
                    }
                }
                None => shown(global, options, &findings, None),
            }
        }
    }
}

fn look(paths: &Paths) -> Result<Vec<Finding>, Failure> {
    let findings = block_on(async { Ok(examine(&gather(paths, None, terminal(), &progress).await?)) });
    clear();
    findings
}

fn terminal() -> Option<(u16, u16)> {
    let size = terminal_size()?;
    Some((u16::try_from(size.columns).ok()?, u16::try_from(size.rows).ok()?))
}

/// Shows somebody who watches what takes so long.
fn progress(what: &str) {
    let mut stderr = std::io::stderr();
    if stderr.is_terminal() {
        // Nobody misses it where it cannot be shown.
        write!(stderr, "\r\u{1b}[Klooking at {what} …").ok();
    }
}

fn clear() {
    let mut stderr = std::io::stderr();
    if stderr.is_terminal() {
        write!(stderr, "\r\u{1b}[K").ok();
    }
}

/// Mends, if somebody wants it; nothing where there is nothing to mend.
fn fixed(
    global: &Global,
    options: &Options,
    paths: &Paths,
    findings: &[Finding],
) -> Result<Option<Vec<Mended>>, Failure> {
    let wishes: Vec<String> = findings
        .iter()
        .filter_map(|finding| Some(finding.fix.as_ref()?.sentence()))
        .collect();
    if wishes.is_empty() {
        return Ok(Some(Vec::new()));
    }
    if !options.yes {
        if global.json || !std::io::stdin().is_terminal() || !out::is_terminal() {
            let message = format!("nobody can be asked here; to be done: {}", wishes.join("; "));
            return Err(Failure::Error(ControlError {
                code: ErrorCode::Usage,
                message,
                next: "fased doctor --fix --yes".to_owned(),
            }));
        }
        out::text(&format!("to be done:\n  {}", wishes.join("\n  ")))?;
        if !asked() {
            return Ok(None);
        }
    }
    Ok(Some(mend(paths, findings, clock::now_ms())))
}

fn asked() -> bool {
    out::hint("do that? [y/N]");
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    read.is_ok() && ["y", "yes"].contains(&answer.trim().to_lowercase().as_str())
}

fn shown(global: &Global, options: &Options, findings: &[Finding], mended: Option<&[Mended]>) -> Outcome {
    if global.json {
        match mended {
            Some(mended) => out::json(&json!({ "findings": findings, "fixed": mended }))?,
            None => out::json(&json!({ "findings": findings }))?,
        }
    } else {
        let mut text = mended.map(rendered_mended).unwrap_or_default();
        text.push_str(&rendered(findings, options.all));
        out::text(&text)?;
    }
    ended(findings)
}

fn shown_symptom(global: &Global, diagnosis: &Diagnosis) -> Outcome {
    if global.json {
        out::json(diagnosis)?;
    } else {
        let mut text = lines(&diagnosis.findings, Level::Ok);
        text.push_str(&format!(
            "\nmost likely: {}\nnext: {}\n",
            diagnosis.likely.what, diagnosis.likely.next
        ));
        out::text(&text)?;
    }
    ended(&diagnosis.findings)
}

fn ended(findings: &[Finding]) -> Outcome {
    if is_well(findings) {
        Ok(())
    } else {
        Err(Failure::Shown(Exit::Refused))
    }
}

/// One line each, the worst first.
fn lines(findings: &[Finding], least: Level) -> String {
    let told = findings.iter().filter(|finding| finding.level >= least);
    told.map(|finding| {
        format!(
            "{:8} {}: {}\n",
            finding.level.as_str(),
            finding.check,
            finding.line()
        )
    })
    .collect()
}

fn rendered(findings: &[Finding], all: bool) -> String {
    let count = |level: Level| findings.iter().filter(|finding| finding.level == level).count();
    let (problems, warnings, well) = (count(Level::Problem), count(Level::Warning), count(Level::Ok));
    let told = lines(findings, if all { Level::Ok } else { Level::Note });
    let end = match (problems, warnings) {
        (0, 0) => format!("all fine: {well} checks passed\n"),
        (0, _) => format!("nothing is wrong; {warnings} to keep an eye on; {well} checks passed\n"),
        (_, _) => format!("{problems} wrong, {warnings} to keep an eye on; {well} checks passed\n"),
    };
    format!("{told}{end}")
}

fn rendered_mended(mended: &[Mended]) -> String {
    if mended.is_empty() {
        return "nothing to fix\n".to_owned();
    }
    let mut text = String::new();
    for one in mended {
        match &one.error {
            None => text.push_str(&format!("done     {}\n", one.what)),
            Some(error) => text.push_str(&format!("not done {}: {error}\n", one.what)),
        }
    }
    if let Some(backup) = mended.iter().rev().find_map(|one| one.backup.as_ref()) {
        let script = backup.join("undo.sh");
        text.push_str(&format!("the way back: sh {}\n", script.display()));
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(level: Level, what: &str) -> Finding {
        Finding {
            check: "disk",
            level,
            what: what.to_owned(),
            cause: "no room".to_owned(),
            next: if level > Level::Ok {
                "df -h /s".to_owned()
            } else {
                String::new()
            },
            fix: None,
        }
    }

    #[test]
    fn all_fine_is_short_and_a_problem_is_a_line_with_its_command() {
        assert_eq!(
            rendered(&[finding(Level::Ok, "20 GiB free")], false),
            "all fine: 1 checks passed\n"
        );
        assert_eq!(
            rendered(
                &[
                    finding(Level::Problem, "only 3 MiB are free"),
                    finding(Level::Ok, "x")
                ],
                false
            ),
            "problem  disk: only 3 MiB are free: no room. Next: df -h /s\n1 wrong, 0 to keep an eye on; 1 checks passed\n"
        );
        assert!(
            rendered(&[finding(Level::Ok, "20 GiB free")], true).starts_with("ok       disk: 20 GiB free")
        );
    }

    #[test]
    fn what_was_mended_names_the_way_back() {
        let done = Mended {
            what: "chmod 0700 /s (was 0755)".to_owned(),
            done: true,
            backup: Some("/s/backup/doctor-7".into()),
            error: None,
        };
        let text = rendered_mended(&[done]);
        assert!(
            text.contains("done     chmod 0700 /s") && text.contains("/s/backup/doctor-7/undo.sh"),
            "{text}"
        );
    }
}
