//! How long ago something was, in words.

use fased::clock::now_ms;
pub(super) use fased::span::span;

/// `3 min ago`.
pub(super) fn ago(at_ms: i64) -> String {
    format!("{} ago", span(now_ms() - at_ms))
}
