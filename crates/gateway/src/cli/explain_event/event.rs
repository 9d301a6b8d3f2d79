//! The event that a file describes. What is missing, contradictory or no address at all is refused, so that
//! no verdict is given on something else than was meant.

use fased::explain::supposed;
use fased::known::Known;
use fased_policy::access::{Activation, Mode, Nature};
use fased_policy::ids::{AllowEntry, ChatId, GroupId, Identity, Lid, Phone};
use serde_json::Value;

use super::fields::Fields;

const KEYS: [&str; 12] = [
    "account",
    "chat",
    "sender",
    "self",
    "fromMe",
    "kind",
    "text",
    "mentions",
    "quotedFromSelf",
    "timestamp",
    "now",
    "state",
];

/// Those that are said, those that are about another message, and what says nothing.
const KINDS: [&str; 17] = [
    "text",
    "image",
    "video",
    "gif",
    "audio",
    "voice",
    "document",
    "sticker",
    "contact",
    "location",
    "poll",
    "event",
    "reaction",
    "edit",
    "delete",
    "poll_vote",
    "other",
];

fn nature_of(kind: &str) -> Nature {
    match kind {
        "reaction" | "edit" | "delete" | "poll_vote" => Nature::About,
        "other" => Nature::Nothing,
        _ => Nature::Said,
    }
}

/// An event that nobody wrote.
pub(super) struct Event {
    pub(super) account: String,
    pub(super) now_s: i64,
    known: Known,
    quoted_from_self: bool,
}

/// What a chat's id names.
enum Address {
    Person(Identity),
    Group(GroupId),
    /// Nobody can be answered there.
    Other(ChatId),
}

impl Event {
    /// Reads an event. It happens at `now_s` unless it says otherwise.
    pub(super) fn parse(text: &str, now_s: i64) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("this is no JSON: {error}"))?;
        let event = Fields::of(String::new(), &value, &KEYS)?;
        let own = own(&event)?;
        let now_s = event.seconds("now")?.unwrap_or(now_s);
        let timestamp_s = event.seconds("timestamp")?.unwrap_or(now_s);
        let mut known = place(&event, own, timestamp_s)?;
        if let Some(kind) = event.word("kind", &KINDS)? {
            known.nature = nature_of(kind);
        }
        known.text = event.text("text")?.map(str::to_owned);
        known.mentions = mentions(&event)?;
        if let Some(state) = event.object("state", &["paired", "activation", "question"])? {
            known.paired = is_paired(&state, &known.sender)?;
            let activation = state.word("activation", &["mention", "always"])?;
            known.activation = activation.and_then(Activation::parse);
            known.question = state.count("question")?;
        }
        Ok(Self {
            account: event.text("account")?.unwrap_or("default").to_owned(),
            now_s,
            known,
            quoted_from_self: event.flag("quotedFromSelf")?,
        })
    }

    /// What is known of it, to an account of this mode: on a personal number the owner and the gateway write
    /// under the same address, and who quotes themselves means their own words.
    pub(super) fn known(self, mode: Mode) -> Known {
        let own_words = mode == Mode::Personal && self.known.from_me;
        Known {
            quotes_gateway: self.quoted_from_self && !own_words,
            ..self.known
        }
    }
}

fn own(event: &Fields<'_>) -> Result<Identity, String> {
    let missing = "self.phone is missing: the linked number, such as \"+15550100001\"";
    let own = event.object("self", &["phone", "lid"])?.ok_or(missing)?;
    let own = identity(&own)?;
    own.phone.is_some().then_some(own).ok_or(missing.to_owned())
}

/// Chat and sender, which say something of each other.
fn place(event: &Fields<'_>, own: Identity, timestamp_s: i64) -> Result<Known, String> {
    let said = said_chat(event)?;
    let (mut sender, from_me) = writer(event, &own)?;
    let mut from_me = from_me;
    let chat = match said {
        SaidChat::Settled(chat) => chat,
        SaidChat::With(person) if own.matches(&person) => {
            if !from_me && are_two(&sender, &own) {
                return Err(
                    "chat.id is self, where nobody else writes, but sender is somebody else".to_owned(),
                );
            }
            from_me = true;
            ChatId::SelfChat
        }
        SaidChat::With(person) => {
            if !from_me {
                if are_two(&sender, &person) {
                    return Err(two_people(&sender, &person));
                }
                sender.merge(&person);
            }
            ChatId::Direct(person)
        }
        SaidChat::OfSender if sender.is_empty() || own.matches(&sender) => ChatId::SelfChat,
        SaidChat::OfSender => ChatId::Direct(sender.clone()),
    };
    if from_me && are_two(&sender, &own) {
        sender = own.clone();
    } else if from_me {
        sender.merge(&own);
    }
    let known = supposed(chat, sender, own, timestamp_s);
    let from_me = from_me || known.from_me;
    Ok(Known { from_me, ..known })
}

/// Who writes in a direct chat is whom it is with, or the linked account.
fn two_people(sender: &Identity, chat: &Identity) -> String {
    let (key, address) = match (&chat.phone, &sender.lid) {
        (None, Some(lid)) => ("sender.lid", lid.to_string()),
        (Some(_), _) | (None, None) => ("sender.phone", sender.label()),
    };
    format!(
        "chat.id is {:?}, but {key} is {address:?}: in a direct chat nobody else writes, unless fromMe is true",
        chat.label()
    )
}

/// Where the event says that it was written.
enum SaidChat {
    /// Whoever wrote it.
    Settled(ChatId),
    /// With this person, who may be the linked account itself.
    With(Identity),
    /// With whoever wrote it.
    OfSender,
}

fn said_chat(event: &Fields<'_>) -> Result<SaidChat, String> {
    let chat = event.object("chat", &["kind", "id"])?;
    let chat = chat.ok_or(r#"chat is missing: {"kind": "dm" or "group", "id": …}"#)?;
    let kind = chat.word("kind", &["dm", "group"])?;
    let kind = kind.ok_or(r#"chat.kind is missing: "dm" or "group""#)?;
    let Some(id) = chat.text("id")? else {
        return if kind == "dm" {
            Ok(SaidChat::OfSender)
        } else {
            Err("chat.id is missing: which group, such as \"120363000000000001@g.us\"".to_owned())
        };
    };
    let at = || format!("chat.kind is {kind:?}, but chat.id is {id:?}");
    match (kind == "group", address("chat.id", id)?) {
        (true, Address::Group(group)) => Ok(SaidChat::Settled(ChatId::Group(group))),
        (true, Address::Person(_)) => Err(format!("{}: a person; a group's id ends in @g.us", at())),
        (false, Address::Group(_)) => Err(format!("{}: a group", at())),
        (false, Address::Person(person)) => Ok(SaidChat::With(person)),
        (true | false, Address::Other(chat)) => Ok(SaidChat::Settled(chat)),
    }
}

/// Who wrote it, as far as `sender` tells, and whether that was the linked account.
fn writer(event: &Fields<'_>, own: &Identity) -> Result<(Identity, bool), String> {
    let sender = match event.object("sender", &["phone", "lid", "name"])? {
        Some(sender) => {
            // It says nothing about who somebody is, but has to be a name.
            sender.text("name")?;
            identity(&sender)?
        }
        None => Identity::default(),
    };
    let from_me = event.flag("fromMe")? || own.matches(&sender);
    if sender.is_empty() && !from_me {
        return Err(r#"sender is missing: {"phone": …} or {"lid": …}, unless "fromMe" is true"#.to_owned());
    }
    Ok((sender, from_me))
}

/// Are these surely two people: is the same kind of address known of both, and none the same?
fn are_two(one: &Identity, other: &Identity) -> bool {
    let comparable =
        (one.phone.is_some() && other.phone.is_some()) || (one.lid.is_some() && other.lid.is_some());
    comparable && !one.matches(other)
}

fn mentions(event: &Fields<'_>) -> Result<Vec<Identity>, String> {
    let list = event.list("mentions")?.iter().enumerate();
    list.map(|(index, value)| {
        let at = format!("mentions[{index}]");
        let person = identity(&Fields::of(at.clone(), value, &["phone", "lid"])?)?;
        let missing = || format!("{at} names nobody: {{\"phone\": …}} or {{\"lid\": …}}");
        (!person.is_empty()).then_some(person).ok_or_else(missing)
    })
    .collect()
}

fn is_paired(state: &Fields<'_>, sender: &Identity) -> Result<bool, String> {
    let mut paired = false;
    for (index, value) in state.list("paired")?.iter().enumerate() {
        let entry = value.as_str().and_then(|text| AllowEntry::parse(text).ok());
        let person: Identity = match entry {
            Some(AllowEntry::Phone(phone)) => phone.into(),
            Some(AllowEntry::Lid(lid)) => lid.into(),
            Some(AllowEntry::Anyone) | None => {
                let at = state.at("paired");
                return Err(format!(
                    "{at}[{index}] must be a number such as \"+15550100002\" or a hidden id such as \
                     \"100000000000002@lid\", but is {value}"
                ));
            }
        };
        paired |= person.matches(sender);
    }
    Ok(paired)
}

fn identity(fields: &Fields<'_>) -> Result<Identity, String> {
    let wrong = |key: &str, text: &str, allowed: &dyn std::fmt::Display| {
        format!("{} is {text:?}: {allowed}", fields.at(key))
    };
    let phone = fields.text("phone")?.map(|text| {
        let phone = Phone::parse(text).or_else(|error| Phone::from_jid(text.trim()).ok_or(error));
        phone.map_err(|error| wrong("phone", text, &error))
    });
    let lid = fields.text("lid")?.map(|text| {
        let lid = Lid::parse(text);
        lid.map_err(|error| wrong("lid", text, &error))
    });
    Ok(Identity {
        phone: phone.transpose()?,
        lid: lid.transpose()?,
        ..Identity::default()
    })
}

fn address(at: &str, text: &str) -> Result<Address, String> {
    let text = text.trim();
    if let Ok(group) = GroupId::parse(text) {
        return Ok(Address::Group(group));
    }
    if text.ends_with("@broadcast") || text.ends_with("@newsletter") {
        return Ok(Address::Other(ChatId::from_jids(
            text,
            None,
            &Identity::default(),
        )));
    }
    let person = match (Lid::parse(text), Phone::parse(text)) {
        (Ok(lid), _) => lid.into(),
        (Err(_), Ok(phone)) => phone.into(),
        (Err(_), Err(_)) => Identity::from_jids(text, None),
    };
    if person.is_empty() {
        return Err(format!(
            "{at} is {text:?}; allowed are a phone number such as \"+15550100002\", a hidden id such as \
             \"100000000000002@lid\", a person's address, a group such as \"120363000000000001@g.us\", \
             \"status@broadcast\", a broadcast list and a newsletter"
        ));
    }
    Ok(Address::Person(person))
}
