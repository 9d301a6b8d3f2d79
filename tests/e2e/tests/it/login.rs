//! Linking a phone.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::Duration;

use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{Login, wait_for};
use nix::fcntl::{Flock, FlockArg};
use serde_json::json;

/// What a camera would read from the image.
fn scan(image: &Path) -> String {
    let decoder = png::Decoder::new(BufReader::new(File::open(image).expect("the image")));
    let mut reader = decoder.read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size that fits memory")];
    let shape = reader.next_frame(&mut pixels).expect("its pixels");
    assert_eq!(shape.color_type, png::ColorType::Grayscale);
    let width = shape.width as usize;
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, shape.height as usize, |x, y| {
        pixels[y * width + x]
    });
    let grids = prepared.detect_grids();
    assert_eq!(grids.len(), 1, "one code in the image");
    grids[0].decode().expect("a code that can be read").1
}

#[test]
fn a_phone_is_linked_by_qr_through_a_running_gateway() {
    let mut world = World::new();
    world.start();
    let lid = world.fake.phone(OWNER);
    let image = world.state.beside("qr.png");
    let login = Login::start(
        &world.state,
        "default",
        &["--qr-png", image.to_str().expect("a UTF-8 path")],
    );
    let code = login.expect("qr");
    let payload = code["payload"].as_str().expect("a payload");
    assert!(
        code["expires_ms"].as_u64().is_some_and(|ms| ms > 0),
        "a code tells how long it is good for: {code}"
    );
    assert_eq!(scan(&image), payload, "the image shows the code of the event");
    assert_eq!(world.account("default")["state"], "linking");
    world.fake.scan(OWNER, payload);
    login.expect("scanned");
    login.expect("restarting");
    let linked = login.expect("linked");
    assert_eq!(linked["account"], "default");
    assert_eq!(linked["phone"], OWNER);
    assert_eq!(linked["lid"], json!(lid));
    assert_eq!(login.end(), 0);
    let account = world.until("default", "ready");
    assert_eq!(account["phone"], OWNER);

    let again = Login::start(&world.state, "default", &[]);
    assert_eq!(
        again.expect("linked")["phone"],
        OWNER,
        "a linked account says so at once"
    );
    assert_eq!(again.end(), 0);
    assert_eq!(
        world.account("default")["sidecar_pid"],
        account["sidecar_pid"],
        "and the link stays as it is"
    );
    assert_eq!(world.logins(OWNER), 1, "one login on WhatsApp");
}

#[test]
fn a_phone_is_linked_by_a_code_that_its_owner_types() {
    let mut world = World::new();
    world.configure(r#"{ dmPolicy: "open", allowFrom: ["*"] }"#);
    world.start();
    let lid = world.fake.phone(OWNER);
    let login = Login::start(&world.state, "default", &["--phone-code", OWNER]);
    let event = login.expect("code");
    let code = event["code"].as_str().expect("a code");
    assert!(
        code.len() == 8 && code.chars().all(|letter| letter.is_ascii_alphanumeric()),
        "eight letters and digits: {code}"
    );
    assert!(
        event["expires_ms"].as_u64().is_some_and(|ms| ms > 0),
        "a code tells how long it is good for: {event}"
    );
    assert_eq!(world.account("default")["state"], "linking");
    world.fake.link_code(OWNER, code);
    login.expect("scanned");
    login.expect("restarting");
    let linked = login.expect("linked");
    assert_eq!((&linked["phone"], &linked["lid"]), (&json!(OWNER), &json!(lid)));
    assert_eq!(login.end(), 0);
    assert!(!world.state.log().contains(code), "a code is not in the log");
    world.until("default", "ready");
    let _id = world.fake.send(OWNER, ANNA, "linked by code");
    world.until_inbox(OWNER, ANNA, &["linked by code"]);
    world.kill_and_start();
    world.until("default", "ready");
    let _id = world.fake.send(OWNER, ANNA, "and it lasts");
    world.until_inbox(OWNER, ANNA, &["linked by code", "and it lasts"]);
}

#[test]
fn a_login_without_a_gateway_lets_go_of_the_state_dir() {
    let mut world = World::new();
    let _lid = world.fake.phone(OWNER);
    let login = Login::start(&world.state, "default", &[]);
    world.fake.scan(OWNER, &login.qr());
    for step in ["scanned", "restarting", "linked"] {
        login.expect(step);
    }
    assert_eq!(login.end(), 0);
    let lease = world.state.path().join("gateway.lock");
    wait_for("the lease is free again", Duration::from_secs(1), || {
        let file = File::open(&lease).expect("the lease's file");
        Flock::lock(file, FlockArg::LockExclusiveNonblock).ok()
    });
    assert_eq!(world.state.sidecars(), Vec::<i32>::new(), "no sidecar is left");

    let before = world.fake.seq();
    world.start();
    world.until("default", "ready");
    assert!(
        world.fake.records_after(before, "qr_refs,scanned").is_empty(),
        "no QR is asked for any more"
    );
    assert_eq!(world.logins(OWNER), 2);
}

#[test]
fn an_expired_code_is_followed_by_a_fresh_one() {
    let mut world = World::new();
    world.start();
    let _lid = world.fake.phone(OWNER);
    world.fake.fault(&json!({ "kind": "qr_refs", "count": 1 }));
    let login = Login::start(&world.state, "default", &[]);
    let first = login.qr();
    // The first socket has one code only, so that the second code comes from another socket. The
    // library keeps the first code on show for a minute.
    world.fake.fault(&json!({ "kind": "qr_refs" }));
    login.expect_within("expired", Duration::from_secs(75));
    let second = login.qr();
    assert_ne!(first, second);
    world.fake.scan(OWNER, &second);
    for step in ["scanned", "restarting", "linked"] {
        login.expect(step);
    }
    assert_eq!(login.end(), 0);
    world.until("default", "ready");
}
