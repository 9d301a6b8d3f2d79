//! Which patterns count for which agent.

use super::*;

#[test]
fn patterns_of_an_agent_replace_those_of_all() {
    let patterns = |pattern: &str| Patterns::new(&[pattern]).expect("a pattern");
    let agents = Agents {
        default: "main".to_owned(),
        list: BTreeMap::from([
            ("main".to_owned(), Some(patterns("@workbot"))),
            ("other".to_owned(), None),
            ("silent".to_owned(), Some(Patterns::default())),
        ]),
        patterns: patterns("@global"),
    };
    let matches = |agent: &str, text: &str| agents.patterns_of(agent).match_text(text);
    assert!(matches("main", "@WorkBot hi") && !matches("main", "@global hi"));
    assert!(matches("other", "@global hi") && !matches("other", "@workbot hi"));
    assert!(!matches("silent", "@global hi"), "an empty list replaces, too");
}
