use super::*;

fn paragraph(letter: char) -> String {
    let mut text: String = std::iter::repeat_n(letter, SHORTEST_PART).collect();
    text.push_str("\n\n");
    text
}

/// All parts, whatever the pieces that the answer comes in.
fn cut(text: &str, pieces: usize, early: bool) -> Vec<String> {
    let mut parts = Parts::new(early);
    let chars: Vec<char> = text.chars().collect();
    let mut cut: Vec<String> = chars
        .chunks(pieces)
        .flat_map(|piece| parts.push(&piece.iter().collect::<String>()))
        .collect();
    cut.extend(parts.take());
    cut
}

#[test]
fn a_part_ends_after_a_long_enough_paragraph_and_nothing_is_lost() {
    let text = format!("short\n\n{}{}the end", paragraph('a'), paragraph('b'));
    for pieces in [1, 7, 5_000] {
        let parts = cut(&text, pieces, true);
        assert_eq!(parts.len(), 3, "{pieces}: {parts:?}");
        assert!(parts[0].starts_with("short\n\naaa") && parts[2] == "the end");
        assert_eq!(parts.concat(), text);
    }
    assert_eq!(
        cut(&text, 7, false),
        std::slice::from_ref(&text),
        "whoever does not want it gets it whole"
    );
}

#[test]
fn code_is_not_cut_and_an_end_of_a_part_says_so() {
    let code = format!("```rust\n{}``\n~~~\n{}```\n", paragraph('a'), paragraph('b'));
    let text = format!("{code}\nafter");
    assert_eq!(cut(&text, 3, true), [format!("{code}\n"), "after".to_owned()]);
    let mut parts = Parts::new(false);
    assert!(parts.push("one").is_empty());
    assert_eq!(parts.take().as_deref(), Some("one"));
    assert_eq!(parts.take(), None);
    assert!(parts.push(" \n ").is_empty());
    assert_eq!(parts.take(), None, "there is nothing in it");
}

#[test]
fn a_long_line_is_searched_once() {
    const TIMES: usize = 300_000;
    let mut parts = Parts::new(true);
    for _ in 0..TIMES {
        assert!(parts.push("é").is_empty());
        assert_eq!(parts.searched, parts.text.len());
    }
    let whole = parts.push("\n\nthe end");
    assert_eq!(whole.len(), 1);
    assert_eq!(whole[0].chars().count(), TIMES + 2);
    assert_eq!(parts.take().as_deref(), Some("the end"));
}
