//! What is logged can be read again, across files, and nobody waits for it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tracing_subscriber::layer::SubscriberExt;

use super::files::Files;
use super::*;
use crate::clock;

fn line(number: usize) -> String {
    format!(
        "{{\"timestamp\":\"2026-01-02T03:04:05.000Z\",\"level\":\"INFO\",\"message\":\"line {number:04}\"}}\n"
    )
}

fn messages(lines: &[Line]) -> Vec<String> {
    let messages = lines.iter().map(|line| line.json()["message"].clone());
    messages
        .map(|message| message.as_str().unwrap().to_owned())
        .collect()
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn all(dir: &Path) -> (Vec<Line>, Tail) {
    last(dir, 1_000, |_| true).unwrap().unwrap()
}

#[test]
fn the_newest_lines_are_read_from_the_end() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("logs");
    assert!(
        recent(&dir, 10, 10_000, |_| true).unwrap().is_none(),
        "no files yet"
    );
    let mut files = Files::new(dir.clone(), line(0).len() as u64 * 10, 3);
    for number in 0..25 {
        files.write(line(number).as_bytes()).unwrap();
    }
    let of = |lines: usize, bytes: usize, wanted: &dyn Fn(&Line) -> bool| {
        let found = recent(&dir, lines, bytes, wanted).unwrap().unwrap();
        (messages(&found.lines), found.is_cut)
    };
    let (last, is_cut) = of(7, 10_000, &|_| true);
    assert_eq!(
        (last.len(), last[0].as_str(), is_cut),
        (7, "line 0018", false),
        "across files"
    );
    assert_eq!(of(100, 10_000, &|_| true).0.len(), 25);
    let even = |line: &Line| messages(std::slice::from_ref(line))[0].ends_with(['0', '2', '4', '6', '8']);
    assert_eq!(
        of(2, 10_000, &even),
        (vec!["line 0022".to_owned(), "line 0024".to_owned()], false)
    );
    let (few, is_cut) = of(100, line(0).len() * 3, &|_| true);
    assert_eq!(
        (few.len(), few[2].as_str(), is_cut),
        (3, "line 0024", true),
        "no room for more"
    );
    // While a file moves on there is none of the newest name for a moment.
    fs::remove_file(dir.join(FILE)).unwrap();
    assert_eq!(of(1, 10_000, &|_| true).0, ["line 0019"]);
}

#[test]
fn files_move_on_and_the_oldest_goes() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("logs");
    assert!(last(&dir, 10, |_| true).unwrap().is_none(), "no files yet");
    let mut files = Files::new(dir.clone(), line(0).len() as u64 * 10, 3);
    for number in 0..35 {
        files.write(line(number).as_bytes()).unwrap();
    }
    assert_eq!(names(&dir), ["gateway.log", "gateway.log.1", "gateway.log.2"]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&dir), mode(&dir.join(FILE))), (0o700, 0o600));
    let (lines, mut tail) = all(&dir);
    assert_eq!(lines.len(), 25);
    assert_eq!(messages(&lines)[0], "line 0010");
    assert_eq!(
        messages(&last(&dir, 2, |_| true).unwrap().unwrap().0),
        ["line 0033", "line 0034"]
    );

    // Through a move, and with a line that is half there.
    let mut came = Vec::new();
    for number in 35..45 {
        files.write(line(number).as_bytes()).unwrap();
    }
    files.write(&line(45).as_bytes()[..20]).unwrap();
    tail.more(|line| came.push(line)).unwrap();
    assert_eq!(messages(&came).first().unwrap(), "line 0035");
    assert_eq!(messages(&came).last().unwrap(), "line 0044");
    files.write(&line(45).as_bytes()[20..]).unwrap();
    came.clear();
    tail.more(|line| came.push(line)).unwrap();
    assert_eq!(messages(&came), ["line 0045"]);

    let mut fewer = Files::new(dir.clone(), line(0).len() as u64, 1);
    for number in 46..48 {
        fewer.write(line(number).as_bytes()).unwrap();
    }
    assert_eq!(
        names(&dir),
        ["gateway.log"],
        "what is over goes with the next move"
    );
}

#[test]
fn a_line_that_was_cut_off_costs_no_other() {
    let temp = tempfile::tempdir().unwrap();
    fs::write(temp.path().join(FILE), format!("{}{{\"cut", line(1))).unwrap();
    let mut files = Files::new(temp.path().to_owned(), 1 << 20, 2);
    files.write(line(2).as_bytes()).unwrap();
    assert_eq!(messages(&all(temp.path()).0), ["line 0001", "line 0002"]);
}

#[test]
fn a_disk_that_takes_nothing_loses_lines_and_says_so_later() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("logs");
    // Nobody can make a folder where a file is.
    fs::write(&dir, "").unwrap();
    let mut files = Files::new(dir.clone(), 1 << 20, 2);
    let lost = AtomicU64::new(2);
    for number in 0..3 {
        write(&mut files, line(number).as_bytes(), &lost);
    }
    assert_eq!(lost.load(Ordering::Relaxed), 5);
    fs::remove_file(&dir).unwrap();
    write(&mut files, line(3).as_bytes(), &lost);
    assert_eq!(lost.load(Ordering::Relaxed), 0);
    let (lines, _) = all(&dir);
    assert_eq!(lines[0].json()["lines"], 5);
    assert_eq!(messages(&lines)[1], "line 0003");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_lines_and_nothing_else() {
    let temp = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/dev/full", temp.path().join(FILE)).unwrap();
    let mut files = Files::new(temp.path().to_owned(), 1 << 20, 2);
    let lost = AtomicU64::new(0);
    for number in 0..3 {
        write(&mut files, line(number).as_bytes(), &lost);
    }
    assert_eq!(lost.load(Ordering::Relaxed), 3);
}

#[test]
fn who_logs_does_not_wait_and_what_does_not_fit_is_counted() {
    let (queue, lines) = sync_channel(1);
    let mut to_files = ToFiles {
        queue,
        lost: Arc::default(),
    };
    for _ in 0..3 {
        assert_eq!(to_files.write(b"x\n").unwrap(), 2);
    }
    assert_eq!(to_files.lost.load(Ordering::Relaxed), 2);
    drop(lines);
    assert!(to_files.write(b"x\n").is_ok());
}

#[test]
fn a_line_knows_its_account_and_message_by_what_it_was_written_within() {
    let temp = tempfile::tempdir().unwrap();
    let (to_files, writer) = begin(temp.path().to_owned(), Logging::default()).unwrap();
    let subscriber = tracing_subscriber::registry().with(layer(to_files));
    tracing::subscriber::with_default(subscriber, || {
        let span = tracing::info_span!("message", account = "work", message = "abc123");
        span.in_scope(|| tracing::warn!(reason = "dm_disabled", "turned away"));
        tracing::info!(account = "home", "hello");
    });
    drop(writer);
    let (lines, _) = all(temp.path());
    let shown: Vec<String> = lines.iter().map(ToString::to_string).collect();
    assert!(
        shown[0].ends_with("WARN  account=work message=abc123 turned away reason=dm_disabled"),
        "{shown:?}"
    );
    assert!(shown[1].ends_with("INFO  hello account=home"), "{shown:?}");
    assert!(lines[0].is_about("account", "work") && lines[0].is_about("message", "abc123"));
    assert!(lines[1].is_about("account", "home") && !lines[1].is_about("message", "hello"));
    assert_eq!((lines[0].level(), lines[1].level()), (Level::Warn, Level::Info));
    assert!(
        lines[0]
            .at_ms()
            .is_some_and(|at| (clock::now_ms() - at).abs() < 60_000)
    );
}
