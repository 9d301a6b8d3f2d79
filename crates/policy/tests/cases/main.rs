//! Cases as data: what policy makes of each, and why where it may surprise.
//!
//! A row is `{id, given, expect}`, and its id says what is decided. `why` gives the reason of an answer that may
//! surprise; `note` explains the row itself. `shown_by` names a test that shows what policy alone cannot.
//! Whatever is not understood in a file, down to a field, fails, and so does a number of rows that nobody counted.

mod access;
mod answers;
mod commands;
mod elsewhere;
mod golden;
mod ids;
mod media;
mod mentions;
mod pairing;
mod schedules;
mod turns;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use fased_policy::ids::{Identity, Lid, Phone};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Every file with the number of its rows.
const FILES: [(&str, usize); 15] = [
    ("chunk.json", 36),
    ("commands.json", 20),
    ("direct.json", 31),
    ("elsewhere.json", 16),
    ("format.json", 50),
    ("groups.json", 22),
    ("ids.json", 30),
    // Read by the gateway's tests, in crates/gateway/src/envelope/cases.rs.
    ("inbound.json", 49),
    ("media.json", 39),
    ("mentions.json", 42),
    ("pairing.json", 5),
    ("patterns.json", 15),
    ("quotes.json", 11),
    ("schedules.json", 37),
    ("turns.json", 9),
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File<R> {
    #[expect(dead_code, reason = "it is for people")]
    about: String,
    rows: Vec<R>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row<G, E> {
    id: String,
    #[expect(dead_code, reason = "it is for people")]
    note: Option<String>,
    why: Option<String>,
    #[expect(dead_code, reason = "looked up with those of all files")]
    shown_by: Option<String>,
    given: G,
    expect: E,
}

/// What was learned: these two are one person.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    lid: Lid,
    phone: Phone,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rows<R: DeserializeOwned>(name: &str) -> Vec<R> {
    let path = root().join("tests/cases").join(name);
    let text = std::fs::read_to_string(&path).expect("the file is there");
    let file: File<R> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (_, counted) = FILES
        .iter()
        .find(|(known, _)| *known == name)
        .expect("a known file");
    assert_eq!(file.rows.len(), *counted, "{name}: count its rows in FILES");
    file.rows
}

/// Reads a file and looks at each row; all that fail are named.
fn check<G, E>(name: &str, look: impl Fn(&G, &E) -> Result<(), String>)
where
    G: DeserializeOwned,
    E: DeserializeOwned,
{
    let mut wrong = Vec::new();
    for row in rows::<Row<G, E>>(name) {
        assert!(
            row.why.as_deref().is_none_or(|reason| reason.ends_with('.')),
            "{}",
            row.id
        );
        if let Err(found) = look(&row.given, &row.expect) {
            wrong.push(format!("{}: {found}", row.id));
        }
    }
    assert!(wrong.is_empty(), "{name}:\n  {}", wrong.join("\n  "));
}

fn same<T: PartialEq + std::fmt::Debug>(found: &T, expected: &T) -> Result<(), String> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("expected {expected:?}, found {found:?}"))
    }
}

/// Somebody by address, with what was learned of them.
fn person(jid: &str, alt: Option<&str>, known: &[Pair]) -> Identity {
    let mut person = Identity::from_jids(jid, alt);
    for pair in known {
        let learned = Identity {
            lid: Some(pair.lid.clone()),
            phone: Some(pair.phone.clone()),
            aliases: Vec::new(),
        };
        if person.matches(&learned) {
            person.merge(&learned);
        }
    }
    person
}

#[test]
fn no_file_and_no_case_is_left_out() {
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    let mut found: Vec<String> = std::fs::read_dir(root().join("tests/cases"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        // The answers are read by `golden`.
        .filter(|name| name != "answers")
        .collect();
    found.sort_unstable();
    assert_eq!(found, FILES.map(|(name, _)| name));
    let mut ids = HashSet::new();
    for (name, _) in FILES {
        for row in rows::<Named>(name) {
            assert!(ids.insert(row.id.clone()), "{} comes twice", row.id);
        }
    }
    assert_eq!(ids.len(), FILES.iter().map(|(_, rows)| rows).sum::<usize>());
}
