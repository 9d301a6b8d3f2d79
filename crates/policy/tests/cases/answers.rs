//! Answers as they are written for WhatsApp, and where they are cut.

use fased_policy::chunk::{DEFAULT_LIMIT, Mode, Options, chunks, chunks_raw};
use fased_policy::format::{Tables, whatsapp};
use serde::Deserialize;

use super::{check, same};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    markdown: String,
    #[serde(default)]
    tables: Tables,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    text: String,
    limit: Option<usize>,
    #[serde(default)]
    mode: Mode,
    #[serde(default)]
    tables: Tables,
    prefix: Option<String>,
    #[serde(default)]
    raw: bool,
}

#[test]
fn cases_of_formats() {
    check("format.json", |given: &Written, expected: &String| {
        same(&whatsapp(&given.markdown, given.tables), expected)
    });
}

#[test]
fn cases_of_chunks() {
    check("chunk.json", |given: &Given, expected: &Vec<String>| {
        let limit = given.limit.unwrap_or(DEFAULT_LIMIT);
        let found = if given.raw {
            chunks_raw(&given.text, limit, given.mode)
        } else {
            let options = Options {
                limit,
                mode: given.mode,
                tables: given.tables,
                prefix: given.prefix.as_deref(),
            };
            chunks(&given.text, &options)
        };
        same(&found, expected)
    });
}
