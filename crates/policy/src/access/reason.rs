//! Why a verdict fell, in the words of the store and of a person, and what would change it.

use super::Setting;

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
    /// Groups are off.
    GroupsDisabled,
    /// Other groups are listed, this one is not, or it is switched off.
    GroupNotListed,
    /// The sender is not on the list for this group.
    GroupSenderNotAllowed,
    /// It means the account.
    GroupMention,
    /// Every message of the group is answered.
    GroupAlways,
    /// A command of an owner, or of somebody else who may use them.
    OwnerCommand,
    /// An owner's answer to what an agent asked in the chat.
    PermissionAnswer,
    /// It does not mean the account; the next run reads it.
    NoMention,
    /// It is about an earlier message; the next run reads it.
    AboutMessage,
    /// Our own words keep coming back.
    EchoLoop,
    /// It holds nothing, or nothing that is known here.
    UnsupportedKind,
    /// No address of the sender could be read.
    NoSender,
    /// It could not be decrypted (yet).
    Undecryptable,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 28] = [
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
        Self::GroupsDisabled,
        Self::GroupNotListed,
        Self::GroupSenderNotAllowed,
        Self::GroupMention,
        Self::GroupAlways,
        Self::OwnerCommand,
        Self::PermissionAnswer,
        Self::NoMention,
        Self::AboutMessage,
        Self::EchoLoop,
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
            Self::GroupsDisabled => "groups_disabled",
            Self::GroupNotListed => "group_not_listed",
            Self::GroupSenderNotAllowed => "group_sender_not_allowed",
            Self::GroupMention => "group_mention",
            Self::GroupAlways => "group_always",
            Self::OwnerCommand => "owner_command",
            Self::PermissionAnswer => "permission_answer",
            Self::NoMention => "no_mention",
            Self::AboutMessage => "about_message",
            Self::EchoLoop => "echo_loop",
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
            Self::GroupsDisabled => "Messages in groups are switched off for this account.",
            Self::GroupNotListed => "This group is not on the list of groups, or is switched off there.",
            Self::GroupSenderNotAllowed => {
                "The sender is not on the list of those who may write in this group."
            }
            Self::GroupMention => "The message means this account.",
            Self::GroupAlways => "Every message in this group is answered.",
            Self::OwnerCommand => "This is a command of an owner, or of somebody who may use chat commands.",
            Self::PermissionAnswer => "This is an owner's answer to what an agent asked in this chat.",
            Self::NoMention => {
                "The message does not mention this account; the next run in this group reads it."
            }
            Self::AboutMessage => {
                "A reaction, an edit, a deletion or a vote starts nothing by itself; the next run in this chat reads it."
            }
            Self::EchoLoop => {
                "Several messages in a row repeated what the gateway had said, so it fell silent here until somebody says something else."
            }
            Self::UnsupportedKind => "There is nothing in this message that an agent could be told.",
            Self::NoSender => "The sender's address could not be read.",
            Self::Undecryptable => {
                "The message could not be decrypted; its sender's phone was asked to send it again."
            }
        }
    }

    /// What would change it, best first.
    #[must_use]
    pub fn remedies(self) -> &'static [Remedy] {
        match self {
            Self::DmDisabled => &[Remedy::Set(Setting::DmPolicy, "pairing")],
            Self::SelfChatOff => &[Remedy::Set(Setting::SelfChatMode, "true")],
            Self::UnresolvedIdentity | Self::NotInAllowlist | Self::GroupSenderNotAllowed => {
                &[Remedy::AddSender]
            }
            Self::PairingRequired => &[Remedy::Approve],
            Self::PairingFull => &[Remedy::Approve, Remedy::Raise(Setting::MaxPending)],
            Self::Stale => &[Remedy::Raise(Setting::CatchUp)],
            Self::GroupsDisabled => &[Remedy::Set(Setting::GroupPolicy, "allowlist")],
            Self::GroupNotListed => &[Remedy::ListGroup],
            Self::NoMention => &[Remedy::Mention],
            Self::NotAConversation
            | Self::Duplicate
            | Self::OwnEcho
            | Self::OwnOutgoing
            | Self::SelfChat
            | Self::DmOpen
            | Self::DmListed
            | Self::DmPaired
            | Self::GroupMention
            | Self::GroupAlways
            | Self::OwnerCommand
            | Self::PermissionAnswer
            | Self::AboutMessage
            | Self::EchoLoop
            | Self::UnsupportedKind
            | Self::NoSender
            | Self::Undecryptable => &[],
        }
    }
}

/// What a person can do so that the next such event fares otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Give a setting this value.
    Set(Setting, &'static str),
    /// Add the sender to the list that decided.
    AddSender,
    /// Raise a bound.
    Raise(Setting),
    /// Approve the sender.
    Approve,
    /// Add the group to the list of groups, or switch it on there.
    ListGroup,
    /// Mention the account, or have every message of the group answered.
    Mention,
}
