//! Where keys come from, and where they do not go.

use std::path::PathBuf;

use fased_agents::{Failure, KeySource, OpenAiSettings, Settings};

use crate::stub::{Stub, document, saying};
use crate::turn::{question, turn};

fn with(key: KeySource, settings: OpenAiSettings) -> Settings {
    Settings::OpenAi(OpenAiSettings {
        key: Some(key),
        ..settings
    })
}

fn file(text: &str) -> (tempfile::NamedTempFile, KeySource) {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), text).expect("room for a key");
    let source = KeySource::File(file.path().to_owned());
    (file, source)
}

#[tokio::test]
async fn no_key_is_sent_where_none_is_set() {
    let stub = Stub::new([saying("Yes.")]).await;
    assert_eq!(turn(&stub.settings(), &question("?")).await.said(), "Yes.");
    assert_eq!(stub.asked()[0].header("authorization"), None);
}

#[tokio::test]
async fn a_key_is_read_from_a_file_for_each_turn() {
    let stub = Stub::new([saying("Yes.")]).await;
    let (file, source) = file("key-1\n");
    let settings = with(source, stub.openai());
    assert_eq!(turn(&settings, &question("?")).await.said(), "Yes.");
    std::fs::write(file.path(), " key-2 ").unwrap();
    assert_eq!(turn(&settings, &question("?")).await.said(), "Yes.");
    let sent: Vec<_> = stub
        .asked()
        .iter()
        .map(|asked| asked.header("authorization").unwrap().to_owned())
        .collect();
    assert_eq!(sent, ["Bearer key-1", "Bearer key-2"]);
}

#[tokio::test]
async fn a_key_is_read_from_the_environment() {
    // Any variable that is set and is one word will do; tests cannot set one while others run.
    let stub = Stub::new([saying("Yes.")]).await;
    let settings = with(KeySource::Environment("CARGO_PKG_NAME".to_owned()), stub.openai());
    assert_eq!(turn(&settings, &question("?")).await.said(), "Yes.");
    let key = std::env::var("CARGO_PKG_NAME").unwrap();
    assert_eq!(
        stub.asked()[0].header("authorization"),
        Some(format!("Bearer {key}").as_str())
    );
}

#[tokio::test]
async fn a_key_that_is_not_there_is_told_with_its_place() {
    let stub = Stub::new([saying("Yes.")]).await;
    let (_empty, empty) = file(" \n");
    let (_two, two) = file("secret word");
    let missing = KeySource::File(PathBuf::from("/nowhere/key"));
    let cases = [
        (
            KeySource::Environment("FASED_NO_SUCH_KEY".to_owned()),
            "FASED_NO_SUCH_KEY, which is to hold its key, is not set",
        ),
        (
            missing,
            "the file /nowhere/key, which is to hold its key, cannot be read",
        ),
        (empty, "is empty"),
        (two, "holds more than one word"),
        (
            KeySource::File(std::env::temp_dir()),
            "is no file with a key in it",
        ),
    ];
    for (source, why) in cases {
        let failure = turn(&with(source, stub.openai()), &question("?")).await.failure();
        let Failure::NotStarted(said) = failure else {
            panic!("{failure:?}");
        };
        assert!(said.contains(why) && !said.contains("secret"), "{said}");
    }
    assert!(stub.asked().is_empty());
}

#[tokio::test]
async fn a_key_that_a_server_repeats_is_not_told() {
    let stub = Stub::new([document(
        401,
        "",
        r#"{"error":{"message":"wrong key: key-secret"}}"#,
    )])
    .await;
    let (_file, source) = file("key-secret");
    let failure = turn(&with(source, stub.openai()), &question("?")).await.failure();
    assert_eq!(failure.to_string(), "its server answered 401: wrong key: …");
}

#[tokio::test]
async fn a_key_does_not_go_out_unencrypted() {
    let (_file, source) = file("key-secret");
    let settings = OpenAiSettings {
        base_url: "http://llm.example/v1".to_owned(),
        ..Stub::new([saying("")]).await.openai()
    };
    let failure = turn(&with(source, settings), &question("?")).await.failure();
    assert!(
        matches!(&failure, Failure::NotStarted(why) if why.contains("https://")),
        "{failure:?}"
    );
}
