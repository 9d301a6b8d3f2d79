//! From text to values: what is no JSON5, and what is JSON5 that no config may hold.

use super::{parse, problems, valid, whatsapp, wrong};

/// Text, line, column, and what the message says.
const NOT_A_CONFIG: &[(&str, usize, usize, &str)] = &[
    (
        "{\n  channels: {},\n  messages: {}\n  agents: {},\n}",
        3,
        14,
        "a comma is missing",
    ),
    ("{ a: 'x\n' }", 1, 6, "never ends"),
    (
        "{\n  channels: {\n    whatsapp: {\n  },\n}",
        3,
        15,
        "} is missing",
    ),
    ("{ channels: {} }}", 1, 17, "closes nothing"),
    ("{ bindings: [ }", 1, 15, "a ] is missing"),
    (
        "{ channels: { whatsapp: { dmPolicy: pairing } } }",
        1,
        37,
        "pairing stands there without quotation marks",
    ),
    (
        "{ channels: { whatsapp: { historyLimit: Infinity } } }",
        1,
        41,
        "Infinity",
    ),
    (
        "{ channels: { whatsapp: { historyLimit: -Infinity } } }",
        1,
        41,
        "Infinity",
    ),
    ("{ channels: { whatsapp: { historyLimit: NaN } } }", 1, 41, "NaN"),
    (
        "{ channels: { whatsapp: { historyLimit: 1e999 } } }",
        1,
        41,
        "1e999",
    ),
    ("{ channels: { whatsapp: { historyLimit: 0x } } }", 1, 43, "JSON5"),
    ("{ channels: { whatsapp: { dmPolicy 'open' } } }", 1, 36, "JSON5"),
    ("{ channels = {} }", 1, 12, "JSON5"),
    ("{} {}", 1, 4, "JSON5"),
    ("channels:\n  whatsapp:\n", 1, 1, ""),
    ("{ \u{1f600}: 1 }", 1, 3, "JSON5"),
];

#[test]
fn what_is_no_json5_is_told_with_its_place() {
    for (text, line, column, says) in NOT_A_CONFIG {
        let found = problems(text);
        assert_eq!(
            (found[0].line, found[0].column),
            (*line, *column),
            "{text}\n{found:?}"
        );
        assert!(found[0].message.contains(says), "{text}\n{found:?}");
    }
}

#[test]
fn all_of_json5_is_read() {
    let config = valid(
        "\u{feff}// comment\n{ 'channels': { \"whatsapp\": { historyLimit: +0x10, debounceMs: 1e3, /* … */\n reconnect: \
         { factor: 2., jitter: .5 }, messagePrefix: 'a\\\nb', } } }\n",
    );
    let account = &config.accounts["default"];
    assert_eq!((account.history_limit, account.debounce_ms), (16, 1000));
    assert_eq!(
        (account.lifecycle.backoff.factor, account.lifecycle.backoff.jitter),
        (2.0, 0.5)
    );
}

#[test]
fn an_empty_file_is_an_empty_config() {
    for text in ["", "  \n", "// nothing yet\n", "{}", "\u{feff}{}"] {
        assert_eq!(valid(text).accounts.len(), 1, "{text:?}");
    }
    for text in ["[]", "1", "null", "'text'"] {
        assert!(problems(text)[0].message.contains("an object"), "{text}");
    }
}

#[test]
fn nesting_without_end_is_an_error_and_no_crash() {
    for text in [
        "[".repeat(200_000),
        "{ a: ".repeat(100_000),
        format!("{}{}", "[".repeat(5000), "]".repeat(5000)),
    ] {
        assert!(problems(&text)[0].message.contains("nested too deeply"));
    }
}

#[test]
fn a_key_that_is_set_twice_is_an_error_at_every_depth() {
    for (text, path) in [
        ("{ agents: {}, agents: {} }", "agents"),
        (
            "{ channels: { whatsapp: { mode: 'personal', 'mode': 'personal' } } }",
            "channels.whatsapp.mode",
        ),
        ("{ tools: {}, tools: {} }", "tools"),
        ("{ alerts: { on: [], on: [] } }", "alerts.on"),
    ] {
        let found = problems(text);
        assert_eq!(found[0].path, path, "{found:?}");
        assert!(found[0].message.contains("twice"), "{found:?}");
        assert!(
            found[0].hint.as_ref().is_some_and(|hint| hint.contains("line 1")),
            "{found:?}"
        );
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once_in_the_order_of_the_file() {
    let error = wrong(
        "{\n  channels: {\n    whatsapp: {\n      dmPolicies: 'open',\n      historyLimit: -1,\n      allowFrom: [5, 'x'],\n      dmPolicy: 'open',\n    },\n  },\n  agent: {},\n}",
    );
    let places: Vec<(usize, &str)> = error
        .problems
        .iter()
        .map(|problem| (problem.line, problem.path.as_str()))
        .collect();
    let expected = [
        (4, "channels.whatsapp.dmPolicies"),
        (5, "channels.whatsapp.historyLimit"),
        (6, "channels.whatsapp.allowFrom"),
        (6, "channels.whatsapp.allowFrom[0]"),
        (6, "channels.whatsapp.allowFrom[1]"),
        (10, "agent"),
    ];
    assert_eq!(places, expected);
}

#[test]
fn the_first_line_stands_for_itself_and_the_line_of_the_file_follows() {
    let message = wrong("{\n  channels: { whatsapp: {\n    dmPolicies: 'open' } }\n}").message;
    let expected = "\
/etc/fased.json:3:5: channels.whatsapp.dmPolicies: there is no such key
  |
3 |     dmPolicies: 'open' } }
  |     ^^^^^^^^^^
  hint: did you mean dmPolicy?";
    assert_eq!(message, expected);
}

#[test]
fn a_flood_of_mistakes_is_cut_short() {
    let keys: Vec<String> = (0..100).map(|number| format!("nonsense{number}: 1")).collect();
    let error = wrong(&whatsapp(&keys.join(",\n")));
    assert_eq!(error.problems.len(), 100);
    assert!(error.message.ends_with("and 80 more"), "{}", error.message);
}

#[test]
fn a_line_that_may_hold_a_secret_is_not_shown() {
    let message = wrong("{ gateway: { http: { token: 'hunter2', port: 'x' } } }").message;
    assert!(
        message.contains("gateway.http.port") && !message.contains("hunter2"),
        "{message}"
    );
}

#[test]
fn columns_are_counted_in_characters() {
    let found = problems("{ /* ÄÖÜ 👀 */ nonsense: 1 }");
    assert_eq!(found[0].column, 15);
    assert!(parse("{ 'ключ': 1 }").is_err(), "no crash in other scripts");
}

#[test]
fn a_large_config_is_read_in_time() {
    let groups: Vec<String> = (0..20_000)
        .map(|number| format!("'{number}@g.us': {{ allowFrom: ['+1555{number:07}'] }}"))
        .collect();
    let entries: Vec<String> = (0..10_000).map(|number| format!("'1555{number:07}'")).collect();
    let text = whatsapp(&format!(
        "allowFrom: [{}], groups: {{ {} }}",
        entries.join(","),
        groups.join(",\n")
    ));
    let config = valid(&text);
    assert_eq!(config.accounts["default"].rules.groups.listed.len(), 20_000);
    assert_eq!(config.warnings.len(), 6, "not one for each of 10,000 numbers");
}
