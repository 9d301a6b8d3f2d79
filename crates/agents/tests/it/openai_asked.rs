//! What a model's server is asked.

use fased_agents::{Image, OpenAiSettings, Request, Role, Said, Settings};
use serde_json::{Value, json};

use crate::stub::{Stub, document, saying};
use crate::turn::{question, turn};

/// The body of the request.
async fn body(change: impl FnOnce(&mut OpenAiSettings), request: &Request) -> Value {
    let stub = Stub::new([saying("Yes.")]).await;
    let mut settings = stub.openai();
    change(&mut settings);
    assert_eq!(turn(&Settings::OpenAi(settings), request).await.said(), "Yes.");
    let asked = stub.asked().remove(0);
    assert!(
        asked.head.starts_with("POST /v1/chat/completions HTTP/1.1"),
        "{}",
        asked.head
    );
    asked.body
}

fn said(role: Role, text: &str) -> Said {
    let text = text.to_owned();
    Said { role, text }
}

#[tokio::test]
async fn no_more_than_is_needed() {
    let plain = json!({
        "model": "small",
        "messages": [{"role": "user", "content": "Hello?"}],
        "stream": true,
        "stream_options": {"include_usage": true},
    });
    assert_eq!(body(|_| {}, &question("Hello?")).await, plain);
}

#[tokio::test]
async fn what_is_set_is_asked_for() {
    let change = |settings: &mut OpenAiSettings| {
        settings.base_url.push('/');
        settings.max_tokens = Some(200);
        settings.temperature = Some(0.5);
    };
    let body = body(change, &question("Hello?")).await;
    assert_eq!(
        (&body["max_tokens"], &body["temperature"]),
        (&json!(200), &json!(0.5))
    );
}

#[tokio::test]
async fn history_within_its_budget_after_the_system_prompt() {
    let mut history = Vec::new();
    for turn in 0..100 {
        history.push(said(Role::User, &format!("question {turn:03}")));
        history.push(said(Role::Assistant, &format!("answered {turn:03}")));
    }
    let request = Request {
        system_prompt: Some("Be brief.".to_owned()),
        history,
        ..question("And now?")
    };
    let messages = body(|settings| settings.history_tokens = 40, &request).await["messages"].clone();
    // Four for a message and one for four characters: seven for each of them, and six for the question.
    let wanted = json!([
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "question 098"},
        {"role": "assistant", "content": "answered 098"},
        {"role": "user", "content": "question 099"},
        {"role": "assistant", "content": "answered 099"},
        {"role": "user", "content": "And now?"},
    ]);
    assert_eq!(messages, wanted);

    let messages = body(|settings| settings.history_tokens = 0, &request).await["messages"].clone();
    assert_eq!(messages[1], json!({"role": "user", "content": "And now?"}));
}

#[tokio::test]
async fn a_question_without_an_answer_belongs_to_the_next() {
    let request = Request {
        history: vec![said(Role::User, "Are you there?")],
        ..question("Hello?")
    };
    let messages = body(|_| {}, &request).await["messages"].clone();
    assert_eq!(
        messages,
        json!([{"role": "user", "content": "Are you there?\n\nHello?"}])
    );
}

fn picture(path: &std::path::Path, mime: &str) -> Image {
    Image {
        mime: mime.to_owned(),
        path: path.to_owned(),
    }
}

#[tokio::test]
async fn pictures_are_part_of_the_question() {
    let folder = tempfile::tempdir().unwrap();
    let (good, large, gone) = (
        folder.path().join("good"),
        folder.path().join("large"),
        folder.path().join("gone"),
    );
    std::fs::write(&good, b"\x89PNG").unwrap();
    std::fs::write(&large, vec![0; 5 * 1024 * 1024 + 1]).unwrap();
    let request = Request {
        images: vec![
            picture(&good, "image/png"),
            picture(&large, "image/jpeg"),
            picture(&gone, "image/jpeg"),
            picture(&good, "video/mp4"),
        ],
        ..question("What is this?")
    };
    let content = body(|settings| settings.images = true, &request).await["messages"][0]["content"].clone();
    let text = concat!(
        "What is this?\n\n(A picture is not shown: it is larger than 5 MB)",
        "\n\n(A picture is not shown: it could not be read)",
        "\n\n(A picture is not shown: it is of another kind)",
    );
    let url = json!({"url": "data:image/png;base64,iVBORw=="});
    assert_eq!(
        content,
        json!([{"type": "text", "text": text}, {"type": "image_url", "image_url": url}])
    );

    let content = body(|_| {}, &request).await["messages"][0]["content"].clone();
    assert_eq!(content, "What is this?");
}

#[tokio::test]
async fn all_pictures_together_have_a_bound_and_tries_ask_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let images: Vec<_> = (0..6_u8)
        .map(|number| {
            let path = folder.path().join(number.to_string());
            std::fs::write(&path, vec![number; 5 * 1024 * 1024]).unwrap();
            picture(&path, "image/webp")
        })
        .collect();
    let request = Request {
        images,
        ..question("What are these?")
    };
    let stub = Stub::new([document(503, "retry-after: 0\r\n", ""), saying("Yes.")]).await;
    let settings = OpenAiSettings {
        images: true,
        ..stub.openai()
    };
    assert_eq!(turn(&Settings::OpenAi(settings), &request).await.said(), "Yes.");
    let asked = stub.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked[0].body == asked[1].body);
    let parts = asked[0].body["messages"][0]["content"].as_array().unwrap();
    let left_out = "\n\n(A picture is not shown: all of them together are larger than 20 MB)";
    assert_eq!(parts[0]["text"], format!("What are these?{}", left_out.repeat(2)));
    let begins = ["AgIC", "AwMD", "BAQE", "BQUF"];
    assert_eq!(parts.len(), 5);
    for (part, begin) in parts[1..].iter().zip(begins) {
        let url = part["image_url"]["url"].as_str().unwrap();
        assert!(
            url.starts_with(&format!("data:image/webp;base64,{begin}")),
            "{}",
            &url[..40]
        );
    }
}

#[tokio::test]
async fn the_newest_pictures_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let images: Vec<_> = (0..10)
        .map(|number| {
            let path = folder.path().join(number.to_string());
            std::fs::write(&path, [number]).unwrap();
            picture(&path, "image/webp")
        })
        .collect();
    let request = Request {
        images,
        ..question("")
    };
    let content = body(|settings| settings.images = true, &request).await["messages"][0]["content"].clone();
    let parts = content.as_array().unwrap();
    assert_eq!(parts.len(), 9);
    assert_eq!(
        parts[0]["text"],
        "(Pictures that are not shown, because there are too many: 2)"
    );
    assert_eq!(parts[1]["image_url"]["url"], "data:image/webp;base64,Ag==");
}
