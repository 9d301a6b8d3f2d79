//! How long ago something was, in words.

use fased::clock::now_ms;

/// `12 s`, `3 min`, `5 h`, `2 d`.
pub(super) fn span(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// `3 min ago`.
pub(super) fn ago(at_ms: i64) -> String {
    format!("{} ago", span(now_ms() - at_ms))
}
