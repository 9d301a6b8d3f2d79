// Generated from crates/protocol by scripts/generate. Do not edit.

export const PROTOCOL_VERSION = 5;

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

export type FaultCode = "not_connected" | "bad_request" | "rejected" | "timed_out" | "overloaded" | "internal" | "too_large" | "damaged" | "gone";

export type FromSidecar = { "kind": "hello" } & Hello | { "kind": "ready", 
/**
 * Are there usable credentials of a completed login?
 */
linked: boolean, 
/**
 * The credentials were damaged and taken from their last good copy.
 */
restored: boolean, 
/**
 * Node's permission model is in force.
 */
permissions: boolean, } | { "kind": "link", 
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
id: number, } & ({ "method": "send", "params": { 
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
payload: Payload, } } | { "method": "upload_media", "params": MediaFile } | { "method": "download_media", "params": { 
/**
 * What to fetch.
 */
media: MediaRef, 
/**
 * Where to put it, relative to the media folder of the `welcome`; a generated name.
 */
file: string, 
/**
 * Ends with `too_large` when there is more than this.
 */
max_bytes: number, } } | { "method": "refresh_media", "params": { 
/**
 * The chat.
 */
chat: Jid, 
/**
 * The message that brought it.
 */
id: string, 
/**
 * Who wrote that, in a group.
 */
participant: Jid | null, 
/**
 * Where it was.
 */
media: MediaRef, } } | { "method": "set_typing", "params": { 
/**
 * The chat.
 */
chat: Jid, 
/**
 * What to show.
 */
typing: Typing, } } | { "method": "list_groups" } | { "method": "describe_group", "params": { 
/**
 * `…@g.us`.
 */
group: Jid, } } | { "method": "fetch_timelock" } | { "method": "resolve_lids", "params": { 
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
 * The chat that it was sent to, which a message about another one names; absent like the payload.
 */
chat: Jid | null, 
/**
 * What was sent under that id; absent when it is not ours or too old.
 */
payload: Payload | null, } | { "kind": "shutdown" };

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
 * Folder of files that come in and go out; exists, mode 0700.
 */
media_dir: string, 
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
status: ReceiptStatus, } | { "type": "timelock", 
/**
 * It may not.
 */
active: boolean, 
/**
 * Until then, Unix seconds, if WhatsApp says.
 */
until_s: number | null, } | { "type": "lid_mapping", 
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
 * What it replies to; of a reaction, an edit, a deletion or a vote, what it is about.
 */
quoted: Quoted | null, 
/**
 * The file in it. None is fetched before the gateway asks.
 */
media: MediaRef | null, 
/**
 * What else it holds.
 */
detail: Detail | null, };

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

export type Call = { "method": "send", "params": { 
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
payload: Payload, } } | { "method": "upload_media", "params": MediaFile } | { "method": "download_media", "params": { 
/**
 * What to fetch.
 */
media: MediaRef, 
/**
 * Where to put it, relative to the media folder of the `welcome`; a generated name.
 */
file: string, 
/**
 * Ends with `too_large` when there is more than this.
 */
max_bytes: number, } } | { "method": "refresh_media", "params": { 
/**
 * The chat.
 */
chat: Jid, 
/**
 * The message that brought it.
 */
id: string, 
/**
 * Who wrote that, in a group.
 */
participant: Jid | null, 
/**
 * Where it was.
 */
media: MediaRef, } } | { "method": "set_typing", "params": { 
/**
 * The chat.
 */
chat: Jid, 
/**
 * What to show.
 */
typing: Typing, } } | { "method": "list_groups" } | { "method": "describe_group", "params": { 
/**
 * `…@g.us`.
 */
group: Jid, } } | { "method": "fetch_timelock" } | { "method": "resolve_lids", "params": { 
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

export type Typing = "composing" | "recording" | "paused";

export type Payload = { 
/**
 * What it says.
 */
content: Outgoing, 
/**
 * 32 bytes in hex that WhatsApp's clients derive keys from; chosen by the gateway with the id.
 */
secret: Private, 
/**
 * Who is mentioned, as the group addresses its members.
 */
mentions: Array<Jid>, 
/**
 * What it replies to.
 */
quote: Quote | null, 
/**
 * When it was made, Unix milliseconds: what says so of itself (a reaction, an edit, a file) says this, at a
 * second sending too.
 */
at_ms: number | null, };

export type Outgoing = { "type": "text", 
/**
 * What it says, 1 to 65,536 UTF-16 units.
 */
text: Private, } | { "type": "media", 
/**
 * Where it is, and its key.
 */
media: MediaRef, 
/**
 * Text with it. Sound and stickers have none.
 */
caption: Private | null, } | { "type": "reaction", 
/**
 * Which message.
 */
target: MessageKey, 
/**
 * The emoji; empty takes the reaction back.
 */
emoji: Private, } | { "type": "poll", 
/**
 * The question.
 */
question: Private, 
/**
 * What can be chosen, 2 to 12.
 */
options: Array<Private>, 
/**
 * How many may be chosen; 0 means any number.
 */
selectable: number, } | { "type": "edit", 
/**
 * Which message.
 */
target: MessageKey, 
/**
 * What it says now.
 */
text: Private, } | { "type": "delete", 
/**
 * Which message.
 */
target: MessageKey, } | { "type": "location", 
/**
 * Degrees, −90 to 90.
 */
latitude: number, 
/**
 * Degrees, −180 to 180.
 */
longitude: number, 
/**
 * What the place is called.
 */
name: Private | null, 
/**
 * Where it is.
 */
address: Private | null, } | { "type": "contact", 
/**
 * Whose.
 */
name: Private, 
/**
 * The card, as a vCard 3.0.
 */
vcard: Private, };

export type MessageKey = { 
/**
 * Its id.
 */
id: string, 
/**
 * This account wrote it.
 */
from_me: boolean, 
/**
 * Who wrote it, in a group, unless this account did.
 */
participant: Jid | null, };

export type Quote = { 
/**
 * Its id.
 */
id: string, 
/**
 * Who wrote it.
 */
sender: Jid, 
/**
 * What it said, as the reply repeats it; a file is told in words.
 */
text: Private, };

export type MediaRef = { 
/**
 * What it is shown as.
 */
kind: MediaKind, 
/**
 * Where it is.
 */
url: Private | null, 
/**
 * Its path on any of the media hosts.
 */
direct_path: Private | null, 
/**
 * What its keys are derived from: 32 bytes, base64.
 */
key: Private, 
/**
 * SHA-256 of the file, base64.
 */
sha256: Private, 
/**
 * SHA-256 of what lies on the server, base64.
 */
enc_sha256: Private, 
/**
 * Length of the file in bytes.
 */
bytes: number, 
/**
 * Its media type, such as `image/jpeg`.
 */
mime: string | null, 
/**
 * Its name, of a document.
 */
file_name: Private | null, 
/**
 * How it is shown.
 */
look: MediaLook, };

export type MediaLook = { 
/**
 * In pixels.
 */
width: number | null, 
/**
 * In pixels.
 */
height: number | null, 
/**
 * How long it plays.
 */
seconds: number | null, 
/**
 * A small JPEG, base64. Never read from what came in.
 */
thumbnail: Private | null, 
/**
 * Loudness of a voice note in 64 steps, 0 to 100 each, base64.
 */
waveform: Private | null, };

export type MediaKind = "image" | "video" | "gif" | "audio" | "voice" | "document" | "sticker";

export type MediaFile = { 
/**
 * Its path, relative to the media folder; names are generated, without `..`.
 */
file: string, 
/**
 * What it is to be shown as.
 */
kind: MediaKind, 
/**
 * Its media type.
 */
mime: string, 
/**
 * Its name, of a document.
 */
file_name: Private | null, 
/**
 * How it is shown.
 */
look: MediaLook, };

export type Detail = { "type": "location", 
/**
 * Degrees, −90 to 90.
 */
latitude: number, 
/**
 * Degrees, −180 to 180.
 */
longitude: number, 
/**
 * In metres.
 */
accuracy_m: number | null, 
/**
 * What the place is called.
 */
name: Private | null, 
/**
 * Where it is.
 */
address: Private | null, 
/**
 * What was written with it.
 */
caption: Private | null, 
/**
 * It moves.
 */
live: boolean, } | { "type": "contacts", 
/**
 * The first 50 of them.
 */
cards: Array<ContactCard>, 
/**
 * How many there are.
 */
total: number, } | { "type": "poll", 
/**
 * The question.
 */
question: Private, 
/**
 * What can be chosen.
 */
options: Array<Private>, 
/**
 * How many may be chosen; 0 means any number.
 */
selectable: number, 
/**
 * What votes are encrypted with: 32 bytes in hex.
 */
secret: Private | null, } | { "type": "vote", 
/**
 * The choice, base64.
 */
payload: Private, 
/**
 * The nonce, base64.
 */
iv: Private, } | { "type": "event", 
/**
 * What it is called.
 */
name: Private, 
/**
 * What is said about it.
 */
description: Private | null, 
/**
 * When it begins, Unix seconds.
 */
starts: number | null, 
/**
 * It was called off.
 */
cancelled: boolean, };

export type ContactCard = { 
/**
 * Whose.
 */
name: Private | null, 
/**
 * Their numbers, as the card writes them; at most 20.
 */
phones: Array<Private>, };

export type Group = { 
/**
 * `…@g.us`.
 */
jid: Jid, 
/**
 * What it is called.
 */
subject: Private | null, 
/**
 * Its members are addressed by hidden ids, not by numbers.
 */
by_lid: boolean, 
/**
 * Only admins may write.
 */
announce: boolean, 
/**
 * Who is in it.
 */
members: Array<Member>, };

export type Member = { 
/**
 * `…@s.whatsapp.net`, if WhatsApp tells it.
 */
phone: Jid | null, 
/**
 * `…@lid`, if WhatsApp tells it.
 */
lid: Jid | null, 
/**
 * May change the group.
 */
admin: boolean, };

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
lid: Jid | null, } | { "type": "media", 
/**
 * What a message needs to hold it.
 */
media: MediaRef, } | { "type": "downloaded", 
/**
 * Its length.
 */
bytes: number, 
/**
 * SHA-256 in hex.
 */
sha256: string, } | { "type": "groups", 
/**
 * In no particular order; of `list_groups`, at most 1,000 with at most 5,000 members.
 */
groups: Array<Group>, 
/**
 * How many there are.
 */
total: number, } | { "type": "timelock", 
/**
 * It may not.
 */
active: boolean, 
/**
 * Until then, Unix seconds, if WhatsApp says.
 */
until_s: number | null, } | { "type": "done" };

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

