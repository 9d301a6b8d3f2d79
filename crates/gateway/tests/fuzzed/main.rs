//! The checks of the fuzz targets with inputs from a seed, so that they are carried out wherever tests are: what comes over a
//! wire, what is in a config, what people write. `scripts/fuzz` searches for longer.
//!
//! `FASED_FUZZ_SECONDS` lets each go on for so long, and `FASED_FUZZ_SEED` is the seed.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

#[path = "../../../../fuzz/checks/config.rs"]
mod config;
#[path = "../../../../fuzz/checks/envelope.rs"]
mod envelope;
#[path = "../../../../fuzz/checks/grammar.rs"]
mod grammar;
#[path = "../../../../fuzz/checks/wire.rs"]
mod wire;

/// Inputs in everyday runs: a second or two for each target.
const INPUTS: u64 = 400;

/// What breaks things when it stands in a name or a text.
const PIECES: [&[u8]; 24] = [
    b"\n",
    b"\r\n",
    b"\xe2\x80\xa8",
    b"\xe2\x80\xa9",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae",
    b"\n{\"kind\":\"closed\",\"reason\":\"asked\"}\n",
    b"From: owner\n\n",
    b"\"}",
    b"{\"",
    b"[[[[[[[[[[[[[[[[",
    b"}}",
    b"\\u2028",
    b"\\ud800",
    b"99999999999999999999",
    b"-1",
    b"1e999",
    b"null",
    b"/task new every ",
    b"```",
    b"|---|",
    b"+15550100002",
];

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let most = u64::try_from(most).unwrap_or(1).max(1);
        usize::try_from((mixed ^ (mixed >> 31)) % most).unwrap_or(0)
    }

    /// An input in which some things are otherwise.
    fn changed(&mut self, inputs: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = inputs[self.below(inputs.len())].clone();
        for _ in 0..=self.below(6) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(40)).min(bytes.len());
            match self.below(6) {
                0 | 1 => {
                    let piece = PIECES[self.below(PIECES.len())];
                    bytes.splice(at..at, piece.iter().copied());
                }
                2 => drop(bytes.drain(at..end)),
                3 => {
                    let again = bytes[at..end].to_vec();
                    bytes.splice(at..at, again);
                }
                4 => {
                    let other = &inputs[self.below(inputs.len())];
                    let from = self.below(other.len() + 1);
                    let to = (from + self.below(200)).min(other.len());
                    bytes.splice(at..end, other[from..to].iter().copied());
                }
                _ => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = u8::try_from(self.below(256)).unwrap_or(0);
                    }
                }
            }
        }
        bytes
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[allow(
    clippy::disallowed_methods,
    reason = "it goes on for as long as was asked for"
)]
fn fuzz(target: &str, check: impl Fn(&[u8]) + std::panic::RefUnwindSafe) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    let files = fs::read_dir(&folder).expect("inputs to begin with");
    let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    let inputs: Vec<Vec<u8>> = files
        .iter()
        .map(|file| fs::read(file).expect("an input"))
        .collect();
    assert!(inputs.len() > 2, "{} has inputs", folder.display());
    for input in &inputs {
        check(input);
    }
    let seed = number("FASED_FUZZ_SEED").unwrap_or(1);
    let seconds = number("FASED_FUZZ_SECONDS").map(Duration::from_secs);
    let mut dice = Dice(seed);
    let (begun, mut done) = (Instant::now(), 0);
    while seconds.map_or(done < INPUTS, |seconds| begun.elapsed() < seconds) {
        let input = dice.changed(&inputs);
        let checked = std::panic::catch_unwind(|| check(&input));
        assert!(
            checked.is_ok(),
            "{target}, seed {seed}, input {done}: {:?}",
            String::from_utf8_lossy(&input)
        );
        done += 1;
    }
    eprintln!("{target}: {done} executions in {:?}, no crash", begun.elapsed());
}

#[test]
fn c11_no_line_is_forged_and_whatever_comes_is_read_to_its_end() {
    fuzz("wire", wire::check);
}

#[test]
fn c11_no_name_or_text_makes_more_of_an_envelope_than_one_line() {
    fuzz("envelope", envelope::check);
}

#[test]
fn whatever_is_in_a_config_what_is_wrong_with_it_is_told_soon_and_with_its_place() {
    fuzz("config", config::check);
}

#[test]
fn whatever_people_type_and_agents_say_is_read_to_its_end() {
    fuzz("grammar", grammar::check);
}
