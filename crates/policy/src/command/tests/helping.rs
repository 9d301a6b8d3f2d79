use rstest::rstest;

use super::*;

/// Most characters of any help: it is read on a phone.
const MOST: usize = 1_200;

#[test]
fn the_whole_table_fits_on_a_phone() {
    let text = help(None, true);
    assert!(text.chars().count() <= MOST, "{}", text.chars().count());
    for entry in &TABLE {
        for name in entry.names {
            assert!(text.contains(&format!("/{name}")), "{name}: {text}");
        }
        let about = help(Some(entry), true);
        assert!(about.chars().count() <= MOST, "{about}");
        for form in entry.forms {
            assert!(about.contains(&form.usage(entry)), "{about}");
            assert!(text.contains(form.verb), "{}: {text}", form.verb);
        }
    }
}

#[test]
fn what_is_for_owners_is_told_to_owners() {
    assert!(help(None, true).contains("/pairing"));
    assert!(!help(None, false).contains("/pairing"));
    for entry in &TABLE {
        assert!(!help(Some(entry), false).contains("/pairing"), "{}", entry.name());
    }
}

/// What the help shows can be typed.
#[test]
fn examples_of_schedules_are_schedules() {
    let entry = TABLE.iter().find(|entry| entry.name() == "task").unwrap();
    let mut found = 0;
    for note in entry.notes {
        let Some((_what, examples)) = note.split_once(": ") else {
            continue;
        };
        for example in examples.split(", ") {
            let text = format!("{example} look");
            let task = crate::task::parse_new(&text, 0, &crate::schedule::Zone::UTC).unwrap();
            assert!(task.schedule.is_some() && task.prompt == "look", "{example}");
            found += 1;
        }
    }
    assert_eq!(found, 9);
}

#[rstest]
#[case::word("/help task", "task")]
#[case::slash("/help /Task", "task")]
#[case::other_name("/help reset", "new")]
fn topics(#[case] text: &str, #[case] expected: &str) {
    let Some(Ok(Command::Help(Some(entry)))) = parse(text) else {
        panic!("{text}");
    };
    assert_eq!(entry.name(), expected);
}

#[test]
fn help_reads_well() {
    assert_eq!(
        help(None, true),
        "Commands:\n\
         /help [command] – this list, or more about one command\n\
         /status – how things are here\n\
         /new, /reset – forget this conversation and begin anew\n\
         /stop – end the answer under way, drop what waits\n\
         /activation mention|always|default – when I answer in this group\n\
         /agent list|current|switch – who answers here\n\
         /session list|current|new|switch|close – conversations kept apart\n\
         /pairing list|approve|deny – who may write to me\n\
         /task new|list|show|run|runs|last|pause|resume|edit|cancel|cancel-run – work at set times\n\
         /tasks [all] – the same as /task list\n\
         More about one: /help task"
    );
    let Some(Ok(Command::Help(topic))) = parse("/help agent") else {
        panic!("/help agent");
    };
    assert_eq!(
        help(topic, true),
        "/agent – who answers here\n\
         /agent list – all agents\n\
         /agent current – who answers here\n\
         /agent switch <name> – let another answer"
    );
}
