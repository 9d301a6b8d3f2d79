//! What means the account: patterns, and the deciding half of the table that the sidecar's tests read, too.

use std::collections::BTreeMap;

use fased_policy::access::Mode;
use fased_policy::ids::{Identity, Lid, Phone};
use fased_policy::mention::{Patterns, Said, mentioned};
use serde::Deserialize;
use serde_json::Value;

use super::{Pair, check, person, rows, same};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    patterns: Vec<String>,
    #[serde(default)]
    personal: bool,
    own: Option<Phone>,
    #[serde(default)]
    mentions: Vec<String>,
    #[serde(default)]
    known: Vec<Pair>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    texts: Option<BTreeMap<String, bool>>,
    refused: Option<usize>,
}

#[test]
fn cases_of_mention_patterns() {
    check("patterns.json", |given: &Given, expected: &Expected| {
        let patterns = match Patterns::new(&given.patterns) {
            Ok(patterns) => patterns,
            Err(error) => return same(&Some(error.index), &expected.refused),
        };
        same(&None, &expected.refused)?;
        let own = given
            .own
            .clone()
            .unwrap_or_else(|| Phone::parse("+15551234567").unwrap());
        let people: Vec<Identity> = given
            .mentions
            .iter()
            .map(|jid| person(jid, None, &given.known))
            .collect();
        let texts = expected.texts.as_ref().ok_or("no texts")?;
        let found = texts.keys().map(|text| {
            let said = Said {
                text: Some(text),
                mentions: &people,
                quotes_gateway: false,
                patterns: &patterns,
            };
            let mode = if given.personal {
                Mode::Personal
            } else {
                Mode::Dedicated
            };
            let (yes, _why) = mentioned(&said, &Identity::from(own.clone()), mode);
            (text.clone(), yes)
        });
        same(&found.collect(), texts)
    });
}

/// A row of the table: `message` is what the phone sends, `content` what the sidecar makes of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    id: String,
    #[serde(rename = "message")]
    _message: Value,
    content: Content,
    own: Own,
    known: Vec<Pair>,
    #[serde(default)]
    quotes_gateway: bool,
    dedicated: bool,
    personal: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    #[serde(rename = "kind")]
    _kind: String,
    text: Option<String>,
    mentions: Vec<String>,
    quoted: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    phone: Phone,
    lid: Option<Lid>,
}

#[test]
fn c5_the_mention_table() {
    let patterns = Patterns::default();
    let mut wrong = Vec::new();
    for row in rows::<Table>("mentions.json") {
        assert!(
            row.content.quoted.is_some() || !row.quotes_gateway,
            "{}: a reply to nothing",
            row.id
        );
        let own = Identity {
            lid: row.own.lid,
            phone: Some(row.own.phone),
            aliases: Vec::new(),
        };
        let people: Vec<Identity> = row
            .content
            .mentions
            .iter()
            .map(|jid| person(jid, None, &row.known))
            .collect();
        let said = Said {
            text: row.content.text.as_deref(),
            mentions: &people,
            quotes_gateway: row.quotes_gateway,
            patterns: &patterns,
        };
        for (mode, expected) in [(Mode::Dedicated, row.dedicated), (Mode::Personal, row.personal)] {
            let (yes, why) = mentioned(&said, &own, mode);
            if yes != expected {
                wrong.push(format!("{} ({mode:?}): {yes}, because {why}", row.id));
            }
        }
    }
    assert!(wrong.is_empty(), "\n  {}", wrong.join("\n  "));
}
