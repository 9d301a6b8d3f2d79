//! Events that are none: each complaint names the key, what is there and what may be there.

use serde_json::{Value, json};

use super::{ANNA, ANNA_LID, GROUP, NOW, OWN, OWN_LID, config, of_anna};
use crate::cli::explain_event::judge;

const BELA: &str = "+15550100003";

fn refused(event: &Value) -> String {
    judge(&event.to_string(), &config("{}"), NOW).expect_err("a bad event")
}

#[test]
fn bad_events_are_refused_with_the_key_and_what_it_may_be() {
    let rows = [
        (json!([]), "an event must be an object, but is a list"),
        (
            of_anna(&json!({ "sendr": {} })),
            "unknown key sendr, did you mean `sender`?",
        ),
        (
            of_anna(&json!({ "sender": { "phon": ANNA } })),
            "unknown key sender.phon, did you mean `phone`? (known: phone, lid, name)",
        ),
        (
            of_anna(&json!({ "frome": true })),
            "unknown key frome, did you mean `fromMe`?",
        ),
        (
            of_anna(&json!({ "state": { "pairs": [] } })),
            "unknown key state.pairs, did you mean `paired`?",
        ),
        (
            of_anna(&json!({ "mentions": [{ "name": "x" }] })),
            "unknown key mentions[0].name",
        ),
        (of_anna(&json!({ "text": 7 })), "text must be a string, but is 7"),
        (
            of_anna(&json!({ "fromMe": "yes" })),
            "fromMe must be true or false, but is \"yes\"",
        ),
        (
            of_anna(&json!({ "mentions": {} })),
            "mentions must be a list, but is an object",
        ),
        (
            of_anna(&json!({ "timestamp": 1.5 })),
            "timestamp must be a whole number of Unix seconds, but is 1.5",
        ),
        (
            of_anna(&json!({ "now": 1_700_000_000_000_i64 })),
            "now must be a time in Unix seconds (not milliseconds)",
        ),
        (
            of_anna(&json!({ "chat": { "kind": "channel" } })),
            "chat.kind must be \"dm\" or \"group\", but is \"channel\"",
        ),
        (
            of_anna(&json!({ "state": { "activation": "never" } })),
            "state.activation must be \"mention\" or \"always\", but is \"never\"",
        ),
        (
            of_anna(&json!({ "sender": { "phone": "12" } })),
            "sender.phone is \"12\": a phone number is 7 to 15 digits",
        ),
        (
            of_anna(&json!({ "sender": { "lid": ANNA } })),
            "sender.lid is \"+15550100002\": a LID is digits followed by @lid",
        ),
        (
            of_anna(&json!({ "self": { "lid": OWN_LID } })),
            "self.phone is missing",
        ),
        (of_anna(&json!({ "self": null })), "self.phone is missing"),
        (of_anna(&json!({ "sender": {} })), "sender is missing"),
        (of_anna(&json!({ "sender": null })), "sender is missing"),
        (of_anna(&json!({ "chat": null })), "chat is missing"),
        (of_anna(&json!({ "chat": {} })), "chat.kind is missing"),
        (
            of_anna(&json!({ "chat": { "kind": "group" } })),
            "chat.id is missing",
        ),
        (
            of_anna(&json!({ "chat": { "kind": "dm", "id": GROUP } })),
            "chat.kind is \"dm\", but chat.id is \"120363000000000001@g.us\": a group",
        ),
        (
            of_anna(&json!({ "chat": { "kind": "group", "id": ANNA } })),
            "chat.kind is \"group\", but chat.id is \"+15550100002\": a person",
        ),
        (
            of_anna(&json!({ "chat": { "kind": "dm", "id": "anna" } })),
            "chat.id is \"anna\"; allowed are a phone number",
        ),
        (
            of_anna(&json!({ "chat": { "kind": "dm", "id": OWN } })),
            "chat.id is self, where nobody else writes",
        ),
        (
            of_anna(&json!({ "chat": { "kind": "dm", "id": BELA } })),
            "chat.id is \"+15550100003\", but sender.phone is \"+15550100002\": in a direct chat",
        ),
        (
            of_anna(&json!({
                "chat": { "kind": "dm", "id": "100000000000003@lid" },
                "sender": { "phone": ANNA, "lid": ANNA_LID },
            })),
            "chat.id is \"100000000000003@lid\", but sender.lid is \"100000000000002@lid\"",
        ),
        (of_anna(&json!({ "mentions": [{}] })), "mentions[0] names nobody"),
        (
            of_anna(&json!({ "state": { "paired": ["*"] } })),
            "state.paired[0] must be a number",
        ),
        (
            of_anna(&json!({ "account": "work" })),
            "account is \"work\", which is not in the config; there: default",
        ),
    ];
    for (event, expected) in rows {
        let problem = refused(&event);
        assert!(problem.starts_with(expected), "{event}\n{problem}\n{expected}");
    }
    let problem = judge("{ \"chat\": ", &config("{}"), NOW).expect_err("no JSON");
    assert!(problem.contains("line 1 column"), "{problem}");
}
