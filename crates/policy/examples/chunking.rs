//! How many megabytes of answers are formatted and cut in a second, on one thread. Prints one line of JSON for the
//! bench: plain text, Markdown with a mark, a list, a table or code in nearly every line, and raw text.
#![expect(clippy::print_stdout, reason = "its output is the figure")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use fased_policy::chunk::{Mode, Options, chunks, chunks_raw};

const WARM_UP: Duration = Duration::from_millis(200);
const MEASURED: Duration = Duration::from_millis(800);
/// Of each text: an answer as long as the longest reports.
const SIZE: usize = 256 * 1024;

const PLAIN: &str = "The van left the depot at seven, as it does every morning, and was back before noon. Nobody had \
moved the boxes, so the second round took longer than it should have; the keys were where they always are.\n\n\
Tomorrow we begin with the north side. If it rains, we wait for an hour and look again. Everybody brings gloves, \
water and something to eat, and whoever comes last shuts the gate.\n\n";

const HEAVY: &str = "## Review of **`parse_line`**\n\nThe *first* branch is ~~wrong~~ **right**, see \
[the notes](https://example.com/notes/12) and `fn parse_line(&str)`.\n\n- **Names**: `a_b` and *c* with 2 * 3\n  - \
nested **point** with `code`\n- [x] done, _really_\n\n| Name | Value | Note |\n| --- | ---: | --- |\n| **A** | 1 | `x` |\n\
| B | 22 | *y* |\n\n> quoted **words**\n> and *more* of them\n\n```rust\nlet x = **y;\nprintln!(\"{x}\");\n```\n\n";

fn main() {
    let (plain, heavy) = (filled(PLAIN), filled(HEAVY));
    let options = Options::default();
    println!(
        "{{\"plain_mb_per_second\":{:.1},\"heavy_mb_per_second\":{:.1},\"raw_mb_per_second\":{:.1}}}",
        per_second(&plain, |text| chunks(text, &options)),
        per_second(&heavy, |text| chunks(text, &options)),
        per_second(&heavy, |text| chunks_raw(text, options.limit, Mode::Length)),
    );
}

fn filled(text: &str) -> String {
    text.repeat(SIZE / text.len() + 1)
}

fn per_second(text: &str, cut: impl Fn(&str) -> Vec<String>) -> f64 {
    timed(text, &cut, WARM_UP);
    timed(text, &cut, MEASURED)
}

/// By the time that this thread had a processor, where the system tells, so that a busy machine changes little.
fn timed(text: &str, cut: &impl Fn(&str) -> Vec<String>, at_least: Duration) -> f64 {
    let (began, before) = (Instant::now(), processor_time());
    let mut rounds = 0_u32;
    while began.elapsed() < at_least {
        black_box(cut(black_box(text)));
        rounds += 1;
    }
    let took = match (before, processor_time()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        (None, _) | (_, None) => began.elapsed(),
    };
    f64::from(rounds) * text.len() as f64 / 1e6 / took.as_secs_f64()
}

fn processor_time() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = told.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}
