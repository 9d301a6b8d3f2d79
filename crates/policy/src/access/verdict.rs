//! What becomes of an event.

use std::fmt;

use super::{Reason, Setting};

/// What becomes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It goes to an agent.
    Admit,
    /// It is recorded and goes nowhere.
    Drop,
    /// It waits for a decision: an approval, or the sender's number.
    Hold,
    /// It is kept for the next run to read.
    Context,
    /// It would have been admitted, but came too late to be answered.
    Stale,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Admit, Self::Drop, Self::Hold, Self::Context, Self::Stale];

    /// The word in the store and on every surface.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admit => "admit",
            Self::Drop => "drop",
            Self::Hold => "hold",
            Self::Context => "context",
            Self::Stale => "stale",
        }
    }

    /// Reads the word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// A row of the table of direct messages (`dm.1` to `dm.13`) or a gate of groups (`group.1` to `group.5`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rule(u8);

impl Rule {
    /// What no row covers.
    pub const NONE: Self = Self(0);
    pub(super) const DM_NOT_A_CONVERSATION: Self = Self(1);
    pub(super) const DM_DUPLICATE: Self = Self(2);
    pub(super) const DM_OWN_ECHO: Self = Self(3);
    pub(super) const DM_OWN_OUTGOING: Self = Self(4);
    pub(super) const DM_DISABLED: Self = Self(5);
    pub(super) const DM_SELF_CHAT: Self = Self(6);
    pub(super) const DM_OPEN: Self = Self(7);
    pub(super) const DM_LISTED: Self = Self(8);
    pub(super) const DM_PAIRED: Self = Self(9);
    pub(super) const DM_UNRESOLVED: Self = Self(10);
    pub(super) const DM_PAIRING: Self = Self(11);
    pub(super) const DM_NOT_LISTED: Self = Self(12);
    /// Row 13, which holds in groups, too.
    pub(super) const STALE: Self = Self(13);
    pub(super) const GROUP_POLICY: Self = Self(21);
    pub(super) const GROUP_LISTED: Self = Self(22);
    pub(super) const GROUP_SENDER: Self = Self(23);
    pub(super) const GROUP_FROM_ME: Self = Self(24);
    pub(super) const GROUP_GATE: Self = Self(25);

    const GROUPS_FROM: u8 = 20;

    /// The number in the store.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// Reads the number back; nothing for what no row covers.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        let rule = Self(u8::try_from(number).ok()?);
        (rule != Self::NONE).then_some(rule)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("none"),
            row if row > Self::GROUPS_FROM => write!(f, "group.{}", row - Self::GROUPS_FROM),
            row => write!(f, "dm.{row}"),
        }
    }
}

/// The one decision about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// What becomes of it.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// The row that decided.
    pub rule: Rule,
    /// The setting that decided, if one did.
    pub by: Option<Setting>,
}

impl Verdict {
    /// Row 2: the journal already holds this event. Only the journal's unique key can know.
    pub const DUPLICATE: Self = Self::new(Outcome::Drop, Reason::Duplicate, Rule::DM_DUPLICATE);
    /// Row 11, when [`crate::pairing::on_request`] has no code left to give.
    pub const PAIRING_FULL: Self = Self {
        by: Some(Setting::MaxPending),
        ..Self::new(Outcome::Hold, Reason::PairingFull, Rule::DM_PAIRING)
    };
    /// An event that says nothing, or nothing that is known here.
    pub const UNSUPPORTED_KIND: Self = Self::new(Outcome::Drop, Reason::UnsupportedKind, Rule::NONE);
    /// Our own words keep coming back under other ids; see [`crate::echo`].
    pub const ECHO_LOOP: Self = Self::new(Outcome::Drop, Reason::EchoLoop, Rule::DM_OWN_ECHO);

    pub(super) const fn new(outcome: Outcome, reason: Reason, rule: Rule) -> Self {
        Self {
            outcome,
            reason,
            rule,
            by: None,
        }
    }

    pub(super) const fn drop(reason: Reason, rule: Rule) -> Self {
        Self::new(Outcome::Drop, reason, rule)
    }

    pub(super) const fn admit(reason: Reason, rule: Rule) -> Self {
        Self::new(Outcome::Admit, reason, rule)
    }

    pub(super) const fn hold(reason: Reason, rule: Rule) -> Self {
        Self::new(Outcome::Hold, reason, rule)
    }

    pub(super) const fn by(self, setting: Setting) -> Self {
        Self {
            by: Some(setting),
            ..self
        }
    }
}
