//! What a service manager hears, on the socket that it names.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use fased_e2e::{Gateway, PATIENCE, StateDir, never_within, wait_for};

/// The manager's end of the socket.
struct Manager(UnixDatagram);

impl Manager {
    fn of(state: &mut StateDir) -> Self {
        let path = state.beside("notify.sock");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        socket.set_nonblocking(true).expect("no waiting");
        state.set("NOTIFY_SOCKET", &path.display().to_string());
        Self(socket)
    }

    /// All that was told since the last look.
    fn heard(&self) -> Vec<String> {
        let mut heard = Vec::new();
        let mut buffer = [0; 4096];
        while let Ok(length) = self.0.recv(&mut buffer) {
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            heard.extend(text.lines().map(str::to_owned));
        }
        heard
    }

    /// Waits until this was told; what was told with it and before.
    fn until(&self, line: &str) -> Vec<String> {
        let mut all = Vec::new();
        wait_for(&format!("the manager hears {line}"), PATIENCE, || {
            all.extend(self.heard());
            all.iter().any(|heard| heard == line).then_some(())
        });
        all
    }
}

#[test]
fn a_service_manager_hears_of_start_state_restart_and_end() {
    let mut state = StateDir::new();
    let manager = Manager::of(&mut state);
    let gateway = Gateway::spawn(&state);
    let heard = manager.until("READY=1");
    assert_eq!(heard.first().map(String::as_str), Some("READY=1"), "{heard:?}");
    let heard = manager.until("STATUS=not ready: default unlinked");
    assert!(
        !heard.iter().any(|line| line == "WATCHDOG=1"),
        "nobody waits for it: {heard:?}"
    );

    assert_eq!(state.verb(&["gateway", "restart"]).code, 0);
    let heard = manager.until("READY=1");
    assert!(heard.iter().any(|line| line == "RELOADING=1"), "{heard:?}");
    assert!(!heard.iter().any(|line| line == "STOPPING=1"), "{heard:?}");

    assert_eq!(state.verb(&["gateway", "stop"]).code, 0);
    let heard = manager.until("STOPPING=1");
    assert!(!heard.iter().any(|line| line == "RELOADING=1"), "{heard:?}");
    drop(gateway);
}

#[test]
fn signs_of_life_come_from_the_control_socket_and_end_with_it() {
    let mut state = StateDir::new();
    let manager = Manager::of(&mut state);
    state.set("WATCHDOG_USEC", "1500000");
    let _gateway = Gateway::start(&state);
    manager.until("WATCHDOG=1");
    manager.until("WATCHDOG=1");
    let socket = fs::read_dir(state.path().join("run"))
        .expect("the folder of the socket")
        .next()
        .expect("a version")
        .expect("readable")
        .path()
        .join("gateway.sock");
    fs::remove_file(socket).expect("take the socket away");
    // One may have been under way.
    let _before = manager.heard();
    wait_for("it notices", PATIENCE, || {
        state
            .log()
            .contains("the gateway gets no answer from itself")
            .then_some(())
    });
    let _before = manager.heard();
    never_within("another sign of life", Duration::from_secs(2), || {
        manager.heard().iter().any(|line| line == "WATCHDOG=1")
    });
}
