//! Files: types, names, what they are shown as, and how long they are tried for and kept.

use fased_policy::media::{
    Kept, Kind, Lost, Retry, after_failure, document_name, mime_of_received, outlived, usual_kind,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{check, same};

#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
enum Given {
    Received {
        kind: String,
        mime: Option<String>,
    },
    Named {
        name: Option<String>,
        mime: Option<String>,
    },
    Shown {
        sniffed: Option<String>,
        claimed: Option<String>,
        name: Option<String>,
    },
    Again {
        retry: String,
        before: u32,
    },
    Kept {
        files: Vec<(i64, u64)>,
        keep_ms: i64,
        keep_bytes: u64,
    },
}

const KINDS: [(&str, Kind); 7] = [
    ("image", Kind::Image),
    ("video", Kind::Video),
    ("gif", Kind::Gif),
    ("audio", Kind::Audio),
    ("voice", Kind::Voice),
    ("document", Kind::Document),
    ("sticker", Kind::Sticker),
];

const RETRIES: [(&str, Retry); 4] = [
    ("anew", Retry::Anew),
    ("anew_or_again", Retry::AnewOrAgain),
    ("too_large", Retry::Never(Lost::TooLarge)),
    ("stalled", Retry::Never(Lost::Stalled)),
];

fn named<T: Copy>(list: &[(&str, T)], name: &str) -> Result<T, String> {
    let found = list.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, value)| *value)
        .ok_or_else(|| format!("nothing is called {name}"))
}

#[test]
fn cases_of_media() {
    const NOW: i64 = 1_000_000;
    check("media.json", |given: &Given, expected: &Value| {
        let found = match given {
            Given::Received { kind, mime } => json!(mime_of_received(named(&KINDS, kind)?, mime.as_deref())),
            Given::Named { name, mime } => json!(document_name(name.as_deref(), mime.as_deref())),
            Given::Shown {
                sniffed,
                claimed,
                name,
            } => {
                let (kind, mime) = usual_kind(sniffed.as_deref(), claimed.as_deref(), name.as_deref());
                let word = KINDS.iter().find(|(_, known)| *known == kind);
                json!([word.map(|(word, _)| word), mime])
            }
            Given::Again { retry, before } => match after_failure(named(&RETRIES, retry)?, *before) {
                Ok(wait_ms) => json!(wait_ms),
                Err(lost) => json!(lost.as_str()),
            },
            Given::Kept {
                files,
                keep_ms,
                keep_bytes,
            } => {
                let kept = |(age, bytes): &(i64, u64)| Kept {
                    created_ms: NOW - age,
                    bytes: *bytes,
                };
                let files: Vec<Kept> = files.iter().map(kept).collect();
                json!(outlived(&files, NOW, *keep_ms, *keep_bytes))
            }
        };
        same(&found, expected)
    });
}

#[test]
fn a_long_name_keeps_its_ending_and_never_breaks_a_character() {
    for stem in ["é".repeat(400), "👨‍👩‍👧".repeat(100), "x".repeat(10_000)] {
        let name = document_name(Some(&format!("{stem}.pdf")), None);
        assert!(name.len() <= 200, "{} bytes", name.len());
        assert!(name.strip_suffix(".pdf").is_some(), "{name}");
    }
    assert_eq!(
        document_name(Some(&format!("a.{}", "x".repeat(400))), None).len(),
        200
    );
}
