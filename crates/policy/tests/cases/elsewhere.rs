//! Cases that need more than policy: does the test that is said to show them exist?

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use serde::Deserialize;

use super::{FILES, root, rows};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pointer {
    id: String,
    #[serde(rename = "note")]
    _note: Option<String>,
    #[serde(rename = "why")]
    _why: Option<String>,
    shown_by: String,
}

/// All Rust sources of the project, as one text.
static SOURCES: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::new();
    for folder in ["crates/gateway/src", "crates/policy/src", "tests/e2e/tests"] {
        gather(&root().join(folder), &mut text);
    }
    text
});

fn gather(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            gather(&path, text);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            text.push_str(&fs::read_to_string(&path).expect("a source"));
        }
    }
}

/// Any row, as far as it points to a test.
#[derive(Debug, Deserialize)]
struct Pointing {
    id: String,
    shown_by: Option<String>,
}

/// Is there a function of this name right below a `#[test]`?
fn is_a_test(name: &str) -> bool {
    ["#[test]\nfn", "#[tokio::test]\nasync fn"]
        .iter()
        .any(|head| SOURCES.contains(&format!("{head} {name}()")))
}

#[test]
fn cases_that_are_shown_elsewhere_are_shown() {
    assert!(
        rows::<Pointer>("elsewhere.json")
            .iter()
            .all(|row| !row.id.is_empty() && !row.shown_by.is_empty())
    );
    let missing: Vec<String> = FILES
        .iter()
        .flat_map(|(name, _)| rows::<Pointing>(name))
        .filter_map(|row| row.shown_by.map(|test| (row.id, test)))
        .filter(|(_, test)| !is_a_test(test))
        .map(|(id, test)| format!("{id}: no test is called {test}"))
        .collect();
    assert!(missing.is_empty(), "\n  {}", missing.join("\n  "));
}
