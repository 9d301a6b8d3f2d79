use proptest::prelude::*;
use pulldown_cmark::Event;
use unicode_segmentation::UnicodeSegmentation;

use super::{Mode, Options, PLAIN, chunks, chunks_raw};
use crate::format::model::units;
use crate::format::{Tables, line, whatsapp};

mod reader;

fn options(limit: usize, mode: Mode) -> Options<'static> {
    Options {
        limit,
        mode,
        ..Options::default()
    }
}

fn modes() -> impl Strategy<Value = Mode> {
    prop_oneof![Just(Mode::Length), Just(Mode::Newline)]
}

fn tables() -> impl Strategy<Value = Tables> {
    prop_oneof![Just(Tables::Bullets), Just(Tables::Code), Just(Tables::Off)]
}

/// Characters with which Markdown and WhatsApp do something, and some that are hard to cut.
fn wild() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[*_~`|>#\\-+\\[\\]()<!&\\\\:=. \n\t]{1,6}",
        3 => "[a-c0-2]{1,4}",
        1 => Just("```\n".to_owned()),
        1 => Just("\n\n".to_owned()),
        1 => Just("- ".to_owned()),
        1 => Just("| a | b |\n|-|-|\n| c | d |\n".to_owned()),
        1 => Just("<b>".to_owned()),
        1 => Just("<!-- x".to_owned()),
        1 => Just("👨‍👩‍👧🇩🇪e\u{301}".to_owned()),
        1 => Just("这是。重要، مهم؟".to_owned()),
        1 => any::<String>(),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z]{1,9}",
        1 => "[A-Z][a-z]{1,5}[.!?]",
        1 => "[一-龥]{1,12}。?",
        1 => "[ا-ي]{1,8}",
        1 => Just("👩‍👩‍👦".to_owned()),
        1 => Just("🇨🇭🇩🇪".to_owned()),
    ]
}

fn phrase() -> impl Strategy<Value = String> {
    proptest::collection::vec(word(), 1..12).prop_map(|words| words.join(" "))
}

/// Phrases with marks around some of them, as answers have.
fn sentence() -> impl Strategy<Value = String> {
    let part = (phrase(), 0..7_usize).prop_map(|(phrase, style)| match style {
        0 => format!("**{phrase}**"),
        1 => format!("*{phrase}*"),
        2 => format!("~~{phrase}~~"),
        3 => format!("`{phrase}`"),
        4 => format!("***{phrase}***"),
        _ => phrase,
    });
    proptest::collection::vec(part, 1..5).prop_map(|parts| parts.join(" "))
}

fn answer() -> impl Strategy<Value = String> {
    let block =
        (proptest::collection::vec(sentence(), 1..4), 0..8_usize).prop_map(|(lines, kind)| match kind {
            0 => format!("## {}", lines[0]),
            1 => lines.iter().map(|line| format!("- {line}\n")).collect(),
            2 => lines.iter().map(|line| format!("> {line}\n")).collect(),
            3 => format!("```txt\n{}\n```", lines.join("\n\n").replace('`', "")),
            4 => format!("- {}\n  - {}", lines[0], lines.join("\n  - ")),
            5 => lines.join("\n"),
            _ => lines.join(" "),
        });
    proptest::collection::vec(block, 1..7).prop_map(|blocks| blocks.join("\n\n"))
}

/// The letters, signs and pictures of a Markdown text, as the parser reads them.
fn letters_of_markdown(markdown: &str) -> String {
    let mut text = String::new();
    for event in pulldown_cmark::Parser::new_ext(markdown, pulldown_cmark::Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Text(words) | Event::Code(words) => text.push_str(&words),
            Event::Start(_)
            | Event::End(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::Html(_)
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_)
            | Event::SoftBreak
            | Event::HardBreak
            | Event::Rule
            | Event::TaskListMarker(_) => {}
        }
    }
    letters(&text)
}

fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && *c != line::JOINER)
        .collect()
}

fn holds(chunks: &[String], limit: usize) -> Result<(), TestCaseError> {
    for chunk in chunks {
        prop_assert!(!chunk.trim().is_empty());
        prop_assert!(
            units(chunk) <= limit.max(2),
            "{} of {limit}: {chunk:?}",
            units(chunk)
        );
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_text_breaks_the_limit(text in wild(), limit in 0..300_usize, mode in modes(), tables in tables(), prefix in "[a ]{0,9}") {
        let options = Options { limit, mode, tables, prefix: Some(&prefix) };
        holds(&chunks(&text, &options), limit)?;
        holds(&chunks_raw(&text, limit, mode), limit)?;
        let whole = whatsapp(&text, tables);
        prop_assert!(whole.is_empty() || !whole.trim().is_empty());
    }

    #[test]
    fn every_letter_is_kept_and_every_mark_takes_effect(text in answer(), limit in PLAIN + 16..400, mode in modes()) {
        let chunks = chunks(&text, &options(limit, mode));
        holds(&chunks, limit)?;
        let mut read = String::new();
        for chunk in &chunks {
            let seen = reader::read(chunk);
            prop_assert!(seen.is_ok(), "{:?} in {chunk:?}", seen);
            read.push_str(&seen.unwrap_or_default());
        }
        prop_assert_eq!(letters(&read), letters_of_markdown(&text));
    }

    #[test]
    fn no_cluster_of_characters_is_cut(text in phrase(), limit in 16..60_usize) {
        let whole: Vec<&str> = text.graphemes(true).filter(|cluster| !cluster.trim().is_empty()).collect();
        for chunks in [chunks(&text, &options(limit, Mode::Length)), chunks_raw(&text, limit, Mode::Length)] {
            let cut: Vec<&str> = chunks.iter().flat_map(|chunk| chunk.graphemes(true))
                .filter(|cluster| !cluster.trim().is_empty()).collect();
            prop_assert_eq!(&cut, &whole);
        }
    }

    #[test]
    fn a_raw_text_loses_only_white_space_and_repeats_only_fences(text in wild(), limit in 1..120_usize, mode in modes()) {
        let chunks = chunks_raw(&text, limit, mode);
        let (mut found, wanted) = (letters(&chunks.concat()), letters(&text));
        if !text.contains("```") && !text.contains("~~~") {
            prop_assert_eq!(&found, &wanted);
        }
        // With fences, the text is still there in order, with their ends and beginnings in between.
        let mut rest = found.chars();
        prop_assert!(wanted.chars().all(|wanted| rest.any(|found| found == wanted)), "{:?} of {:?}", found, wanted);
        found.clear();
    }

    #[test]
    fn in_newline_mode_only_blank_lines_are_cut_at(text in answer(), limit in 200..500_usize) {
        let whole = whatsapp(&text, Tables::Bullets);
        let mut longest = 0;
        let mut fenced = false;
        let mut paragraph = 0;
        for line in whole.split('\n') {
            if line == "```" { fenced = !fenced; }
            paragraph = if line.is_empty() && !fenced { 0 } else { paragraph + units(line) + 1 };
            longest = longest.max(paragraph);
        }
        if longest <= limit {
            prop_assert_eq!(chunks(&text, &options(limit, Mode::Newline)).join("\n\n"), whole);
        }
    }

    #[test]
    fn a_prefix_is_before_the_first_only(text in answer(), limit in 60..300_usize) {
        let found = chunks(&text, &Options { prefix: Some("[bot]"), ..options(limit, Mode::Length) });
        prop_assert!(found[0].starts_with("[bot] ") || found[0].starts_with("[bot]\n"));
        prop_assert_eq!(found.concat().matches("[bot]").count(), 1);
    }
}

#[test]
fn a_character_of_two_units_is_whole_where_one_is_the_limit() {
    assert_eq!(chunks("a😀b", &options(1, Mode::Length)), ["a", "😀", "b"]);
}

#[test]
fn a_cluster_that_is_longer_than_the_limit_is_cut_between_characters() {
    let zalgo = format!("e{}", "\u{301}".repeat(300));
    let found = chunks(&zalgo, &options(200, Mode::Length));
    assert_eq!(found.concat(), zalgo);
    assert!(found.iter().all(|chunk| units(chunk) <= 200));
}

#[test]
fn nesting_without_end_neither_overflows_nor_takes_long() {
    for piece in [
        ">", "> ", "[", "*", "**", "_", "`", "- ", "1. ", "![", "<b>", "~~", "||", "a**", "*a_ ", "```\n",
        "\\*", "&", "<", "|a", "**a ", "[a](", "\u{301}", "🇩", "(", "#\n", "> - ",
    ] {
        let text = piece.repeat(100_000 / piece.len());
        for mode in [Mode::Length, Mode::Newline] {
            holds(&chunks(&text, &options(4_000, mode)), 4_000).expect("the limit holds");
            holds(&chunks_raw(&text, 4_000, mode), 4_000).expect("the limit holds");
        }
    }
    // Beginnings of tags that never end, and emphasis within emphasis.
    let stars = "*".repeat(30_000);
    for text in [format!("<div {}", "<".repeat(65_536)), format!("{stars}a{stars}")] {
        holds(&chunks(&text, &options(4_000, Mode::Length)), 4_000).expect("the limit holds");
    }
}

#[test]
fn a_raw_end_of_a_fence_may_be_longer_than_its_beginning() {
    let text = "```\n :|\n``````\n| a | b |\n|-|-|\n| c | d |\nΣοaΎAA 0a𑜰aAA \t<<\t_";
    let found = chunks_raw(text, 16, Mode::Length);
    holds(&found, 16).expect("the limit holds");
    // There is no room for the two ends in half a message, so the fence stays as lines.
    assert_eq!(letters(&found.concat()), letters(text));
    let roomy = chunks_raw("```\none\ntwo\n`````\nthree four five", 26, Mode::Length);
    assert_eq!(roomy, ["```\none\ntwo\n`````", "three four five"]);
}
