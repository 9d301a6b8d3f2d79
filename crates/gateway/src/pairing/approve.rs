//! What an approval comes to, before it is made.

use fased_policy::access::DmPolicy;
use fased_policy::pairing::approved_text;

use super::Found;
use crate::config::AccountConfig;
use crate::outbound::REPLY_TTL_MS;
use crate::store::{Draft, Purpose};

/// An approval that is about to be made.
pub(crate) struct Approval {
    /// What the sender is sent.
    pub(crate) notice: Option<Draft>,
    /// Do they hear of it?
    pub(crate) told: Told,
    /// Why it lets nobody in, under rules where it does not.
    pub(crate) unheard: Option<&'static str>,
}

/// Does somebody hear of their approval?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// Nobody asked for it.
    NotAsked,
    /// They do.
    Yes,
    /// The account only observes.
    OnlyObserves,
    /// They wrote in no chat of their own.
    NoChat,
}

/// What approving somebody comes to under the settings of the account; it may be one that does not run.
pub(crate) fn approval(found: &Found, config: Option<&AccountConfig>, notify: bool, now_ms: i64) -> Approval {
    let unheard = config.and_then(unheard);
    let observes = config.is_some_and(|config| config.observe_only);
    let notice = notice(found, now_ms).filter(|_| notify && unheard.is_none() && !observes);
    let told = match (notify, &notice) {
        (false, _) => Told::NotAsked,
        (true, Some(_)) => Told::Yes,
        (true, None) if observes => Told::OnlyObserves,
        (true, None) => Told::NoChat,
    };
    Approval {
        notice,
        told,
        unheard,
    }
}

impl Approval {
    /// What is added to the sentence about an approval that lets somebody in.
    pub(crate) fn hint(&self) -> &'static str {
        match self.told {
            Told::NotAsked => "",
            Told::Yes => ", and is told so",
            Told::OnlyObserves => "; they are not told, for the account only observes",
            Told::NoChat => "; they are not told, for they wrote in no chat of their own",
        }
    }
}

fn unheard(config: &AccountConfig) -> Option<&'static str> {
    match config.rules.dm_policy {
        DmPolicy::Pairing | DmPolicy::Open => None,
        DmPolicy::Allowlist if config.rules.honour_pairings_in_allowlist => None,
        DmPolicy::Allowlist => Some(
            "dmPolicy is \"allowlist\", under which approvals do not count; \
             set pairing.honourInAllowlist to true, or add them to allowFrom",
        ),
        DmPolicy::Disabled => Some("dmPolicy is \"disabled\", so nobody is heard"),
    }
}

fn notice(found: &Found, now_ms: i64) -> Option<Draft> {
    Some(Draft::text(
        found.chat.clone()?,
        Purpose::Notice,
        approved_text().to_owned(),
        now_ms + REPLY_TTL_MS,
    ))
}
