//! A look at the brackets, before anything recursive reads the text: how deep they go, and which has no partner.

/// Deeper nesting is refused: no config needs it, and parsers run out of stack.
const MAX_DEPTH: usize = 64;

/// What is wrong with the brackets, and where: byte offsets into the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// More than [`MAX_DEPTH`] deep.
    Deep { at: usize },
    /// Never closed.
    Open { at: usize, bracket: char },
    /// Closes nothing.
    Stray { at: usize, bracket: char },
    /// Closed by the wrong one.
    Mixed { open: usize, at: usize, bracket: char },
    /// A string or a comment that does not end.
    Endless { at: usize, what: &'static str },
}

/// The first fault of the text.
pub(super) fn fault(text: &str) -> Option<Fault> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, character)) = chars.next() {
        match character {
            '"' | '\'' => loop {
                match chars.next() {
                    Some((_, '\\')) => {
                        // What follows is escaped, be it a line end.
                        if let Some((_, '\r')) = chars.next() {
                            chars.next_if(|(_, next)| *next == '\n');
                        }
                    }
                    Some((_, end)) if end == character => break,
                    None | Some((_, '\n' | '\r')) => {
                        return Some(Fault::Endless { at, what: "string" });
                    }
                    Some(_) => {}
                }
            },
            '/' if chars.next_if(|(_, next)| *next == '/').is_some() => {
                while chars
                    .next_if(|(_, next)| !matches!(next, '\n' | '\r' | '\u{2028}' | '\u{2029}'))
                    .is_some()
                {}
            }
            '/' if chars.next_if(|(_, next)| *next == '*').is_some() => {
                let mut star = false;
                loop {
                    match chars.next() {
                        Some((_, '/')) if star => break,
                        Some((_, next)) => star = next == '*',
                        None => return Some(Fault::Endless { at, what: "comment" }),
                    }
                }
            }
            '{' | '[' => {
                open.push((at, character));
                if open.len() > MAX_DEPTH {
                    return Some(Fault::Deep { at });
                }
            }
            '}' | ']' => match open.pop() {
                None => return Some(Fault::Stray { at, bracket: character }),
                Some((_, '{')) if character == '}' => {}
                Some((_, '[')) if character == ']' => {}
                Some((opened, _)) => {
                    return Some(Fault::Mixed {
                        open: opened,
                        at,
                        bracket: character,
                    });
                }
            },
            _ => {}
        }
    }
    open.pop().map(|(at, bracket)| Fault::Open { at, bracket })
}
