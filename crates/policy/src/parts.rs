//! An answer that comes piece by piece, cut into parts of which each can be sent before the next is there.

#[cfg(test)]
mod tests;

/// A part that ends between two paragraphs has at least this many characters.
pub const SHORTEST_PART: usize = 600;

/// An answer that comes piece by piece.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// May parts end between two paragraphs, or only where the agent says so?
    early: bool,
    text: String,
    /// Up to here whole lines were looked at.
    looked: usize,
    /// Up to here an end of a line was searched for.
    searched: usize,
    /// Characters in the lines that were looked at.
    chars: usize,
    /// The fence of the block of code that the next line is in.
    fence: Option<(char, usize)>,
}

impl Parts {
    /// With `early`, parts end between two paragraphs too, once they are long enough.
    #[must_use]
    pub fn new(early: bool) -> Self {
        Self {
            early,
            ..Self::default()
        }
    }

    /// Takes the next piece. Returns the parts that are complete with it.
    pub fn push(&mut self, piece: &str) -> Vec<String> {
        self.text.push_str(piece);
        let mut complete = Vec::new();
        if !self.early {
            return complete;
        }
        while let Some(end) = self.next_line() {
            let line = self.text.get(self.looked..end).unwrap_or_default();
            let is_blank = line.trim().is_empty();
            self.chars += line.chars().count();
            self.fence = after(self.fence, line);
            self.looked = end;
            if is_blank && self.fence.is_none() && self.chars >= SHORTEST_PART {
                let rest = self.text.split_off(end);
                complete.extend(self.take());
                self.text = rest;
            }
        }
        complete
    }

    /// The agent says that the part is complete, or that there is no more. Returns it, if there is anything in it.
    pub fn take(&mut self) -> Option<String> {
        let text = std::mem::take(&mut self.text);
        self.looked = 0;
        self.searched = 0;
        self.chars = 0;
        self.fence = None;
        (!text.trim().is_empty()).then_some(text)
    }

    /// The end of the first line that was not looked at, if it is there.
    fn next_line(&mut self) -> Option<usize> {
        // What comes in many small pieces is not searched anew with each of them.
        let from = self.looked.max(self.searched);
        let found = self.text.get(from..)?.find('\n').map(|at| from + at + 1);
        self.searched = found.unwrap_or(self.text.len());
        found
    }
}

/// The fence that is open after this line, where that one was open before it.
fn after(fence: Option<(char, usize)>, line: &str) -> Option<(char, usize)> {
    let line = line.trim();
    let mark = line.chars().next().filter(|first| ['`', '~'].contains(first));
    let length = mark.map_or(0, |mark| line.chars().take_while(|next| *next == mark).count());
    match (fence, mark) {
        (None, Some(mark)) if length >= 3 => Some((mark, length)),
        (Some((open, least)), Some(mark))
            if mark == open && length >= least && length == line.chars().count() =>
        {
            None
        }
        (fence, _) => fence,
    }
}
