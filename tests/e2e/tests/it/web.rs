//! The HTTP listener: who may ask, and that it says what every other surface says.

use std::net::TcpListener;

use fased_e2e::config_file::configured;
use fased_e2e::web::address;
use fased_e2e::world::{ANNA, BERT, CARA, OWNER, World};
use fased_e2e::{PATIENCE, Page, wait_for};
use serde_json::{Value, json};

const OPEN: &str = r#"{ dmPolicy: "open", allowFrom: ["*"], reconnect: { initialMs: 200, maxMs: 1000 } }"#;
const TOKEN: &str = "a-token-that-is-long-enough";

fn config(http: &str) -> String {
    format!("{{ channels: {{ whatsapp: {OPEN} }}, gateway: {{ http: {http} }} }}")
}

fn listening(http: &str) -> (World, String) {
    let world = World::answering(&config(http), &[]);
    let address = address(&world.state);
    (world, address)
}

fn health(address: &str) -> (u16, String) {
    let page = Page::get(address, "/healthz", &[]);
    (page.status, page.body)
}

#[test]
fn d1_nobody_listens_unless_told_to() {
    let world = World::linked(OPEN);
    let status = world.state.json(&["status"]);
    assert_eq!(status["gateway"]["http"], Value::Null, "{status}");
    assert!(!world.state.log().contains("listens over HTTP"));
}

#[test]
fn d1_a_foreign_host_or_origin_gets_nothing() {
    let (_world, address) = listening("{ enabled: true, port: 0 }");
    assert!(
        address.starts_with("127.0.0.1:"),
        "on this machine alone: {address}"
    );
    let here = format!("Host: {address}");
    for path in ["/metrics", "/healthz", "/livez", "/", "/anything"] {
        let ask = |headers: &[&str]| Page::ask(&address, &format!("GET {path} HTTP/1.1"), headers);
        for host in [
            "evil.example",
            "evil.example:80",
            "localhost.evil.example",
            "192.0.2.1",
        ] {
            let refused = ask(&[&format!("Host: {host}")]);
            assert_eq!(refused.status, 421, "{path} of {host}: {refused:?}");
            assert!(!refused.body.contains("fased_"), "{refused:?}");
        }
        assert_eq!(ask(&[]).status, 421, "{path} of nobody");
        for origin in ["http://evil.example", "null", "http://localhost:1"] {
            let refused = ask(&[&here, &format!("Origin: {origin}")]);
            assert_eq!(refused.status, 403, "{path} for {origin}: {refused:?}");
        }
        let posted = Page::ask(
            &address,
            &format!("POST {path} HTTP/1.1"),
            &[&here, "Content-Length: 0"],
        );
        assert_eq!(posted.status, 405, "{path}: {posted:?}");
    }
    let own = Page::ask(
        &address,
        "GET /livez HTTP/1.1",
        &[&here, &format!("Origin: http://{address}")],
    );
    assert_eq!((own.status, own.body.as_str()), (200, "ok\n"));
    let head = Page::ask(&address, "HEAD /healthz HTTP/1.1", &["Host: localhost"]);
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    for header in [
        "x-content-type-options: nosniff",
        "content-security-policy: default-src 'none'",
    ] {
        assert!(own.head.contains(header), "{own:?}");
    }
    assert_eq!(Page::get(&address, "/", &[]).status, 404);
    let large = format!("X-Large: {}", "x".repeat(64 * 1024));
    assert_eq!(Page::get(&address, "/livez", &[&large]).status, 431);
}

#[test]
fn d1_no_bind_beyond_this_machine_without_a_token_and_a_word() {
    let refused = [
        (r#"{ enabled: true, bind: "0.0.0.0" }"#, "exposed"),
        (r#"{ bind: "192.0.2.1" }"#, "exposed"),
        (r#"{ enabled: true, bind: "::", exposed: true }"#, "token"),
        (
            r#"{ enabled: true, bind: "0.0.0.0", token: "a-token-that-is-long-enough" }"#,
            "exposed",
        ),
        (
            r#"{ enabled: true, bind: "0.0.0.0", exposed: true, token: "hunter2" }"#,
            "16 characters",
        ),
        (r#"{ enabled: true, bind: "everywhere" }"#, "address"),
        (
            r#"{ token: "a-token-that-is-long-enough", tokenEnv: "FASED_HTTP_TOKEN" }"#,
            "keep one",
        ),
    ];
    for (http, words) in refused {
        let (state, _file) = configured(&config(http));
        for verb in [&["config", "validate"][..], &["gateway", "run"][..]] {
            let answer = state.verb(verb);
            assert_eq!(answer.code, 2, "{http}: {answer:?}");
            assert!(answer.stderr.contains(words), "{http}: {answer:?}");
            assert!(!answer.stderr.contains("hunter2"), "{answer:?}");
        }
    }
    for http in [
        r#"{ enabled: true, bind: "0.0.0.0", exposed: true, token: "a-token-that-is-long-enough" }"#,
        r#"{ enabled: true, bind: "::1" }"#,
        r#"{ enabled: true, bind: "localhost" }"#,
    ] {
        let (state, _file) = configured(&config(http));
        let answer = state.verb(&["config", "validate"]);
        assert_eq!(answer.code, 0, "{http}: {answer:?}");
    }
}

#[test]
fn d1_an_exposed_listener_asks_for_its_token() {
    let mut world = World::new();
    world.state.set("FASED_TEST_TOKEN", TOKEN);
    world.state.configure(&config(
        r#"{ enabled: true, bind: "0.0.0.0", port: 0, exposed: true, tokenEnv: "FASED_TEST_TOKEN", hosts: ["box.example"] }"#,
    ));
    world.start();
    let port = address(&world.state)
        .rsplit_once(':')
        .expect("a port")
        .1
        .to_owned();
    let address = format!("127.0.0.1:{port}");
    let bearer = format!("Authorization: Bearer {TOKEN}");
    assert_eq!(Page::get(&address, "/metrics", &[&bearer]).status, 200);
    let named = Page::ask(
        &address,
        "GET /metrics HTTP/1.1",
        &[&format!("Host: box.example:{port}"), &bearer],
    );
    assert_eq!(named.status, 200, "{named:?}");
    for header in [
        "X-None: x",
        "Authorization: Bearer wrong",
        "Authorization: Basic eDp5",
        &bearer[..bearer.len() - 1],
    ] {
        let refused = Page::get(&address, "/metrics", &[header]);
        assert_eq!(refused.status, 401, "{header}: {refused:?}");
        assert!(!refused.body.contains("fased_"), "{refused:?}");
    }
    world.until("default", "unlinked");
    // That something is wrong is no secret; what, is.
    let without = Page::get(&address, "/healthz", &[]);
    assert_eq!((without.status, without.body.as_str()), (503, "not ready\n"));
    let with = Page::get(&address, "/healthz", &[&bearer]);
    assert!(with.body.starts_with("unlinked\tdefault\t"), "{with:?}");
    assert!(
        !world.state.log().contains(TOKEN),
        "a log can be shown to anybody"
    );
    let shown = world.state.verb(&["config", "get", "gateway.http"]);
    assert!(shown.code == 0 && !shown.stdout.contains(TOKEN), "{shown:?}");
}

#[test]
fn an_edit_moves_the_listener_and_a_taken_port_is_told() {
    let (mut world, first) = listening("{ enabled: true, port: 0 }");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its address").port();
    world
        .state
        .configure(&config(&format!("{{ enabled: true, port: {port} }}")));
    let problem = wait_for("status tells that the port is taken", PATIENCE, || {
        let mut status = world.state.json(&["status"]);
        let problem = status["gateway"]["http"]["problem"].take();
        problem.is_string().then_some(problem)
    });
    assert!(
        problem
            .as_str()
            .is_some_and(|said| said.contains(&port.to_string())),
        "{problem}"
    );
    assert_eq!(
        world.account("default")["state"],
        "ready",
        "and nothing else minds"
    );
    assert!(
        std::net::TcpStream::connect(&first).is_err(),
        "the old door is shut"
    );
    drop(taken);
    wait_for("it listens once the port is free", PATIENCE, || {
        let status = world.state.json(&["status"]);
        (status["gateway"]["http"]["address"] == format!("127.0.0.1:{port}")).then_some(())
    });
    assert_eq!(health(&format!("127.0.0.1:{port}")).0, 200);
    world.state.configure(&config("{ enabled: false }"));
    wait_for("it listens no more", PATIENCE, || {
        let status = world.state.json(&["status"]);
        (status["gateway"]["http"] == Value::Null).then_some(())
    });
    assert!(std::net::TcpStream::connect(format!("127.0.0.1:{port}")).is_err());
}

#[test]
fn b11_health_and_metrics_say_what_the_account_says() {
    let (world, address) = listening("{ enabled: true, port: 0 }");
    wait_for("all is well", PATIENCE, || {
        (health(&address) == (200, "ok\n".to_owned())).then_some(())
    });
    let metric = |name: &str, labels: &[(&str, &str)]| {
        Page::get(&address, "/metrics", &[]).metrics().sum(name, labels)
    };
    wait_for("the metrics say ready", PATIENCE, || {
        (metric("fased_account_ready", &[("account", "default")]) == Some(1.0)).then_some(())
    });

    world
        .fake
        .fault(&json!({ "kind": "stream_error", "account": OWNER, "code": 440 }));
    let shown = world.until("default", "replaced");
    let (status, body) = health(&address);
    assert_eq!(status, 503);
    let sentence = shown["sentence"].as_str().expect("a sentence");
    let next = shown["next"].as_str().expect("a next command");
    assert_eq!(body, format!("replaced\tdefault\t{sentence}\t{next}\n"));
    let as_json = Page::get(&address, "/healthz", &["Accept: application/json"]);
    let as_json: Value = serde_json::from_str(&as_json.body).expect("JSON");
    assert_eq!(as_json["ok"], false);
    assert_eq!(as_json["problems"][0]["code"], "replaced");
    wait_for("the metrics say the same", PATIENCE, || {
        let told = Page::get(&address, "/metrics", &[]).metrics();
        let of = |state| told.sum("fased_account_state", &[("account", "default"), ("state", state)]);
        let fits = of("replaced") == Some(1.0) && of("ready") == Some(0.0);
        (fits
            && told.sum("fased_account_ready", &[]) == Some(0.0)
            && told.sum("fased_healthy", &[]) == Some(0.0))
        .then_some(())
    });
    assert_eq!(
        metric("fased_account_state", &[("account", "default")]),
        Some(1.0),
        "one state at a time"
    );
    assert_eq!(
        Page::get(&address, "/livez", &[]).status,
        200,
        "no reason to start it again"
    );

    let _done = world.state.json(&["channels", "resume"]);
    world.until("default", "ready");
    assert_eq!(health(&address).0, 200);
    let _done = world.state.json(&["channels", "pause"]);
    let (status, body) = health(&address);
    assert!(
        status == 503 && body.starts_with("suspended\tdefault\t"),
        "{body}"
    );
}

#[test]
fn c6_verdicts_and_what_is_in_flight_add_up_to_the_events_at_any_instant() {
    let (world, address) = listening("{ enabled: true, port: 0 }");
    let people = [ANNA, BERT, CARA];
    let mut sent = 0_u32;
    let scraped = std::thread::scope(|scope| {
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let address = &address;
        let scraper = scope.spawn(move || {
            let mut scraped = Vec::new();
            while matches!(stopped.try_recv(), Err(std::sync::mpsc::TryRecvError::Empty)) {
                scraped.push(Page::get(address, "/metrics", &[]).metrics());
            }
            scraped
        });
        for round in 0..20 {
            for person in people {
                let _id = world.fake.send(OWNER, person, &format!("number {round}"));
                sent += 1;
            }
        }
        wait_for("all of it is counted", PATIENCE, || {
            let told = Page::get(address, "/metrics", &[]).metrics();
            let admitted = told.sum(
                "fased_inbound_total",
                &[("account", "default"), ("verdict", "admit")],
            );
            admitted.filter(|admitted| *admitted >= f64::from(sent))
        });
        drop(stop);
        scraper.join().expect("all scrapes are understood")
    });
    assert!(scraped.len() > 5, "scraped under load {} times", scraped.len());
    for told in &scraped {
        let of = [("account", "default")];
        let events = told.sum("fased_events_total", &of).expect("events");
        let verdicts = told.sum("fased_inbound_total", &of).expect("verdicts");
        let in_flight = told.sum("fased_inbound_in_flight", &of).expect("in flight");
        assert!(
            (events - verdicts - in_flight).abs() < 0.5,
            "{events} = {verdicts} + {in_flight}"
        );
    }
    let page = Page::get(&address, "/metrics", &[]);
    let told = page.metrics();
    for name in [
        "fased_build_info",
        "fased_process_start_time_seconds",
        "fased_resident_memory_bytes",
        "fased_sidecar_resident_memory_bytes",
        "fased_last_inbound_timestamp_seconds",
        "fased_last_outbound_timestamp_seconds",
        "fased_outbound",
        "fased_runs",
        "fased_queue_depth",
        "fased_account_opened_total",
        "fased_sidecar_starts_total",
        "fased_alerts_told_total",
    ] {
        assert!(told.sum(name, &[]).is_some(), "{name} is told");
    }
    for person in people.iter().chain([&OWNER]) {
        assert!(!page.body.contains(&person[1..]), "no number is told");
    }
}

#[test]
fn a_listener_costs_its_gateway_no_start() {
    let mut world = World::new();
    world.state.configure(&config(
        r#"{ enabled: true, port: 0, tokenFile: "no-such-file" }"#,
    ));
    world.start();
    let problem = wait_for("the missing token is told", PATIENCE, || {
        let mut status = world.state.json(&["status"]);
        let problem = status["gateway"]["http"]["problem"].take();
        problem.as_str().map(ToOwned::to_owned)
    });
    assert!(problem.contains("no-such-file"), "{problem}");
    world.until("default", "unlinked");
}
