//! What the control page is told and does: the very same as the command line.

use fased_e2e::control::ask;
use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{Browser, PATIENCE, wait_for};
use serde_json::{Value, json};

#[test]
fn d1_the_page_asks_and_acts_as_the_command_line_does() {
    let world = World::linked("{}");
    let browser = Browser::open(&world.state);
    let mut events = browser.events();
    assert_eq!(events.status(), 200);
    let hello = events.told().expect("hello");
    let running = world.state.json(&["gateway", "status"]);
    assert_eq!(hello["instance"], running["gateway"]["instance"]);

    let held = world.fake.send(OWNER, ANNA, "may I?");
    let pending = json!({ "verb": "pairing_list", "account": null });
    let code = wait_for("the page sees who waits", PATIENCE, || {
        let answer = browser.control(&pending);
        answer["pending"][0]["code"].as_str().map(str::to_owned)
    });
    assert_eq!(browser.control(&pending), ask(world.state.path(), &pending));
    let unknown = json!({ "verb": "channels_pause", "account": "nobody" });
    let refused = browser.control(&unknown);
    assert_eq!(refused["kind"], "error");
    assert_eq!(refused, ask(world.state.path(), &unknown));
    for odd in [json!({ "verb": "no_such_verb" }), json!([]), json!("status")] {
        let answer = browser.control(&odd);
        assert_eq!(
            (&answer["kind"], &answer["code"]),
            (&json!("error"), &json!("usage")),
            "{odd}"
        );
        assert_eq!(answer, ask(world.state.path(), &odd));
    }
    for streaming in [
        json!({ "verb": "watch" }),
        json!({ "verb": "channels_login", "account": "default", "method": { "type": "qr" } }),
    ] {
        let answer = browser.control(&streaming);
        assert_eq!(
            (&answer["kind"], &answer["code"]),
            (&json!("error"), &json!("usage"))
        );
    }

    let approve = json!({ "verb": "pairing_approve", "account": null, "who": { "code": code } });
    assert_eq!(browser.control(&approve)["kind"], "done");
    wait_for("what was held is answered", PATIENCE, || {
        world
            .fake
            .inbox(OWNER, ANNA)
            .contains(&"may I?".to_owned())
            .then_some(())
    });
    assert_eq!(world.verdict(&held)["reason"], "dm_paired");

    let mut told: Vec<Value> = Vec::new();
    let is_answer = |event: &Value| event["what"]["type"] == "outbound" && event["what"]["text"] == "may I?";
    while !told.iter().any(is_answer) {
        let batch = events.told().expect("what happens");
        assert_eq!(batch["skipped"], 0, "{batch}");
        let events = batch["events"].as_array().expect("events");
        assert!((1..=60).contains(&events.len()), "{batch}");
        told.extend(events.iter().cloned());
    }
    let pairing = told.iter().find(|event| event["what"]["type"] == "pairing");
    assert!(
        pairing.is_some_and(|event| event["account"] == "default"),
        "{told:?}"
    );
}

#[test]
fn d1_a_phone_is_linked_from_the_page_by_a_picture_that_can_be_scanned() {
    let mut world = World::new();
    world.start();
    let _lid = world.fake.phone(OWNER);
    let browser = Browser::open(&world.state);
    let mut login = browser.login("default");
    assert_eq!(login.status(), 200);
    let shown = login.told().expect("a QR");
    assert_eq!(
        (&shown["kind"], &shown["event"]),
        (&json!("login"), &json!("qr")),
        "{shown}"
    );
    let payload = shown["payload"].as_str().expect("a text");
    let drawn = browser.send("POST", "/qr", &["Content-Type: text/plain"], payload);
    assert_eq!(
        (drawn.status, drawn.header("content-type")),
        (200, Some("image/svg+xml"))
    );
    let scanned = scanned(&drawn.body);
    assert_eq!(scanned, payload);
    world.fake.scan(OWNER, &scanned);
    for step in ["scanned", "restarting", "linked"] {
        assert_eq!(login.told().expect("a step")["event"], step);
    }
    assert!(login.told().is_none(), "and that is all");
    world.until("default", "ready");
    let long = "x".repeat(8000);
    assert_eq!(browser.send("POST", "/qr", &[], &long).status, 413);
}

#[test]
fn d1_browsers_that_leave_make_room() {
    let mut world = World::new();
    world.start();
    let browser = Browser::open(&world.state);
    // More than may follow, and more than may log in, at once.
    for _ in 0..40 {
        wait_for("a place among those who follow", PATIENCE, || {
            (browser.events().status() == 200).then_some(())
        });
        wait_for("a place among those who log in", PATIENCE, || {
            (browser.login("default").status() == 200).then_some(())
        });
    }
    let many: Vec<_> = (0..16)
        .map(|_| {
            wait_for("a place", PATIENCE, || {
                let mut events = browser.events();
                (events.status() == 200).then_some(events)
            })
        })
        .collect();
    assert_eq!(browser.events().status(), 503, "one too many");
    assert_eq!(
        browser.get("/session", &[]).status,
        204,
        "which shuts out nobody else"
    );
    drop(many);
}

/// What a phone reads from the picture.
fn scanned(svg: &str) -> String {
    let number = |name: &str| -> usize {
        let (_, rest) = svg.split_once(&format!(" {name}=\"")).expect("an attribute");
        rest.split('"')
            .next()
            .and_then(|value| value.parse().ok())
            .expect("a number")
    };
    let (width, height) = (number("width"), number("height"));
    assert!(
        svg.contains(r##"fill="#fff""##) && svg.contains(r##"fill="#000""##),
        "dark on light"
    );
    let mut pixels = vec![255_u8; width * height];
    let (_, path) = svg.split_once(" d=\"").expect("a path");
    for square in path
        .split('"')
        .next()
        .expect("its end")
        .split('M')
        .filter(|square| square.contains('h'))
    {
        let numbers: Vec<usize> = square
            .split(|letter: char| !letter.is_ascii_digit())
            .filter_map(|number| number.parse().ok())
            .collect();
        let [x, y, wide, high, ..] = numbers[..] else {
            panic!("a square: {square}")
        };
        for row in y..y + high {
            pixels[row * width + x..row * width + x + wide].fill(0);
        }
    }
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1, "one code in the picture");
    grids[0].decode().expect("a code that can be read").1
}
