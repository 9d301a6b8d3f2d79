//! `channels restart`: another process, the same login.

use fased_e2e::world::{ANNA, OWNER, World};

const OPEN: &str = r#"{ dmPolicy: "open", allowFrom: ["*"] }"#;

#[test]
fn channels_restart_is_ready_again_with_another_process() {
    let world = World::linked(OPEN);
    let before = world.account("default")["sidecar_pid"].clone();
    assert!(before.is_i64());
    let done = world.state.json(&["channels", "restart", "default"]);
    assert!(
        done["message"]
            .as_str()
            .is_some_and(|said| said.contains("being opened again")),
        "{done}"
    );
    let shown = world.until("default", "ready");
    assert_ne!(shown["sidecar_pid"], before);
    world.one_connection_at_a_time();
    world.answers("after the restart");
    assert_eq!(world.logins(OWNER), 2, "once after the pairing, once now");

    // A paused account is opened again, too.
    let _done = world.state.json(&["channels", "pause"]);
    let _done = world.state.json(&["channels", "restart"]);
    world.until("default", "ready");
    let _id = world.fake.send(OWNER, ANNA, "and after that");
    world.until_inbox(OWNER, ANNA, &["after the restart", "and after that"]);
}

#[test]
fn what_has_no_link_is_not_restarted() {
    let mut world = World::new();
    world.configure(r#"{ accounts: { default: {}, off: { enabled: false } } }"#);
    world.start();
    world.until("default", "unlinked");
    let unlinked = world.state.error(&["channels", "restart", "default"], 5);
    assert!(
        unlinked["next"]
            .as_str()
            .is_some_and(|next| next.contains("fased channels login --account default")),
        "{unlinked}"
    );
    let off = world.state.error(&["channels", "restart", "off"], 1);
    assert!(
        off["message"]
            .as_str()
            .is_some_and(|said| said.contains("switched off")),
        "{off}"
    );
    assert_eq!(
        world.state.error(&["channels", "restart", "nobody"], 1)["code"],
        "not_found"
    );
    drop(world.take_gateway());
    assert_eq!(
        world.state.error(&["channels", "restart", "default"], 3)["code"],
        "no_gateway"
    );
}
