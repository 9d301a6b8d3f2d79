//! Changes of the text: what is asked for changes, and nothing else.

use super::super::KeyPath;
use super::super::edit::{Edited, set, unset};

const BEFORE: &str = r#"// Mine.
{
  /* channels */ channels: {
    whatsapp: {
      // strangers ask
      dmPolicy: 'pairing', // for now
      "allowFrom": [
        "+15550100001", // me
        '+1 555 010 0002',
      ],

      historyLimit: 0x10,
    },
  },
}
"#;

fn key(text: &str) -> KeyPath {
    KeyPath::parse(text).expect("a key")
}

fn changed(edited: Result<Edited, String>) -> String {
    match edited.expect("it can be changed") {
        Edited::Changed(text) => text,
        Edited::Same => panic!("nothing was changed"),
    }
}

/// The lines that differ: `-` those that went, `+` those that came.
fn difference(after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (BEFORE.lines().collect(), after.lines().collect());
    let same = old
        .iter()
        .zip(&new)
        .take_while(|(one, other)| one == other)
        .count();
    let (old, new) = (&old[same..], &new[same..]);
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(one, other)| one == other)
        .count();
    let went = old[..old.len() - tail]
        .iter()
        .map(|line| format!("-{}\n", line.trim_start()));
    let came = new[..new.len() - tail]
        .iter()
        .map(|line| format!("+{}\n", line.trim_start()));
    went.chain(came).collect()
}

/// Key, value, and the lines that differ then.
const SETS: &[(&str, &str, &str)] = &[
    (
        "channels.whatsapp.dmPolicy",
        "disabled",
        "-dmPolicy: 'pairing', // for now\n+dmPolicy: \"disabled\", // for now\n",
    ),
    (
        "channels.whatsapp.historyLimit",
        "20",
        "-historyLimit: 0x10,\n+historyLimit: 20,\n",
    ),
    ("channels.whatsapp.debounceMs", "250", "+debounceMs: 250,\n"),
    (
        "channels.whatsapp.responsePrefix",
        "[bot] ",
        "+responsePrefix: \"[bot] \",\n",
    ),
    (
        "channels.whatsapp.pairing.silent",
        "true",
        "+pairing: {\n+silent: true\n+},\n",
    ),
    (
        "channels.whatsapp.allowFrom[+]",
        "+15550100003",
        "+\"+15550100003\",\n",
    ),
    (
        "channels.whatsapp.allowFrom[0]",
        "+15550100009",
        "-\"+15550100001\", // me\n+\"+15550100009\", // me\n",
    ),
    (
        "messages.groupChat.mentionPatterns",
        "['@bot', '@fased']",
        "+messages: {\n+groupChat: {\n+mentionPatterns: [\"@bot\", \"@fased\"]\n+}\n+},\n",
    ),
];

#[test]
fn a_change_leaves_comments_order_and_spelling_of_the_rest() {
    for (path, value, expected) in SETS {
        let after = changed(set(Some(BEFORE), &key(path), value, false));
        assert_eq!(difference(&after), *expected, "{path}\n{after}");
        super::valid(&after);
    }
}

#[test]
fn what_is_there_already_is_not_written_again() {
    for (path, value) in [
        ("channels.whatsapp.dmPolicy", "pairing"),
        ("channels.whatsapp.historyLimit", "16"),
        ("channels.whatsapp.allowFrom[+]", "+1 (555) 010-0001"),
        (
            "channels.whatsapp.allowFrom[+]",
            "['+15550100001', '+15550100002']",
        ),
    ] {
        assert_eq!(
            set(Some(BEFORE), &key(path), value, false),
            Ok(Edited::Same),
            "{path}"
        );
    }
}

#[test]
fn taking_out_leaves_the_rest() {
    let after = changed(unset(Some(BEFORE), &key("channels.whatsapp.historyLimit"), None));
    assert!(
        !after.contains("historyLimit") && after.contains("// me"),
        "{after}"
    );
    let after = changed(unset(
        Some(BEFORE),
        &key("channels.whatsapp.allowFrom"),
        Some("+15550100002"),
    ));
    assert!(
        !after.contains("010 0002") && after.contains("\"+15550100001\", // me"),
        "{after}"
    );
    super::valid(&after);
    let after = changed(unset(Some(BEFORE), &key("channels.whatsapp.allowFrom[0]"), None));
    assert!(
        !after.contains("+15550100001") && after.contains("010 0002"),
        "{after}"
    );
    super::valid(&after);
    for nothing in [
        "channels.whatsapp.mode",
        "channels.whatsapp.accounts.a",
        "messages.groupChat.mentionPatterns",
    ] {
        assert_eq!(unset(Some(BEFORE), &key(nothing), None), Ok(Edited::Same));
        assert_eq!(unset(None, &key(nothing), None), Ok(Edited::Same));
    }
}

#[test]
fn a_file_that_is_not_there_or_empty_begins_simply() {
    let expected = "{\n  channels: {\n    whatsapp: {\n      mode: \"personal\"\n    }\n  }\n}\n";
    for text in [None, Some(""), Some("\n")] {
        let after = changed(set(text, &key("channels.whatsapp.mode"), "personal", false));
        assert_eq!(after, expected, "{text:?}");
    }
    let after = changed(set(
        Some("// mine\n{}\n"),
        &key("channels.whatsapp.mode"),
        "personal",
        false,
    ));
    assert!(after.starts_with("// mine\n{"), "{after}");
    super::valid(&after);
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_stay() {
    let text = format!("\u{feff}{}", BEFORE.replace('\n', "\r\n"));
    let after = changed(set(Some(&text), &key("channels.whatsapp.debounceMs"), "5", false));
    assert!(after.starts_with('\u{feff}'), "{after:?}");
    assert!(
        after.matches('\n').count() == after.matches("\r\n").count(),
        "{after:?}"
    );
    super::valid(&after);
}

#[test]
fn agents_are_found_by_their_id() {
    let text = "{ agents: { list: [{ id: 'a' }, { id: 'b', name: 'B' }] } }";
    let after = changed(set(Some(text), &key("agents.list.b.name"), "Bea", false));
    assert!(after.contains("name: \"Bea\""), "{after}");
    assert!(set(Some(text), &key("agents.list.c.name"), "C", false).is_err());
    let after = changed(set(Some(text), &key("agents.list[+]"), "{ id: 'c' }", false));
    assert!(
        after.contains("{ id: 'c' }") || after.contains("id: \"c\""),
        "{after}"
    );
    super::valid(&after);
}

#[test]
fn what_cannot_be_done_is_said() {
    for (path, value, says) in [
        ("channels.whatsapp.dmPolicies", "open", "dmPolicy?"),
        ("channels.whatsapp.dmPolicy[+]", "open", "no list"),
        ("channels.whatsapp.allowFrom[9]", "+15550100003", "no entry 9"),
        ("channels.whatsapp.pairing", "{ silent: ", "cannot be read"),
        ("channels.whatsapp.historyLimit", "", "empty"),
        (
            "channels.whatsapp.groups.Family.enabled",
            "true",
            "address of a group",
        ),
    ] {
        let error = set(Some(BEFORE), &key(path), value, false).expect_err("it cannot be done");
        assert!(error.contains(says), "{path}: {error}");
    }
}

/// Pieces from which texts are put together at random: what people mistype, and what readers trip over.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "'",
    "\\",
    "\n",
    "\r\n",
    "//",
    "/*",
    "*/",
    "*",
    "+",
    "-",
    ".",
    "0x",
    "1e9",
    "é",
    "👀",
    "\u{feff}",
    "\u{2028}",
    "\0",
    "channels",
    "whatsapp",
    "groups",
    "true",
    "null",
    "Infinity",
    "\\u0061",
    "allowFrom",
];

#[test]
fn no_text_brings_reading_or_changing_down() {
    let mut state: u64 = 1;
    let mut draw = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or_default() % below
    };
    let (policy, list, groups) = (
        key("channels.whatsapp.dmPolicy"),
        key("channels.whatsapp.allowFrom"),
        key("channels.whatsapp.groups"),
    );
    for _round in 0..1000 {
        let mut text: Vec<char> = BEFORE.chars().collect();
        for _ in 0..=draw(3) {
            let at = draw(text.len());
            let cut = (at + draw(4)).min(text.len());
            text.splice(at..cut, PIECES[draw(PIECES.len())].chars());
        }
        let text: String = text.into_iter().collect();
        let right = super::parse(&text).is_ok();
        let set = set(Some(&text), &policy, "disabled", false);
        let add = super::super::edit::set(Some(&text), &list, "+15550100007", true);
        if right {
            for edited in [set, add, unset(Some(&text), &groups, None)] {
                match edited {
                    Ok(Edited::Changed(after)) => {
                        assert!(super::parse(&after).is_ok(), "{text}\nbecame\n{after}")
                    }
                    Ok(Edited::Same) => {}
                    Err(error) => panic!("{text}\n{error}"),
                }
            }
        }
    }
}
