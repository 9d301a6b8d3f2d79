//! Groups: recorded with all that a later version needs, and not answered yet.

use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{PATIENCE, journal, never_within, wait_for};
use serde_json::{Value, json};

fn jid(addressing: &str, phone: &str, lid: &str) -> String {
    match addressing {
        "lid" => lid.to_owned(),
        _ => format!("{}@s.whatsapp.net", phone.trim_start_matches('+')),
    }
}

#[test]
fn a_mention_in_a_group_is_recorded_as_one_also_in_the_first_message_of_a_sender() {
    let world = World::linked(r#"{ dmPolicy: "open", allowFrom: ["*"] }"#);
    let own_lid = world.account("default")["lid"]
        .as_str()
        .expect("a hidden id")
        .to_owned();
    let anna_lid = world.fake.contact(&json!({ "phone": ANNA }));
    let bert_lid = world.fake.contact(&json!({ "phone": BERT }));
    for addressing in ["pn", "lid"] {
        let group = world.fake.group(addressing, &[ANNA, OWNER, BERT]);
        let own = jid(addressing, OWNER, &own_lid);
        let anna = jid(addressing, ANNA, &anna_lid);
        let bert = jid(addressing, BERT, &bert_lid);
        let say = |from: &str, text: &str, mentions: &[&str]| {
            let said = json!({ "group": group, "from": from, "text": text, "mentions": mentions });
            world.fake.send_with(&said).remove(0)
        };
        // The sender key comes with the first text of each.
        let said = [
            (say(ANNA, "@you are named first", &[OWNER]), &anna, vec![&own]),
            (
                say(BERT, "@you and @her, by another sender", &[OWNER, ANNA]),
                &bert,
                vec![&own, &anna],
            ),
            (say(ANNA, "@him, with a known key", &[BERT]), &anna, vec![&bert]),
            (say(BERT, "nobody", &[]), &bert, vec![]),
        ];
        for (id, sender, mentions) in &said {
            let row = wait_for("the message is recorded", PATIENCE, || {
                let rows = journal::inbound(world.state.path());
                rows.into_iter().find(|row| row.message_id == *id)
            });
            assert_eq!((&row.chat, &row.sender), (&group, *sender));
            assert!(row.text.is_some(), "it could be read: {row:?}");
            let recorded: Value = serde_json::from_str(&row.mentions).expect("a JSON list");
            assert_eq!(recorded, json!(mentions), "in {addressing}: {row:?}");
            let verdict = world.verdict(id);
            assert_eq!(verdict["reason"], "groups_not_supported");
            assert!(verdict["run"].is_null(), "no agent sees it: {verdict}");
        }
    }
    never_within(
        "something is said in a group",
        Duration::from_millis(1500),
        || !world.fake.records("message").is_empty(),
    );
    assert_eq!(journal::inbound(world.state.path()).len(), 8);
}
