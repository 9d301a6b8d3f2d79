//! Takes out what a model only thinks.
//!
//! Servers are to hand that over beside the answer; those that do not leave it in front of it, between two marks.

/// The marks: where it begins and where it ends.
const MARKS: [(&str, &str); 2] = [("<think>", "</think>"), ("<thinking>", "</thinking>")];

/// Takes out leading blocks, however the text is cut.
#[derive(Debug, Default)]
pub(super) struct Think {
    state: State,
    thought: bool,
}

#[derive(Debug)]
enum State {
    /// Nothing but blank space and perhaps the beginning of a mark.
    Before(String),
    /// Inside, until this mark. The last of it may be the beginning of that.
    Inside(&'static str, String),
    /// In the answer, with the beginning of its current line.
    Answer(String),
    /// In the answer, which spoke of these marks itself.
    About,
}

impl Default for State {
    fn default() -> Self {
        Self::Before(String::new())
    }
}

/// An end without a beginning: all that was said before it was no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OnlyAnEnd;

impl Think {
    /// Whether there was such a block.
    pub(super) fn has_thought(&self) -> bool {
        self.thought
    }

    /// What of this is for others.
    pub(super) fn push(&mut self, text: &str) -> Result<String, OnlyAnEnd> {
        let mut rest = text.to_owned();
        loop {
            let state = std::mem::take(&mut self.state);
            match state {
                State::Before(held) => {
                    let whole = held + &rest;
                    let begun = whole.trim_start();
                    if let Some((begin, end)) = MARKS.iter().find(|(begin, _)| begun.starts_with(begin)) {
                        rest = begun[begin.len()..].to_owned();
                        self.thought = true;
                        self.state = State::Inside(end, String::new());
                    } else if MARKS.iter().any(|(begin, _)| begin.starts_with(begun)) {
                        self.state = State::Before(begun.to_owned());
                        return Ok(String::new());
                    } else {
                        rest = begun.to_owned();
                        self.state = State::Answer(String::new());
                    }
                }
                State::Inside(end, held) => {
                    let whole = held + &rest;
                    if let Some(at) = whole.find(end) {
                        rest = whole[at + end.len()..].to_owned();
                        self.state = State::Before(String::new());
                    } else {
                        let last = whole.ceil_char_boundary(whole.len().saturating_sub(end.len()));
                        self.state = State::Inside(end, whole[last..].to_owned());
                        return Ok(String::new());
                    }
                }
                State::Answer(line) => {
                    self.state = look_for_an_end(line, &rest)?;
                    return Ok(rest);
                }
                State::About => {
                    self.state = State::About;
                    return Ok(rest);
                }
            }
        }
    }

    /// What was held back when there is no more; None if it never came to an answer.
    pub(super) fn end(&mut self) -> Option<String> {
        match std::mem::take(&mut self.state) {
            State::Before(held) => Some(held),
            State::Inside(..) => None,
            State::Answer(_) | State::About => Some(String::new()),
        }
    }
}

/// Goes on through an answer, and stops at a line that begins with the end of a block that nobody saw begin. Some servers
/// put the beginning into the question, so that only the end comes back.
fn look_for_an_end(mut line: String, text: &str) -> Result<State, OnlyAnEnd> {
    for character in text.chars() {
        if character == '\n' {
            line.clear();
        } else if line.len() < 16 && !(line.is_empty() && character.is_whitespace()) {
            line.push(character);
            if MARKS.iter().any(|(_, end)| line == *end) {
                return Err(OnlyAnEnd);
            }
            if MARKS.iter().any(|(begin, _)| line == *begin) {
                return Ok(State::About);
            }
        }
    }
    Ok(State::Answer(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_pieces_of(size: usize, text: &str) -> Result<Option<String>, OnlyAnEnd> {
        let mut think = Think::default();
        let mut said = String::new();
        let characters: Vec<char> = text.chars().collect();
        for piece in characters.chunks(size) {
            said.push_str(&think.push(&piece.iter().collect::<String>())?);
        }
        Ok(think.end().map(|rest| said + &rest))
    }

    fn always(text: &str, wanted: &Result<Option<&str>, OnlyAnEnd>) {
        for size in 1..=text.chars().count().max(1) {
            let got = in_pieces_of(size, text);
            assert_eq!(
                got.as_ref().map(Option::as_deref),
                wanted.as_ref().map(|text| *text),
                "{text:?} by {size}"
            );
        }
    }

    #[test]
    fn leading_blocks_are_taken_out() {
        always("<think>hm, é</think>\n\nYes.", &Ok(Some("Yes.")));
        always(
            "\n <thinking>a</think>b</thinking> <think></think>Yes.\n",
            &Ok(Some("Yes.\n")),
        );
        always("<think>a <b> </thin </think>x", &Ok(Some("x")));
    }

    #[test]
    fn what_is_no_such_block_stays() {
        always("Plain.", &Ok(Some("Plain.")));
        always("<thin ice> is <think>", &Ok(Some("<thin ice> is <think>")));
        always("<thi", &Ok(Some("<thi")));
        always(
            "The mark `</think>` ends it.",
            &Ok(Some("The mark `</think>` ends it.")),
        );
        always(
            "So:\n<think>\na\n</think>\n",
            &Ok(Some("So:\n<think>\na\n</think>\n")),
        );
        always("", &Ok(Some("")));
    }

    #[test]
    fn thinking_without_an_answer_is_none() {
        always("<think>on and on </thi", &Ok(None));
    }

    #[test]
    fn an_end_without_a_beginning_is_told() {
        always("Let me see.\n</think>\nYes.", &Err(OnlyAnEnd));
        always("Hm.\n\n  </think>Yes.", &Err(OnlyAnEnd));
    }
}
