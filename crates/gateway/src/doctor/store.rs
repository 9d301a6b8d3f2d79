//! The store: can it be read, is it whole, is it of this version, and how large is it?

use super::Facts;
use super::disk::size;
use super::finding::Finding;

const CHECK: &str = "store";

/// A write-ahead log of this size was not folded back for long: a reader keeps it, or a writer was killed.
const LARGE_WAL: u64 = 256 << 20;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let store = &facts.store;
    let shown = facts.paths.store.display();
    if !store.exists {
        return vec![Finding::ok(CHECK, format!("there is no {shown} yet"))];
    }
    if let Some((why, next)) = &store.unreadable {
        return vec![Finding::problem(CHECK, format!("the store {shown} cannot be read"), why).next(next)];
    }
    let mut findings = Vec::new();
    match &store.complaints {
        Some(complaints) if !complaints.is_empty() => {
            let cause = complaints.first().cloned().unwrap_or_default();
            let next = format!(
                "fased gateway stop, then save what can be read: sqlite3 {shown} .recover | sqlite3 {shown}.new"
            );
            findings.push(Finding::problem(CHECK, format!("the store {shown} is damaged"), cause).next(next));
        }
        Some(_) => {}
        None => findings.push(Finding::note(
            CHECK,
            format!("the store ({}) was not checked to its end", size(store.bytes)),
            "that took longer than 20 s",
        )),
    }
    if let Some((had, newest)) = store.schema {
        if had > newest {
            findings.push(
                Finding::problem(
                    CHECK,
                    format!("the store is of a newer version (step {had}) than this program (step {newest})"),
                    "an older fased was put in place of a newer one",
                )
                .next("install the newer fased again, then: fased gateway run"),
            );
        } else if had < newest {
            findings.push(Finding::note(
                CHECK,
                format!("the store is of an older version (step {had} of {newest})"),
                "the next start of a gateway brings it up to date; until then some checks have nothing to look at",
            ));
        }
    }
    if store.wal_bytes > LARGE_WAL {
        let what = format!(
            "the store's log of changes has grown to {}",
            size(store.wal_bytes)
        );
        findings.push(
            Finding::warning(
                CHECK,
                what,
                "some program reads the store all the time, or a gateway was killed",
            )
            .next("fased gateway restart"),
        );
    }
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, format!("whole, {}", size(store.bytes))));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::super::facts::StoreFacts;
    use super::super::fixtures::facts;
    use super::*;

    fn level(store: StoreFacts) -> Level {
        let mut facts = facts();
        facts.store = store;
        check(&facts)[0].level
    }

    #[test]
    fn what_is_wrong_with_it_is_told() {
        let whole = StoreFacts {
            exists: true,
            bytes: 4096,
            complaints: Some(Vec::new()),
            schema: Some((5, 5)),
            ..StoreFacts::default()
        };
        assert_eq!(level(whole.clone()), Level::Ok);
        assert_eq!(level(StoreFacts::default()), Level::Ok);
        let newer = StoreFacts {
            schema: Some((6, 5)),
            ..whole.clone()
        };
        assert_eq!(level(newer), Level::Problem);
        let older = StoreFacts {
            schema: Some((4, 5)),
            ..whole.clone()
        };
        assert_eq!(level(older), Level::Note);
        let damaged = StoreFacts {
            complaints: Some(vec!["row 1 missing".to_owned()]),
            ..whole.clone()
        };
        assert_eq!(level(damaged), Level::Problem);
        let no_store = StoreFacts {
            unreadable: Some(("no".to_owned(), "mv".to_owned())),
            ..whole.clone()
        };
        assert_eq!(level(no_store), Level::Problem);
        assert_eq!(
            level(StoreFacts {
                wal_bytes: 1 << 30,
                ..whole
            }),
            Level::Warning
        );
    }
}
