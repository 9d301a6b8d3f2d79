//! A sidecar that breaks the wire, which the real one cannot be made to do.

use std::fs;
use std::time::Duration;

use fased_e2e::process::project;
use fased_e2e::wait::now;
use fased_e2e::{Gateway, PATIENCE, StateDir, journal, never_within, wait_for};
use serde_json::{Value, json};

/// What the gateway speaks.
const PROTOCOL: u32 = 5;
const OWN_ADDRESS: &str = "15550100001:1@s.whatsapp.net";

/// A state dir whose sidecars play these scripts, one after the other, the last one for ever.
pub(crate) fn playing(scripts: &Value) -> StateDir {
    let mut state = StateDir::new();
    let sidecar = state.beside("home/sidecar");
    fs::create_dir_all(sidecar.join("src")).expect("a folder");
    fs::copy(
        project().join("tests/fake-sidecar/main.js"),
        sidecar.join("src/main.js"),
    )
    .expect("copy the sidecar");
    fs::write(sidecar.join("package.json"), r#"{ "type": "module" }"#).expect("write package.json");
    fs::write(sidecar.join("scripts.json"), scripts.to_string()).expect("write the scripts");
    state.set("FASED_HOME", &state.beside("home").display().to_string());
    // It counts its starts beside its own code, where a caged one may not write.
    state.set("FASED_CAGE", "off");
    state.configure("{ channels: { whatsapp: { reconnect: { initialMs: 100, maxMs: 300 } } } }");
    state
}

/// How many sidecars were started.
fn starts(state: &StateDir) -> usize {
    fs::read_to_string(state.beside("home/sidecar/starts"))
        .unwrap_or_default()
        .lines()
        .count()
}

fn hello(protocol: u32) -> Value {
    json!({ "say": { "kind": "hello", "protocol": protocol, "sidecar": "0.0.9", "baileys": "7.0.0", "node": "20.0.0" } })
}

/// Opens the link and stays.
pub(crate) fn good() -> Vec<Value> {
    vec![
        hello(PROTOCOL),
        json!({ "hear": "welcome" }),
        json!({ "say": { "kind": "ready", "linked": true } }),
        json!({ "say": { "kind": "link", "link": { "type": "opened", "jid": OWN_ADDRESS, "lid": null, "name": null, "version": [2, 3000, 1] } } }),
        json!({ "stay": true }),
    ]
}

fn account(state: &StateDir) -> Value {
    state.json(&["channels", "status", "--account", "default"])["accounts"][0].clone()
}

fn until(state: &StateDir, wanted: &str) -> Value {
    wait_for(&format!("the account is {wanted}"), PATIENCE, || {
        Some(account(state)).filter(|shown| shown["state"] == wanted)
    })
}

#[test]
fn another_protocol_halts_the_account_and_says_what_to_do() {
    let state = playing(&json!([[hello(999), { "stay": true }]]));
    let _gateway = Gateway::start(&state);
    let shown = until(&state, "degraded");
    let sentence = shown["sentence"].as_str().expect("a sentence");
    assert!(
        sentence.contains(&format!("gateway speaks {PROTOCOL}")) && sentence.contains("sidecar speaks 999"),
        "both versions: {sentence}"
    );
    assert!(
        shown["next"]
            .as_str()
            .is_some_and(|next| next.contains("install")),
        "{shown}"
    );
    wait_for("its process is gone", Duration::from_secs(2), || {
        state.sidecars().is_empty().then_some(())
    });
    never_within("another try", Duration::from_secs(2), || starts(&state) > 1);
}

#[test]
fn stray_lines_are_stepped_over() {
    let mut script = vec![json!({ "raw": "a library says hello" })];
    for step in good() {
        script.extend([
            step,
            json!({ "raw": "{ \"level\": 30, \"msg\": \"chatter\" }" }),
            json!({ "raw": "" }),
        ]);
    }
    let state = playing(&json!([script]));
    let _gateway = Gateway::start(&state);
    until(&state, "ready");
    assert_eq!(starts(&state), 1, "the first process is the one that is ready");
}

/// A first process that ends its script with this, and a good one after it.
fn is_replaced_after(last: &Value) {
    let mut script = good();
    script.pop();
    script.extend([last.clone(), json!({ "stay": true })]);
    let state = playing(&json!([script, good()]));
    let _gateway = Gateway::start(&state);
    wait_for("the process is replaced", PATIENCE, || {
        (starts(&state) == 2).then_some(())
    });
    let shown = until(&state, "ready");
    assert_eq!(shown["respawns"], 1, "{shown}");
    let there = state.sidecars();
    assert_eq!(there.len(), 1, "the broken one is gone: {there:?}");
    assert!(
        !state.log().contains("SECRET"),
        "a broken line is not shown in the log"
    );
}

#[test]
fn c11_an_over_long_line_costs_the_process() {
    is_replaced_after(&json!({ "line_of": 1024 * 1024 + 10 }));
}

/// A text from a contact, as the library tells it.
fn text(seq: u64, id: &str) -> Value {
    let from = "15550100002@s.whatsapp.net";
    json!({ "say": { "kind": "event", "seq": seq, "event": {
        "type": "message", "content": "text", "raw_kind": "conversation", "text": "hello", "mentions": [],
        "quoted": null, "media": null, "detail": null,
        "origin": { "id": id, "chat": from, "chat_alt": null, "sender": from, "sender_alt": null, "from_me": false,
            "push_name": null, "timestamp": 1_700_000_000, "offline": false },
    } } })
}

/// What was told before such a line is journaled, and what was not told comes again from the next process.
#[test]
fn c11_an_over_long_line_loses_nothing() {
    let mut broken = good();
    broken.pop();
    broken.extend([
        text(1, "3EB0A1"),
        json!({ "line_of": 1024 * 1024 + 10 }),
        text(2, "3EB0A2"),
        json!({ "stay": true }),
    ]);
    let mut whole = good();
    whole.pop();
    whole.extend([text(1, "3EB0A1"), text(2, "3EB0A2"), json!({ "stay": true })]);
    let state = playing(&json!([broken, whole]));
    let _gateway = Gateway::start(&state);
    let ids = wait_for("both are in the journal", PATIENCE, || {
        let rows = journal::inbound(state.path());
        (rows.len() >= 2).then(|| rows.into_iter().map(|row| row.message_id).collect::<Vec<_>>())
    });
    assert_eq!(ids, ["3EB0A1", "3EB0A2"], "each once and in order");
    assert_eq!(starts(&state), 2, "what came behind the line was not read");
    until(&state, "ready");
}

#[test]
fn a_broken_frame_costs_the_process() {
    is_replaced_after(&json!({ "raw": "{\"kind\":\"event\",\"seq\":\"SECRET\"}" }));
}

#[test]
fn a_sidecar_that_never_says_ready_is_replaced() {
    let state = playing(&json!([[hello(PROTOCOL), { "exit": 1 }], good()]));
    let _gateway = Gateway::start(&state);
    until(&state, "ready");
    assert_eq!(starts(&state), 2);
}

/// While the store is slow the gateway notices the start of a process after its first words.
#[test]
fn a_sidecar_that_speaks_while_the_store_is_slow_is_welcomed() {
    const LINKS: usize = 8;
    let mut script = good();
    script.pop();
    script.push(
        json!({ "say": { "kind": "closed", "reason": "restart_required", "text": "again", "status": 515 } }),
    );
    let mut scripts = vec![script; LINKS - 1];
    scripts.push(good());
    let state = playing(&json!(scripts));
    let _gateway = Gateway::start(&state);
    let since = now();
    while starts(&state) < LINKS {
        assert!(since.elapsed() < PATIENCE, "{} of {LINKS} links", starts(&state));
        journal::hold_writes(state.path(), Duration::from_millis(400));
        // Long enough for whoever waits to take a turn.
        std::thread::sleep(Duration::from_millis(120));
    }
    until(&state, "ready");
    let ready = state.log().matches("input=Ready").count();
    assert_eq!((starts(&state), ready), (LINKS, LINKS), "no start was in vain");
}
