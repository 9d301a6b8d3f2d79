//! The tables of direct messages and of groups, row by row, and what has to hold for every event.

mod answering;
mod commander;
mod direct;
mod group;
mod mention;
mod properties;
mod reach;
mod words;

use std::sync::LazyLock;

use super::*;
use crate::ids::{AllowEntry, AllowList, GroupId};
use crate::mention::Patterns;

const PHONE: &str = "15550100001@s.whatsapp.net";
const PHONE_NUMBER: &str = "+15550100001";
const LID: &str = "100000000000001@lid";
const OWN: &str = "15550100009@s.whatsapp.net";
const OWN_LID: &str = "100000000000009@lid";
const GROUP: &str = "120363000000000001@g.us";
const OTHER_GROUP: &str = "120363000000000002@g.us";
const MAX_AGE_S: i64 = 720 * 60;

use DmPolicy::{Allowlist, Disabled, Open, Pairing};

/// The pattern of most cases, compiled once.
const GATEY: &str = "\\bgatey\\b";
static GATEY_COMPILED: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(&[GATEY]).unwrap());

fn own() -> Identity {
    Identity::from_jids(OWN, Some(OWN_LID))
}

fn list<S: AsRef<str>>(entries: &[S]) -> AllowList {
    entries
        .iter()
        .map(|entry| AllowEntry::parse(entry.as_ref()).unwrap())
        .collect()
}

/// One event and its rules, as strings, so that a row of a table stays a row.
#[derive(Debug, Clone)]
struct Case {
    personal: bool,
    policy: DmPolicy,
    allow: Vec<String>,
    owners: Option<Vec<String>>,
    commands: Vec<String>,
    self_chat: bool,
    honour: bool,
    group_policy: GroupPolicy,
    group_allow: Option<Vec<String>>,
    groups: Vec<(&'static str, GroupRules)>,
    chat: String,
    sender: String,
    alt: Option<String>,
    from_me: bool,
    age_s: i64,
    own_echo: bool,
    paired: bool,
    identity_pending: bool,
    nature: Nature,
    text: Option<String>,
    typed: bool,
    mentions: Vec<String>,
    quotes_gateway: bool,
    patterns: Vec<&'static str>,
    activation: Option<Activation>,
    question: Option<usize>,
}

/// A fresh message of somebody, sent directly.
fn dm(policy: DmPolicy, allow: &[&str]) -> Case {
    Case {
        personal: false,
        policy,
        allow: allow.iter().map(|entry| (*entry).to_owned()).collect(),
        owners: None,
        commands: Vec::new(),
        self_chat: false,
        honour: false,
        group_policy: GroupPolicy::Allowlist,
        group_allow: None,
        groups: Vec::new(),
        chat: PHONE.to_owned(),
        sender: PHONE.to_owned(),
        alt: None,
        from_me: false,
        age_s: 1,
        own_echo: false,
        paired: false,
        identity_pending: false,
        nature: Nature::Said,
        text: Some("hello".to_owned()),
        typed: true,
        mentions: Vec::new(),
        quotes_gateway: false,
        patterns: Vec::new(),
        activation: None,
        question: None,
    }
}

/// A fresh message of the same person in a group that nobody has set anything for.
fn group(policy: GroupPolicy) -> Case {
    Case {
        group_policy: policy,
        ..dm(Pairing, &[]).in_chat(GROUP)
    }
}

impl Case {
    /// From somebody, in the chat with them.
    fn sent_by(self, jid: &str) -> Self {
        self.by(jid).in_chat(jid)
    }

    /// From somebody, in the chat as it is.
    fn by(mut self, jid: &str) -> Self {
        self.sender = jid.to_owned();
        self
    }

    fn in_chat(mut self, jid: &str) -> Self {
        self.chat = jid.to_owned();
        self
    }

    fn alt(mut self, jid: &str) -> Self {
        self.alt = Some(jid.to_owned());
        self
    }

    fn mine(mut self) -> Self {
        self.from_me = true;
        self.by(OWN)
    }

    /// Somebody else chose the words.
    fn pressed(mut self) -> Self {
        self.typed = false;
        self
    }

    fn echo(mut self) -> Self {
        self.own_echo = true;
        self
    }

    fn paired(mut self) -> Self {
        self.paired = true;
        self
    }

    fn pending(mut self) -> Self {
        self.identity_pending = true;
        self
    }

    fn aside(mut self) -> Self {
        self.nature = Nature::About;
        self
    }

    fn empty(mut self) -> Self {
        self.nature = Nature::Nothing;
        self
    }

    fn self_chat_mode(mut self) -> Self {
        self.self_chat = true;
        self
    }

    fn honour(mut self) -> Self {
        self.honour = true;
        self
    }

    fn aged(mut self, age_s: i64) -> Self {
        self.age_s = age_s;
        self
    }

    fn personal(mut self) -> Self {
        self.personal = true;
        self
    }

    fn owners(mut self, owners: &[&str]) -> Self {
        self.owners = Some(owners.iter().map(|entry| (*entry).to_owned()).collect());
        self
    }

    fn commands(mut self, entries: &[&str]) -> Self {
        self.commands = entries.iter().map(|entry| (*entry).to_owned()).collect();
        self
    }

    fn allow(mut self, entries: &[&str]) -> Self {
        self.allow = entries.iter().map(|entry| (*entry).to_owned()).collect();
        self
    }

    fn group_allow(mut self, entries: &[&str]) -> Self {
        self.group_allow = Some(entries.iter().map(|entry| (*entry).to_owned()).collect());
        self
    }

    /// With an entry of `groups`.
    fn entry(mut self, key: &'static str, rules: GroupRules) -> Self {
        self.groups.push((key, rules));
        self
    }

    fn says(mut self, text: &str) -> Self {
        self.text = Some(text.to_owned());
        self
    }

    fn wordless(mut self) -> Self {
        self.text = None;
        self
    }

    fn mentions(mut self, jids: &[&str]) -> Self {
        self.mentions = jids.iter().map(|jid| (*jid).to_owned()).collect();
        self
    }

    fn quotes(mut self) -> Self {
        self.quotes_gateway = true;
        self
    }

    fn patterns(mut self, patterns: &[&'static str]) -> Self {
        self.patterns = patterns.to_vec();
        self
    }

    /// So many choices wait for an owner in the chat.
    fn asked(mut self, choices: usize) -> Self {
        self.question = Some(choices);
        self
    }

    fn activated(mut self, activation: Activation) -> Self {
        self.activation = Some(activation);
        self
    }

    fn rules(&self) -> Rules {
        let mut groups = Groups::default();
        for (key, rules) in &self.groups {
            if *key == "*" {
                groups.any = Some(rules.clone());
            } else {
                groups.listed.insert(GroupId::parse(key).unwrap(), rules.clone());
            }
        }
        Rules {
            mode: if self.personal {
                Mode::Personal
            } else {
                Mode::Dedicated
            },
            owners: self.owners.as_deref().map(list),
            commands_allow: list(&self.commands),
            dm_policy: self.policy,
            allow_from: list(&self.allow),
            self_chat_mode: self.self_chat,
            honour_pairings_in_allowlist: self.honour,
            catch_up_max_age_s: MAX_AGE_S,
            group_policy: self.group_policy,
            group_allow_from: self.group_allow.as_deref().map(list),
            groups,
        }
    }

    /// Calls with the facts of this event.
    fn with_facts<T>(&self, ask: impl FnOnce(&Facts<'_>, &Rules) -> T) -> T {
        let own = own();
        let mentions: Vec<Identity> = self
            .mentions
            .iter()
            .map(|jid| Identity::from_jids(jid, None))
            .collect();
        let patterns = if self.patterns == [GATEY] {
            GATEY_COMPILED.clone()
        } else {
            Patterns::new(&self.patterns).unwrap()
        };
        let facts = Facts {
            chat: &ChatId::from_jids(&self.chat, self.alt.as_deref(), &own),
            sender: &Identity::from_jids(&self.sender, self.alt.as_deref()),
            own: &own,
            from_me: self.from_me,
            age_s: self.age_s,
            own_echo: self.own_echo,
            paired: self.paired,
            identity_pending: self.identity_pending,
            nature: self.nature,
            said: Said {
                text: self.text.as_deref(),
                mentions: &mentions,
                quotes_gateway: self.quotes_gateway,
                patterns: &patterns,
            },
            typed: self.typed,
            activation: self.activation,
            question: self.question,
        };
        ask(&facts, &self.rules())
    }

    fn judge(&self) -> Verdict {
        self.with_facts(judge)
    }

    fn traced(&self) -> (Verdict, Vec<Step>) {
        let mut steps = Vec::new();
        let verdict = self.with_facts(|facts, rules| judge_traced(facts, rules, &mut steps));
        (verdict, steps)
    }

    fn commander(&self) -> Commander {
        self.with_facts(|facts, rules| rules.commander(facts))
    }

    fn is_owner(&self) -> bool {
        self.with_facts(|facts, rules| rules.is_owner(facts))
    }
}

/// Outcome, reason, rule, and the setting that decided.
fn shown(verdict: Verdict) -> String {
    let by = verdict.by.map_or_else(|| "-".to_owned(), |by| format!("{by:?}"));
    format!(
        "{} {} {} {by}",
        verdict.outcome.as_str(),
        verdict.reason.as_str(),
        verdict.rule
    )
}
