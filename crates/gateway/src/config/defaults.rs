//! `config/fased.default.json5`: every key with its default, from the table of keys.

use super::keys::{Block, FILE, Key, Kind, Names};

const HEAD: &str = "\
// Every key, with its default. Copy what you want to change to ~/.fased/fased.json. Lines that are commented out
// are keys without a fixed default, and keys without effect in this version. Every key of channels.whatsapp may
// also stand under channels.whatsapp.accounts.<account>, and wins there.
// Written by scripts/generate from the definitions in crates/gateway/src/config/keys.
";

const WIDTH: usize = 110;

/// The file; with `all`, nothing is commented out that has a default.
pub(super) fn defaults(all: bool) -> String {
    let mut text = HEAD.to_owned();
    text.push_str("{\n");
    block(&mut text, &FILE, 1, all, false);
    text.push_str("}\n");
    text
}

fn block(text: &mut String, block: &Block, depth: usize, all: bool, off: bool) {
    for (index, key) in block.keys.iter().enumerate() {
        if index > 0 && (depth == 1 || matches!(key.kind, Kind::Block(_))) {
            text.push('\n');
        }
        entry(text, key, depth, all, off);
    }
}

fn entry(text: &mut String, key: &Key, depth: usize, all: bool, off: bool) {
    let indent = "  ".repeat(depth);
    let mut doc = key.doc.to_owned();
    match key.kind {
        Kind::Int { min, max } => doc.push_str(&format!(" {min} to {max}.")),
        Kind::Number { min, max } => doc.push_str(&format!(" {min} to {max}.")),
        Kind::Words(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
            doc.push_str(&format!(" One of {}.", words.join(", ")));
        }
        Kind::Bool
        | Kind::Text
        | Kind::Entries { .. }
        | Kind::Patterns
        | Kind::Folders
        | Kind::Texts
        | Kind::Argv
        | Kind::Variables
        | Kind::Block(_)
        | Kind::Map(..)
        | Kind::List(_)
        | Kind::ByChat(_)
        | Kind::Object => {}
    }
    if key.idle {
        doc.push_str(" Without effect in this version.");
    }
    for line in wrapped(&doc, WIDTH - indent.len() - 3) {
        text.push_str(&format!("{indent}// {line}\n"));
    }
    // A block that is nothing without some key would be wrong as it stands here.
    let is_incomplete = matches!(key.kind, Kind::Block(inner) if inner.keys.iter().any(|key| key.required));
    let live = !off && (!key.idle || all) && !is_incomplete;
    let start = if live { "" } else { "// " };
    match key.kind {
        Kind::Block(inner) => {
            text.push_str(&format!("{indent}{start}{}: {{\n", key.name));
            block(text, &inner, depth + 1, all, !live);
            text.push_str(&format!("{indent}{start}}},\n"));
        }
        Kind::Map(Names::Group, inner) => {
            several(
                text,
                key,
                depth,
                ['{', '}'],
                "\"120363000000000001@g.us\": ",
                &inner,
            );
        }
        Kind::Map(Names::Account, _) => {
            let own = Block {
                keys: &[],
                foreign: &[],
            };
            several(text, key, depth, ['{', '}'], "default: ", &own);
        }
        Kind::ByChat(inner) => {
            text.push_str(&format!("{indent}// {}: {{\n", key.name));
            block(text, &inner, depth + 1, false, true);
            text.push_str(&format!(
                "{indent}  // \"120363000000000001@g.us\": [\"main\", \"helper\"],\n{indent}// }},\n"
            ));
        }
        Kind::List(inner) => several(text, key, depth, ['[', ']'], "", &inner),
        Kind::Bool
        | Kind::Int { .. }
        | Kind::Number { .. }
        | Kind::Text
        | Kind::Words(_)
        | Kind::Entries { .. }
        | Kind::Patterns
        | Kind::Folders
        | Kind::Texts
        | Kind::Argv
        | Kind::Variables
        | Kind::Object => match key.default {
            Some(default) => text.push_str(&format!("{indent}{start}{}: {default},\n", key.name)),
            None => text.push_str(&format!("{indent}// {}: {},\n", key.name, example(key))),
        },
    }
}

/// An example of one entry, commented out.
fn several(text: &mut String, key: &Key, depth: usize, [open, close]: [char; 2], name: &str, inner: &Block) {
    let indent = "  ".repeat(depth);
    text.push_str(&format!(
        "{indent}// {}: {open}\n{indent}  // {name}{{\n",
        key.name
    ));
    block(text, inner, depth + 2, false, true);
    text.push_str(&format!("{indent}  // }},\n{indent}// {close},\n"));
}

/// For keys whose default depends on others, or that have none.
fn example(key: &Key) -> String {
    if let Some(example) = key.example {
        return example.to_owned();
    }
    let example = match key.kind {
        Kind::Words(words) => {
            return format!("{:?}", words.first().copied().unwrap_or_default());
        }
        Kind::Bool => "false",
        Kind::Int { .. } | Kind::Number { .. } => "0",
        Kind::Entries { .. } => "[\"+15551234567\"]",
        Kind::Patterns => "[\"@?fased\"]",
        Kind::Argv => "[\"program\"]",
        Kind::Variables => "{ NAME: \"value\" }",
        Kind::Folders => "[\"~/Pictures\"]",
        Kind::Texts => "[\"…\"]",
        Kind::Text => "\"…\"",
        Kind::List(_) => "[]",
        Kind::Block(_) | Kind::Map(..) | Kind::ByChat(_) | Kind::Object => "{}",
    };
    example.to_owned()
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.len() - 1;
        if !lines[last].is_empty() && lines[last].chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines
}
