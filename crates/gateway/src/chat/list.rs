//! Lists that fit on a phone.

/// A command's answer is not longer than this, in characters, unless a single line is.
const MOST: usize = 600;

/// A heading and as many of these lines as fit, one at least; where lines are left out, how many and where all of them
/// are shown.
pub(super) fn listed(head: &str, lines: &[String], all: &str) -> String {
    let mut text = head.to_owned();
    let mut length = head.chars().count();
    for (shown, line) in lines.iter().enumerate() {
        let left = lines.len() - shown;
        let more = format!("\n… and {left} more, see: {all}");
        // The last one needs no room for what would be said of further ones.
        let room = if left == 1 {
            MOST
        } else {
            MOST.saturating_sub(more.chars().count())
        };
        length += 1 + line.chars().count();
        if shown > 0 && length > room {
            return text + &more;
        }
        text.push('\n');
        text.push_str(line);
    }
    text
}

/// A text in one line that is not longer than this, in characters.
pub(super) fn short(text: &str, most: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(most.saturating_sub(1)) {
        Some((end, _)) if text.chars().count() > most => {
            format!("{}…", text.get(..end).unwrap_or_default().trim_end())
        }
        Some(_) | None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(count: usize) -> Vec<String> {
        (1..=count)
            .map(|number| format!("line number {number:04} of some length"))
            .collect()
    }

    #[test]
    fn what_fits_is_shown_whole() {
        assert_eq!(listed("Two:", &lines(0), "fased x"), "Two:");
        assert_eq!(
            listed("Two:", &lines(2), "fased x"),
            "Two:\nline number 0001 of some length\nline number 0002 of some length"
        );
    }

    #[test]
    fn what_does_not_fit_is_counted_and_the_answer_stays_short() {
        for count in 1..200 {
            let text = listed("Many:", &lines(count), "fased tasks list");
            assert!(text.chars().count() <= MOST, "{count}: {}", text.chars().count());
            let shown = text.lines().filter(|line| line.starts_with("line")).count();
            let more = format!("… and {} more, see: fased tasks list", count - shown);
            assert_eq!(text.ends_with(&more), shown < count, "{text}");
        }
    }

    #[test]
    fn one_line_is_shown_however_long() {
        let long = vec!["x".repeat(2_000), "y".to_owned()];
        let text = listed("Two:", &long, "fased x");
        assert!(text.contains(&long[0]) && text.ends_with("… and 1 more, see: fased x"));
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_becomes_one_line() {
        for (text, most, expected) in [
            ("short", 10, "short"),
            ("exactly 10", 10, "exactly 10"),
            ("more than 10", 10, "more than…"),
            ("two\n lines", 20, "two lines"),
            ("ⓐⓑⓒⓓ", 3, "ⓐⓑ…"),
            ("", 3, ""),
        ] {
            assert_eq!(short(text, most), expected);
        }
    }
}
