//! What people type and what agents say: commands, schedules, and answers on their way to messages of bearable length.

use fased_policy::chunk::{DEFAULT_LIMIT, Mode, chunks_raw};
use fased_policy::command;
use fased_policy::format::{Tables, whatsapp};
use fased_policy::name::one_line;
use fased_policy::schedule::Zone;
use fased_policy::task::parse_new;

const NOW_MS: i64 = 1_700_000_000_000;

pub(crate) fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _read = command::parse(&text);
    schedule(&text);
    if let Some(name) = one_line(&text, 40) {
        assert!(
            !name.is_empty() && name.chars().count() <= 41,
            "a short name: {name:?}"
        );
        assert!(!name.chars().any(char::is_control), "in one line: {name:?}");
    }
    let _worded = whatsapp(&text, Tables::Bullets);
    for (limit, mode) in [(DEFAULT_LIMIT, Mode::Newline), (200, Mode::Length)] {
        for chunk in chunks_raw(&text, limit, mode) {
            assert!(chunk.encode_utf16().count() <= limit, "no longer than may be");
            assert!(!chunk.trim().is_empty(), "and not empty");
        }
    }
}

/// What is taken for a schedule names times that are later, each after the one before.
fn schedule(text: &str) {
    let zone = Zone::UTC;
    let Ok(task) = parse_new(text, NOW_MS, &zone) else {
        return;
    };
    let Some(schedule) = task.schedule else { return };
    let mut after = NOW_MS;
    for _ in 0..5 {
        let Some(next) = schedule.next_after(NOW_MS, after, &zone) else {
            return;
        };
        assert!(next > after, "{next} is not after {after}");
        after = next;
    }
}
