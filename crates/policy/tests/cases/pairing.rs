//! Codes, and what messages of one stranger lead to.

use fased_policy::pairing::{Ask, CODE_ALPHABET, CODE_LEN, PairingRules, PendingFacts, on_request};
use serde::Deserialize;

use super::{check, same};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    waiting: usize,
    requests: Vec<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    #[serde(default)]
    asks: Vec<String>,
    alphabet: Option<String>,
    length: Option<usize>,
}

fn asks(given: &Given) -> Vec<String> {
    let rules = PairingRules::default();
    let mut own: Option<PendingFacts> = None;
    let mut found = Vec::new();
    for now_ms in &given.requests {
        let ask = on_request(
            own.as_ref(),
            given.waiting,
            0,
            true,
            false,
            false,
            *now_ms,
            &rules,
        );
        let (word, sends) = match ask {
            Ask::NewCode { send_text } => {
                own = Some(PendingFacts {
                    created_ms: *now_ms,
                    expires_ms: rules.expires_ms(*now_ms),
                    text_sent: send_text,
                });
                ("new", send_text)
            }
            Ask::KeepCode { send_text } => ("kept", send_text),
            Ask::Full => {
                found.push("full".to_owned());
                continue;
            }
        };
        found.push(format!("{word} {}", if sends { "texted" } else { "silent" }));
    }
    found
}

#[test]
fn cases_of_pairing() {
    check("pairing.json", |given: &Given, expected: &Expected| {
        same(&asks(given), &expected.asks)?;
        if let Some(alphabet) = &expected.alphabet {
            same(&CODE_ALPHABET.as_slice(), &alphabet.as_bytes())?;
        }
        expected.length.map_or(Ok(()), |length| same(&CODE_LEN, &length))
    });
}
