//! What crosses a process boundary, and nothing else.
//!
//! Two wires, both newline-delimited JSON: `sidecar` (gateway and the Node process that holds one
//! WhatsApp socket, over stdio) and `control` (the CLI and the gateway, over a local socket).
//! This crate holds types and a pure line codec. It does no I/O and knows no policy.
//!
//! A session with a sidecar, `>` to it and `<` from it:
//!
//! ```text
//! < hello      protocol, versions                  first line, its shape never changes
//! > welcome    account, folders, login?, limits    sent only when the protocol integers are equal
//! < ready      linked: are there usable credentials
//! < link       qr (several), scanned, opened       where the link stands
//! < event 1    a message                           no receipt leaves before the ack
//! > ack 1      everything up to 1 is in SQLite
//! > request 1  send
//! < response 1 ok: sent
//! < event 2    server_ack of that message
//! < lookup 1   what was sent under an id?             a recipient could not read it
//! > found 1    the text and secret, or nothing        within 3 s, else nothing is sent
//! > shutdown   flush and exit (end of stdin means the same)
//! < closed     why; always the last frame
//! ```
#![deny(missing_docs)]

pub mod control;
pub mod fault;
pub mod line;
pub mod private;
pub mod sidecar;

/// The sidecar wire's version. Both sides ship together, so the integers must be equal.
/// `tests::typescript` keeps a hash of the generated types beside it: change them together.
pub const PROTOCOL_VERSION: u32 = 5;

/// The control socket's version; the socket lives in a folder named after it, so an old CLI and a
/// new gateway never meet.
pub const CONTROL_VERSION: u32 = 7;

/// Longest line on either wire, in bytes without the newline. A longer one from a sidecar is a
/// protocol error: the sidecar is replaced, and what it had not been acknowledged for comes again.
pub const MAX_LINE_BYTES: usize = 1024 * 1024;

/// Calls to one sidecar that may wait for their answer. When full, the caller gets
/// [`fault::FaultCode::Overloaded`] at once and the outbox keeps the row.
pub const MAX_CALLS_IN_FLIGHT: usize = 64;

/// Frames that wait to be written to one sidecar. When full for longer than the write deadline,
/// the sidecar counts as unresponsive and is replaced.
pub const WRITER_QUEUE_FRAMES: usize = 64;

/// Frames from one sidecar that wait for the journal. When full, the pipe is not read, so the
/// sidecar's own held-stanza bound applies next.
pub const READER_QUEUE_FRAMES: usize = 256;

/// Stanzas a sidecar may hold behind the message that awaits its ack. When full it closes with
/// [`sidecar::CloseReason::Overloaded`]: nothing was acknowledged, so nothing is lost.
pub const MAX_HELD_STANZAS: u32 = 2_000;

/// The same bound in bytes.
pub const MAX_HELD_BYTES: u32 = 16 * 1024 * 1024;

#[cfg(test)]
mod tests;
