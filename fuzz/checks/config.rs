//! Config files: whatever is in one, checking it ends soon, and what is wrong is told with line and column.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fased::config::Config;

/// The largest file that is tried. A larger one takes longer, and nobody has one.
const MOST: usize = 16 * 1024;
/// Far more than any of them takes, on a machine that is busy and with all checks of the compiler.
const SOON: Duration = Duration::from_secs(5);

#[allow(clippy::disallowed_methods, reason = "how long it takes is what is looked at")]
pub(crate) fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MOST)]);
    let begun = Instant::now();
    let checked = Config::parse(&text, Path::new("/tmp/fased.json"), |account| {
        PathBuf::from("/tmp/credentials").join(account)
    });
    assert!(begun.elapsed() < SOON, "it took {:?}", begun.elapsed());
    let Err(error) = checked else { return };
    assert!(!error.problems.is_empty(), "an error says what is wrong");
    let lines = text.split('\n').count();
    for problem in &error.problems {
        assert!(!problem.message.is_empty());
        assert!(
            problem.line >= 1 && problem.column >= 1,
            "each says where: {}",
            error.message
        );
        assert!(
            problem.line <= lines,
            "in the file: {} of {lines}: {}",
            problem.line,
            error.message
        );
    }
    assert!(!error.places().is_empty());
}
