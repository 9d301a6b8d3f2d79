//! A running gateway, as its service manager would have it.

use std::path::PathBuf;
use std::process::Child;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::PATIENCE;
use crate::process::{exit_code, pid_of, sidecars_below, signal};
use crate::state_dir::StateDir;
use crate::wait::wait_for;

/// `fased gateway run`; killed when dropped, and then no sidecar may be left.
pub struct Gateway {
    child: Option<Child>,
    state_dir: PathBuf,
}

impl Gateway {
    /// Starts one and waits until its control socket answers.
    ///
    /// # Panics
    /// When it ends, or does not answer.
    #[must_use]
    pub fn start(state: &StateDir) -> Self {
        Self::start_with(state, &[])
    }

    /// The same with more words after `gateway run`.
    ///
    /// # Panics
    /// When it ends, or does not answer.
    #[must_use]
    pub fn start_with(state: &StateDir, words: &[&str]) -> Self {
        let mut gateway = Self::spawn_with(state, words);
        wait_for("a gateway that answers", PATIENCE, || {
            let child = gateway.child.as_mut().expect("a gateway");
            let ended = child.try_wait().expect("wait for the gateway");
            assert!(ended.is_none(), "the gateway ended ({ended:?}):\n{}", state.log());
            (state.verb(&["gateway", "status"]).code == 0).then_some(())
        });
        gateway
    }

    /// Starts one and waits for nothing.
    ///
    /// # Panics
    /// When the program cannot be started.
    #[must_use]
    pub fn spawn(state: &StateDir) -> Self {
        Self::spawn_with(state, &[])
    }

    fn spawn_with(state: &StateDir, words: &[&str]) -> Self {
        let child = state
            .fased(&[&["gateway", "run"], words].concat())
            .stdout(state.open_log())
            .stderr(state.open_log())
            .spawn()
            .expect("start fased");
        Self {
            child: Some(child),
            state_dir: state.path().to_owned(),
        }
    }

    /// Its process id.
    ///
    /// # Panics
    /// When it was ended before.
    #[must_use]
    pub fn pid(&self) -> i32 {
        pid_of(self.child.as_ref().expect("the gateway was ended before"))
    }

    /// Sends it a signal.
    pub fn signal(&self, which: Signal) {
        signal(self.pid(), which);
    }

    /// SIGKILL; returns when the process is gone. Its sidecars may take a moment longer.
    ///
    /// # Panics
    /// When it was ended before.
    pub fn kill(mut self) {
        self.signal(Signal::SIGKILL);
        let mut child = self.child.take().expect("a gateway");
        child.wait().expect("wait for the gateway");
    }

    /// Waits for its end; its exit code.
    ///
    /// # Panics
    /// When it does not end in time.
    #[must_use]
    pub fn ended(mut self, deadline: Duration) -> i32 {
        let mut child = self.child.take().expect("a gateway");
        exit_code(&mut child, "the end of the gateway", deadline)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        // Already gone is fine.
        child.kill().ok();
        child.wait().ok();
        if std::thread::panicking() {
            for orphan in sidecars_below(&self.state_dir) {
                nix::sys::signal::kill(nix::unistd::Pid::from_raw(orphan), Signal::SIGKILL).ok();
            }
        } else {
            wait_for("no sidecar survives its gateway", Duration::from_secs(5), || {
                sidecars_below(&self.state_dir).is_empty().then_some(())
            });
        }
    }
}
