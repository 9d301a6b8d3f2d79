//! An edited config is in force for the next message; links stay, other accounts do not notice.

use std::fs;
use std::time::Duration;

use fased_e2e::world::{ANNA, BERT, OWNER, World};
use fased_e2e::{Login, PATIENCE, journal, never_within, process, wait_for};
use nix::sys::signal::Signal;
use serde_json::{Value, json};

const SECOND: &str = "+15550100005";
const THIRD: &str = "+15550100006";
const OPEN: &str = r#"{ dmPolicy: "open", allowFrom: ["*"] }"#;

fn config(world: &World) -> Value {
    world.state.json(&["status"])["config"].take()
}

fn until_problem(world: &World, words: &str) -> Value {
    wait_for(&format!("status says: {words}"), PATIENCE, || {
        let problem = config(world)["problem"].take();
        let said = problem["message"]
            .as_str()
            .is_some_and(|said| said.contains(words));
        said.then_some(problem)
    })
}

fn reload(world: &World) -> String {
    let done = world.state.json(&["config", "reload"]);
    done["message"].as_str().expect("what was done").to_owned()
}

/// What was put in force since a moment, which the gateway may also have noticed before it was asked to look.
fn put_in_force(world: &World, log_before: usize) -> String {
    let log = world.state.log();
    let since = log.get(log_before..).unwrap_or_default().lines();
    since
        .filter(|line| line.contains("the config is in force"))
        .collect()
}

fn pid(world: &World, account: &str) -> i64 {
    world.account(account)["sidecar_pid"].as_i64().expect("a sidecar")
}

#[test]
fn an_edit_applies_to_the_next_message_with_no_restart() {
    let mut world = World::linked(r#"{ dmPolicy: "disabled" }"#);
    let before = world.account("default");
    let gateway = world.state.json(&["gateway", "status"])["gateway"]["instance"].take();
    let shut_out = world.fake.send(OWNER, ANNA, "before");
    assert_eq!(world.verdict(&shut_out)["reason"], "dm_disabled");

    world.configure(OPEN);
    reload(&world);
    let let_in = world.fake.send(OWNER, ANNA, "after");
    assert_eq!(world.verdict(&let_in)["reason"], "dm_open");
    world.until_inbox(OWNER, ANNA, &["after"]);

    let loaded = config(&world)["loaded_ms"].clone();
    world.configure(r#"{ dmPolicy: "allowlist", allowFrom: ["+15550100003"] }"#);
    wait_for("the file is looked at without being asked to", PATIENCE, || {
        (config(&world)["loaded_ms"] != loaded).then_some(())
    });
    let stranger = world.fake.send(OWNER, ANNA, "not listed any more");
    assert_eq!(world.verdict(&stranger)["reason"], "not_in_allowlist");
    let listed = world.fake.send(OWNER, BERT, "listed");
    assert_eq!(world.verdict(&listed)["reason"], "dm_listed");

    // As careful editors do it: another file takes the place of this one.
    let file = world.state.beside("fased.json");
    let new = world.state.beside("fased.json.new");
    fs::write(
        &new,
        format!("{{ channels: {{ whatsapp: {OPEN} }}, wallets: {{}} }}"),
    )
    .expect("write");
    fs::rename(new, file).expect("rename");
    wait_for("the warning of the new file", PATIENCE, || {
        world.state.log().contains("wallets").then_some(())
    });
    reload(&world);
    let again = world.fake.send(OWNER, ANNA, "open again");
    assert_eq!(world.verdict(&again)["reason"], "dm_open");
    assert_eq!(
        world.state.log().matches("wallets").count(),
        1,
        "a warning is given once a change"
    );

    let after = world.account("default");
    assert_eq!(
        (&after["sidecar_pid"], &after["respawns"]),
        (&before["sidecar_pid"], &before["respawns"]),
        "the link was never touched"
    );
    assert_eq!(
        world.state.json(&["gateway", "status"])["gateway"]["instance"],
        gateway,
        "nor the gateway"
    );
}

#[test]
fn a_key_that_is_set_holds_for_the_next_message() {
    let mut world = World::linked(OPEN);
    let key = "channels.whatsapp.dmPolicy";
    let set = world.state.json(&["config", "set", key, "disabled"]);
    assert_eq!(set["inForce"], true, "{set}");
    // Nothing is waited for in between.
    let id = world.fake.send(OWNER, ANNA, "at once");
    assert_eq!(world.verdict(&id)["reason"], "dm_disabled");
    let said = world.state.verb(&["config", "set", key, "open"]).stdout;
    assert!(said.contains("the running gateway has it in force"), "{said}");
    assert_eq!(world.state.verb(&["gateway", "stop"]).code, 0);
    assert_eq!(world.take_gateway().ended(PATIENCE), 0);
    let said = world.state.verb(&["config", "set", key, "disabled"]).stdout;
    assert!(said.contains("no gateway runs"), "{said}");
}

#[test]
fn a_broken_edit_keeps_the_last_good_config_and_status_says_so() {
    let mut world = World::linked(OPEN);
    let sidecar = pid(&world, "default");
    assert_eq!(config(&world)["problem"], Value::Null);
    let good = config(&world)["loaded_ms"].clone();

    world.configure(r#"{ dmPolicy: "opne" }"#);
    let problem = until_problem(&world, "opne");
    assert!(problem["since_ms"].is_i64(), "{problem}");
    assert_eq!(config(&world)["loaded_ms"], good);
    let _id = world.fake.send(OWNER, ANNA, "still there?");
    world.until_inbox(OWNER, ANNA, &["still there?"]);
    for words in [&["status"][..], &["channels", "status"][..]] {
        let shown = world.state.verb(words).stdout;
        assert!(
            shown.contains("stays in force") && shown.contains("next: fased config validate"),
            "{words:?} says what to do: {shown}"
        );
    }
    let channels = world.state.json(&["channels", "status"]);
    assert_eq!(channels["config"]["problem"], problem);
    for words in [["config", "reload"], ["gateway", "restart"]] {
        let error = world.state.error(&words, 2);
        assert_eq!(error["code"], "config", "{words:?}: {error}");
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|said| said.contains("opne"))
        );
    }
    let warned = || world.state.log().matches("stays in force").count();
    never_within("the same is warned of again", Duration::from_millis(2500), || {
        warned() != 1
    });
    assert_eq!(config(&world)["problem"], problem, "and it is the same problem");

    // Half a file is no config either.
    fs::write(world.state.beside("fased.json"), "{ channels: { whats").expect("write");
    wait_for("the other problem is told", PATIENCE, || {
        (config(&world)["problem"]["message"] != problem["message"]).then_some(())
    });
    // A file that is taken away does not end all accounts.
    fs::remove_file(world.state.beside("fased.json")).expect("remove");
    until_problem(&world, "is gone");
    let _id = world.fake.send(OWNER, ANNA, "and now?");
    world.until_inbox(OWNER, ANNA, &["still there?", "and now?"]);

    world.configure(r#"{ dmPolicy: "disabled" }"#);
    wait_for("all is well again", PATIENCE, || {
        config(&world)["problem"].is_null().then_some(())
    });
    let shown = world.state.verb(&["status"]).stdout;
    assert!(!shown.contains("config validate"), "{shown}");
    let id = world.fake.send(OWNER, ANNA, "never mind");
    assert_eq!(world.verdict(&id)["reason"], "dm_disabled");
    assert_eq!(pid(&world, "default"), sidecar);
}

#[test]
fn c9_accounts_come_and_go_while_another_keeps_its_link_and_answers() {
    let mut world = World::new();
    let accounts = |listed: &str| {
        format!(
            r#"{{ dmPolicy: "open", allowFrom: ["*"], reconnect: {{ initialMs: 100, maxMs: 400 }},
                  accounts: {listed} }}"#
        )
    };
    world.configure(&accounts("{ a: {}, b: {} }"));
    world.start();
    world.link("a", OWNER);
    world.link("b", SECOND);
    let (a, b) = (world.account("a"), pid(&world, "b"));
    let mut asked = Vec::new();
    let mut a_is_as_ever = |world: &World, text: &str| {
        let _id = world.fake.send(OWNER, ANNA, text);
        asked.push(text.to_owned());
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        world.until_inbox(OWNER, ANNA, &asked);
        let now = world.account("a");
        assert_eq!(
            (&now["sidecar_pid"], &now["respawns"]),
            (&a["sidecar_pid"], &a["respawns"]),
            "{text}: the link of a was not touched"
        );
    };
    let offline = |world: &World, phone: &str| {
        wait_for("its link is gone", PATIENCE, || {
            (world.fake.state()["accounts"][phone]["online"] == false).then_some(())
        });
    };

    let _id = world.fake.send(SECOND, BERT, "to b");
    world.until_inbox(SECOND, BERT, &["to b"]);
    world.configure(&accounts("{ a: {} }"));
    assert!(reload(&world).contains("account b was ended"));
    assert!(!world.state.sidecars().iter().any(|left| i64::from(*left) == b));
    offline(&world, SECOND);
    let error = world.state.error(&["channels", "status", "--account", "b"], 1);
    assert_eq!(error["code"], "not_found");
    assert!(
        world.state.auth_dir("b").join("creds.json").exists(),
        "its login stays"
    );
    a_is_as_ever(&world, "b was removed");

    let before = world.state.log().len();
    world.configure(&accounts("{ a: {}, c: {} }"));
    reload(&world);
    assert!(put_in_force(&world, before).contains("account c was started"));
    world.link("c", THIRD);
    a_is_as_ever(&world, "c was added");

    world.configure(&accounts("{ a: {}, c: { enabled: false }, b: {} }"));
    reload(&world);
    let c = world.account("c");
    assert_eq!(
        (&c["state"], &c["enabled"], &c["sidecar_pid"]),
        (&json!("disabled"), &json!(false), &Value::Null)
    );
    offline(&world, THIRD);
    world.until("b", "ready");
    let _id = world.fake.send(SECOND, BERT, "b again");
    world.until_inbox(SECOND, BERT, &["to b", "b again"]);
    a_is_as_ever(&world, "c was switched off, b is back");

    let before = world.state.log().len();
    let moved = world.state.beside("moved");
    fs::rename(world.state.auth_dir("c"), &moved).expect("move the login of c");
    world.configure(&accounts(&format!(
        "{{ a: {{}}, b: {{ reconnect: {{ initialMs: 150 }} }}, c: {{ authDir: {:?} }} }}",
        moved.display().to_string()
    )));
    let b = pid(&world, "b");
    reload(&world);
    let told = put_in_force(&world, before);
    assert!(
        told.contains("account c was started again") && !told.contains("account b"),
        "only what the link hangs on starts an account again: {told}"
    );
    world.until("c", "ready");
    assert_eq!(pid(&world, "b"), b);
    // The new times hold without another start.
    process::signal(i32::try_from(b).expect("a pid"), Signal::SIGKILL);
    wait_for("b has another sidecar", PATIENCE, || {
        let shown = world.account("b");
        (shown["state"] == "ready" && shown["sidecar_pid"] != json!(b)).then_some(())
    });
    a_is_as_ever(&world, "c was moved");
}

#[test]
fn a_gateway_that_is_there_for_one_login_keeps_its_config() {
    let mut world = World::new();
    world.configure(OPEN);
    let _lid = world.fake.phone(OWNER);
    let login = Login::start(&world.state, "default", &[]);
    let qr = login.qr();
    world.configure(r#"{ enabled: false }"#);
    let error = world.state.error(&["config", "reload"], 1);
    assert_eq!(error["code"], "refused");
    world.fake.scan(OWNER, &qr);
    for step in ["scanned", "restarting", "linked"] {
        login.expect(step);
    }
    assert_eq!(login.end(), 0, "the login went on");
}

#[test]
fn an_account_that_only_observes_from_now_on_sends_nothing_that_waits() {
    let mut world = World::linked(OPEN);
    let _id = world.fake.send(OWNER, ANNA, "hello");
    world.until_inbox(OWNER, ANNA, &["hello"]);
    world.configure(r#"{ observeOnly: true }"#);
    let _done = world.state.json(&["config", "reload"]);
    // As a run leaves it that was under way when the config changed.
    journal::alter(
        world.state.path(),
        "INSERT INTO outbox (account, chat, message_id, purpose, text, secret, state, created_ms, expires_ms, updated_ms)
         SELECT account, chat, message_id || '0', purpose, 'too late', secret, 'queued', created_ms, expires_ms, updated_ms
         FROM outbox",
    );
    world.kill_and_start();
    world.until("default", "ready");
    never_within("something is said", Duration::from_secs(3), || {
        world.fake.inbox(OWNER, ANNA).len() > 1
    });
    world.configure(OPEN);
    let _done = world.state.json(&["config", "reload"]);
    world.until_inbox(OWNER, ANNA, &["hello", "too late"]);
}
