//! Names that people gave themselves, made harmless for whoever reads them.

#[cfg(test)]
mod tests;

/// Longest name that is passed on, in characters.
const MAX_CHARS: usize = 100;

/// The name on one line, without control characters and without those that turn the direction of writing;
/// runs of white space are one space. `None` when nothing is left.
#[must_use]
pub fn neutralised(name: &str) -> Option<String> {
    one_line(name, MAX_CHARS)
}

/// The same for what is longer than a name: at most `most` characters of it.
#[must_use]
pub fn one_line(name: &str, most: usize) -> Option<String> {
    let mut clean = String::with_capacity(name.len().min(4 * most));
    let mut chars = 0;
    let mut gap = false;
    for character in name.chars() {
        if character.is_whitespace() || character.is_control() {
            gap = true;
            continue;
        }
        if is_invisible(character) {
            continue;
        }
        if chars >= most {
            break;
        }
        if gap && !clean.is_empty() {
            clean.push(' ');
            chars += 1;
        }
        gap = false;
        clean.push(character);
        chars += 1;
    }
    (!clean.is_empty()).then_some(clean)
}

/// Marks that reorder what stands around them, separators of lines, and what nobody sees. The two that join and part
/// letters (U+200C, U+200D) are none of them: words and pictures are written with them.
#[must_use]
pub fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
    )
}
