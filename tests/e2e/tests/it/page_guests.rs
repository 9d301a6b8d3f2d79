//! Those who are not let in to the control page: they take nothing from those who are.

use std::fs;
use std::net::TcpStream;

use fased_e2e::world::{OWNER, World};
use fased_e2e::{Browser, Gateway, Login, Page, StateDir};
use serde_json::json;

const TOKEN: &str = "a-token-that-is-long-enough";
const JSON: &str = "Content-Type: application/json";

fn started(state: &mut StateDir, http: &str) -> Gateway {
    state.configure(&format!("{{ gateway: {{ http: {http} }} }}"));
    Gateway::start(state)
}

#[test]
fn d1_who_guesses_is_slowed_and_shuts_out_nobody() {
    let mut state = StateDir::new();
    state.set("FASED_LOG", "debug");
    let _gateway = started(&mut state, &format!("{{ port: 0, token: '{TOKEN}' }}"));
    let (mut browser, link) = Browser::link(&state);
    let token = |browser: &Browser, token: &str| {
        browser.send(
            "POST",
            "/session",
            &[JSON],
            &json!({ "token": token }).to_string(),
        )
    };
    assert_eq!(browser.send("POST", "/session", &[JSON], "{}").status, 400);
    assert_eq!(browser.send("POST", "/session", &[], "{}").status, 415);
    let entered = token(&browser, TOKEN);
    assert_eq!(entered.status, 200, "{entered:?}");
    browser.keep(&entered);
    assert_eq!(browser.get("/session", &[]).status, 204);
    for round in 0..5 {
        assert_eq!(
            token(&browser, "another-token-that-is-long").status,
            401,
            "{round}"
        );
        let nobody = Page::get(&browser.address, "/open?t=nothing", &[]);
        assert_eq!(nobody.header("location"), Some("/#/closed"), "{round}");
    }
    let refused = token(&browser, "another-token-that-is-long");
    assert_eq!(refused.status, 429, "{refused:?}");
    let seconds: u64 = refused
        .header("retry-after")
        .and_then(|value| value.parse().ok())
        .expect("seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(Page::get(&browser.address, "/open?t=nothing", &[]).status, 429);
    assert_eq!(token(&browser, TOKEN).status, 200, "a right one is heard");
    let early = Page::get(&browser.address, &link, &["Sec-Fetch-Dest: image"]);
    assert!(early.cookie.is_none(), "a picture somewhere: {early:?}");
    let entered = Page::get(&browser.address, &link, &["Sec-Fetch-Dest: document"]);
    assert!(entered.cookie.is_some(), "{entered:?}");
    assert_eq!(browser.get("/session", &[]).status, 204, "who is in stays in");
    let bearer = |token: &str| {
        Page::get(
            &browser.address,
            "/metrics",
            &[&format!("Authorization: Bearer {token}")],
        )
        .status
    };
    assert_eq!(bearer(TOKEN), 200, "monitoring is counted for itself");
    for _ in 0..10 {
        assert_eq!(bearer("another-token-that-is-long"), 401);
    }
    assert_eq!(bearer("another-token-that-is-long"), 429);
    assert_eq!(bearer(TOKEN), 200, "monitoring goes on");
    assert!(!state.log().contains(TOKEN), "a log can be shown to anybody");
}

#[test]
fn d1_silent_connections_take_no_place_from_anybody() {
    let mut state = StateDir::new();
    let _gateway = started(&mut state, "{ port: 0 }");
    let browser = Browser::open(&state);
    let mut events = browser.events();
    assert_eq!(events.status(), 200);
    // More than there are places: the others wait, and those who ask nothing go.
    let silent: Vec<_> = (0..60)
        .map(|_| TcpStream::connect(&browser.address).expect("connect"))
        .collect();
    assert_eq!(Page::get(&browser.address, "/livez", &[]).status, 200);
    assert_eq!(browser.get("/session", &[]).status, 204);
    assert!(events.told().is_some(), "who follows is still told");
    drop(silent);
}

#[test]
fn d1_the_page_is_not_where_monitoring_is_open_to_others() {
    let mut state = StateDir::new();
    let http =
        "{ enabled: true, bind: '192.0.2.7', port: 0, exposed: true, token: 'a-token-that-is-long-enough' }";
    let _gateway = started(&mut state, http);
    let refused = state.error(&["dashboard"], 1);
    assert_eq!(refused["code"], "refused", "{refused}");
    assert!(!state.path().join("page.key").exists(), "and it stays closed");
}

#[test]
fn d1_the_page_is_closed_also_while_a_login_goes_on() {
    let world = World::new();
    let _lid = world.fake.phone(OWNER);
    let login = Login::start(&world.state, "default", &[]);
    let _qr = login.qr();
    let key = world.state.path().join("page.key");
    fs::write(&key, "of before").expect("written");
    assert_eq!(world.state.json(&["dashboard", "--off"])["done"], true);
    assert!(!key.exists(), "or it would be open again later");
    let refused = world.state.error(&["dashboard"], 1);
    assert_eq!(refused["code"], "refused", "{refused}");
}
