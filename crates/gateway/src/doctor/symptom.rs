//! `--symptom`: somebody notices that something does not work, and the checks that can tell why are run on what is really
//! there. Each ends with what it most likely is.

mod bot_ignores_dms;
mod group_replies_missing;
mod messages;
mod messages_duplicate;
mod qr_login_fails;
mod session_disconnects;

use fased_protocol::control::AccountInfo;
use serde::Serialize;

use super::facts::Facts;
use super::finding::{Finding, Level};
use super::{accounts, auth_files, config, disk, lease, network, node, permissions, store, time};

/// What somebody notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Symptom {
    /// No QR code appears, or the phone does not take it.
    QrLoginFails,
    /// Direct messages get no answer.
    BotIgnoresDms,
    /// Messages in groups get no answer.
    GroupRepliesMissing,
    /// The link comes and goes.
    SessionDisconnects,
    /// Somebody gets an answer twice, or one message is answered twice.
    MessagesDuplicate,
}

/// Which messages a symptom is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Links,
    DirectMessages,
    Groups,
}

impl Symptom {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::QrLoginFails,
        Self::BotIgnoresDms,
        Self::GroupRepliesMissing,
        Self::SessionDisconnects,
        Self::MessagesDuplicate,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::QrLoginFails => "qr-login-fails",
            Self::BotIgnoresDms => "bot-ignores-dms",
            Self::GroupRepliesMissing => "group-replies-missing",
            Self::SessionDisconnects => "session-disconnects",
            Self::MessagesDuplicate => "messages-duplicate",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|symptom| symptom.as_str() == text)
    }

    pub(super) fn about(self) -> About {
        match self {
            Self::BotIgnoresDms => About::DirectMessages,
            Self::GroupRepliesMissing => About::Groups,
            Self::QrLoginFails | Self::SessionDisconnects | Self::MessagesDuplicate => About::Links,
        }
    }

    /// What is to be done where nothing explains it.
    fn otherwise(self) -> (&'static str, &'static str) {
        match self {
            Self::QrLoginFails => (
                "nothing here stands in the way of a login; a phone that shows an error has its own reason, such as \
                 too many linked devices",
                "fased channels login, and read what the phone says",
            ),
            Self::BotIgnoresDms => (
                "nothing that came in was ignored; a message that is not listed here never arrived",
                "write to the linked number, then: fased explain +NUMBER",
            ),
            Self::GroupRepliesMissing => (
                "nothing that came in from groups was ignored; a message that is not listed here never arrived",
                "mention the account in the group, then: fased groups list",
            ),
            Self::SessionDisconnects => (
                "the link holds: within a day it was not lost more often than is usual",
                "fased channels status",
            ),
            Self::MessagesDuplicate => (
                "nothing here sends or answers twice; WhatsApp on the phone may show a message twice that has one id",
                "fased explain MESSAGE_ID for both, and compare their ids",
            ),
        }
    }
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Subject {
    /// What somebody notices.
    pub symptom: Symptom,
    /// At this account only.
    pub account: Option<String>,
    /// With this sender's messages.
    pub from: Option<String>,
    /// With this group's messages.
    pub group: Option<String>,
}

impl Subject {
    /// The accounts that it is about.
    fn accounts<'a>(&'a self, facts: &'a Facts) -> impl Iterator<Item = &'a AccountInfo> {
        facts
            .accounts
            .iter()
            .filter(|info| self.account.as_ref().is_none_or(|id| *id == info.account))
    }
}

/// What was found, and what it comes to.
#[derive(Debug, Clone, Serialize)]
pub struct Diagnosis {
    /// What was asked about.
    pub symptom: Symptom,
    /// In the order in which one rests upon another, the worst first.
    pub findings: Vec<Finding>,
    /// What it comes to.
    pub likely: Likely,
}

/// What it most likely is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Likely {
    /// In one sentence.
    pub what: String,
    /// The next command.
    pub next: String,
}

/// Runs the checks of a symptom.
#[must_use]
pub fn diagnose(facts: &Facts, subject: &Subject) -> Diagnosis {
    let mut findings = match subject.symptom {
        Symptom::QrLoginFails => qr_login_fails::look(facts, subject),
        Symptom::BotIgnoresDms => bot_ignores_dms::look(facts, subject),
        Symptom::GroupRepliesMissing => group_replies_missing::look(facts, subject),
        Symptom::SessionDisconnects => session_disconnects::look(facts, subject),
        Symptom::MessagesDuplicate => messages_duplicate::look(facts, subject),
    };
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    // Checks are called in the order in which one rests upon another, and sorting keeps it.
    let worst = findings.first().filter(|finding| finding.level >= Level::Warning);
    let likely = match worst {
        Some(finding) => Likely {
            what: match finding.cause.as_str() {
                "" => finding.what.clone(),
                cause => format!("{}: {cause}", finding.what),
            },
            next: finding.next.clone(),
        },
        // Who is linked already has no login that could fail.
        None if subject.symptom == Symptom::QrLoginFails
            && findings.iter().any(|finding| finding.check == "login") =>
        {
            Likely {
                what: findings
                    .iter()
                    .filter(|finding| finding.check == "login")
                    .map(|finding| finding.what.as_str())
                    .collect::<Vec<_>>()
                    .join("; "),
                next: "if messages do not flow: fased doctor --symptom session-disconnects".to_owned(),
            }
        }
        None => {
            let (what, next) = subject.symptom.otherwise();
            Likely {
                what: what.to_owned(),
                next: next.to_owned(),
            }
        }
    };
    Diagnosis {
        symptom: subject.symptom,
        findings,
        likely,
    }
}

/// What every symptom rests upon: a config in force, a gateway, what a link needs of this machine, and the state of the
/// accounts. The cause stands before what it leads to.
fn ground(facts: &Facts, subject: &Subject) -> Vec<Finding> {
    let mut findings = config::check(facts);
    findings.extend(lease::check(facts));
    findings.extend(machine(facts));
    // What is only good to know is not why something fails.
    findings.retain(|finding| finding.level >= Level::Warning);
    findings.extend(
        subject
            .accounts(facts)
            .filter(|account| account.enabled)
            .map(|account| state(facts, account)),
    );
    for account in subject.accounts(facts).filter(|account| !account.enabled) {
        let what = format!("{} is switched off", account.account);
        let next = account.next.clone().unwrap_or_default();
        findings.push(Finding::warning("account", what, "its `enabled` is false").next(next));
    }
    findings
}

/// What a link needs of this machine.
fn machine(facts: &Facts) -> impl Iterator<Item = Finding> {
    let checks = [
        permissions::check,
        disk::check,
        store::check,
        node::check,
        time::check,
        network::check,
        auth_files::check,
    ];
    checks.into_iter().flat_map(|check| check(facts))
}

/// The state of an account. Where nothing is known that would mend it, the log is next: the symptom is what is looked at.
fn state(facts: &Facts, account: &AccountInfo) -> Finding {
    let found = accounts::state(facts, account);
    if found.level == Level::Ok || !found.next.is_empty() {
        return found;
    }
    found.next(format!("fased logs --account {}", account.account))
}

#[cfg(test)]
mod tests;
