//! D5: a log can be shown to anybody.

use std::collections::BTreeSet;
use std::fs;

use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{Login, PATIENCE, wait_for};
use serde_json::{Value, json};

/// Every string of a JSON value.
fn strings(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.insert(text.clone());
        }
        Value::Array(values) => values.iter().for_each(|value| strings(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| strings(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn d5_a_debug_log_has_no_number_text_key_or_code() {
    let mut world = World::new();
    world.state.set("FASED_LOG", "debug");
    world.state.set("FASED_SIDECAR_LOG", "debug");
    world.start();
    let lid = world.fake.phone(OWNER);
    let login = Login::start(&world.state, "default", &["-v"]);
    let qr = login.qr();
    world.fake.scan(OWNER, &qr);
    for step in ["scanned", "restarting", "linked"] {
        login.expect(step);
    }
    assert_eq!(login.end(), 0);
    world.until("default", "ready");

    let their_lid = world
        .fake
        .contact(&json!({ "phone": BERT, "addressing": "lid", "name": "Bertram Weatherby" }));
    let bodies = [
        "an umbrella in the rain",
        "thirteen peculiar herons",
        "corrupted at first sight",
    ];
    let held = world.fake.send(OWNER, ANNA, bodies[0]);
    let other = world.fake.send(OWNER, BERT, bodies[1]);
    assert_eq!(world.verdict(&held)["verdict"], "hold");
    assert_eq!(world.verdict(&other)["verdict"], "hold");
    let list = world.state.json(&["pairing", "list"]);
    let pending = list["pending"].as_array().expect("a list");
    let code_of = |sender: &str| {
        let request = pending
            .iter()
            .find(|request| request["sender"] == sender)
            .expect("a request");
        request["code"].as_str().expect("a code").to_owned()
    };
    let codes = [code_of(ANNA), code_of(BERT)];
    let _approved = world.state.json(&["pairing", "approve", &codes[0]]);
    wait_for("an answer", PATIENCE, || {
        world
            .fake
            .inbox(OWNER, ANNA)
            .contains(&bodies[0].to_owned())
            .then_some(())
    });
    let corrupt = json!({ "to": OWNER, "from": ANNA, "text": bodies[2], "corrupt": true });
    assert_eq!(world.fake.send_with(&corrupt).len(), 1);
    wait_for("an answer after a retry", PATIENCE, || {
        world
            .fake
            .inbox(OWNER, ANNA)
            .contains(&bodies[2].to_owned())
            .then_some(())
    });
    world
        .fake
        .fault(&json!({ "kind": "acks", "account": OWNER, "mode": "error", "code": 479, "count": 1 }));
    let refused = world.fake.send(OWNER, ANNA, bodies[0]);
    wait_for("a refused answer", PATIENCE, || {
        (world.verdict(&refused)["sent"][0]["state"] == "failed").then_some(())
    });
    let logins = world.logins(OWNER);
    world.fake.fault(&json!({ "kind": "drop", "account": OWNER }));
    wait_for("another login", PATIENCE, || {
        (world.logins(OWNER) > logins).then_some(())
    });
    world.until("default", "ready");
    let mut secrets: BTreeSet<String> = BTreeSet::new();
    let creds =
        fs::read_to_string(world.state.auth_dir("default").join("creds.json")).expect("the credentials");
    strings(&serde_json::from_str(&creds).expect("JSON"), &mut secrets);
    secrets.retain(|text| text.len() >= 16);
    assert!(secrets.len() >= 8, "the credentials hold keys");
    secrets.extend(qr.split(',').filter(|part| part.len() >= 16).map(str::to_owned));
    world
        .fake
        .fault(&json!({ "kind": "stream_error", "account": OWNER, "code": 401 }));
    world.until("default", "logged_out");
    assert_eq!(world.state.verb(&["gateway", "stop"]).code, 0);

    let files = fs::read_to_string(world.state.path().join("logs/gateway.log")).expect("the log in files");
    assert!(files.contains("DEBUG"), "it is as long");
    let log = world.state.log() + &files;
    assert!(
        log.contains("DEBUG") && log.lines().count() > 50,
        "a debug log was written"
    );
    assert!(
        log.contains(r#"{"level":"info","msg":"library: "#),
        "the library's labels are in it, so FASED_SIDECAR_LOG reached the sidecar"
    );
    let digits = |text: &str| {
        text.trim_start_matches('+')
            .split('@')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let mut forbidden: Vec<(&str, String)> = Vec::new();
    forbidden.extend([OWNER, ANNA, BERT, &lid, &their_lid].map(|who| ("a number or hidden id", digits(who))));
    forbidden.extend(bodies.map(|body| ("a message", body.to_owned())));
    forbidden.push(("a name", "Weatherby".to_owned()));
    forbidden.extend(codes.into_iter().map(|code| ("a pairing code", code)));
    // A part of a key is one too many.
    forbidden.extend(
        secrets
            .into_iter()
            .map(|key| ("a key, or a part of the QR", key.chars().take(16).collect())),
    );
    for (what, text) in forbidden {
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(&text)).collect();
        assert!(
            lines.is_empty(),
            "{what} ({text}) is in the log:\n{}",
            lines.join("\n")
        );
    }
}
