//! On a file system of a few hundred KiB, which only somebody with privileges can make: elsewhere these say that they did
//! not run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use sqlx::Connection as _;

use super::super::fixtures::{ACCOUNT, NOW, message, store};
use super::super::quick_check;
use super::*;

const CHECK_DEADLINE: Duration = Duration::from_secs(30);

async fn is_sound(store: &Store) {
    let damages = quick_check(&store.path, CHECK_DEADLINE).await;
    assert_eq!(damages.expect("checked"), Some(Vec::new()));
}

/// A small file system in memory, until dropped.
struct SmallDisk {
    dir: tempfile::TempDir,
}

impl SmallDisk {
    /// Of so many KiB; nothing where this process may not mount one.
    fn of(kib: u32) -> Option<Self> {
        let dir = tempfile::tempdir().expect("a folder");
        let options = format!("size={kib}k");
        let mounted = mount(
            Some("tmpfs"),
            dir.path(),
            Some("tmpfs"),
            MsFlags::empty(),
            Some(options.as_str()),
        );
        if let Err(errno) = mounted {
            not_run(&format!("no small file system can be mounted here ({errno})"));
            return None;
        }
        Some(Self { dir })
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }

    /// Leaves no room.
    fn fill(&self) {
        let mut file = std::fs::File::create(self.ballast()).expect("a file");
        while io::Write::write_all(&mut file, &[0; 4096]).is_ok() {}
    }

    fn free(&self) {
        std::fs::remove_file(self.ballast()).expect("removed");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        umount2(self.path(), MntFlags::MNT_DETACH).ok();
    }
}

/// Nobody sees the output of a test that passes, but `scripts/test` prints this file.
fn not_run(why: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let line = format!("NOT RUN: {test}: {why}; root can, and so can `unshare -Urm`\n");
    let built = std::env::current_exe().expect("the running tests");
    let target = built.ancestors().nth(3).expect("target/<profile>/deps/<tests>");
    let mut options = std::fs::OpenOptions::new();
    let file = options.create(true).append(true).open(target.join("not-run"));
    file.and_then(|mut file| io::Write::write_all(&mut file, line.as_bytes()))
        .expect("written down");
}

/// Longer than what is free in the log.
fn long(id: &str) -> crate::store::Journaled {
    message(id, &"long ".repeat(20_000))
}

#[tokio::test]
async fn a11_what_failed_on_a_full_disk_is_written_when_there_is_room_and_all_of_it_is_kept() {
    let Some(disk) = SmallDisk::of(4096) else { return };
    let path = disk.path().join("fased.db");
    let store = Store::open(&path).await.expect("opened");
    store
        .journal(ACCOUNT, &[message("before", "kept")], NOW)
        .await
        .expect("committed");
    disk.fill();
    assert!(store.may_be_unwritable());
    let mut failures = 0;
    for number in 0..3 {
        // More than is kept in memory until the commit: SQLite rolls back by itself where that finds no room.
        let batch: Vec<_> = (0..20)
            .map(|part| long(&format!("full {number} {part}")))
            .collect();
        let error = store.journal(ACCOUNT, &batch, NOW).await.expect_err("no room");
        assert!(store.noticed(&error), "it is the disk: {error:#}");
        failures += 1;
    }
    assert_eq!(failures, 3);
    assert!(!store.try_writing().await);
    assert_eq!(
        store
            .trouble()
            .borrow()
            .as_ref()
            .map(|trouble| trouble.why.clone()),
        Some("the disk is full".to_owned())
    );

    disk.free();
    assert!(store.try_writing().await, "by itself");
    assert_eq!(*store.trouble().borrow(), None);
    {
        // Somebody looks, and has nothing to commit.
        let mut turn = store.write.turn().await.expect("a turn");
        drop(turn.begin().await.expect("begun"));
    }
    store
        .journal(ACCOUNT, &[long("after")], NOW)
        .await
        .expect("committed");
    store
        .add_notice_of("note", ACCOUNT, "outside of a transaction", NOW)
        .await
        .expect("committed");
    // Who was told of a commit finds it, also in another process and after a crash of this one.
    let other = Store::open_to_read(&path).await.expect("read").expect("there");
    let ids = |rows: Vec<crate::store::StoredMessage>| -> Vec<String> {
        rows.into_iter().map(|row| row.message_id).collect()
    };
    let rows = other.undecided(ACCOUNT, &[], 10).await.expect("read");
    assert_eq!(ids(rows), ["before", "after"]);
    assert_eq!(other.notices(10).await.expect("read").len(), 1);
    is_sound(&store).await;
}

#[tokio::test]
async fn a11_a_disk_that_is_full_at_the_start_is_said_and_costs_nothing() {
    let Some(disk) = SmallDisk::of(2048) else { return };
    let path = disk.path().join("fased.db");
    let store = Store::open(&path).await.expect("opened");
    store
        .journal(ACCOUNT, &[message("before", "kept")], NOW)
        .await
        .expect("committed");
    store.close().await;
    let before = std::fs::read(&path).expect("its bytes");
    disk.fill();
    let error = Store::open(&path).await.expect_err("no room for its log");
    assert!(is_storage_fault(&error).is_some(), "{error:#}");
    assert_eq!(std::fs::read(&path).expect("its bytes"), before);
    disk.free();
    let store = Store::open(&path).await.expect("opened");
    assert_eq!(store.undecided(ACCOUNT, &[], 10).await.expect("read").len(), 1);
    is_sound(&store).await;
}

#[tokio::test]
async fn a11_a_new_store_on_a_full_disk_is_made_once_there_is_room() {
    let Some(disk) = SmallDisk::of(2048) else { return };
    let path = disk.path().join("fased.db");
    disk.fill();
    let error = Store::open(&path).await.expect_err("no room");
    assert!(is_storage_fault(&error).is_some(), "{error:#}");
    disk.free();
    let store = Store::open(&path).await.expect("opened");
    is_sound(&store).await;
}

#[tokio::test]
async fn a_sound_store_has_no_damages_and_a_spoilt_one_has() {
    let (dir, store) = store().await;
    let rows: Vec<_> = (0..200).map(|number| long(&number.to_string())).collect();
    store.journal(ACCOUNT, &rows, NOW).await.expect("committed");
    let path = dir.path().join("fased.db");
    is_sound(&store).await;
    store.close().await;
    let mut bytes = std::fs::read(&path).expect("its bytes");
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0x5a);
    std::fs::write(&path, bytes).expect("spoilt");
    let spoilt = match Store::open_to_read(&path).await {
        Ok(Some(_opened)) => quick_check(&path, CHECK_DEADLINE).await,
        Ok(None) => panic!("it is there"),
        Err(unreadable) => Err(unreadable),
    };
    let is_told = spoilt.map_or(true, |damages| damages.is_some_and(|damages| !damages.is_empty()));
    assert!(is_told, "damage is told");
    let too_late = quick_check(&path, Duration::ZERO).await;
    assert_eq!(too_late.expect("given up"), None, "no time is not a sound store");
}

#[tokio::test]
async fn a_damaged_store_stays_so_though_a_page_of_it_can_be_written() {
    let (dir, store) = store().await;
    let rows: Vec<_> = (0..200).map(|number| long(&number.to_string())).collect();
    store.journal(ACCOUNT, &rows, NOW).await.expect("committed");
    store.close().await;
    let path = dir.path().join("fased.db");
    let mut bytes = std::fs::read(&path).expect("its bytes");
    // All pages but the first few, which hold what is read at the start.
    let from = bytes.len() / 2;
    bytes[from..].fill(0x5a);
    std::fs::write(&path, bytes).expect("spoilt");
    let store = Store::open(&path).await.expect("opened");
    let error = store.journal(ACCOUNT, &rows, NOW).await.expect_err("damaged");
    assert!(store.noticed(&error), "{error:#}");
    assert!(store.is_damaged());
    let again = store.trouble();
    assert!(!store.try_writing().await, "not by a trial");
    assert!(!again.has_changed().expect("watched"), "nor for a moment");
    assert!(store.is_damaged());
}
