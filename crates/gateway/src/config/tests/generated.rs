//! What is made from the table of keys and checked in. `scripts/generate` rewrites it.

use std::fs;
use std::path::PathBuf;

use super::super::defaults::defaults;
use super::super::{Config, schema};
use super::valid;

fn compare(name: &str, expected: &str) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../config")
        .join(name);
    if std::env::var_os("FASED_GENERATE").is_some() {
        fs::write(&file, expected).expect("write what is generated");
    }
    let there = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        there == expected,
        "config/{name} is not what the keys say; rewrite it with: scripts/generate"
    );
}

#[test]
fn the_checked_in_schema() {
    let text = serde_json::to_string_pretty(&schema()).expect("JSON");
    compare("fased.schema.json", &format!("{text}\n"));
}

#[test]
fn the_checked_in_file_of_defaults() {
    compare("fased.default.json5", &defaults(false));
}

/// All but where it is written.
fn holds(config: &Config) -> String {
    let accounts = config.accounts.values().map(|account| {
        let mut account = account.clone();
        account.sources = super::super::Sources::default();
        format!("{account:?}\n")
    });
    accounts
        .chain([format!("{:?} {:?}", config.http, config.alerts)])
        .collect()
}

#[test]
fn the_file_of_defaults_says_what_holds_without_a_file() {
    let nothing = holds(&valid("{}"));
    let config = valid(&defaults(false));
    assert_eq!(config.warnings, Vec::<String>::new());
    assert_eq!(holds(&config), nothing);
    let all = valid(&defaults(true));
    assert_eq!(holds(&all), nothing);
    assert_eq!(all.warnings.len(), 1, "keys without effect: {:?}", all.warnings);
}

#[test]
fn the_example_is_valid_and_without_warnings() {
    let config = valid(include_str!("../../../../../config/fased.example.json5"));
    assert_eq!(config.warnings, Vec::<String>::new());
    assert_eq!(config.accounts["default"].rules.allow_from.phones().count(), 1);
}

#[test]
fn every_description_is_a_sentence_and_every_default_is_json() {
    use super::super::keys::{Block, FILE, Kind};
    fn walk(block: &Block) {
        for key in block.keys {
            assert!(key.doc.ends_with('.'), "{}: {}", key.name, key.doc);
            assert_eq!(
                key.default.is_some(),
                key.default_value().is_some(),
                "{}",
                key.name
            );
            if let Kind::Block(inner) | Kind::Map(_, inner) | Kind::List(inner) = key.kind {
                walk(&inner);
            }
        }
    }
    walk(&FILE);
}
