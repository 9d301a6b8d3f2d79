//! The key or word that was probably meant.

/// The nearest of the words, if one is near enough to be meant. Case and separators do not count.
#[must_use]
pub fn nearest<'a>(wrong: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded: Vec<char> = fold(wrong);
    let limit = ((folded.len() + 1) / 3).clamp(1, 4);
    words
        .into_iter()
        .map(|word| (distance(&folded, &fold(word)), word))
        .filter(|(distance, word)| *distance <= limit && *distance < word.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Case and separators are no difference: `dm_policy` is `dmPolicy`. Nobody writes keys longer than this.
fn fold(word: &str) -> Vec<char> {
    word.chars()
        .filter(|character| !matches!(character, '_' | '-' | ' '))
        .flat_map(char::to_lowercase)
        .take(64)
        .collect()
}

/// How many letters must be added, left out, changed or swapped with their neighbour.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, a) in one.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, b) in other.iter().enumerate() {
            let changed = last[column] + usize::from(a != b);
            let mut least = changed.min(last[column + 1] + 1).min(line[column] + 1);
            if row > 0 && column > 0 && *a == other[column - 1] && one[row - 1] == *b {
                least = least.min(before_last[column - 1] + 1);
            }
            line.push(least);
        }
        before_last = std::mem::replace(&mut last, line);
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn what_was_meant_is_found_and_nonsense_is_not() {
        let words = ["dmPolicy", "allowFrom", "groupPolicy", "mode"];
        for (wrong, meant) in [
            ("dmPolicies", Some("dmPolicy")),
            ("dm_policy", Some("dmPolicy")),
            ("DMPOLICY", Some("dmPolicy")),
            ("alowFrom", Some("allowFrom")),
            ("allowForm", Some("allowFrom")),
            ("grupPolicy", Some("groupPolicy")),
            ("node", Some("mode")),
            ("x", None),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(wrong, words), meant, "{wrong}");
        }
    }

    #[test]
    fn short_words_that_are_typed_at_a_prompt_are_found_too() {
        let words = ["approve", "as", "kill", "group", "groups", "expect"];
        for (wrong, meant) in [
            ("aprove", Some("approve")),
            ("klil", Some("kill")),
            ("Groups", Some("groups")),
            ("exepct", Some("expect")),
            ("sa", Some("as")),
            ("hello", None),
            ("xyz", None),
        ] {
            assert_eq!(nearest(wrong, words), meant, "{wrong}");
        }
    }
}
