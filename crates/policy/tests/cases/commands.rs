//! Which texts are chat commands, and what they ask for.

use fased_policy::command::{is_command, parse, slip};
use serde::Deserialize;

use super::{check, same};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    reads: Option<String>,
    meant: Option<String>,
}

#[test]
fn cases_of_commands() {
    check("commands.json", |given: &Given, expected: &Expected| {
        let reads = parse(&given.text).map(|read| match read {
            Ok(command) => format!("{command:?}"),
            Err(wrong) => format!("wrong: {}", wrong.found),
        });
        same(&is_command(&given.text), &reads.is_some())?;
        same(&reads, &expected.reads)?;
        let meant = slip(&given.text).map(|slip| slip.to_string());
        same(&meant, &expected.meant)
    });
}
