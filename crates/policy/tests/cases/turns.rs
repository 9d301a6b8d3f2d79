//! What waits for more, and in which order it is answered.

use fased_policy::debounce::{joined, may_wait, sort};
use fased_policy::echo::{ECHO_WINDOW_MS, LOOP_TURNS};
use serde::Deserialize;

use super::{check, same};

#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Given {
    Text {
        text: String,
        #[serde(default)]
        more: bool,
        #[serde(default)]
        reply: bool,
    },
    Messages {
        messages: Vec<(i64, i64, String)>,
    },
    Constant {
        constant: String,
    },
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Expected {
    Waits { waits: bool },
    Turn { turn: String },
    Value { value: i64 },
}

#[test]
fn cases_of_turns() {
    check("turns.json", |given: &Given, expected: &Expected| {
        let found = match given {
            Given::Text { text, more, reply } => Expected::Waits {
                waits: may_wait(!more, *reply, text),
            },
            Given::Messages { messages } => {
                let mut messages = messages.clone();
                sort(&mut messages, |(written, came, _text)| (*written, *came));
                Expected::Turn {
                    turn: joined(messages.iter().map(|(_written, _came, text)| text.as_str())),
                }
            }
            Given::Constant { constant } => Expected::Value {
                value: match constant.as_str() {
                    "echo_window_ms" => ECHO_WINDOW_MS,
                    "loop_turns" => LOOP_TURNS.into(),
                    other => return Err(format!("no constant is called {other}")),
                },
            },
        };
        same(&found, expected)
    });
}
