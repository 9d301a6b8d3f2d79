//! Who may write, directly and in groups.

use std::collections::HashMap;

use fased_policy::access::{
    Activation, DmPolicy, Facts, GroupPolicy, GroupRules, Groups, Mode, Nature, Outcome, Reason, Rules, judge,
};
use fased_policy::ids::{AllowList, ChatId, GroupId, Identity};
use fased_policy::mention::{Patterns, Said};
use fased_policy::pairing::{Ask, PairingRules, is_live, on_request};
use serde::Deserialize;

use super::{check, person, same};

const OWN: &str = "15550009999@s.whatsapp.net";
const GROUP: &str = "120363401234567890@g.us";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    rules: Written,
    event: Event,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    verdict: String,
    code: Option<String>,
}

/// Keys of the config.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Written {
    mode: Option<Mode>,
    owners: Option<AllowList>,
    #[serde(default)]
    commands_allow_from: AllowList,
    dm_policy: Option<DmPolicy>,
    allow_from: Option<AllowList>,
    self_chat_mode: Option<bool>,
    group_policy: Option<GroupPolicy>,
    group_allow_from: Option<AllowList>,
    #[serde(default)]
    groups: HashMap<String, WrittenGroup>,
    #[serde(default)]
    mention_patterns: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct WrittenGroup {
    enabled: Option<bool>,
    require_mention: Option<bool>,
    allow_from: Option<AllowList>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Event {
    chat: Option<String>,
    sender: Option<String>,
    #[serde(default)]
    from_me: bool,
    #[serde(default)]
    age_s: i64,
    written_ms: Option<i64>,
    opened_ms: Option<i64>,
    #[serde(default)]
    paired: bool,
    #[serde(default)]
    about_message: bool,
    text: Option<String>,
    #[serde(default)]
    mentions: Vec<String>,
    #[serde(default)]
    quotes_gateway: bool,
    activation: Option<Activation>,
    /// Choices of a question that waits in the chat.
    question: Option<usize>,
    /// Of an edit, or on a button.
    #[serde(default)]
    not_typed: bool,
}

impl Written {
    fn rules(&self) -> Rules {
        let mut groups = Groups::default();
        for (key, written) in &self.groups {
            let written = written.clone();
            let rules = GroupRules {
                enabled: written.enabled,
                require_mention: written.require_mention,
                allow_from: written.allow_from,
                agent: None,
            };
            if key == "*" {
                groups.any = Some(rules);
            } else {
                groups.listed.insert(GroupId::parse(key).expect("a group"), rules);
            }
        }
        let plain = Rules::default();
        Rules {
            mode: self.mode.unwrap_or(plain.mode),
            owners: self.owners.clone(),
            commands_allow: self.commands_allow_from.clone(),
            dm_policy: self.dm_policy.unwrap_or(plain.dm_policy),
            allow_from: self.allow_from.clone().unwrap_or_default(),
            self_chat_mode: self.self_chat_mode.unwrap_or(plain.self_chat_mode),
            group_policy: self.group_policy.unwrap_or(plain.group_policy),
            group_allow_from: self.group_allow_from.clone(),
            groups,
            ..plain
        }
    }
}

/// The verdict, and what a pairing request leads to.
fn decide(given: &Given, default_chat: Option<&str>) -> (String, &'static str) {
    let Given {
        rules: written,
        event,
    } = given;
    let rules = written.rules();
    let own = Identity::from_jids(OWN, None);
    let sender = event.sender.as_deref().unwrap_or(OWN);
    assert!(event.sender.is_some() || event.from_me, "whose is it?");
    let chat = event.chat.as_deref().or(default_chat).unwrap_or(sender);
    let mentions: Vec<Identity> = event.mentions.iter().map(|jid| person(jid, None, &[])).collect();
    let patterns = Patterns::new(&written.mention_patterns).expect("patterns");
    let facts = Facts {
        chat: &ChatId::from_jids(chat, None, &own),
        sender: &person(sender, None, &[]),
        own: &own,
        from_me: event.from_me,
        age_s: event.age_s,
        own_echo: false,
        paired: event.paired,
        identity_pending: false,
        nature: if event.about_message {
            Nature::About
        } else {
            Nature::Said
        },
        said: Said {
            text: event.text.as_deref(),
            mentions: &mentions,
            quotes_gateway: event.quotes_gateway,
            patterns: &patterns,
        },
        typed: !event.not_typed,
        activation: event.activation,
        question: event.question,
    };
    let verdict = judge(&facts, &rules);
    let shown = format!(
        "{} {} {}",
        verdict.outcome.as_str(),
        verdict.reason.as_str(),
        verdict.rule
    );
    if verdict.outcome != Outcome::Hold || verdict.reason != Reason::PairingRequired {
        return (shown, "none");
    }
    let (written_ms, opened_ms) = (event.written_ms.unwrap_or(0), event.opened_ms.unwrap_or(0));
    let live = is_live(written_ms / 1000, opened_ms);
    let personal = rules.mode == Mode::Personal;
    let asked = on_request(
        None,
        0,
        0,
        live,
        false,
        personal,
        opened_ms,
        &PairingRules::default(),
    );
    let code = match asked {
        Ask::NewCode { send_text: true } => "texted",
        Ask::NewCode { send_text: false } => "silent",
        Ask::KeepCode { .. } | Ask::Full => panic!("nobody asked before: {asked:?}"),
    };
    (shown, code)
}

#[test]
fn cases_of_direct_messages() {
    check("direct.json", |given: &Given, expected: &Expected| {
        let (verdict, code) = decide(given, None);
        same(&verdict, &expected.verdict)?;
        same(
            &code,
            &expected.code.as_deref().unwrap_or("a direct case says it"),
        )
    });
}

#[test]
fn cases_of_groups() {
    check("groups.json", |given: &Given, expected: &Expected| {
        let (verdict, code) = decide(given, Some(GROUP));
        same(&verdict, &expected.verdict)?;
        same(&code, &expected.code.as_deref().unwrap_or("none"))
    });
}
