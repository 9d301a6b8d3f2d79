use serde_json::json;

use super::expect::PATIENCE;
use super::*;

fn one(line: &str) -> Step {
    Script::parse("s", line).expect("parses").lines.remove(0).step
}

#[test]
fn every_step_is_understood() {
    let sender = "+15550100002".to_owned();
    assert_eq!(one("say  Hello  you"), Step::Say("Hello  you".to_owned()));
    let message = Step::Message {
        from: sender.clone(),
        text: "hello there".to_owned(),
    };
    assert_eq!(one("  as +15550100002 hello there"), message);
    let from = vec![sender.clone(), "+15550100003".to_owned()];
    let burst = Step::Burst {
        count: 20,
        from,
        text: "a b".to_owned(),
    };
    assert_eq!(one("burst 20 from +15550100002,+15550100003 a b"), burst);
    assert_eq!(
        one("approve ABCD2345"),
        Step::Approve(PairingWho::Code("ABCD2345".to_owned()))
    );
    assert_eq!(
        one("deny +15550100002"),
        Step::Deny(PairingWho::Sender(sender.clone()))
    );
    let Step::Fault(drop) = one("drop") else {
        panic!("drop is a fault")
    };
    assert_eq!(Value::Object(drop), json!({ "kind": "drop" }));
    let Step::Fault(acks) = one("fault acks mode=delay ms=300") else {
        panic!("a fault")
    };
    assert_eq!(
        Value::Object(acks),
        json!({ "kind": "acks", "mode": "delay", "ms": 300 })
    );
    assert_eq!(one("kill gateway"), Step::KillGateway);
    assert_eq!(one("kill sidecar"), Step::KillSidecar);
    assert_eq!(one("pause"), Step::Pause);
    assert_eq!(one("link"), Step::Link);
    assert_eq!(one("resume"), Step::Resume);
    assert_eq!(one("wait ready"), Step::WaitReady);
    assert_eq!(one("wait 1500ms"), Step::Wait(Duration::from_millis(1500)));
    let reply = Expect::Reply {
        reader: Reader::Contact(sender.clone()),
        contains: "hello there".to_owned(),
        within: Duration::from_secs(3),
    };
    assert_eq!(
        one("expect reply to +15550100002 containing \"hello there\" within 3s"),
        Step::Expect(reply)
    );
    let verdict = Expect::Verdict {
        reason: "dm_paired".to_owned(),
        sender: sender.clone(),
        within: PATIENCE,
    };
    assert_eq!(
        one("expect verdict dm_paired for +15550100002"),
        Step::Expect(verdict)
    );
    let silence = Expect::Silence {
        reader: Reader::Contact(sender),
        lasting: Duration::from_secs(2),
    };
    assert_eq!(one("expect silence for +15550100002 2s"), Step::Expect(silence));
    assert_eq!(one("expect no violations"), Step::Expect(Expect::NoViolations));
}

#[test]
fn config_lines_make_one_file_and_comments_nothing() {
    let script = Script::parse("s", "# a\n\nconfig {\nconfig   a: 1,\nconfig }\nwait ready").expect("parses");
    assert_eq!(script.config.as_deref(), Some("{\n  a: 1,\n}\n"));
    assert_eq!(script.lines.len(), 1);
    assert_eq!(script.lines[0].number, 6);
}

#[test]
fn time_commands_and_what_is_read_have_steps() {
    assert_eq!(one("clock +90s"), Step::Clock(Duration::from_secs(90)));
    assert_eq!(one("clock +2h"), Step::Clock(Duration::from_secs(7_200)));
    assert_eq!(one("stop gateway"), Step::StopGateway);
    assert_eq!(one("start gateway"), Step::StartGateway);
    let arguments = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let said = Step::Fased(arguments(&["agents", "test", "main", "two words"]));
    assert_eq!(one("fased agents test main \"two words\""), said);
    assert_eq!(one("fased agents test main 'two words'"), said);
    let quoted = Step::Fased(vec![
        "agents".to_owned(),
        "say \"hi\" it's".to_owned(),
        String::new(),
    ]);
    assert_eq!(one(r#"fased agents 'say "hi" it'\''s' """#), quoted);
    let exit = Expect::Exit {
        code: 1,
        arguments: vec!["tasks".to_owned(), "a \"b".to_owned()],
    };
    assert_eq!(one("expect exit 1 of fased tasks 'a \"b'"), Step::Expect(exit));
    let open = Script::parse("s", "fased agents test 'two words").expect_err("it is open");
    assert!(open.contains("closing quote"), "{open}");
    let family = Reader::Group("family".to_owned());
    let word = Word {
        after: "Task ".to_owned(),
        source: Source::Reply(family.clone()),
    };
    let taken = Step::Let {
        name: "task".to_owned(),
        word,
    };
    assert_eq!(one("let task = word after \"Task \" in reply in family"), taken);
    let heard = Expect::Reply {
        reader: family.clone(),
        contains: "cake".to_owned(),
        within: PATIENCE,
    };
    assert_eq!(one("expect reply in family containing cake"), Step::Expect(heard));
    let silence = Expect::Silence {
        reader: family,
        lasting: Duration::from_secs(1),
    };
    assert_eq!(one("expect silence in family 1s"), Step::Expect(silence));
    let output = Expect::Output {
        contains: "active".to_owned(),
    };
    assert_eq!(one("expect output containing active"), Step::Expect(output));
    let failures = Expect::Failures {
        count: 2,
        within: Duration::from_secs(5),
    };
    assert_eq!(one("expect failures 2 within 5s"), Step::Expect(failures));
    let refused = Expect::Exit {
        code: 1,
        arguments: arguments(&["tasks", "show", "$task"]),
    };
    assert_eq!(
        one("expect exit 1 of fased tasks show $task"),
        Step::Expect(refused)
    );
}

#[test]
fn a_program_is_taken_as_it_is_written() {
    let script =
        Script::parse("s", "file answer.sh\n#!/bin/sh\n  echo }\nend file\nwait ready").expect("parses");
    let file = File {
        name: "answer.sh".to_owned(),
        text: "#!/bin/sh\n  echo }\n".to_owned(),
    };
    assert_eq!(script.files, [file]);
    assert_eq!(script.lines[0].number, 5);
    for (text, part) in [
        ("file a.sh\necho", "s:1: the line `end file` is missing"),
        ("file ../a.sh", "s:1: `../a.sh` is no name"),
        ("file fased.json", "no name"),
    ] {
        let error = Script::parse("s", text).expect_err(text);
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn a_mistake_is_named_with_file_and_line() {
    for (line, part) in [
        ("shout hello", "`shout` is no step"),
        ("as 15550100002 hello", "no number"),
        ("as +15550100002", "write: as"),
        ("burst many from +15550100002 x", "no number of messages"),
        ("kill everything", "`kill everything`"),
        ("wait a while", "`a while`"),
        ("expect reply to +15550100002 containing \"open", "closing quote"),
        ("expect rain", "`expect rain`"),
        ("approve", "name a code"),
        ("fault", "fault KIND"),
        ("exepct code for +15550100002", "did you mean `expect`"),
        ("pause now", "stands alone"),
        ("group family", "name its members"),
        ("group +15550100002", "no name for a group"),
        ("in family +15550100002 hi", "write: in GROUP as"),
        ("in family assuming +15550100002", "write: in GROUP as"),
        ("in family as +15550100002", "the text is missing"),
        ("me", "write: me TEXT"),
        ("clock 1m", "write: clock +1m"),
        ("stop sidecar", "write: stop gateway"),
        ("fased", "write a command"),
        ("let task be it", "write: let NAME"),
        ("expect silence for +15550100002 2s within 3s", "is not known"),
        ("expect failures some", "no number of messages"),
        ("expect exit one of fased status", "no exit code"),
        ("me to self", "write: me TEXT"),
        ("group family 100200300@lid +15550100002", "no address like"),
        ("group family 120363000000000001@g.us", "name its members"),
    ] {
        let error = Script::parse("x.simulate", &format!("# first\n{line}")).expect_err(line);
        assert!(
            error.starts_with("x.simulate:2: ") && error.contains(part),
            "{line}: {error}"
        );
    }
}

#[test]
fn groups_and_the_owner_have_steps() {
    let (sender, other) = ("+15550100002".to_owned(), "+15550100003".to_owned());
    let group = Step::Group {
        name: "family".to_owned(),
        address: None,
        members: vec![sender.clone(), other.clone()],
    };
    assert_eq!(one("group family +15550100002  +15550100003"), group);
    let addressed = Step::Group {
        name: "family".to_owned(),
        address: Some("120363000000000001@g.us".to_owned()),
        members: vec![sender.clone(), other],
    };
    assert_eq!(
        one("group family 120363000000000001@g.us +15550100002 +15550100003"),
        addressed
    );
    let said = |from, text: &str| Step::InGroup {
        group: "family".to_owned(),
        from,
        text: text.to_owned(),
    };
    let by_member = said(Author::Member(sender.clone()), "@bot hi you");
    assert_eq!(one("in family as +15550100002 @bot hi you"), by_member);
    assert_eq!(one("in family as me dinner?"), said(Author::Owner, "dinner?"));
    let me = |to, text: &str| Step::Me {
        to,
        text: text.to_owned(),
    };
    assert_eq!(one("me hello"), me(None, "hello"));
    assert_eq!(one("as me hello"), me(None, "hello"));
    assert_eq!(one("me to be or not"), me(None, "to be or not"));
    assert_eq!(one("me to self note this"), me(Some(Own::ToSelf), "note this"));
    assert_eq!(one("me to +15550100002 hi"), me(Some(Own::Chat(sender)), "hi"));
}
