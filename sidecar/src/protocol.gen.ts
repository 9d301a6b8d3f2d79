// Generated from crates/protocol by scripts/generate. Do not edit.

export const PROTOCOL_VERSION = 3;

export type Private = string;

export type Jid = string;

export type Fault = { 
/**
 * What kind of failure; decides whether to try again.
 */
code: FaultCode, 
/**
 * For people. Never holds message text or numbers.
 */
message: string, };

export type FaultCode = "not_connected" | "bad_request" | "rejected" | "timed_out" | "overloaded" | "internal";

export type FromSidecar = { "kind": "hello" } & Hello | { "kind": "ready", 
/**
 * Are there usable credentials of a completed login?
 */
linked: boolean, } | { "kind": "link", 
/**
 * The news.
 */
link: Link, } | { "kind": "event", 
/**
 * The number that an `ack` names.
 */
seq: number, 
/**
 * What happened.
 */
event: Event, } | { "kind": "response", 
/**
 * The request's id.
 */
id: number, 
/**
 * How it went.
 */
outcome: Outcome, } | { "kind": "lookup", 
/**
 * Counts up within one process.
 */
id: number, 
/**
 * Our message id.
 */
message_id: string, 
/**
 * Its chat, as the recipient named it; may be another address than the one it was sent to.
 */
chat: Jid, } | { "kind": "closed" } & Closed;

export type ToSidecar = { "kind": "welcome" } & Welcome | { "kind": "ack", 
/**
 * The highest committed event number.
 */
seq: number, } | { "kind": "request", 
/**
 * Counts up within one process.
 */
id: number, } & ({ "method": "send_text", "params": { 
/**
 * The chat to write to.
 */
chat: Jid, 
/**
 * The id it travels under, chosen by the gateway.
 */
message_id: string, 
/**
 * What it says.
 */
payload: TextPayload, } } | { "method": "resolve_lids", "params": { 
/**
 * `…@s.whatsapp.net`, at most 500.
 */
phones: Array<Jid>, } } | { "method": "canonical_id", "params": { 
/**
 * `…@s.whatsapp.net`, as somebody wrote it.
 */
phone: Jid, } } | { "method": "mark_read", "params": { 
/**
 * The chat.
 */
chat: Jid, 
/**
 * Who wrote them, in a group.
 */
participant: Jid | null, 
/**
 * Their ids, 1 to 500.
 */
ids: Array<string>, } } | { "method": "ping" } | { "method": "logout" }) | { "kind": "found", 
/**
 * The lookup's id.
 */
id: number, 
/**
 * What was sent under that id; absent when it is not ours or too old.
 */
payload: TextPayload | null, } | { "kind": "shutdown" };

export type Hello = { 
/**
 * The sidecar's [`crate::PROTOCOL_VERSION`].
 */
protocol: number, 
/**
 * Version of the sidecar package.
 */
sidecar: string, 
/**
 * Version of Baileys.
 */
baileys: string, 
/**
 * Version of Node.
 */
node: string, };

export type Welcome = { 
/**
 * The gateway's [`crate::PROTOCOL_VERSION`].
 */
protocol: number, 
/**
 * Account id, for log lines only.
 */
account: string, 
/**
 * Folder of the auth files; exists, mode 0700, locked by the gateway.
 */
auth_dir: string, 
/**
 * Show login codes when there are no credentials; absent: end with `not_linked` instead.
 */
login: LoginMethod | null, 
/**
 * Which version of WhatsApp's web client to claim to be.
 */
version: WebVersion, 
/**
 * Bounds to keep.
 */
limits: Limits, };

export type LoginMethod = { "type": "qr" } | { "type": "code", 
/**
 * The phone's number, digits only.
 */
phone: Private, };

export type Limits = { 
/**
 * Longest line either side may write, in bytes.
 */
max_line_bytes: number, 
/**
 * Stanzas that may wait behind the one that awaits its ack.
 */
max_held_stanzas: number, 
/**
 * Bytes of such stanzas.
 */
max_held_bytes: number, };

export type WebVersion = "pinned" | { "exact": [number, number, number] } | "live";

export type Link = { "type": "qr", 
/**
 * The text inside the QR.
 */
payload: Private, 
/**
 * How long WhatsApp accepts it, from now.
 */
expires_ms: number, } | { "type": "code", 
/**
 * Eight letters and digits.
 */
code: Private, 
/**
 * How long WhatsApp accepts it, from now.
 */
expires_ms: number, } | { "type": "scanned" } | { "type": "opened", 
/**
 * Our own phone-number address, with device.
 */
jid: Jid, 
/**
 * Our own hidden id, with device.
 */
lid: Jid | null, 
/**
 * The name set on the phone, if it is known.
 */
name: Private | null, 
/**
 * The version that WhatsApp accepted.
 */
version: [number, number, number], };

export type Event = { "type": "message" } & Message | { "type": "undecryptable", 
/**
 * Which message.
 */
origin: Origin, 
/**
 * What the library said, without key material.
 */
reason: string, } | { "type": "server_ack", 
/**
 * Our message id.
 */
id: string, 
/**
 * Its chat.
 */
chat: Jid, } | { "type": "send_error", 
/**
 * Our message id.
 */
id: string, 
/**
 * Its chat.
 */
chat: Jid, 
/**
 * The error code, such as 463 or 479.
 */
code: number, } | { "type": "receipt", 
/**
 * Our message ids.
 */
ids: Array<string>, 
/**
 * Their chat.
 */
chat: Jid, 
/**
 * Who, in a group.
 */
participant: Jid | null, 
/**
 * How far it came.
 */
status: ReceiptStatus, } | { "type": "lid_mapping", 
/**
 * The pairs.
 */
pairs: Array<LidPair>, } | { "type": "unknown" };

export type Origin = { 
/**
 * The message id, chosen by its sender.
 */
id: string, 
/**
 * The chat.
 */
chat: Jid, 
/**
 * The chat's other address (phone number of a hidden id, or the reverse), if the stanza had it.
 */
chat_alt: Jid | null, 
/**
 * Who wrote it; equals `chat` in a direct chat unless `from_me`.
 */
sender: Jid, 
/**
 * The sender's other address, if the stanza had it.
 */
sender_alt: Jid | null, 
/**
 * Written by this account itself (its phone, or another linked device).
 */
from_me: boolean, 
/**
 * Name that the sender chose for themselves.
 */
push_name: Private | null, 
/**
 * When it was sent, Unix seconds.
 */
timestamp: number, 
/**
 * Delivered from the server's queue rather than live. Says nothing about age.
 */
offline: boolean, };

export type Message = { 
/**
 * Where it came from.
 */
origin: Origin, 
/**
 * What kind it is.
 */
content: ContentKind, 
/**
 * The protobuf field that held it, such as `extendedTextMessage`.
 */
raw_kind: string, 
/**
 * Its text or caption.
 */
text: Private | null, 
/**
 * Who is mentioned by address.
 */
mentions: Array<Jid>, 
/**
 * What it replies to.
 */
quoted: Quoted | null, };

export type Quoted = { 
/**
 * Its id.
 */
id: string, 
/**
 * Who wrote it.
 */
sender: Jid | null, 
/**
 * What it said, as the reply repeats it: text or caption, at most 1,000 characters of it.
 */
text: Private | null, };

export type ContentKind = "text" | "image" | "video" | "audio" | "document" | "sticker" | "contact" | "location" | "reaction" | "edit" | "delete" | "poll" | "poll_vote" | "event" | "other";

export type LidPair = { 
/**
 * `…@lid`.
 */
lid: Jid, 
/**
 * `…@s.whatsapp.net`.
 */
phone: Jid, };

export type ReceiptStatus = "delivered" | "read" | "played";

export type Call = { "method": "send_text", "params": { 
/**
 * The chat to write to.
 */
chat: Jid, 
/**
 * The id it travels under, chosen by the gateway.
 */
message_id: string, 
/**
 * What it says.
 */
payload: TextPayload, } } | { "method": "resolve_lids", "params": { 
/**
 * `…@s.whatsapp.net`, at most 500.
 */
phones: Array<Jid>, } } | { "method": "canonical_id", "params": { 
/**
 * `…@s.whatsapp.net`, as somebody wrote it.
 */
phone: Jid, } } | { "method": "mark_read", "params": { 
/**
 * The chat.
 */
chat: Jid, 
/**
 * Who wrote them, in a group.
 */
participant: Jid | null, 
/**
 * Their ids, 1 to 500.
 */
ids: Array<string>, } } | { "method": "ping" } | { "method": "logout" };

export type TextPayload = { 
/**
 * The text.
 */
text: Private, 
/**
 * 32 bytes in hex that WhatsApp's clients derive keys from; chosen by the gateway with the id.
 */
secret: Private, };

export type Outcome = { "status": "ok", 
/**
 * The answer.
 */
reply: Reply, } | { "status": "error", 
/**
 * Why.
 */
fault: Fault, };

export type Reply = { "type": "sent" } | { "type": "pong", 
/**
 * Round trip.
 */
rtt_ms: number, } | { "type": "lids", 
/**
 * The pairs.
 */
pairs: Array<LidPair>, } | { "type": "canonical", 
/**
 * The number that WhatsApp takes it for, as `…@s.whatsapp.net`; absent: it is not on WhatsApp.
 */
jid: Jid | null, 
/**
 * Its hidden id, if WhatsApp tells it.
 */
lid: Jid | null, } | { "type": "done" };

export type Closed = { 
/**
 * What the account machine decides by.
 */
reason: CloseReason, 
/**
 * The raw status code, if there was one.
 */
status: number | null, 
/**
 * What the library or WhatsApp said.
 */
text: string, 
/**
 * With `banned`: for how long.
 */
expires_s: number | null, };

export type CloseReason = "restart_required" | "logged_out" | "replaced" | "forbidden" | "banned" | "client_outdated" | "login_expired" | "lost" | "unavailable" | "bad_session" | "unresponsive" | "overloaded" | "untrusted" | "auth_unreadable" | "storage_failed" | "protocol_mismatch" | "not_linked" | "shutdown" | "unknown";

