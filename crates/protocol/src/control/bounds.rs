//! How much one answer holds at most.

/// Verdicts of one answer; a request for more, or for none, is refused.
pub const MAX_VERDICTS: u32 = 500;

/// Chats of one answer; a request for more, or for none, is refused.
pub const MAX_CHATS: u32 = 200;

/// Messages of one answer; a request for more, or for none, is refused.
pub const MAX_MESSAGES: u32 = 200;

/// Bytes of messages in one answer, as they are written; older ones are left out, and the answer says that there are more.
pub const MAX_MESSAGE_BYTES: usize = 512 * 1024;

/// Lines of the log in one answer; of a request for more, so many of the last are told.
pub const MAX_LOG_LINES: u32 = 1_000;

/// Bytes of the log's lines in one answer; older lines are left out, and the answer's note says so.
pub const MAX_LOG_BYTES: usize = 256 * 1024;

/// Changes of the config in one request; one with more is refused.
pub const MAX_EDITS: usize = 100;
