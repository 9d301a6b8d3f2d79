//! How far an outgoing message came.
//!
//! Acks and receipts arrive late, twice and out of order; [`SendState::advance`] is the only way a row may
//! change, and it never forgets the better news. A message that may have left is never sent under a new id:
//! it is `unknown` until WhatsApp says more, or goes out again under the same id.

#[cfg(test)]
mod tests;

/// How far an outgoing message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SendState {
    /// It waits for its turn.
    Queued,
    /// A sidecar was asked to write it.
    Sending,
    /// It is on the socket.
    Written,
    /// It may have left, and no word of it came back.
    Unknown,
    /// WhatsApp's server has it.
    ServerAck,
    /// A device of the recipient has it.
    Delivered,
    /// It was seen.
    Read,
    /// It was listened to.
    Played,
    /// WhatsApp or the sidecar refused it.
    Failed,
    /// It was too old to be sent.
    Expired,
    /// It was taken back before it left.
    Cancelled,
}

impl SendState {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Queued,
        Self::Sending,
        Self::Written,
        Self::Unknown,
        Self::ServerAck,
        Self::Delivered,
        Self::Read,
        Self::Played,
        Self::Failed,
        Self::Expired,
        Self::Cancelled,
    ];

    /// The word in the store and on every surface.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Written => "written",
            Self::Unknown => "unknown",
            Self::ServerAck => "server_ack",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// WhatsApp has it: it will never be sent again.
    #[must_use]
    pub fn is_confirmed(self) -> bool {
        self.confirmed_rank().is_some()
    }

    /// Nothing more will be done about it, whatever news still comes.
    #[must_use]
    pub fn is_settled(self) -> bool {
        match self {
            Self::Queued | Self::Sending | Self::Written | Self::Unknown => false,
            Self::ServerAck | Self::Delivered | Self::Read | Self::Played => true,
            Self::Failed | Self::Expired | Self::Cancelled => true,
        }
    }

    /// The state after this news; the same state where the news is older or worse than what is known.
    ///
    /// An ack or a receipt wins over everything that is not final, `unknown` included. A refusal cannot undo
    /// an ack. `sending` goes back to `queued` when the attempt never reached the socket, and `unknown` to
    /// `sending` when the same payload goes out again under the same id.
    #[must_use]
    pub fn advance(self, to: Self) -> Self {
        let moves = match self {
            Self::Queued => true,
            Self::Sending => to != Self::Cancelled,
            Self::Written => !matches!(to, Self::Queued | Self::Sending | Self::Cancelled),
            Self::Unknown => !matches!(to, Self::Queued | Self::Cancelled),
            Self::ServerAck | Self::Delivered | Self::Read | Self::Played => {
                to.confirmed_rank() > self.confirmed_rank()
            }
            Self::Failed | Self::Expired | Self::Cancelled => false,
        };
        if moves { to } else { self }
    }

    fn confirmed_rank(self) -> Option<u8> {
        match self {
            Self::ServerAck => Some(1),
            Self::Delivered => Some(2),
            Self::Read => Some(3),
            Self::Played => Some(4),
            Self::Queued
            | Self::Sending
            | Self::Written
            | Self::Unknown
            | Self::Failed
            | Self::Expired
            | Self::Cancelled => None,
        }
    }
}
