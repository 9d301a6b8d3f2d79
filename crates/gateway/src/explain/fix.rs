//! What a person can do so that the next such event fares otherwise: the exact edit or command.

use fased_policy::access::{Activation, Mode, Reason, Remedy, Setting};
use fased_policy::ids::{ChatId, GroupId};

use super::{group_of, place};
use crate::clock;
use crate::config::{AccountConfig, Source, greatest, join};
use crate::known::Known;

/// What would change a verdict, in one sentence that names people, files and lines; nothing where nothing
/// would, or where nothing should.
#[must_use]
pub(super) fn fix(
    reason: Reason,
    setting: Option<Setting>,
    config: &AccountConfig,
    known: &Known,
    now_s: i64,
) -> Option<String> {
    let case = Case {
        setting,
        config,
        known,
        now_s,
    };
    let remedies = case.remedies(reason).iter();
    let sentences: Vec<String> = remedies.filter_map(|remedy| case.sentence(*remedy)).collect();
    (!sentences.is_empty()).then(|| sentences.join(", or "))
}

/// The same for a log: the edit of the config alone, without anybody's number.
#[must_use]
pub fn config_line(
    reason: Reason,
    setting: Option<Setting>,
    config: &AccountConfig,
    known: &Known,
) -> Option<String> {
    let case = Case {
        setting,
        config,
        known,
        now_s: clock::now_ms() / 1000,
    };
    let edit = case
        .remedies(reason)
        .iter()
        .find_map(|remedy| case.edit(*remedy))?;
    let at = case.at(&edit.source);
    let line = match edit.change {
        Change::Set(value) => format!("set {} to {value}{at}", edit.path),
        Change::Append(_) => format!("add the sender to {}{at}", edit.path),
        Change::Insert => format!("add {}: {{}}{at}", edit.path),
        Change::Raise { .. } => format!("raise {}{at}", edit.path),
    };
    Some(match group_of(&known.chat) {
        Some(group) if !is_nameable(group) => line.replace(group.as_str(), "…@g.us"),
        Some(_) | None => line,
    })
}

/// Groups of the older form hold their founder's number.
fn is_nameable(group: &GroupId) -> bool {
    let id = group.as_str().trim_end_matches("@g.us");
    id.bytes().all(|byte| byte.is_ascii_digit())
}

/// What is to be done with one key.
enum Change {
    Set(&'static str),
    /// Add this entry to a list.
    Append(String),
    /// Add this key with an empty object.
    Insert,
    /// Raise a bound.
    Raise {
        from: i64,
        to: i64,
    },
}

struct Edit {
    /// The key to write.
    path: String,
    /// Where it, or what it belongs to, is written now.
    source: Source,
    change: Change,
}

struct Case<'a> {
    setting: Option<Setting>,
    config: &'a AccountConfig,
    known: &'a Known,
    now_s: i64,
}

impl Case<'_> {
    /// What may help. A dedicated number never answers what it wrote itself to others, whoever is listed.
    fn remedies(&self, reason: Reason) -> &'static [Remedy] {
        let elsewhere = match self.known.chat {
            ChatId::Direct(_) | ChatId::Group(_) | ChatId::NotAConversation(_) => true,
            ChatId::SelfChat => false,
        };
        if self.known.from_me && elsewhere && self.config.rules.mode == Mode::Dedicated {
            return &[];
        }
        reason.remedies()
    }

    fn sentence(&self, remedy: Remedy) -> Option<String> {
        match remedy {
            Remedy::Approve => {
                let sender = self.sender()?;
                Some(if self.known.waits {
                    let option = self.account_option();
                    format!("run: fased pairing approve whatsapp --sender {sender}{option}")
                } else {
                    let list = place(Setting::AllowFrom, self.config, self.known).path;
                    format!("run: fased config set '{list}[+]' {sender}")
                })
            }
            Remedy::Mention => Some(self.mention()),
            Remedy::Set(..) | Remedy::AddSender | Remedy::Raise(_) | Remedy::ListGroup => {
                self.edit(remedy).map(|edit| self.edited(&edit))
            }
        }
    }

    /// The edit that a remedy comes to, if it is one.
    fn edit(&self, remedy: Remedy) -> Option<Edit> {
        let at_key = |setting: Setting, change: Change| {
            let source = place(setting, self.config, self.known);
            Some(Edit {
                path: source.path.clone(),
                source,
                change,
            })
        };
        match remedy {
            Remedy::Set(setting, value) => at_key(setting, Change::Set(value)),
            Remedy::Raise(setting) => {
                let from = self.bound(setting);
                let to = self.enough(setting, from);
                let edit = at_key(setting, Change::Raise { from, to })?;
                let is_allowed = greatest(&edit.path).is_none_or(|most| to <= most);
                is_allowed.then_some(edit)
            }
            Remedy::AddSender => at_key(self.setting?, Change::Append(self.sender()?)),
            Remedy::ListGroup if self.setting == Some(Setting::GroupEnabled) => {
                at_key(Setting::GroupEnabled, Change::Set("true"))
            }
            Remedy::ListGroup => {
                let source = place(Setting::Groups, self.config, self.known);
                Some(Edit {
                    path: join(&source.path, group_of(&self.known.chat)?.as_str()),
                    source,
                    change: Change::Insert,
                })
            }
            Remedy::Approve | Remedy::Mention => None,
        }
    }

    /// The edit by hand, and the command that does the same.
    fn edited(&self, edit: &Edit) -> String {
        let path = &edit.path;
        let at = self.at(&edit.source);
        let (by_hand, key, value) = match &edit.change {
            Change::Set(value) => {
                let shown = match *value {
                    "true" | "false" => (*value).to_owned(),
                    word => quoted(word),
                };
                (
                    format!("set {path} to {shown}{at}"),
                    path.clone(),
                    (*value).to_owned(),
                )
            }
            Change::Append(entry) => (
                format!("add {} to {path}{at}", quoted(entry)),
                format!("{path}[+]"),
                entry.clone(),
            ),
            Change::Insert => (format!("add {path}: {{}}{at}"), path.clone(), "{}".to_owned()),
            Change::Raise { from, to } => (
                format!("raise {path} from {from} to {to}{at}"),
                path.clone(),
                to.to_string(),
            ),
        };
        format!(
            "{by_hand}, or run: fased config set {} {}",
            word(&key),
            word(&value)
        )
    }

    /// The present value of a bound.
    fn bound(&self, setting: Setting) -> i64 {
        if setting == Setting::MaxPending {
            i64::try_from(self.config.pairing.max_pending).unwrap_or(i64::MAX)
        } else {
            self.config.rules.catch_up_max_age_s / 60
        }
    }

    /// A bound that would not have stopped this event.
    fn enough(&self, setting: Setting, from: i64) -> i64 {
        if setting == Setting::CatchUp {
            let age_s = self.now_s.saturating_sub(self.known.timestamp_s);
            from.max(age_s / 60).saturating_add(1)
        } else {
            from.saturating_add(1)
        }
    }

    /// In a group where a mention is missing.
    fn mention(&self) -> String {
        let patterns = place(Setting::MentionPatterns, self.config, self.known);
        let how = match self.config.rules.mode {
            Mode::Dedicated => "mention the account".to_owned(),
            Mode::Personal => format!(
                "reply to a message of the gateway, or use a name that {} matches{}",
                patterns.path,
                self.at(&patterns)
            ),
        };
        let Some(group) = group_of(&self.known.chat) else {
            return how;
        };
        let always = match self.known.activation {
            Some(activation) => activation == Activation::Always,
            None => !self.config.rules.groups.require_mention(group).0,
        };
        if always {
            // Only a command needs a mention here.
            return how;
        }
        let account = self.account_option();
        format!("{how}, or run: fased groups activation {group} always{account}")
    }

    /// The file, and the line where a line is known.
    fn at(&self, source: &Source) -> String {
        let file = self.config.sources.file().display();
        match source.line {
            Some(line) => format!(" ({file}:{line})"),
            None => format!(" in {file}"),
        }
    }

    fn sender(&self) -> Option<String> {
        let sender = &self.known.sender;
        (!sender.is_empty()).then(|| sender.label())
    }

    fn account_option(&self) -> String {
        let id = self.config.id.as_str();
        if id == "default" {
            String::new()
        } else {
            format!(" --account {id}")
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// One word of a shell: brackets, braces and quotes stay what they are.
fn word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+' | b'@');
    if text.bytes().all(plain) {
        text.to_owned()
    } else {
        format!("'{text}'")
    }
}
