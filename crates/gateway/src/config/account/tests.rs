//! What an account sets counts for it alone, and what an agent sets for it alone.

use std::collections::BTreeMap;
use std::path::Path;

use fased_policy::access::DmPolicy;
use fased_policy::mention::Patterns;

use super::*;
use crate::config::{Agent, Config};

#[test]
fn what_an_account_sets_wins_over_the_root_for_that_account() {
    let text = "{ channels: { whatsapp: {
        dmPolicy: 'pairing', allowFrom: ['+15559999998'], selfChatMode: true, debounceMs: 2000,
        accounts: {
            work: { dmPolicy: 'allowlist', allowFrom: ['+15559999999'], selfChatMode: false, debounceMs: 0 },
            home: {},
        },
    } } }";
    let config = Config::parse(text, Path::new("/etc/fased.json"), |id| PathBuf::from(id)).expect("valid");
    let (work, home) = (&config.accounts["work"], &config.accounts["home"]);
    assert_eq!(work.rules.dm_policy, DmPolicy::Allowlist);
    assert_eq!(home.rules.dm_policy, DmPolicy::Pairing);
    for (account, listed) in [(work, "+15559999999"), (home, "+15559999998")] {
        let phones: Vec<String> = account
            .rules
            .allow_from
            .phones()
            .map(ToString::to_string)
            .collect();
        assert_eq!(phones, [listed]);
    }
    assert!(!work.rules.self_chat_mode && home.rules.self_chat_mode);
    assert_eq!((work.debounce_ms, home.debounce_ms), (0, 2000));
}

#[test]
fn patterns_of_an_agent_replace_those_of_all() {
    let patterns = |pattern: &str| Patterns::new(&[pattern]).expect("a pattern");
    let with = |patterns| Agent {
        patterns,
        ..Agent::default()
    };
    let agents = Agents {
        list: BTreeMap::from([
            ("main".to_owned(), with(Some(patterns("@workbot")))),
            ("other".to_owned(), with(None)),
            ("silent".to_owned(), with(Some(Patterns::default()))),
        ]),
        patterns: patterns("@global"),
        ..Agents::default()
    };
    let matches = |agent: &str, text: &str| agents.patterns_of(agent).match_text(text);
    assert!(matches("main", "@WorkBot hi") && !matches("main", "@global hi"));
    assert!(matches("other", "@global hi") && !matches("other", "@workbot hi"));
    assert!(!matches("silent", "@global hi"), "an empty list replaces, too");
}
