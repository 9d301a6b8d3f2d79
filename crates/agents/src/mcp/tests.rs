//! Spoken to as a client would, line by line.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, Lines};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::*;

/// Says what it was called with; `wait` until it is let go, and `fail` not at all.
#[derive(Default)]
struct Echo {
    begun: AtomicUsize,
    go: Notify,
}

impl Hand for Echo {
    fn call<'a>(&'a self, tool: &'a str, arguments: &'a Map<String, Value>) -> Called<'a> {
        Box::pin(async move {
            let text = arguments.get("text").and_then(Value::as_str).unwrap_or_default();
            match text {
                "fail" => {
                    return Err(ToolError {
                        message: "it is dark".to_owned(),
                        next: "light a lamp".to_owned(),
                    });
                }
                "wait" => {
                    self.begun.fetch_add(1, Ordering::SeqCst);
                    self.go.notified().await;
                }
                _ => {}
            }
            Ok(json!({ "tool": tool, "bytes": text.len() }))
        })
    }
}

fn tools() -> Vec<Tool> {
    let argument = |name, kind, needed| Argument {
        name,
        about: "what it means",
        kind,
        needed,
    };
    vec![
        Tool {
            name: "say",
            title: "Say",
            about: "Says something.",
            arguments: vec![
                argument("text", Kind::Text { most: 3_000_000 }, true),
                argument("times", Kind::Whole { least: 1, most: 50 }, false),
            ],
            effect: Effect::Adds,
        },
        Tool {
            name: "look",
            title: "Look",
            about: "Looks.",
            arguments: Vec::new(),
            effect: Effect::Reads,
        },
    ]
}

struct Client {
    to: Option<DuplexStream>,
    from: Lines<BufReader<DuplexStream>>,
    hand: Arc<Echo>,
    served: JoinHandle<Result<(), Broken>>,
}

impl Client {
    fn silent() -> Self {
        let (to, input) = tokio::io::duplex(1024 * 1024);
        let (output, from) = tokio::io::duplex(1024 * 1024);
        let hand = Arc::new(Echo::default());
        let server = Server {
            name: "fased".to_owned(),
            version: "1.2.3".to_owned(),
            instructions: "Be kind.".to_owned(),
            tools: tools(),
            hand: Arc::clone(&hand) as Arc<dyn Hand>,
        };
        Self {
            to: Some(to),
            from: BufReader::new(from).lines(),
            hand,
            served: tokio::spawn(serve(server, input, output)),
        }
    }

    async fn greeted() -> (Self, Value) {
        let mut client = Self::silent();
        let greeting = client
            .ask(
                0,
                "initialize",
                json!({ "protocolVersion": "2025-06-18", "capabilities": {},
                        "clientInfo": { "name": "test", "version": "1" } }),
            )
            .await;
        client
            .write(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string())
            .await;
        (client, greeting)
    }

    async fn write(&mut self, line: &str) {
        let to = self.to.as_mut().expect("open");
        to.write_all(line.as_bytes()).await.expect("written");
        to.write_all(b"\n").await.expect("written");
    }

    async fn say(&mut self, id: i64, method: &str, params: Value) {
        let line = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.write(&line.to_string()).await;
    }

    async fn call(&mut self, id: i64, tool: &str, arguments: Value) {
        self.say(id, "tools/call", json!({ "name": tool, "arguments": arguments }))
            .await;
    }

    async fn hear(&mut self) -> Option<Value> {
        let line = tokio::time::timeout(Duration::from_secs(20), self.from.next_line());
        let line = line.await.expect("in time").expect("read")?;
        Some(serde_json::from_str(&line).expect("nothing but the protocol"))
    }

    async fn ask(&mut self, id: i64, method: &str, params: Value) -> Value {
        self.say(id, method, params).await;
        let answer = self.hear().await.expect("an answer");
        assert_eq!(answer["id"], id);
        answer
    }

    async fn until_begun(&self, calls: usize) {
        let begun = async {
            while self.hand.begun.load(Ordering::SeqCst) < calls {
                tokio::task::yield_now().await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(20), begun);
        waited.await.expect("so many are carried out");
    }

    async fn end(mut self) -> Result<(), Broken> {
        drop(self.to.take());
        let served = tokio::time::timeout(Duration::from_secs(20), self.served);
        served.await.expect("in time").expect("no panic")
    }
}

#[tokio::test]
async fn a_client_is_told_who_this_is_and_what_there_is() {
    let (mut client, greeting) = Client::greeted().await;
    assert_eq!(
        greeting["result"]["serverInfo"],
        json!({ "name": "fased", "version": "1.2.3" })
    );
    assert_eq!(greeting["result"]["instructions"], "Be kind.");
    assert_eq!(greeting["result"]["protocolVersion"], "2025-06-18");
    let listed = client.ask(1, "tools/list", json!({})).await;
    let tools = listed["result"]["tools"].as_array().expect("tools").clone();
    assert_eq!(
        (tools[0]["name"].as_str(), tools[1]["name"].as_str()),
        (Some("say"), Some("look"))
    );
    assert_eq!(tools[0]["inputSchema"]["required"], json!(["text"]));
    assert_eq!(tools[0]["inputSchema"]["properties"]["times"]["maximum"], 50);
    assert_eq!(tools[0]["annotations"]["readOnlyHint"], false);
    assert_eq!(tools[0]["annotations"]["destructiveHint"], false);
    assert_eq!(tools[1]["annotations"]["readOnlyHint"], true);
    assert_eq!(client.end().await, Ok(()));
}

#[tokio::test]
async fn a_call_is_carried_out_and_its_error_is_told_to_the_model() {
    let (mut client, _) = Client::greeted().await;
    client
        .call(1, "say", json!({ "text": "hello", "times": null }))
        .await;
    let said = client.hear().await.expect("an answer");
    assert_eq!(
        said["result"]["structuredContent"],
        json!({ "tool": "say", "bytes": 5 })
    );
    client.call(2, "say", json!({ "text": "fail" })).await;
    let failed = client.hear().await.expect("an answer");
    assert_eq!(failed["result"]["isError"], true);
    assert_eq!(
        failed["result"]["content"][0]["text"],
        "error: it is dark\nnext: light a lamp"
    );
    assert_eq!(client.end().await, Ok(()));
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_refused_by_their_names() {
    let (mut client, _) = Client::greeted().await;
    for (tool, arguments, begins) in [
        (
            "sing",
            json!({}),
            "name: there is no tool \"sing\"; there are: say, look",
        ),
        ("say", json!({}), "text: it is missing"),
        ("say", json!({ "text": null }), "text: it is missing"),
        ("say", json!({ "text": " \n" }), "text: it is empty"),
        ("say", json!({ "text": 7 }), "text: it has to be a text"),
        (
            "say",
            json!({ "text": "a", "loud": true }),
            "loud: say takes no such argument; it takes text, times",
        ),
        (
            "say",
            json!({ "text": "a", "times": 51 }),
            "times: it has to be a whole number from 1 to 50",
        ),
        (
            "say",
            json!({ "text": "a", "times": 1.5 }),
            "times: it has to be a whole number",
        ),
        (
            "say",
            json!({ "text": "a", "times": "2" }),
            "times: it has to be a number",
        ),
        (
            "look",
            json!({ "text": "a" }),
            "text: look takes no such argument; it takes no arguments",
        ),
    ] {
        client.call(1, tool, arguments.clone()).await;
        let refused = client.hear().await.expect("an answer");
        assert_eq!(refused["error"]["code"], -32602, "{tool} {arguments}");
        let message = refused["error"]["message"].as_str().expect("words");
        assert!(message.starts_with(begins), "{message}");
    }
    assert_eq!(client.end().await, Ok(()));
}

#[tokio::test]
async fn garbage_and_a_line_without_measure_are_answered_and_lose_nothing() {
    let (mut client, _) = Client::greeted().await;
    for garbage in ["npm notice: this is no message", "{\"half\":"] {
        client.write(garbage).await;
        let refused = client.hear().await.expect("an answer");
        assert_eq!(
            (&refused["id"], &refused["error"]["code"]),
            (&json!(null), &json!(-32700))
        );
    }
    client.write("").await;
    client.call(1, "say", json!({ "text": "after garbage" })).await;
    assert_eq!(client.hear().await.expect("an answer")["id"], 1);
    let huge = "x".repeat(MOST_LINE_BYTES + 1);
    let calls = [
        format!(r#"{{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{{"text":"{huge}"}}}}"#),
        format!(r#"{{"method":"tools/call","params":{{"text":"{huge}"}},"jsonrpc":"2.0","id":"two"}}"#),
        huge,
    ];
    for (call, id) in calls.iter().zip([json!(2), json!("two"), json!(null)]) {
        client.write(call).await;
        let refused = client.hear().await.expect("an answer");
        assert_eq!((&refused["id"], &refused["error"]["code"]), (&id, &json!(-32700)));
    }
    client
        .call(3, "say", json!({ "text": "after a huge line" }))
        .await;
    assert_eq!(client.hear().await.expect("an answer")["id"], 3);
    assert_eq!(client.end().await, Ok(()));
}

#[tokio::test]
async fn only_so_many_calls_are_carried_out_at_once_and_one_too_many_is_refused() {
    let (mut client, _) = Client::greeted().await;
    for id in 0..MOST_WAITING {
        client
            .call(
                i64::try_from(id).expect("small"),
                "say",
                json!({ "text": "wait" }),
            )
            .await;
    }
    client.call(1_000, "say", json!({ "text": "wait" })).await;
    let refused = client.hear().await.expect("an answer");
    assert_eq!(refused["id"], 1_000);
    assert_eq!(refused["result"]["isError"], true);
    assert_eq!(client.hand.begun.load(Ordering::SeqCst), MOST_AT_ONCE);
    for _ in 0..MOST_WAITING {
        client.hand.go.notify_one();
        let answered = client.hear().await.expect("an answer");
        assert_eq!(answered["result"]["isError"], false);
    }
    assert_eq!(client.hand.begun.load(Ordering::SeqCst), MOST_WAITING);
    assert_eq!(client.end().await, Ok(()));
}

#[tokio::test]
async fn a_call_that_is_called_off_makes_room() {
    let (mut client, _) = Client::greeted().await;
    for id in 1..=9 {
        client.call(id, "say", json!({ "text": "wait" })).await;
    }
    client.until_begun(MOST_AT_ONCE).await;
    let cancelled =
        json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 } });
    client.write(&cancelled.to_string()).await;
    // The ninth had no turn before.
    client.until_begun(MOST_AT_ONCE + 1).await;
}

#[tokio::test]
async fn the_end_of_input_ends_it_at_once_wherever_it_comes() {
    assert_eq!(Client::silent().end().await, Ok(()), "before a greeting");
    let (client, _) = Client::greeted().await;
    assert_eq!(client.end().await, Ok(()), "after it");

    let (mut client, _) = Client::greeted().await;
    let last = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call",
                       "params": { "name": "say", "arguments": { "text": "last" } } });
    let to = client.to.as_mut().expect("open");
    to.write_all(last.to_string().as_bytes()).await.expect("written");
    drop(client.to.take());
    let answer = client
        .hear()
        .await
        .expect("an answer, though its line had no end");
    assert_eq!(answer["id"], 7);
    assert_eq!(client.hear().await, None);
    assert_eq!(client.end().await, Ok(()));
}

#[tokio::test]
async fn who_does_not_greet_is_not_served() {
    let mut client = Client::silent();
    client
        .write(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string())
        .await;
    assert_eq!(client.end().await, Err(Broken::NotGreeted));
}
