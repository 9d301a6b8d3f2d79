//! Whole answers, as people ask for them, and what becomes of each. After a change that is meant, write them anew with
//! `FASED_BLESS=1 cargo test -p fased-policy golden_answers`, and read the difference.

use fased_policy::chunk::{Options, chunks};

use super::root;

/// Between two messages, with the length of the one above.
fn shown(chunks: &[String]) -> String {
    let mut text = String::new();
    for chunk in chunks {
        let units = chunk.encode_utf16().count();
        text.push_str(&format!("{chunk}\n════ {units} ════\n"));
    }
    text
}

#[test]
fn golden_answers_are_written_and_cut_as_before() {
    let folder = root().join("tests/cases/answers");
    let bless = std::env::var_os("FASED_BLESS").is_some();
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for entry in std::fs::read_dir(&folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ending| ending != "md") {
            continue;
        }
        seen += 1;
        let answer = std::fs::read_to_string(&path).expect("an answer");
        let found = shown(&chunks(&answer, &Options::default()));
        let expected = path.with_extension("txt");
        if bless {
            std::fs::write(&expected, &found).expect("it can be written");
        } else if std::fs::read_to_string(&expected).ok().as_ref() != Some(&found) {
            wrong.push(path.display().to_string());
        }
    }
    assert_eq!(seen, 20, "twenty answers");
    assert!(wrong.is_empty(), "not as before:\n  {}", wrong.join("\n  "));
}
