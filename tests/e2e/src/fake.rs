//! The fake WhatsApp server and its HTTP API (see `tests/fake-whatsapp/README.md`).

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::process::{command, project};

/// A running fake; gone when dropped, and then nothing may have violated its protocol.
pub struct Fake {
    process: Child,
    // The fake ends when this closes, so that it never outlives a killed test.
    _stdin: ChildStdin,
    agent: ureq::Agent,
    http: String,
    /// Where clients connect.
    pub ws: String,
    /// The root key that its certificates hang from.
    pub root: String,
    /// The certificate authority of its media host, as PEM.
    pub ca: String,
    /// The port of its media host.
    pub media_port: String,
}

impl Fake {
    /// Starts one on free ports.
    ///
    /// # Panics
    /// When Node or the server does not start.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "starting a process is no default")]
    pub fn start() -> Self {
        let mut process = command(std::env::var_os("FASED_NODE").unwrap_or_else(|| "node".into()))
            .arg(project().join("tests/fake-whatsapp/main.js"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect(
                "start the fake WhatsApp server; is Node there, and were its packages installed with npm ci?",
            );
        let stdin = process.stdin.take().expect("its stdin");
        let mut first = String::new();
        let mut stdout = BufReader::new(process.stdout.take().expect("its stdout"));
        stdout.read_line(&mut first).expect("read what the fake says");
        let said: Value = serde_json::from_str(&first).expect("the fake says one JSON line when it listens");
        let text = |key: &str| {
            said[key]
                .as_str()
                .expect("the line names ws, http and root")
                .to_owned()
        };
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_idle_connections(0);
        Self {
            process,
            _stdin: stdin,
            agent: config.build().into(),
            http: text("http"),
            ws: text("ws"),
            root: text("root"),
            ca: text("ca"),
            media_port: text("media").rsplit(':').next().unwrap_or_default().to_owned(),
        }
    }

    /// An owner's phone, to which devices may be linked; its hidden id.
    #[must_use]
    pub fn phone(&self, phone: &str) -> String {
        let made = self.post("/phones", &json!({ "phone": phone, "name": "Owner" }));
        made["lid"].as_str().expect("a phone has a lid").to_owned()
    }

    /// The phone scans a QR.
    pub fn scan(&self, phone: &str, qr: &str) {
        self.post("/scan", &json!({ "phone": phone, "qr": qr }));
    }

    /// Makes or changes a contact; their hidden id.
    pub fn contact(&self, details: &Value) -> String {
        let made = self.post("/contacts", details);
        made["lid"].as_str().expect("a contact has a lid").to_owned()
    }

    /// A contact writes to an account; the message's id.
    #[must_use]
    pub fn send(&self, to: &str, from: &str, text: &str) -> String {
        self.send_with(&json!({ "to": to, "from": from, "text": text }))
            .remove(0)
    }

    /// The same with all that the API offers; the ids.
    #[must_use]
    pub fn send_with(&self, message: &Value) -> Vec<String> {
        let sent = self.post("/messages", message);
        let ids = sent["ids"].as_array().expect("ids");
        ids.iter()
            .map(|id| id.as_str().expect("an id").to_owned())
            .collect()
    }

    /// A contact sends a file: `image`, `voice`, `document` and so on, with the wishes of `media`; the
    /// message's id.
    #[must_use]
    pub fn send_media(&self, to: &str, from: &str, kind: &str, caption: &str, media: &Value) -> String {
        let message = json!({ "to": to, "from": from, "kind": kind, "text": caption, "media": media });
        self.send_with(&message).remove(0)
    }

    /// A contact reacts to a message in the chat with an account, with nothing to take it back.
    #[must_use]
    pub fn react(&self, to: &str, from: &str, target: &str, emoji: &str) -> String {
        let message = json!({ "to": to, "from": from, "kind": "reaction", "target": target, "text": emoji });
        self.send_with(&message).remove(0)
    }

    /// A member votes in a poll of a group.
    #[must_use]
    pub fn vote(&self, group: &str, from: &str, poll: &str, options: &[&str]) -> String {
        let message =
            json!({ "group": group, "from": from, "kind": "vote", "target": poll, "options": options });
        self.send_with(&message).remove(0)
    }

    /// A contact's phone goes off, or on again and reports what it got.
    pub fn online(&self, contact: &str, online: bool) {
        self.contact(&json!({ "phone": contact, "online": online }));
    }

    /// Sets the lock on writing to strangers; a client is told when it asks, or at once.
    pub fn timelock(&self, account: &str, active: bool, until_s: i64, tell: bool) {
        let lock = json!({ "account": account, "active": active, "until_s": until_s, "tell": tell });
        self.post("/timelock", &lock);
    }

    /// Delivers a message again.
    pub fn repeat(&self, id: &str, times: u32, mode: &str) {
        self.post(
            "/stanza/repeat",
            &json!({ "id": id, "times": times, "mode": mode }),
        );
    }

    /// A group of these phones, by number (`pn`) or by hidden id (`lid`); its address.
    #[must_use]
    pub fn group(&self, addressing: &str, members: &[&str]) -> String {
        let made = self.post(
            "/groups",
            &json!({ "addressing": addressing, "members": members }),
        );
        made["group"].as_str().expect("a group has an address").to_owned()
    }

    /// A group with a name.
    #[must_use]
    pub fn named_group(&self, subject: &str, members: &[&str]) -> String {
        let made = self.post("/groups", &json!({ "subject": subject, "members": members }));
        made["group"].as_str().expect("a group has an address").to_owned()
    }

    /// The owner types a linking code on the phone.
    pub fn link_code(&self, phone: &str, code: &str) {
        self.post("/link_code", &json!({ "phone": phone, "code": code }));
    }

    /// A contact pretends not to have understood a message of ours, and asks for it again by number
    /// (`pn`) or by hidden id (`lid`).
    pub fn ask_again(&self, contact: &str, id: &str, via: &str) {
        let asked = self.post("/retry", &json!({ "contact": contact, "id": id, "via": via }));
        assert_eq!(asked["asked"], "now", "{contact} has {id}");
    }

    /// Deliveries to an account wait from now on.
    pub fn hold(&self, account: &str) {
        self.post("/hold", &json!({ "account": account }));
    }

    /// What waited goes out.
    pub fn release(&self, account: &str) {
        self.post("/release", &json!({ "account": account }));
    }

    /// What waited goes out, and the connection is cut after some of it was answered for.
    pub fn release_and_drop(&self, account: &str, after_answers: u32) {
        self.post(
            "/release",
            &json!({ "account": account, "drop_after_answers": after_answers }),
        );
    }

    /// A point in the record, and the server's clock in milliseconds.
    #[must_use]
    pub fn mark(&self) -> (u64, i64) {
        let before = self.seq();
        self.fault(&json!({ "kind": "clear" }));
        let record = self.wait_after(
            before,
            &[("type", "fault"), ("kind", "clear")],
            Duration::from_secs(5),
        );
        let number = |key: &str| record[key].as_i64().expect("records are numbered and timed");
        (number("seq").unsigned_abs(), number("at_ms"))
    }

    /// Something goes wrong.
    pub fn fault(&self, fault: &Value) {
        self.post("/fault", fault);
    }

    /// What happened so far, of these types (with commas between).
    #[must_use]
    pub fn records(&self, types: &str) -> Vec<Value> {
        self.records_after(0, types)
    }

    /// The same, after a point.
    #[must_use]
    pub fn records_after(&self, seq: u64, types: &str) -> Vec<Value> {
        let mut listed = self.get(&format!("/record?after={seq}&type={types}"));
        serde_json::from_value(listed["records"].take()).expect("records")
    }

    /// The present point in the record.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.state()["last_seq"].as_u64().expect("last_seq")
    }

    /// Waits for a record after a point: its type and the values of some of its fields.
    ///
    /// # Panics
    /// When none comes in time.
    pub fn wait_after(&self, seq: u64, record: &[(&str, &str)], deadline: Duration) -> Value {
        let mut path = format!("/wait?after={seq}&timeout_ms={}", deadline.as_millis());
        for (key, value) in record {
            path.push_str(&format!(
                "&{key}={}",
                value.replace('+', "%2B").replace(' ', "%20")
            ));
        }
        let mut answer = self.get(&path);
        answer["record"].take()
    }

    /// Everything at once.
    #[must_use]
    pub fn state(&self) -> Value {
        self.get("/state")
    }

    /// How many messages wait for an account, or for its answer.
    #[must_use]
    pub fn queue_length(&self, account: &str) -> u64 {
        let state = self.get("/state?inbox=0");
        state["accounts"][account]["queue_length"]
            .as_u64()
            .expect("a length")
    }

    /// What a contact got from an account: the texts, in the order of arrival, repetitions dropped.
    #[must_use]
    pub fn inbox(&self, account: &str, contact: &str) -> Vec<String> {
        let state = self.state();
        let inbox = state["accounts"][account]["contacts"][contact]["inbox"]
            .as_array()
            .cloned();
        let texts = inbox.unwrap_or_default();
        texts
            .iter()
            .map(|message| message["text"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    fn get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.http);
        Self::answer(path, self.agent.get(&url).call())
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.http);
        Self::answer(
            &format!("{path} {body}"),
            self.agent.post(&url).send(body.to_string()),
        )
    }

    fn answer(asked: &str, response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Value {
        let mut response = response.unwrap_or_else(|error| panic!("ask the fake for {asked}: {error}"));
        let body = response
            .body_mut()
            .with_config()
            .limit(64 * 1024 * 1024)
            .read_to_string();
        let body = body.expect("an answer of the fake");
        assert!(
            response.status().is_success(),
            "the fake, asked for {asked}: {body}"
        );
        serde_json::from_str(&body).expect("the fake answers in JSON")
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        let violations = (!std::thread::panicking()).then(|| self.state()["violations"].clone());
        // Already gone is fine: that is all this is for.
        self.process.kill().ok();
        self.process.wait().ok();
        if let Some(violations) = violations {
            assert_eq!(
                violations,
                json!([]),
                "the sidecar violated the protocol of the fake WhatsApp server"
            );
        }
    }
}
