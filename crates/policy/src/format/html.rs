//! HTML in Markdown: tags that WhatsApp can show take effect, those that only arrange are left out, and anything
//! else stays as it was written, because it is as likely to be `Vec<T>` as a tag.

use super::builder::Builder;
use super::model::{Kind, Style};

/// Longest name of a tag that is known.
const NAME: usize = 10;
/// Longest tag, with what it says besides its name. Beyond it nobody looks for the end, so that a text that is all
/// beginnings takes no longer than any other.
const TAG: usize = 1_000;

pub(super) fn push(to: &mut Builder, html: &str) {
    let mut rest = html;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("<!--") {
            rest = after.find("-->").map_or("", |end| &after[end + 3..]);
            continue;
        }
        if let Some(tag) = rest.strip_prefix('<')
            && let Some(end) = tag
                .bytes()
                .take(TAG)
                .position(|byte| byte == b'>' || byte == b'\n')
            && tag.as_bytes()[end] == b'>'
            && take(to, &tag[..end])
        {
            rest = &tag[end + 1..];
            continue;
        }
        if let Some(after) = rest.strip_prefix('\n') {
            to.line_break();
            rest = after;
            continue;
        }
        let skip = usize::from(rest.starts_with('<'));
        let end = rest[skip..]
            .find(['<', '\n'])
            .map_or(rest.len(), |end| end + skip);
        to.push(&rest[..end], Kind::Text);
        rest = &rest[end..];
    }
}

/// Does what a tag says; `false` when it is not one that is known.
fn take(to: &mut Builder, tag: &str) -> bool {
    let begins = !tag.starts_with('/');
    let name = tag.trim_start_matches('/');
    let name = name.split([' ', '/', '\t']).next().unwrap_or_default();
    if name.len() > NAME {
        return false;
    }
    match name.to_ascii_lowercase().as_str() {
        "b" | "strong" => to.html_style(Style::BOLD, begins),
        "i" | "em" => to.html_style(Style::ITALIC, begins),
        "s" | "del" | "strike" => to.html_style(Style::STRIKE, begins),
        "code" | "kbd" | "tt" | "samp" => to.html_code(begins),
        "br" => to.line_break(),
        "p" | "div" | "details" | "summary" | "center" | "ul" | "ol" | "li" => to.line_break(),
        "u" | "span" | "sub" | "sup" | "small" | "big" | "font" | "mark" | "ins" => {}
        _ => return false,
    }
    true
}
