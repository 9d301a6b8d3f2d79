//! Why a verdict fell, in the words of the store, of a person, and of the edit that would change it.

/// Why a verdict fell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Status, broadcast list or newsletter.
    NotAConversation,
    /// The journal holds it already.
    Duplicate,
    /// One of our own sends came back.
    OwnEcho,
    /// The owner wrote to somebody from their own device.
    OwnOutgoing,
    /// Direct messages are off.
    DmDisabled,
    /// The owner wrote to themselves.
    SelfChat,
    /// The owner wrote to themselves, and that is off.
    SelfChatOff,
    /// Everyone may write.
    DmOpen,
    /// The sender is on the list.
    DmListed,
    /// The sender was approved.
    DmPaired,
    /// A hidden sender, and the list holds numbers.
    UnresolvedIdentity,
    /// The sender has to be approved first.
    PairingRequired,
    /// As before, but too many wait already.
    PairingFull,
    /// The sender is not on the list.
    NotInAllowlist,
    /// Too old to be answered.
    Stale,
    /// Written in a group.
    GroupsNotSupported,
    /// A kind of event that is not handled.
    UnsupportedKind,
    /// No address of the sender could be read.
    NoSender,
    /// It could not be decrypted (yet).
    Undecryptable,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::NotAConversation,
        Self::Duplicate,
        Self::OwnEcho,
        Self::OwnOutgoing,
        Self::DmDisabled,
        Self::SelfChat,
        Self::SelfChatOff,
        Self::DmOpen,
        Self::DmListed,
        Self::DmPaired,
        Self::UnresolvedIdentity,
        Self::PairingRequired,
        Self::PairingFull,
        Self::NotInAllowlist,
        Self::Stale,
        Self::GroupsNotSupported,
        Self::UnsupportedKind,
        Self::NoSender,
        Self::Undecryptable,
    ];

    /// The word in the store and on every surface.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAConversation => "not_a_conversation",
            Self::Duplicate => "duplicate",
            Self::OwnEcho => "own_echo",
            Self::OwnOutgoing => "own_outgoing",
            Self::DmDisabled => "dm_disabled",
            Self::SelfChat => "self_chat",
            Self::SelfChatOff => "self_chat_off",
            Self::DmOpen => "dm_open",
            Self::DmListed => "dm_listed",
            Self::DmPaired => "dm_paired",
            Self::UnresolvedIdentity => "unresolved_identity",
            Self::PairingRequired => "pairing_required",
            Self::PairingFull => "pairing_full",
            Self::NotInAllowlist => "not_in_allowlist",
            Self::Stale => "stale",
            Self::GroupsNotSupported => "groups_not_supported",
            Self::UnsupportedKind => "unsupported_kind",
            Self::NoSender => "no_sender",
            Self::Undecryptable => "undecryptable",
        }
    }

    /// Reads the word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }

    /// What happened, for a person.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NotAConversation => {
                "Status updates, broadcast lists and newsletters are not conversations."
            }
            Self::Duplicate => "This message was recorded before; WhatsApp delivered it again.",
            Self::OwnEcho => "This is a message that the gateway sent itself.",
            Self::OwnOutgoing => "The linked number wrote this to somebody else by hand.",
            Self::DmDisabled => "Direct messages are switched off for this account.",
            Self::SelfChat => "The owner wrote in the chat with themselves.",
            Self::SelfChatOff => {
                "The owner wrote in the chat with themselves, which this account does not answer."
            }
            Self::DmOpen => "Direct messages are open to everyone.",
            Self::DmListed => "The sender is on the allow list.",
            Self::DmPaired => "The sender was approved.",
            Self::UnresolvedIdentity => {
                "WhatsApp hides the sender's number, so it cannot yet be compared with the numbers on the allow list."
            }
            Self::PairingRequired => "The sender is not approved yet.",
            Self::PairingFull => {
                "The sender is not approved yet, and got no code because too many requests wait."
            }
            Self::NotInAllowlist => "The sender is not on the allow list.",
            Self::Stale => {
                "The sender may write, but the message was too old to be answered when it arrived."
            }
            Self::GroupsNotSupported => "Messages in groups are recorded only.",
            Self::UnsupportedKind => "This kind of message is recorded only.",
            Self::NoSender => "The sender's address could not be read.",
            Self::Undecryptable => {
                "The message could not be decrypted; its sender's phone was asked to send it again."
            }
        }
    }

    /// The edit or the command that would change it, if there is one.
    #[must_use]
    pub fn fix(self) -> Option<&'static str> {
        match self {
            Self::DmDisabled => {
                Some("set channels.whatsapp.dmPolicy to \"pairing\", \"allowlist\" or \"open\"")
            }
            Self::SelfChatOff => Some("set channels.whatsapp.selfChatMode to true"),
            Self::UnresolvedIdentity => Some(
                "add the sender's …@lid to channels.whatsapp.allowFrom, or run: fased pairing approve whatsapp --sender <…@lid>",
            ),
            Self::PairingRequired => {
                Some("run: fased pairing list whatsapp, then: fased pairing approve whatsapp <code>")
            }
            Self::PairingFull => Some(
                "run: fased pairing approve whatsapp --sender <number>, or raise channels.whatsapp.pairing.maxPending",
            ),
            Self::NotInAllowlist => Some("add the sender to channels.whatsapp.allowFrom"),
            Self::Stale => Some("raise channels.whatsapp.catchUp.maxAgeMinutes"),
            Self::NotAConversation
            | Self::Duplicate
            | Self::OwnEcho
            | Self::OwnOutgoing
            | Self::SelfChat
            | Self::DmOpen
            | Self::DmListed
            | Self::DmPaired
            | Self::GroupsNotSupported
            | Self::UnsupportedKind
            | Self::NoSender
            | Self::Undecryptable => None,
        }
    }
}
