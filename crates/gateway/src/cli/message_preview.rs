//! `fased message preview`: the messages that an answer becomes, from standard input. Reads neither config nor store,
//! so it may be tried with any limit.

use std::fmt::Write;
use std::io::{self, Read};

use clap::{Args, ValueEnum};
use fased_policy::chunk::{self, DEFAULT_LIMIT};
use fased_policy::format;
use fased_protocol::control::{ControlError, ErrorCode};
use serde_json::json;

use super::{Global, Outcome, out};

pub(super) const USAGE: &str = "fased message preview [OPTIONS] < FILE";

/// Longest text that is read.
const MAX_MIB: u64 = 16;

/// How the text is cut and written.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Longest message, in UTF-16 units
    #[arg(long, value_name = "N", default_value_t = DEFAULT_LIMIT as u64, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,
    /// Where it is cut: anywhere sensible, or only at blank lines
    #[arg(long, value_enum, default_value_t = Mode::Length)]
    mode: Mode,
    /// How tables are written
    #[arg(long, value_enum, default_value_t = Tables::Bullets, conflicts_with = "raw")]
    table_mode: Tables,
    /// Cut the text as it stands, without reading it as Markdown
    #[arg(long)]
    raw: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Mode {
    Length,
    Newline,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Tables {
    Bullets,
    Code,
    Off,
}

impl From<Mode> for chunk::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Length => Self::Length,
            Mode::Newline => Self::Newline,
        }
    }
}

impl From<Tables> for format::Tables {
    fn from(tables: Tables) -> Self {
        match tables {
            Tables::Bullets => Self::Bullets,
            Tables::Code => Self::Code,
            Tables::Off => Self::Off,
        }
    }
}

pub(super) fn run(global: &Global, options: &Options) -> Outcome {
    let text = read(io::stdin().lock())?;
    let chunks = chunks(&text, options);
    if global.json {
        return out::json(&json!({ "chunks": chunks }));
    }
    if chunks.is_empty() {
        out::hint("no message: nothing in the text can be seen");
        return Ok(());
    }
    let shown = shown(&chunks);
    // Not `out::text`: commands in somebody's answer are not ours to complete.
    if out::is_terminal() {
        return out::raw(&out::clean(&shown.replace('\t', "    ")));
    }
    out::raw(&shown)
}

fn chunks(text: &str, options: &Options) -> Vec<String> {
    let limit = usize::try_from(options.limit).unwrap_or(usize::MAX);
    if options.raw {
        return chunk::chunks_raw(text, limit, options.mode.into());
    }
    let how = chunk::Options {
        limit,
        mode: options.mode.into(),
        tables: options.table_mode.into(),
        prefix: None,
    };
    chunk::chunks(text, &how)
}

pub(super) fn read(input: impl Read) -> Result<String, ControlError> {
    let most = MAX_MIB << 20;
    let mut bytes = Vec::new();
    input
        .take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| refused(&format!("cannot read standard input: {error}")))?;
    if bytes.len() as u64 > most {
        return Err(refused(&format!(
            "the text on standard input is longer than {MAX_MIB} MiB"
        )));
    }
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        refused(&format!(
            "standard input is not UTF-8: byte {} makes no character",
            place + 1
        ))
    })
}

fn refused(message: &str) -> ControlError {
    ControlError {
        code: ErrorCode::Usage,
        message: message.to_owned(),
        next: "give it the Markdown of one answer: fased message preview < answer.md".to_owned(),
    }
}

/// Each message below a ruler with its number and its length.
fn shown(chunks: &[String]) -> String {
    let mut text = String::new();
    for (number, chunk) in chunks.iter().enumerate() {
        let units = chunk.encode_utf16().count();
        // Writing to a string cannot fail.
        writeln!(
            text,
            "──── {} of {} · {units} units ────\n{chunk}",
            number + 1,
            chunks.len()
        )
        .ok();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{MAX_MIB, read, shown};

    #[test]
    fn a_text_that_is_not_utf8_is_refused_with_its_place() {
        let error = read(&b"abc\xff"[..]).expect_err("not UTF-8");
        assert_eq!(
            error.message,
            "standard input is not UTF-8: byte 4 makes no character"
        );
    }

    #[test]
    fn a_text_that_is_too_long_is_refused() {
        let error = read(std::io::repeat(b'a')).expect_err("too long");
        assert!(
            error.message.contains(&format!("{MAX_MIB} MiB")),
            "{}",
            error.message
        );
    }

    #[test]
    fn each_message_has_a_ruler_with_its_length() {
        let shown = shown(&["one".to_owned(), "👋".to_owned()]);
        assert_eq!(
            shown,
            "──── 1 of 2 · 3 units ────\none\n──── 2 of 2 · 2 units ────\n👋\n"
        );
    }
}
