//! A library that takes stanzas and says nothing: reliability B2.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use fased_e2e::wait::now;
use fased_e2e::world::{ANNA, OWNER, World};
use fased_e2e::{PATIENCE, wait_for};

/// Stands before the real `main.js` in a copy of the sidecar. All of that copy is real, and so are
/// library, socket and server; only what the library itself registers to hear of messages is left
/// uncalled in the one process whose id stands in the file `deaf`. That is what a library looks
/// like whose event layer hangs: frames come, pings are answered, nothing goes on.
const DEAF_MAIN: &str = r#"
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';

const marked = new URL('../deaf', import.meta.url);
const isDeaf = () => {
  try {
    return readFileSync(marked, 'utf8') === String(process.pid);
  } catch {
    return false;
  }
};
// The sidecar's own listeners use `prependListener`.
const { on } = EventEmitter.prototype;
EventEmitter.prototype.on = function (name, listener) {
  if (name !== 'CB:message') return on.call(this, name, listener);
  return on.call(this, name, (...args) => (isDeaf() ? undefined : listener(...args)));
};
await import('./real-main.js');
"#;

/// A copy of the sidecar that the state dir's gateways use from now on.
pub(super) fn wrapped_sidecar(world: &mut World) {
    let home = world
        .state
        .get("FASED_HOME")
        .expect("a home of the program")
        .to_owned();
    let real = Path::new(&home).join("sidecar");
    let copy = world.state.beside("home/sidecar");
    copy_folder(&real.join("src"), &copy.join("src"));
    fs::copy(real.join("package.json"), copy.join("package.json")).expect("copy package.json");
    for (from, to) in [
        (Path::new(&home), "home/node_modules"),
        (&real, "home/sidecar/node_modules"),
    ] {
        let packages = from.join("node_modules");
        if packages.is_dir() {
            symlink(packages, world.state.beside(to)).expect("link the packages");
        }
    }
    fs::rename(copy.join("src/main.js"), copy.join("src/real-main.js")).expect("rename main.js");
    fs::write(copy.join("src/main.js"), DEAF_MAIN).expect("write main.js");
    let home = world.state.beside("home").display().to_string();
    world.state.set("FASED_HOME", &home);
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the sidecar's sources").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copy a file");
        }
    }
}

#[test]
fn b2_a_sidecar_that_gives_no_events_is_replaced_and_nothing_is_lost() {
    let mut world = World::new();
    wrapped_sidecar(&mut world);
    world.configure(r#"{ dmPolicy: "open", allowFrom: ["*"], reconnect: { initialMs: 200, maxMs: 1000 } }"#);
    world.start();
    world.link("default", OWNER);
    let _id = world.fake.send(OWNER, ANNA, "heard");
    world.until_inbox(OWNER, ANNA, &["heard"]);

    let before = world.account("default");
    let pid = before["sidecar_pid"].to_string();
    let (seq, _) = world.fake.mark();
    fs::write(world.state.beside("home/sidecar/deaf"), &pid).expect("make it deaf");
    let first = world.fake.send(OWNER, ANNA, "not heard");
    let second = world.fake.send(OWNER, ANNA, "not heard either");
    world
        .fake
        .wait_after(seq, &[("type", "delivered"), ("id", &first)], PATIENCE);
    let since = now();
    wait_for("the sidecar is replaced", Duration::from_secs(60), || {
        let shown = world.account("default");
        (shown["sidecar_pid"].is_i64() && shown["sidecar_pid"] != before["sidecar_pid"]).then_some(())
    });
    let replaced = since.elapsed();
    eprintln!("replaced after {replaced:?}");
    assert!(
        replaced <= Duration::from_secs(40),
        "replaced only after {replaced:?}"
    );
    let closed = world.fake.records_after(seq, "connection_closed");
    assert_eq!(closed.len(), 1, "by us: {closed:?}");
    world.until_inbox(OWNER, ANNA, &["heard", "not heard", "not heard either"]);
    let after = world.until("default", "ready");
    assert_ne!(after["sidecar_pid"], before["sidecar_pid"]);
    for id in [&first, &second] {
        assert_eq!(world.verdict(id)["verdict"], "admit");
    }
    assert_eq!(world.logins(OWNER), 2, "one reconnect");
    world.one_connection_at_a_time();
}
