//! How far an outgoing message came, and what follows an attempt to send it.
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

/// How one attempt to write a message ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// It is on the socket.
    Written,
    /// The account was not ready; nothing was tried.
    NotReady,
    /// Too many calls were under way; nothing was tried.
    Overloaded,
    /// No answer came, or the sidecar went away in the middle.
    NoAnswer,
    /// The sidecar or WhatsApp refused it.
    Refused,
}

/// What follows an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Wait for WhatsApp's ack this long, then call it unknown.
    AwaitAck {
        /// How long.
        for_ms: u64,
    },
    /// Queue it again and leave it until the account is ready. Costs no attempt.
    HoldUntilReady,
    /// Queue it again and try after this long. Costs no attempt.
    RetryAfter {
        /// How long.
        after_ms: u64,
    },
    /// It may have left: once ready, wait this long for word of it, then send the same id again.
    Settle {
        /// How long.
        after_ms: u64,
    },
    /// It was refused; trying again would be refused again.
    GiveUp,
    /// It is too old to be sent.
    Expire,
}

/// How long an ack may take.
pub const ACK_WAIT_MS: u64 = 30_000;
/// How long word of an unknown message may take after `ready`.
pub const SETTLE_WAIT_MS: u64 = 10_000;
const OVERLOADED_WAIT_MS: u64 = 1_000;

impl Next {
    /// The news that the row gets.
    #[must_use]
    pub fn state(self) -> SendState {
        match self {
            Self::AwaitAck { .. } => SendState::Written,
            Self::HoldUntilReady | Self::RetryAfter { .. } => SendState::Queued,
            Self::Settle { .. } => SendState::Unknown,
            Self::GiveUp => SendState::Failed,
            Self::Expire => SendState::Expired,
        }
    }
}

/// What follows an attempt on a message that may be sent until `expires_ms`.
#[must_use]
pub fn after_attempt(attempt: Attempt, now_ms: i64, expires_ms: i64) -> Next {
    let expired = now_ms >= expires_ms;
    match attempt {
        Attempt::Written => Next::AwaitAck { for_ms: ACK_WAIT_MS },
        Attempt::NoAnswer => Next::Settle {
            after_ms: SETTLE_WAIT_MS,
        },
        Attempt::Refused => Next::GiveUp,
        Attempt::NotReady | Attempt::Overloaded if expired => Next::Expire,
        Attempt::NotReady => Next::HoldUntilReady,
        Attempt::Overloaded => Next::RetryAfter {
            after_ms: OVERLOADED_WAIT_MS,
        },
    }
}
