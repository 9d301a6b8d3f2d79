//! Programs that answer: what they are given, and what is made of what they say.

use fased_agents::{CommandOutput, CommandSettings, Failure, Request, Settings};
use serde_json::json;

use crate::turn::{question, turn};

/// A shell's script as a program.
pub(crate) fn script(script: &str) -> CommandSettings {
    CommandSettings {
        argv: vec!["sh".to_owned(), "-c".to_owned(), script.to_owned()],
        folder: std::env::temp_dir(),
        ..CommandSettings::default()
    }
}

fn lines(text: &str) -> Settings {
    Settings::Command(CommandSettings {
        output: CommandOutput::Lines,
        ..script(text)
    })
}

fn text(text: &str) -> Settings {
    Settings::Command(script(text))
}

#[tokio::test]
async fn what_it_writes_is_the_answer() {
    let turn = turn(
        &text("printf 'one\\n\\n'; echo aside >&2; printf 'zwölf\\n'"),
        &question("?"),
    )
    .await;
    assert_eq!(
        turn.ended.as_ref().unwrap().detail.as_deref(),
        Some("exit status: 0")
    );
    assert_eq!(turn.said(), "one\n\nzwölf");
}

#[tokio::test]
async fn the_envelope_is_one_line_and_then_the_end() {
    let request = Request {
        envelope: json!({"agent": "main", "session": "agent:main:main", "text": "two\nlines"}),
        ..Request::default()
    };
    let program = "read -r line; printf '%s|' \"$line\"; cat; echo \"$FASED_AGENT $FASED_SESSION\"";
    assert_eq!(
        turn(&text(program), &request).await.said(),
        "{\"agent\":\"main\",\"session\":\"agent:main:main\",\"text\":\"two\\nlines\"}|main agent:main:main"
    );
}

#[tokio::test]
async fn arguments_meet_no_shell_and_the_environment_is_small() {
    let settings = CommandSettings {
        argv: ["env", "-u", "x; touch y"].map(str::to_owned).to_vec(),
        environment: [("ANSWER".to_owned(), "42 $HOME".to_owned())].into(),
        ..script("")
    };
    let said = turn(&Settings::Command(settings), &question("?")).await.said();
    assert!(said.contains("ANSWER=42 $HOME"), "{said}");
    assert!(said.contains("PATH="), "{said}");
    assert!(!said.contains("CARGO"), "{said}");
}

#[tokio::test]
async fn it_starts_in_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("note"), "found").unwrap();
    let settings = CommandSettings {
        folder: folder.path().to_owned(),
        ..script("cat note")
    };
    assert_eq!(
        turn(&Settings::Command(settings), &question("?")).await.said(),
        "found"
    );
}

#[tokio::test]
async fn lines_are_parts_and_progress() {
    let program = r#"
        echo '{"type":"progress","text":"looking it up"}'
        echo '{"type":"reply","text":"One."}'
        echo '{"type":"usage","tokens":12}'
        printf '%s' '{"type":"reply","text":"Two."}'
    "#;
    let turn = turn(&lines(program), &question("?")).await;
    assert!(turn.ended.is_ok());
    assert_eq!(turn.heard.parts, ["One.", "Two."]);
    assert_eq!(turn.heard.progress, ["looking it up"]);
}

#[tokio::test]
async fn a_line_that_is_no_json_ends_the_turn() {
    let failure = turn(
        &lines("echo; echo 'npm notice +15550001111'; exec sleep 60"),
        &question("?"),
    )
    .await
    .failure();
    assert_eq!(
        failure,
        Failure::BadAnswer("line 2 of its output is no JSON".to_owned())
    );
}

#[tokio::test]
async fn saying_nothing_is_an_answer_too() {
    for settings in [text("true"), text("echo"), lines("echo")] {
        let turn = turn(&settings, &question("?")).await;
        assert!(turn.ended.is_ok());
        assert!(turn.heard.parts.is_empty());
    }
}

#[tokio::test]
async fn a_crash_is_a_failure_with_the_last_of_stderr() {
    let program =
        "echo half an answer; head -c 100000 /dev/zero | tr '\\0' x >&2; echo 'no such model' >&2; exit 3";
    let failure = turn(&text(program), &question("?")).await.failure();
    let Failure::Exited { status, stderr } = failure else {
        panic!("{failure:?}");
    };
    assert_eq!(status, "exit status: 3");
    assert!(stderr.ends_with("xxno such model"), "{stderr}");
    assert!(stderr.len() <= 4096);

    let failure = turn(&text("kill -9 $$"), &question("?")).await.failure();
    assert_eq!(
        failure,
        Failure::Exited {
            status: "signal: 9 (SIGKILL)".to_owned(),
            stderr: String::new()
        }
    );
}

#[tokio::test]
async fn what_cannot_be_started_is_said_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("plain");
    std::fs::write(&plain, "#!/bin/sh\n").unwrap();
    let named = |program: &str| CommandSettings {
        argv: vec![program.to_owned()],
        ..script("")
    };
    let gone = CommandSettings {
        folder: folder.path().join("gone"),
        ..script("true")
    };
    let cases = [
        (named("fased-no-such-program"), "in any folder of PATH"),
        (
            named("./fased-no-such-program"),
            "there is no program `./fased-no-such-program`",
        ),
        (named(plain.to_str().unwrap()), "chmod +x"),
        (
            CommandSettings {
                argv: Vec::new(),
                ..script("")
            },
            "no program is named",
        ),
        (gone, "/gone is not there"),
    ];
    for (settings, why) in cases {
        let failure = turn(&Settings::Command(settings), &question("?")).await.failure();
        let Failure::NotStarted(said) = failure else {
            panic!("{failure:?}");
        };
        assert!(said.contains(why), "{said}");
    }
}

#[tokio::test]
async fn a_program_that_reads_nothing_is_no_failure() {
    let request = Request {
        envelope: json!({"text": "x".repeat(4 * 1024 * 1024)}),
        ..Request::default()
    };
    assert_eq!(turn(&text("exec <&-; echo done"), &request).await.said(), "done");
    assert_eq!(turn(&text("echo done"), &request).await.said(), "done");
}

#[tokio::test]
async fn a_big_envelope_and_a_big_answer_do_not_wait_for_each_other() {
    let request = Request {
        envelope: json!({"text": "x".repeat(4 * 1024 * 1024)}),
        ..Request::default()
    };
    let program = "head -c 4000000 /dev/zero | tr '\\0' y; head -c 4000000 /dev/zero | tr '\\0' e >&2; wc -c";
    let said = turn(&text(program), &request).await.said();
    assert!(said.starts_with("yyy"));
    assert_eq!(said[4_000_000..].trim(), (4 * 1024 * 1024 + 12).to_string());
}

#[test]
fn keys_in_its_environment_are_not_shown() {
    let settings = CommandSettings {
        environment: [("API_KEY".to_owned(), "secret".to_owned())].into(),
        ..script("echo secret")
    };
    let shown = format!("{:?}", Settings::Command(settings));
    assert!(shown.contains("API_KEY"), "{shown}");
    assert!(!shown.contains("secret"), "{shown}");
}
