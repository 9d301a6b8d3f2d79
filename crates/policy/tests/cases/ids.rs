//! Texts that name somebody.

use fased_policy::ids::{AllowEntry, Target};
use serde::Deserialize;

use super::{Pair, check, person, same};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    op: Op,
    text: String,
    other: Option<String>,
    #[serde(default)]
    known: Vec<Pair>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Op {
    Target,
    Entry,
    Address,
    Number,
    Label,
    Same,
}

fn read(given: &Given) -> Option<String> {
    let text = given.text.as_str();
    match given.op {
        Op::Target => Target::parse(text).ok().map(|target| match &target {
            Target::Phone(_) => format!("phone {target}"),
            Target::Lid(_) => format!("lid {target}"),
            Target::Group(_) => format!("group {target}"),
        }),
        Op::Entry => AllowEntry::parse(text).ok().map(|entry| entry.to_string()),
        Op::Address => Target::parse(text).ok().map(|target| target.to_jid()),
        Op::Number => person(text, None, &given.known)
            .phone
            .map(|phone| phone.to_string()),
        Op::Label => Some(person(text, None, &given.known).label()),
        Op::Same => {
            let other = given.other.as_deref().expect("the other address");
            let [one, other] = [text, other].map(|jid| person(jid, None, &given.known));
            Some(if one.matches(&other) { "yes" } else { "no" }.to_owned())
        }
    }
}

#[test]
fn cases_of_addresses() {
    check("ids.json", |given: &Given, expected: &Option<String>| {
        same(&read(given), expected)
    });
}
