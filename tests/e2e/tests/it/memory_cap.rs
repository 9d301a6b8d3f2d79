//! A sidecar that takes more memory than it may is replaced, and nothing is lost: reliability B12.

use std::fs;
use std::time::Duration;

use fased_e2e::wait::now;
use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{PATIENCE, journal, wait_for};

fn whatsapp(supervision: &str) -> String {
    format!(r#"{{ dmPolicy: "open", allowFrom: ["*"], supervision: {{ {supervision} }} }}"#)
}

fn configure(world: &mut World, supervision: &str) {
    world.configure(&whatsapp(supervision));
}

/// Every sidecar is larger than 16 MiB, so that each is over the cap until it is raised again.
#[test]
fn b12_over_its_cap_a_sidecar_is_drained_and_replaced_and_nothing_is_lost() {
    let mut world = World::linked(&whatsapp(""));
    let first = world.account("default")["sidecar_pid"].clone();
    configure(&mut world, "memoryMb: 16");
    let lowered = now();
    let mut sent = Vec::new();
    wait_for("the sidecar is replaced", PATIENCE, || {
        let text = format!("number {}", sent.len());
        let _id = world.fake.send(OWNER, ANNA, &text);
        sent.push(text);
        let shown = world.account("default");
        (shown["sidecar_pid"].is_i64() && shown["sidecar_pid"] != first).then_some(())
    });
    configure(&mut world, "memoryMb: 4096");
    let replaced = now();
    world.until_within("default", "ready", Duration::from_secs(30));
    eprintln!(
        "replaced after {:?}, ready {:?} later",
        replaced - lowered,
        replaced.elapsed()
    );
    wait_for("every message is in the journal", PATIENCE, || {
        (journal::inbound(world.state.path()).len() == sent.len()).then_some(())
    });
    let texts: Vec<&str> = sent.iter().map(String::as_str).collect();
    world.until_inbox(OWNER, ANNA, &texts);
    assert!(
        world.notices().is_empty(),
        "this is no failure: {:?}",
        world.notices()
    );
    assert!(fs::exists(world.state.auth_dir("default").join("creds.json")).expect("look"));
}

#[test]
fn a_cap_that_no_sidecar_can_keep_makes_no_loop() {
    let mut world = World::linked(&whatsapp(""));
    configure(&mut world, "memoryMb: 16");
    let shown = world.until_within("default", "degraded", Duration::from_secs(90));
    assert_eq!(shown["reason"], "over_memory", "{shown}");
    assert!(
        shown["sentence"]
            .as_str()
            .is_some_and(|said| said.contains("16 MB")),
        "how much: {shown}"
    );
    assert!(shown["until_ms"].is_i64(), "{shown}");
    assert_eq!(world.notices().len(), 1);
}
