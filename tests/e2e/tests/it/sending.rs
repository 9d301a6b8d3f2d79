//! What the tests of `fased message` share.

use fased_e2e::world::{ANNA, World};
use fased_e2e::{PATIENCE, wait_for};
use serde_json::{Value, json};

/// Anybody may write and be written to, at once.
pub(crate) const OPEN: &str =
    r#"{ dmPolicy: "open", allowFrom: ["*"], pacing: { firstContact: true, jitterMs: 0 } }"#;

/// A linked account that Anna can be reached by.
pub(crate) fn world(whatsapp: &str) -> World {
    let world = World::linked(whatsapp);
    world.fake.contact(&json!({ "phone": ANNA }));
    world
}

/// The id of the only message that a verb queued.
pub(crate) fn id(answer: &Value) -> String {
    let messages = answer["messages"].as_array().expect("messages");
    assert_eq!(messages.len(), 1, "{answer}");
    messages[0]["message_id"].as_str().expect("an id").to_owned()
}

/// What the fake got of this kind.
pub(crate) fn got(world: &World, kind: &str) -> Value {
    wait_for(&format!("a {kind}"), PATIENCE, || {
        let records = world.fake.records("message");
        records
            .into_iter()
            .find(|record| record["raw_kind"] == kind || record["kind"] == kind)
    })
}
