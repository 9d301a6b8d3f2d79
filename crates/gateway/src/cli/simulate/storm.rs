//! `fased simulate --storm`: messages while all goes wrong, and one table at the end.

use std::cell::Cell;
use std::time::Duration;

use clap::Args;
use fased::clock::random;
use fased_protocol::control::{ControlError, ErrorCode};
use serde_json::json;

use super::screen::print;
use super::{broken, interrupted};
use crate::cli::table::Table;
use crate::cli::{Failure, Global, Outcome, out, runtime};
use crate::simulate::{Entry, Keep, Size, Storm, StormReport, storm};

/// A deviation names so many messages.
const NAMED: usize = 20;

/// What kind of storm.
#[derive(Debug, Args)]
#[group(id = "storm_options")]
pub(super) struct Options {
    /// Let people write to three accounts while processes are killed and frozen and WhatsApp fails, then see what was lost
    #[arg(long)]
    storm: bool,
    /// The same seed makes the same storm [default: a new one, which is told]
    #[arg(long, value_name = "N", requires = "storm")]
    seed: Option<u64>,
    /// For how long
    #[arg(long, value_name = "N", default_value_t = 3, requires = "storm",
          value_parser = clap::value_parser!(u16).range(1..=1440))]
    minutes: u16,
    /// Only some seconds, with one fault of each quick kind
    #[arg(long, requires = "storm", conflicts_with = "minutes")]
    quick: bool,
}

impl Options {
    pub(super) fn is_wanted(&self) -> bool {
        self.storm
    }
}

pub(super) fn run(global: &Global, options: &Options, keep: Keep) -> Outcome {
    let seed = options
        .seed
        .unwrap_or_else(|| u64::from(u32::from_le_bytes(random())));
    let size = if options.quick {
        Size::Quick
    } else {
        Size::Minutes(options.minutes)
    };
    let storm = Storm { seed, size, keep };
    let again = match size {
        Size::Quick => format!("fased simulate --storm --seed {seed} --quick"),
        Size::Minutes(minutes) => format!("fased simulate --storm --seed {seed} --minutes {minutes}"),
    };
    runtime::log(global, "warn");
    let runtime = runtime::for_gateway()?;
    if !global.json {
        out::text(&format!("{again}\n"))?;
    }
    let report = runtime.block_on(async {
        let asked = runtime::asked_to_end()?;
        let start = Cell::new(None);
        let tell = |entry: &Entry| {
            print(global.json, false, entry, &start).ok();
        };
        let report = storm::run(&storm, tell, asked).await;
        report.map_err(|error| broken(&error))
    })?;
    runtime.shutdown_timeout(Duration::from_secs(1));
    match report {
        Some(report) => summary(global.json, seed, &report, &again),
        None => Err(interrupted(&format!("let it come to its end: {again}"))),
    }
}

fn summary(as_json: bool, seed: u64, report: &StormReport, again: &str) -> Outcome {
    let StormReport {
        counts,
        deviations,
        seconds,
        kept,
    } = report;
    if as_json {
        let counts: serde_json::Map<String, serde_json::Value> = counts
            .iter()
            .map(|(name, count)| (name.trim().to_owned(), (*count).into()))
            .collect();
        let deviations: Vec<_> = deviations
            .iter()
            .map(|finding| json!({ "what": finding.what, "ids": finding.ids }))
            .collect();
        out::json(&json!({ "storm": {
            "seed": seed, "seconds": seconds, "counts": counts, "deviations": deviations, "kept": kept,
        }}))?;
    } else {
        out::text(&rendered(report))?;
    }
    if deviations.is_empty() {
        return Ok(());
    }
    let kept = kept.as_deref().unwrap_or("nowhere");
    Err(Failure::Error(ControlError {
        code: ErrorCode::Refused,
        message: format!(
            "the audit found {} deviations; all logs are in {kept}",
            deviations.len()
        ),
        next: format!("the same storm again: {again}"),
    }))
}

fn rendered(report: &StormReport) -> String {
    let mut table = Table::new();
    for (name, count) in &report.counts {
        table.line([name.clone(), format!("{count:>7}")]);
    }
    table.line(["seconds".to_owned(), format!("{:>7}", report.seconds)]);
    let mut text = format!("\n{}\n", table.render());
    if report.deviations.is_empty() {
        text.push_str("audit clean");
    }
    for finding in &report.deviations {
        text.push_str(&format!("DEVIATION  {}", finding.what));
        if !finding.ids.is_empty() {
            text.push_str(&format!(", {}:", finding.ids.len()));
        }
        text.push('\n');
        for id in finding.ids.iter().take(NAMED) {
            text.push_str(&format!("           {id}\n"));
        }
        if finding.ids.len() > NAMED {
            text.push_str(&format!("           and {} more\n", finding.ids.len() - NAMED));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::Finding;

    #[test]
    fn the_table_ends_with_the_verdict() {
        let mut report = StormReport {
            counts: vec![("sent".to_owned(), 20), ("  dm_open".to_owned(), 16)],
            deviations: vec![],
            seconds: 9,
            kept: None,
        };
        let clean = "\nsent            20\n  dm_open       16\nseconds          9\n\naudit clean";
        assert_eq!(rendered(&report), clean);
        report.deviations.push(Finding {
            what: "not in the journal".to_owned(),
            ids: vec!["3AFF".to_owned()],
        });
        let found = rendered(&report);
        assert!(
            found.ends_with("DEVIATION  not in the journal, 1:\n           3AFF\n"),
            "{found}"
        );
    }
}
