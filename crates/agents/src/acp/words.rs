//! Words of agents, cut to what people bear.

/// The beginning of a text, so many characters at most, and a mark if there is more.
pub(super) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
    }
}

/// The same in one line.
pub(super) fn line(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    shortened(&words.join(" "), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_is_marked() {
        assert_eq!(shortened("grüße", 5), "grüße");
        assert_eq!(shortened("grüße", 3), "grü…");
        assert_eq!(line("  Reading\n\tmain.rs ", 20), "Reading main.rs");
        assert_eq!(line("Reading\nmain.rs", 9), "Reading m…");
    }
}
