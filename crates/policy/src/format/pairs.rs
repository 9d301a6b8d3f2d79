//! Signs in pairs that the parser leaves in a line and that are not meant to be read.

use super::builder::Builder;
use super::model::Kind;

impl Builder {
    /// Takes pairs out that the parser left: bars around what is hidden elsewhere until it is touched, which WhatsApp
    /// cannot, and stars that are no bold in Markdown because a word touches them, as in `**Note:**text`.
    pub(super) fn pairs(&mut self, sign: &str) {
        let line = &self.doc.text[self.line_text..];
        let spans = &self.doc.spans[self.line_spans..];
        let (mut signs, mut open) = (Vec::new(), None);
        for (place, _) in line.match_indices(sign) {
            let at = self.line_text + place;
            let span = spans.partition_point(|span| span.start <= at).checked_sub(1);
            let words = span.is_some_and(|span| spans[span].kind == Kind::Text);
            let next = self.escaped.partition_point(|escaped| *escaped < at);
            if !words || self.escaped.get(next).is_some_and(|escaped| *escaped <= at + 1) {
                continue;
            }
            let before = line[..place].chars().next_back();
            let after = line[place + 2..].chars().next();
            let touches =
                |character: Option<char>| character.is_some_and(|character| !character.is_whitespace());
            let within = [before, after]
                .iter()
                .all(|side| side.is_some_and(|side| side.is_ascii_alphanumeric()));
            match open {
                Some(begun) if touches(before) && !within && place > begun + 2 => {
                    signs.extend([begun, place]);
                    open = None;
                }
                Some(_) | None => {
                    let opens =
                        touches(after) && !before.is_some_and(|before| before.is_ascii_alphanumeric());
                    open = opens.then_some(place).or(open);
                }
            }
        }
        if signs.is_empty() {
            return;
        }
        let mut kept = String::with_capacity(line.len());
        let mut done = 0;
        for sign in &signs {
            kept.push_str(&line[done..*sign]);
            done = sign + 2;
        }
        kept.push_str(&line[done..]);
        for span in &mut self.doc.spans[self.line_spans..] {
            let before = signs.partition_point(|sign| self.line_text + sign < span.start);
            span.start -= 2 * before;
        }
        self.doc.text.truncate(self.line_text);
        self.doc.text.push_str(kept.trim_end());
    }
}
