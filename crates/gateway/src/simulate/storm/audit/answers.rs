//! Each message that was let in is answered once, where it was written and nowhere else, in order.

use std::collections::{BTreeSet, HashMap, HashSet};

use fased::store::{AuditedRun, AuditedSend};

use super::super::gather::{Facts, Got};
use super::super::report::StormReport;
use super::super::setting::{FAILED, NAMES, PEOPLE_NUMBERS};
use super::{by_id, key, recorded};

pub(super) fn audit(facts: &Facts, report: &mut StormReport) {
    let sends = sends(facts);
    once(facts, &sends, report);
    crossed(facts, &sends, report);
    order(facts, &sends, report);
}

type Sends<'a> = HashMap<(&'a str, &'a str), &'a AuditedSend>;

fn sends(facts: &Facts) -> Sends<'_> {
    let sends = facts.store.outbox.iter();
    sends
        .map(|sent| ((sent.account.as_str(), sent.message_id.as_str()), sent))
        .collect()
}

/// Whether a text has this word, and not only one that begins like it.
fn says(text: &str, word: &str) -> bool {
    text.split(|c: char| c != '-' && !c.is_alphanumeric())
        .any(|one| one == word)
}

fn once(facts: &Facts, sends: &Sends<'_>, report: &mut StormReport) {
    let rows = recorded(facts);
    let runs = by_id(facts);
    let mut by_run: HashMap<i64, Vec<&AuditedSend>> = HashMap::new();
    for sent in sends.values() {
        by_run.entry(sent.run.unwrap_or_default()).or_default().push(sent);
    }
    // Words on phones: who has which, under which ids.
    let mut on_phones: HashMap<(usize, &str), HashMap<&str, BTreeSet<&str>>> = HashMap::new();
    for got in &facts.got {
        for word in got.text.split(|c: char| c != '-' && !c.is_alphanumeric()) {
            let ids = on_phones.entry((got.account, word)).or_default();
            ids.entry(&got.contact).or_default().insert(&got.id);
        }
    }
    let (mut answered, mut refused, mut told, mut given_up) = (0, 0, 0, 0);
    let (mut lost, mut doubled) = (Vec::new(), Vec::new());
    // Where several agents answer, the runs of each of them by the one that gathered for them.
    let mut forks: HashMap<i64, Vec<&AuditedRun>> = HashMap::new();
    for run in &facts.store.runs {
        if let Some(gathered) = run.fork_of {
            forks.entry(gathered).or_default().push(run);
        }
    }
    for said in &facts.said {
        let Some(row) = rows.get(&key(said)).and_then(|rows| rows.first()) else {
            continue;
        };
        let got = on_phones.get(&(said.account, said.word.as_str()));
        let readers: HashSet<&str> = match &said.group {
            None => HashSet::from([said.from.as_str()]),
            Some(_) => PEOPLE_NUMBERS.into_iter().collect(),
        };
        let run = row.run.and_then(|run| runs.get(&run)).copied();
        let shared = run.and_then(|run| forks.get(&run.id));
        // Each of several has its own answer to give, and one alone the only one.
        let mine = |run: Option<&AuditedRun>, id: &str| {
            let sent = sends.get(&(NAMES[said.account], id));
            shared.is_none() || sent.is_some_and(|sent| sent.run == run.map(|run| run.id))
        };
        // Each agent that was to answer was asked, once what was gathered was shared out.
        if let Some(run) = run.filter(|run| run.state == "ok") {
            let asked = shared.map_or(0, |forks| forks.len());
            let meant = run
                .forks
                .map_or(asked, |forks| usize::try_from(forks).unwrap_or(0));
            if asked != meant {
                lost.push(format!(
                    "{} of {} ({meant} agents were to answer, and {asked} were asked)",
                    said.word, NAMES[said.account]
                ));
            }
        }
        let by: Vec<Option<&AuditedRun>> = match shared {
            Some(forks) => forks.iter().map(|run| Some(*run)).collect(),
            None => vec![run],
        };
        let count = |ids: &BTreeSet<&str>, run| ids.iter().filter(|id| mine(run, id)).count();
        let most = got.map_or(0, |got| got.values().map(BTreeSet::len).max().unwrap_or(0));
        let most_of_one = got.map_or(0, |got| {
            let each = got.values().flat_map(|ids| by.iter().map(|run| count(ids, *run)));
            each.max().unwrap_or(0)
        });
        let admitted = row.outcome.as_deref() == Some("admit");
        if most_of_one > 1 || most > by.len() || (most > 0 && !admitted) {
            doubled.push(format!("{} ({} answers, {:?})", said.word, most, row.outcome));
            continue;
        }
        if !admitted {
            continue;
        }
        for run in by {
            let has = |got: &HashMap<&str, BTreeSet<&str>>, reader: &str| {
                got.get(reader).is_some_and(|ids| count(ids, run) > 0)
            };
            if got.is_some_and(|got| readers.iter().all(|reader| has(got, reader))) {
                answered += 1;
                continue;
            }
            // It is not on every phone that is to have it. That needs a reason.
            let sent = run
                .and_then(|run| by_run.get(&run.id))
                .map_or(&[][..], Vec::as_slice);
            let of_word = sent.iter().find(|sent| says(&sent.text, &said.word));
            let of_failure = sent.iter().find(|sent| sent.text.ends_with(FAILED));
            match (run.map(|run| run.state.as_str()), of_word, of_failure) {
                (Some("ok"), Some(sent), _) if sent.state == "failed" => refused += 1,
                (Some("interrupted"), None, Some(sent)) if sent.state == "failed" => refused += 1,
                (Some("interrupted"), None, Some(sent)) => {
                    told += 1;
                    let there = |got: &&Got| got.id == sent.message_id && got.account == said.account;
                    if facts.got.iter().filter(there).count() == 0 {
                        lost.push(format!("{} (that it came to nothing was not told)", said.word));
                    }
                }
                (Some("interrupted"), None, None) => {
                    given_up += 1;
                    lost.push(format!("{} (given up without a word)", said.word));
                }
                (state, sent, _) => {
                    let sent = sent.map(|sent| format!("{} {}", sent.message_id, sent.state));
                    lost.push(format!(
                        "{} of {} (run {state:?}, answer {sent:?})",
                        said.word, NAMES[said.account]
                    ));
                }
            }
        }
    }
    report.counted("answered exactly once", answered);
    report.counted("  answer refused by the server, as the storm wanted", refused);
    report.counted("  cut off twice, and the chat was told", told);
    report.counted("  given up without a word", given_up);
    report.none_of("lost on the way out", lost);
    report.none_of("doubled", doubled);
}

/// What is on a phone was meant for it, and is in the outbox.
fn crossed(facts: &Facts, sends: &Sends<'_>, report: &mut StormReport) {
    let (mut strays, mut crossed) = (Vec::new(), Vec::new());
    for got in &facts.got {
        let Some(sent) = sends.get(&(NAMES[got.account], got.id.as_str())) else {
            strays.push(format!(
                "{} at {} from {}",
                got.id, got.contact, NAMES[got.account]
            ));
            continue;
        };
        let digits = got.contact.trim_start_matches('+');
        let meant = match &got.group {
            Some(group) => sent.chat == *group && facts.groups.get(got.account) == Some(group),
            None => {
                sent.chat.starts_with(&format!("{digits}@"))
                    || sent.chat.starts_with(&format!("100{digits}@"))
            }
        };
        if !meant {
            crossed.push(format!("{} for {} at {}", got.id, sent.chat, got.contact));
        }
        // A word of somebody else's, in a chat of its own.
        let others = facts.said.iter().filter(|said| {
            let elsewhere = match (&said.group, &got.group) {
                (None, None) => said.from != got.contact,
                (Some(said), Some(got)) => said != got,
                (Some(_), None) | (None, Some(_)) => true,
            };
            (elsewhere || said.account != got.account) && says(&got.text, &said.word)
        });
        crossed.extend(
            others.map(|said| format!("{} at {} from {}", said.word, got.contact, NAMES[got.account])),
        );
    }
    report.none_of("on a phone, and not in the outbox", strays);
    report.none_of("delivered to somebody else", crossed);
}

/// Answers come to a phone in the order in which they were made.
fn order(facts: &Facts, sends: &Sends<'_>, report: &mut StormReport) {
    let mut last: HashMap<(usize, &str, Option<&str>), i64> = HashMap::new();
    let mut late = Vec::new();
    let mut got: Vec<&Got> = facts.got.iter().collect();
    got.sort_by_key(|got| got.seq);
    for got in got {
        let Some(sent) = sends.get(&(NAMES[got.account], got.id.as_str())) else {
            continue;
        };
        if sent.purpose != "reply" {
            continue;
        }
        let chat = (got.account, got.contact.as_str(), got.group.as_deref());
        let before = last.entry(chat).or_insert(i64::MIN);
        if sent.id < *before {
            late.push(format!(
                "{} at {} (row {} after {before})",
                got.id, got.contact, sent.id
            ));
        }
        *before = sent.id.max(*before);
    }
    report.none_of("out of order on a phone", late);
}
