//! D6: what a sidecar can reach, tried by one that tries everything.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::symlink;

use fased_e2e::process::project;
use fased_e2e::world::World;
use fased_e2e::{Gateway, PATIENCE, StateDir, wait_for};
use serde_json::{Value, json};

type Found = BTreeMap<String, String>;

/// A prisoner, and what it must not reach.
struct Prison {
    state: StateDir,
    /// WhatsApp, and something else on this machine.
    _ports: [TcpListener; 2],
}

impl Prison {
    fn new() -> Self {
        let mut state = StateDir::new();
        let sidecar = state.beside("home/sidecar");
        fs::create_dir_all(sidecar.join("src")).expect("a folder");
        let prisoner = project().join("tests/fake-sidecar/prisoner.js");
        fs::copy(prisoner, sidecar.join("src/main.js")).expect("copy the sidecar");
        fs::write(sidecar.join("package.json"), r#"{ "type": "module" }"#).expect("write package.json");
        state.set("FASED_HOME", &state.beside("home").display().to_string());
        state.set("OPENAI_API_KEY", "sk-not-for-sidecars");
        state.set("AWS_SECRET_ACCESS_KEY", "not-for-sidecars");
        state.configure("{}");

        let listener = || TcpListener::bind("127.0.0.1:0").expect("a port");
        let ports = [listener(), listener()];
        let [port, foreign] = ports
            .each_ref()
            .map(|listener| listener.local_addr().expect("an address").port());
        state.set("FASED_WHATSAPP_URL", &format!("ws://127.0.0.1:{port}/ws/chat"));

        let path = |name: &str| state.path().join(name).display().to_string();
        let beside = |name: &str| state.beside(name).display().to_string();
        let other = state.auth_dir("other");
        let auth = state.auth_dir("default");
        for folder in [
            &other,
            &auth,
            &state.path().join("media"),
            &state.path().join("run"),
        ] {
            fs::create_dir_all(folder).expect("a folder");
        }
        fs::write(other.join("creds.json"), "{}").expect("the keys of another account");
        fs::write(state.beside("victim"), "precious").expect("a file outside");
        symlink(state.beside("victim"), auth.join("planted")).expect("a link out");
        let told = json!({
            "read": {
                "the users": "/etc/passwd",
                "the keys of another account": other.join("creds.json"),
                "the store": path("fased.db"),
                "the config": beside("fased.json"),
                "a file outside": beside("victim"),
                "the log": state.log_file(),
            },
            "list": {
                "the accounts": state.path().join("credentials/whatsapp"),
                "the keys of another account": other,
                "the root": "/",
                "the home": beside(""),
            },
            "write": {
                "the keys of another account": other.join("creds.json"),
                "the config": beside("fased.json"),
                "the store": path("fased.db"),
                "beside": beside("written"),
                "to /tmp": "/tmp/fased-prisoner",
                "its own code": sidecar.join("src/main.js"),
                "a package": beside("home/node_modules"),
            },
            "victim": beside("victim"),
            "outside": beside("moved"),
            "signal": "SIGTERM",
            "port": port,
            "foreign_port": foreign,
            "socket": path(&format!("run/v{CONTROL}/gateway.sock")),
            "request": json!({ "verb": "gateway_status" }).to_string(),
        });
        fs::write(state.path().join("media/prison.json"), told.to_string()).expect("what to try");
        Self { state, _ports: ports }
    }

    /// What it found, and what it sees of the environment, while the gateway lives.
    fn tried(&self) -> (Found, Vec<String>) {
        let path = self.state.auth_dir("default").join("found.json");
        let told = wait_for("what the prisoner found", PATIENCE, || {
            fs::read(&path).ok().or_else(|| {
                assert!(!self.state.log().contains("SyntaxError"), "{}", self.state.log());
                None
            })
        });
        let told: Value = serde_json::from_slice(&told).expect("JSON");
        let victim = fs::read_to_string(self.state.beside("victim"));
        assert_eq!(victim.expect("it is there"), "precious", "nothing became of it");
        (
            serde_json::from_value(told["found"].clone()).expect("what it found"),
            serde_json::from_value(told["environment"].clone()).expect("names"),
        )
    }

    fn cage(&self) -> Value {
        wait_for("the cage is told of", PATIENCE, || {
            let shown = self.state.json(&["channels", "status", "--account", "default"]);
            let cage = shown["accounts"][0]["cage"].clone();
            cage.is_object().then_some(cage)
        })
    }
}

/// The version of the control socket's protocol, which is in its path.
const CONTROL: u32 = 7;

const ALLOWED: [&str; 6] = [
    "connect to WhatsApp",
    "find a host",
    "compile WebAssembly",
    "keep a key",
    "take in a file",
    "move a key to the media",
];

#[test]
fn d6_a_sidecar_reaches_nothing_but_its_own() {
    let prison = Prison::new();
    let _gateway = Gateway::start(&prison.state);
    let (found, environment) = prison.tried();
    for (what, code) in &found {
        if ALLOWED.contains(&what.as_str()) {
            continue;
        }
        let refused = ["EACCES", "EPERM", "EXDEV", "ERR_ACCESS_DENIED", "HUNG_UP"];
        assert!(refused.contains(&code.as_str()), "{what}: {code}\n{found:#?}");
    }
    for what in &ALLOWED[..5] {
        assert_eq!(found[*what], "ok", "{what}");
    }
    for what in [
        "execute a shell",
        "read by another Node",
        "start a worker",
        "read the users",
        "make a link out",
    ] {
        assert_eq!(found[what], "ERR_ACCESS_DENIED", "Node refuses: {what}");
    }
    let seen = ["FASED_WHATSAPP_URL", "LANG", "NODE_ENV", "TZ"];
    let foreign: Vec<_> = environment
        .iter()
        .filter(|name| !seen.contains(&name.as_str()))
        .collect();
    assert!(foreign.is_empty(), "only what it needs: {foreign:?}");

    let cage = wait_for("Node's word", PATIENCE, || {
        Some(prison.cage()).filter(|cage| cage["node_permissions"] == true)
    });
    for what in ["files", "execute", "ports"] {
        assert_eq!(cage[what], true, "{what}: {cage}");
    }
    assert_eq!(cage["missing"], json!([]), "{cage}");
}

/// A Node that knows of no permission model leaves it all to the kernel.
#[test]
fn d6_the_kernel_alone_keeps_a_sidecar_in() {
    let mut prison = Prison::new();
    let node = prison.state.get("FASED_NODE").unwrap_or("node").to_owned();
    let forgetful = format!("#!/bin/sh\n'{node}' \"$@\" | sed 's/-permission\"/-forgotten\"/g'\n");
    prison.state.program("node.sh", &forgetful);
    let script = prison.state.beside("node.sh").display().to_string();
    prison.state.set("FASED_NODE", &script);
    let _gateway = Gateway::start(&prison.state);
    let (found, _) = prison.tried();
    for (what, code) in &found {
        let expected: &[&str] = match what.as_str() {
            what if ALLOWED[..5].contains(&what) => &["ok"],
            // Its own files, and threads, stay in the cage.
            "start a worker" => &["ok"],
            "read by another Node" | "read in a worker" => &["7"],
            "move a key out" | "move a key to the media" => &["EXDEV", "EACCES"],
            "end the gateway" => &["EPERM"],
            "command the gateway" => &["HUNG_UP"],
            _ => &["EACCES"],
        };
        assert!(expected.contains(&code.as_str()), "{what}: {code}\n{found:#?}");
    }
    let cage = prison.cage();
    assert_eq!(cage["node_permissions"], false, "{cage}");
    assert!(cage["missing"].to_string().contains("permission model"), "{cage}");
}

/// The same tries succeed without a cage, so that the refusals above are the cage's.
#[test]
fn d6_without_a_cage_it_is_out() {
    let mut prison = Prison::new();
    prison.state.set("FASED_CAGE", "off");
    let told = prison.state.path().join("media/prison.json");
    let mut what: Value = serde_json::from_slice(&fs::read(&told).expect("it")).expect("JSON");
    // What would do harm is not tried.
    what["write"] = json!({ "beside": what["write"]["beside"] });
    what["signal"] = json!(0);
    what["victim"] = json!(prison.state.beside("second victim"));
    fs::write(prison.state.beside("second victim"), "x").expect("a file");
    fs::write(&told, what.to_string()).expect("what to try");
    let _gateway = Gateway::spawn(&prison.state);
    let (found, _) = prison.tried();
    for (what, code) in &found {
        let expected = match what.as_str() {
            // It was moved out before.
            "move a key to the media" => "ENOENT",
            // Not the cage's doing: the gateway takes no orders from its own sidecars.
            "command the gateway" => "HUNG_UP",
            _ => "ok",
        };
        assert_eq!(code, expected, "{what}\n{found:#?}");
    }
}

#[test]
fn d6_the_real_sidecar_tells_of_its_cage() {
    let world = World::linked("{}");
    let shown = world.account("default");
    let cage = &shown["cage"];
    for what in ["files", "execute", "ports", "node_permissions"] {
        assert_eq!(cage[what], true, "{what}: {cage}");
    }
    assert_eq!(cage["missing"], json!([]), "{cage}");
}
