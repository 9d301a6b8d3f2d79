//! A look at the brackets, before anything recursive reads the text: how deep they go, and which has no partner.

/// Deeper nesting is refused: no config needs it, and parsers run out of stack.
const MAX_DEPTH: usize = 64;

/// What is wrong with the brackets, and where: byte offsets into the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    // The first bracket that is closed further left than it was opened: there, people lost one.
    let mut suspect = None;
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
                None => {
                    return Some(Fault::Stray {
                        at,
                        bracket: character,
                    });
                }
                Some((opened, bracket)) if matches!((bracket, character), ('{', '}') | ('[', ']')) => {
                    let (outer, inner) = (indent(text, at), indent(text, opened));
                    if suspect.is_none() && text[..at].ends_with(outer) && outer.len() < inner.len() {
                        suspect = Some((opened, bracket));
                    }
                }
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
    let last = open.pop()?;
    let (at, bracket) = suspect.unwrap_or(last);
    Some(Fault::Open { at, bracket })
}

/// The white space at the beginning of the line.
fn indent(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = &text[start..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

#[cfg(test)]
mod tests {
    use super::{Fault, fault};

    #[test]
    fn brackets_in_texts_and_comments_do_not_count() {
        for fine in [
            "{ a: '}', b: \"]\\\"]\", /* { */ c: [] } // [",
            "{ a: 'x\\\ny' }",
            "",
            "// }",
            "{ a: 'it\\'s' }",
        ] {
            assert_eq!(fault(fine), None, "{fine}");
        }
    }

    #[test]
    fn the_bracket_that_lost_its_partner_is_named() {
        let at = |text: &str, what: &str| text.find(what).expect("it is there");
        let lost = "{\n  a: {\n    b: {\n      c: 1,\n  },\n}\n";
        let expected = Fault::Open {
            at: at(lost, "{\n      c"),
            bracket: '{',
        };
        assert_eq!(fault(lost), Some(expected));
        assert_eq!(fault("{ a: 1 }}"), Some(Fault::Stray { at: 8, bracket: '}' }));
        assert_eq!(
            fault("{ a: [1 }"),
            Some(Fault::Mixed {
                open: 5,
                at: 8,
                bracket: '}'
            })
        );
        assert_eq!(
            fault("{ a: 'b }"),
            Some(Fault::Endless {
                at: 5,
                what: "string"
            })
        );
        assert_eq!(
            fault("{ /* a }"),
            Some(Fault::Endless {
                at: 2,
                what: "comment"
            })
        );
        assert_eq!(fault("[{"), Some(Fault::Open { at: 1, bracket: '{' }));
    }

    #[test]
    fn what_is_nested_without_end_is_refused_early() {
        assert_eq!(fault(&"[".repeat(100_000)), Some(Fault::Deep { at: 64 }));
        let deepest = format!("{}{}", "[".repeat(64), "]".repeat(64));
        assert_eq!(fault(&deepest), None);
    }
}
