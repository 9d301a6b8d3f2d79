//! After a power failure every link comes back by itself: reliability B9.

use std::time::Duration;

use fased_e2e::wait::now;
use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{PATIENCE, wait_for};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const OTHERS: [(&str, &str); 2] = [("b", "+15550100005"), ("c", "+15550100006")];

#[test]
fn b9_after_a_reboot_every_linked_account_opens_without_a_code() {
    let mut world = World::new();
    world.configure(r#"{ dmPolicy: "open", allowFrom: ["*"], accounts: { a: {}, b: {}, c: {} } }"#);
    world.start();
    world.link("a", OWNER);
    for (account, phone) in OTHERS {
        world.link(account, phone);
    }
    let scans = world.fake.records("scanned").len();
    // All at once, as when the power fails.
    let sidecars = world.state.sidecars();
    assert_eq!(sidecars.len(), 3);
    for sidecar in sidecars {
        kill(Pid::from_raw(sidecar), Signal::SIGKILL).expect("a sidecar to kill");
    }
    world.take_gateway().kill();
    let waiting: Vec<(&str, &str)> = [("a", OWNER)].into_iter().chain(OTHERS).collect();
    for (account, phone) in &waiting {
        let _id = world.fake.send(phone, ANNA, &format!("to {account}"));
    }

    world.start();
    let started = now();
    for (account, _) in &waiting {
        let left = Duration::from_secs(60).saturating_sub(started.elapsed());
        world.until_within(account, "ready", left);
    }
    eprintln!("three accounts are ready after {:?}", started.elapsed());
    for (account, phone) in &waiting {
        world.until_inbox(phone, ANNA, &[&format!("to {account}")]);
    }
    assert_eq!(
        world.fake.records("scanned").len(),
        scans,
        "and no code was shown"
    );
    wait_for("one sidecar each", PATIENCE, || {
        (world.state.sidecars().len() == 3).then_some(())
    });
}
