//! A file system of a few MiB in memory, which only somebody with privileges can mount.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use nix::mount::{MntFlags, MsFlags, mount, umount2};

/// Mounted until dropped.
pub struct SmallDisk {
    path: PathBuf,
}

impl SmallDisk {
    /// One of so many MiB in this folder, which is made. Nothing where that is not allowed; then the test has not run, and that
    /// is written down for `scripts/test` to say at its end.
    ///
    /// # Panics
    /// When the folder cannot be made.
    #[must_use]
    pub fn at(path: &Path, mib: u32) -> Option<Self> {
        fs::create_dir_all(path).expect("make a folder");
        let options = format!("size={mib}m,mode=0700");
        let mounted = mount(
            Some("tmpfs"),
            path,
            Some("tmpfs"),
            MsFlags::empty(),
            Some(options.as_str()),
        );
        if let Err(errno) = mounted {
            not_run(&format!("no small file system can be mounted here ({errno})"));
            return None;
        }
        Some(Self {
            path: path.to_owned(),
        })
    }

    /// Leaves no room.
    ///
    /// # Panics
    /// When the file cannot be made.
    pub fn fill(&self) {
        let mut file = File::create(self.ballast()).expect("a file that takes all room");
        while file.write_all(&[0; 4096]).is_ok() {}
    }

    /// Gives the room back.
    ///
    /// # Panics
    /// When the file cannot be removed.
    pub fn free(&self) {
        fs::remove_file(self.ballast()).expect("remove the file that took all room");
    }

    fn ballast(&self) -> PathBuf {
        self.path.join(".ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // It goes when the last process lets go of it.
        umount2(&self.path, MntFlags::MNT_DETACH).ok();
    }
}

/// Says that the running test did nothing, and why: beside its own output, which nobody sees of a test that passes, in a file
/// that `scripts/test` prints.
fn not_run(why: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let line = format!("NOT RUN: {test}: {why}; root can, and so can `unshare -Urm`\n");
    eprint!("{line}");
    let built = std::env::current_exe().expect("the path of the running tests");
    let target = built.ancestors().nth(3).expect("target/<profile>/deps/<tests>");
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(target.join("not-run"));
    file.and_then(|mut file| file.write_all(line.as_bytes()))
        .expect("write down that a test has not run");
}
