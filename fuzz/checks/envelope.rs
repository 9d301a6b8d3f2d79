//! Messages of people on their way to an agent: no name, text or card makes more of an envelope than one line, and each
//! comes to one verdict.

use std::path::Path;
use std::sync::LazyLock;

use fased::config::{AccountConfig, Config};
use fased::envelope::{Envelope, quote_of};
use fased::explain::{described, judged};
use fased::known::Known;
use fased::sidecar::translate;
use fased::store::StoredMessage;
use fased_policy::access::Nature;
use fased_policy::ids::{ChatId, Identity};
use fased_protocol::private::Private;
use fased_protocol::sidecar::Message;

const CONFIG: &str = r#"{ channels: { whatsapp: { dmPolicy: "pairing", allowFrom: ["+15550100002"],
    groups: { "*": {} }, messagePrefix: "[in] " } }, messages: { groupChat: { mentionPatterns: ["@?bot"] } } }"#;
const OWN: &str = "15550100001@s.whatsapp.net";
const NOW_S: i64 = 1_700_000_100;

/// A message as the sidecar tells it; where the bytes are none, a text and a name with these bytes.
const PLAIN: &str = r#"{"origin":{"id":"3AF","chat":"15550100002@s.whatsapp.net","chat_alt":null,
    "sender":"15550100002@s.whatsapp.net","sender_alt":null,"from_me":false,"push_name":null,"timestamp":1700000000,
    "offline":false},"content":"text","raw_kind":"conversation","text":null,"mentions":[],"quoted":null}"#;

static ACCOUNT: LazyLock<AccountConfig> = LazyLock::new(|| {
    let config = Config::parse(CONFIG, Path::new("/tmp/fased.json"), |account| account.into());
    let mut accounts = config.expect("a right config").accounts;
    accounts.remove("default").expect("its account")
});

pub(crate) fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(message) = serde_json::from_str::<Message>(&text) {
        one(&message);
    }
    let mut plain: Message = serde_json::from_str(PLAIN).expect("a message");
    plain.text = Some(Private(text.clone().into_owned()));
    plain.origin.push_name = Some(Private(text.into_owned()));
    one(&plain);
}

fn one(message: &Message) {
    let stored = stored(message);
    let known = known(&stored);
    let envelope = Envelope::of(&stored, &known, None);
    let line = serde_json::to_string(&envelope).expect("an envelope is JSON");
    assert!(!line.contains(['\n', '\r']), "one line: {line}");
    let again: Envelope = serde_json::from_str(&line).expect("it can be read back");
    assert_eq!(again, envelope, "and says the same");
    if let Some(name) = &envelope.sender.name {
        assert!(
            !name.0.contains(['\n', '\r', '\u{2028}', '\u{2029}']),
            "a name has one line"
        );
    }
    assert!(
        envelope.body().len() <= 2 * line.len() + 200,
        "words are not multiplied"
    );
    serde_json::to_string(&quote_of(&stored)).expect("a quote is JSON");
    let judgement = described(&judged(&ACCOUNT, &known, NOW_S), &ACCOUNT, &known, NOW_S);
    let told = serde_json::to_string(&judgement).expect("a verdict is JSON");
    assert!(!told.contains(['\n', '\r']), "one line: {told}");
}

fn stored(message: &Message) -> StoredMessage {
    let row = translate::message(message);
    StoredMessage {
        seq: 1,
        account: "default".to_owned(),
        chat: row.chat,
        sender: row.sender,
        message_id: row.message_id,
        chat_alt: row.chat_alt,
        sender_alt: row.sender_alt,
        from_me: row.from_me,
        push_name: row.push_name,
        timestamp_s: row.timestamp_s,
        content: row.content,
        raw_kind: row.raw_kind,
        text: row.text,
        mentions: row.mentions,
        quoted_id: row.quoted_id,
        quoted_sender: row.quoted_sender,
        quoted_text: row.quoted_text,
        detail: row.detail,
        media: row.media,
        recorded_ms: 1_700_000_001_000,
        outcome: None,
        reason: None,
        rule: None,
    }
}

/// As the gateway knows it that has met nobody yet.
fn known(message: &StoredMessage) -> Known {
    let own = Identity::from_jids(OWN, None);
    Known {
        chat: ChatId::from_jids(&message.chat, message.chat_alt.as_deref(), &own),
        sender: Identity::from_jids(&message.sender, message.sender_alt.as_deref()),
        own,
        from_me: message.from_me,
        timestamp_s: message.timestamp_s,
        own_echo: false,
        paired: false,
        identity_pending: false,
        nature: Nature::Said,
        text: message.text.clone(),
        typed: true,
        mentions: message
            .mentions()
            .iter()
            .map(|jid| Identity::from_jids(jid, None))
            .collect(),
        quotes_gateway: false,
        activation: None,
        chosen_agent: None,
        question: None,
        waits: false,
    }
}
