//! Who comes in to the control page, and who does not.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use fased_e2e::control::ask;
use fased_e2e::web::address;
use fased_e2e::{Browser, Gateway, PATIENCE, Page, StateDir, wait_for};
use serde_json::{Value, json};

const TOKEN: &str = "a-token-that-is-long-enough";
const JSON: &str = "Content-Type: application/json";

fn started(state: &mut StateDir, http: &str) -> Gateway {
    state.configure(&format!("{{ gateway: {{ http: {http} }} }}"));
    Gateway::start(state)
}

fn http(state: &StateDir) -> Value {
    state.json(&["gateway", "status"])["gateway"]["http"].take()
}

#[test]
fn d1_the_page_is_closed_until_it_is_opened_and_then_on_this_machine_alone() {
    let mut state = StateDir::new();
    // The configured port is taken; another one will do.
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its address").port();
    let gateway = started(
        &mut state,
        &format!("{{ port: {port}, bind: '0.0.0.0', exposed: true, token: '{TOKEN}' }}"),
    );
    let key = state.path().join("page.key");
    assert_eq!(http(&state), Value::Null, "nobody listens");
    assert!(!key.exists());

    let browser = Browser::open(&state);
    assert!(browser.address.starts_with("127.0.0.1:"), "{}", browser.address);
    assert_ne!(browser.address, format!("127.0.0.1:{port}"));
    assert_eq!(http(&state)["address"], browser.address.as_str());
    let opened_at = browser.address.clone();
    let mode = fs::metadata(&key).expect("a key").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "the key is its owner's");
    assert_eq!(browser.get("/session", &[]).status, 204);

    // Another gateway has the page, too, and knows the session.
    drop(taken);
    gateway.kill();
    let gateway = Gateway::start(&state);
    let again = Browser {
        address: address(&state),
        ..browser
    };
    assert_eq!(
        again.address, opened_at,
        "where browsers look for it, though the other port is free by now"
    );
    assert_eq!(again.get("/session", &[]).status, 204);

    let mut events = again.events();
    assert!(events.told().is_some(), "it is told who runs");
    let (_, link) = Browser::link(&state);
    let done = state.json(&["dashboard", "--off"]);
    assert_eq!(done["done"], true);
    assert!(!key.exists());
    assert!(events.told().is_none(), "who follows is sent away");
    wait_for("nobody listens", PATIENCE, || {
        (http(&state) == Value::Null).then_some(())
    });
    let mut opened = Browser {
        address: Browser::link(&state).0.address,
        ..again
    };
    assert_eq!(opened.address, opened_at, "and there it is again");
    assert_eq!(opened.get("/session", &[]).status, 401, "a session of before");
    assert_eq!(
        opened.enter(&link).header("location"),
        Some("/#/closed"),
        "a link of before"
    );
    drop(gateway);
    let refused = state.error(&["dashboard"], 3);
    assert_eq!(refused["code"], "no_gateway");
    assert!(key.exists(), "it was opened again");
    assert_eq!(
        state.json(&["dashboard", "--off"])["done"],
        true,
        "also without a gateway"
    );
    assert!(!key.exists());
}

#[test]
fn d1_a_link_works_once_and_its_cookie_is_kept_from_scripts_and_other_sites() {
    let mut state = StateDir::new();
    state.set("FASED_LOG", "debug");
    let _gateway = started(&mut state, "{ port: 0 }");
    let (mut browser, link) = Browser::link(&state);
    assert_eq!(browser.get("/session", &[]).status, 401);
    let looked = Page::ask(
        &browser.address,
        &format!("HEAD {link} HTTP/1.1"),
        &[&format!("Host: {}", browser.address)],
    );
    assert!(looked.cookie.is_none(), "{looked:?}");
    let early = browser.get(&link, &["Sec-Purpose: prefetch"]);
    assert!(early.status == 403 && early.cookie.is_none(), "{early:?}");

    let entered = browser.enter(&link);
    assert_eq!(entered.status, 303, "{entered:?}");
    assert_eq!(entered.location, Some(format!("/#key={}", browser.key)));
    assert_eq!(browser.key.len(), 43, "{entered:?}");
    let cookie = entered.cookie.as_deref().expect("a cookie");
    for flag in ["fased_page=", "; HttpOnly", "; SameSite=Strict", "; Path=/"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    assert_eq!(browser.get("/session", &[]).status, 204);
    let used = Page::get(&browser.address, &link, &[]);
    assert_eq!((used.status, used.header("location")), (303, Some("/#/closed")));
    assert!(used.cookie.is_none(), "{used:?}");

    for place in [12, browser.cookie.len() / 2, browser.cookie.len() - 2] {
        let mut tampered = browser.cookie.clone().into_bytes();
        tampered[place] = if tampered[place] == b'1' { b'2' } else { b'1' };
        let tampered = String::from_utf8(tampered).expect("text");
        let other = Browser {
            cookie: tampered.clone(),
            key: browser.key.clone(),
            address: browser.address.clone(),
        };
        let refused = other.get("/session", &[]);
        assert_eq!(refused.status, 401, "{tampered}: {refused:?}");
        let error: Value = serde_json::from_str(&refused.body).expect("JSON");
        assert_eq!(error["error"]["code"], "unauthorized");
        assert!(
            error["error"]["next"]
                .as_str()
                .is_some_and(|next| next.contains("fased dashboard"))
        );
    }
    let left = browser.send("DELETE", "/session", &[], "");
    assert_eq!(left.status, 204);
    assert!(
        left.cookie
            .as_deref()
            .is_some_and(|cookie| cookie.contains("Max-Age=0")),
        "{left:?}"
    );

    let key = fs::read_to_string(state.path().join("page.key")).expect("a key");
    let key = key.lines().next().expect("a key");
    let code = link.split_once("t=").expect("a code").1;
    let session = browser.cookie.split_once('=').expect("a value").1;
    for log in [
        state.log(),
        fs::read_to_string(state.path().join("logs/gateway.log")).expect("the log in files"),
    ] {
        for secret in [key, code, session, &browser.key] {
            assert!(!log.contains(secret), "a log can be shown to anybody");
        }
    }
}

#[test]
fn d1_a_session_ends_after_thirty_days() {
    let mut state = StateDir::new();
    state.set("FASED_SIMULATED_CLOCK", "0");
    let _gateway = started(&mut state, "{ port: 0 }");
    let browser = Browser::open(&state);
    let days = |days: u64| {
        let moved = ask(
            state.path(),
            &json!({ "verb": "clock_advance", "ms": days * 86_400_000 }),
        );
        assert_eq!(moved["kind"], "done", "{moved}");
    };
    days(29);
    assert_eq!(browser.get("/session", &[]).status, 204);
    days(1);
    assert_eq!(browser.get("/session", &[]).status, 401);
}

#[test]
fn d1_no_other_page_can_ask_for_anything_or_change_it() {
    let mut state = StateDir::new();
    let _gateway = started(&mut state, "{ port: 0 }");
    let browser = Browser::open(&state);
    let here = format!("Host: {}", browser.address);
    let own = format!("Origin: http://{}", browser.address);
    let cookie = format!("Cookie: {}", browser.cookie);
    let ours = format!("X-Fased: {}", browser.key);
    let ours = ours.as_str();
    let body = r#"{"verb":"gateway_status"}"#;
    let post =
        |headers: &[&str]| Page::send(&browser.address, "POST /control HTTP/1.1", headers, body).status;
    assert_eq!(post(&[&here, &own, &cookie, JSON, ours]), 200);
    assert_eq!(
        post(&[
            &here,
            &own,
            &cookie,
            "Content-Type: application/json; charset=utf-8",
            ours
        ]),
        200
    );
    assert_eq!(post(&[&here, &own, JSON, ours]), 401, "no cookie");
    assert_eq!(post(&[&here, &own, "Cookie: fased_page=1.1.1", JSON, ours]), 401);
    assert_eq!(post(&[&here, &cookie, JSON, ours]), 403, "no origin");
    assert_eq!(
        post(&[&here, &own, &cookie, JSON]),
        401,
        "whoever listens on another port gets the cookie, too"
    );
    assert_eq!(post(&[&here, &own, &cookie, JSON, "X-Fased: 1"]), 401);
    for origin in [
        "null",
        "http://evil.example",
        "http://127.0.0.1:1",
        "http://localhost:9464",
        "https://evil.example",
    ] {
        let origin = format!("Origin: {origin}");
        assert_eq!(post(&[&here, &origin, &cookie, JSON, ours]), 403, "{origin}");
    }
    for site in ["cross-site", "same-site"] {
        let site = format!("Sec-Fetch-Site: {site}");
        assert_eq!(post(&[&here, &own, &cookie, JSON, ours, &site]), 403, "{site}");
        for path in ["/events", "/session"] {
            assert_eq!(browser.get(path, &[&site]).status, 403, "{path} {site}");
        }
    }
    assert_eq!(
        post(&[
            "Host: evil.example",
            "Origin: http://evil.example",
            &cookie,
            JSON,
            ours
        ]),
        421
    );
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "",
    ] {
        let kind = format!("Content-Type: {kind}");
        assert_eq!(post(&[&here, &own, &cookie, &kind, ours]), 415, "{kind}");
    }
    assert_eq!(post(&[&here, &own, &cookie, ours]), 415);
    let large = " ".repeat(65 * 1024) + body;
    let refused = browser.send("POST", "/control", &[JSON], &large);
    assert_eq!(refused.status, 413, "{refused:?}");
    for (method, path) in [
        ("PUT", "/control"),
        ("GET", "/control"),
        ("POST", "/"),
        ("DELETE", "/metrics"),
        ("POST", "/events"),
    ] {
        assert_eq!(
            browser.send(method, path, &[JSON], "").status,
            405,
            "{method} {path}"
        );
    }
    let address = || browser.address.clone();
    let other = Browser::open(&state);
    for (cookie, key) in [("", ""), (&browser.cookie, ""), (&browser.cookie, &other.key)] {
        let nobody = Browser {
            address: address(),
            cookie: cookie.to_owned(),
            key: key.to_owned(),
        };
        for (path, method) in [
            ("/events", "GET"),
            ("/session", "GET"),
            ("/session", "DELETE"),
            ("/qr", "POST"),
            ("/metrics", "GET"),
        ] {
            let body = if method == "GET" { "" } else { "x" };
            let refused = nobody.send(method, path, &[], body);
            assert_eq!(refused.status, 401, "{path}: {refused:?}");
        }
    }
    assert_eq!(
        Page::get(&browser.address, "/metrics", &[]).status,
        401,
        "monitoring is not on"
    );
    assert_eq!(browser.get("/metrics", &[]).status, 200);
    assert!(
        Page::get(&browser.address, "/healthz", &[])
            .body
            .starts_with("not ready\n")
    );
    let page = Page::get(&browser.address, "/", &[]);
    assert_eq!(page.status, 200, "the page itself holds no data");
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"),
        "{policy}"
    );
    assert!(
        policy.ends_with("frame-ancestors 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    let tag = page.header("etag").expect("a tag");
    let known = Page::get(&browser.address, "/", &[&format!("If-None-Match: {tag}")]);
    assert_eq!((known.status, known.body.as_str()), (304, ""));
    for path in [
        "/../Cargo.toml",
        "/..%2fCargo.toml",
        "/%2e%2e/Cargo.toml",
        "/none.js",
        "/index.html/",
    ] {
        assert_eq!(Page::get(&browser.address, path, &[]).status, 404, "{path}");
    }
}

#[test]
fn d1_a_start_with_an_address_for_the_page_lets_in_nobody_without_a_link() {
    let state = StateDir::new();
    let gateway = Gateway::start_with(&state, &["--page", "0.0.0.0:0"]);
    let listening = address(&state);
    let port = listening.strip_prefix("0.0.0.0:").expect("everywhere").to_owned();
    let there = format!("127.0.0.1:{port}");
    for path in ["/session", "/events", "/metrics"] {
        assert_eq!(Page::get(&there, path, &[]).status, 401, "{path}");
    }
    assert_eq!(Page::get(&there, "/livez", &[]).status, 200);
    let browser = Browser::open(&state);
    assert_eq!(browser.address, there, "where a browser of this machine finds it");
    assert_eq!(browser.get("/session", &[]).status, 204);
    let without = browser.send("POST", "/session", &[JSON], r#"{"token":""}"#);
    assert_eq!(without.status, 401, "where there is no token, none is right");

    // Who follows does not hold up the end.
    let mut events = browser.events();
    assert!(events.told().is_some());
    assert_eq!(state.verb(&["gateway", "stop"]).code, 0);
    assert!(events.told().is_none());
    assert_eq!(gateway.ended(Duration::from_secs(10)), 0);
    assert!(!state.log().contains("cut off"), "{}", state.log());
    let wrong = state.verb(&["gateway", "run", "--page", "everywhere"]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
}
