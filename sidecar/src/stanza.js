// Pure: what a received stanza says about a message before anything is decrypted.

import { isBroadcast, isGroup, isLid, isNewsletter, isPerson, plainJid, userOf } from './jid.js';

/** @typedef {import('./protocol.gen.ts').Origin} Origin */
/** @typedef {import('./protocol.gen.ts').Event} Event */
/** @typedef {import('baileys').BinaryNode} BinaryNode */
/** @typedef {{ jid: string, lid: string | null }} Self our own addresses */

/**
 * @param {string | undefined} jid
 * @param {Self} self
 */
export function isSelf(jid, self) {
  if (!jid) return false;
  const user = userOf(jid);
  return isLid(jid) ? self.lid !== null && user === userOf(self.lid) : user === userOf(self.jid);
}

/**
 * @param {BinaryNode} stanza
 * @param {Self} self
 * @returns {Origin | undefined} undefined: not a message that the library would take
 */
export function originOf(stanza, self) {
  const { id, from, participant, recipient, t, notify, offline } = stanza.attrs;
  if (!id || !from) return undefined;
  const sent = { push_name: notify || null, timestamp: secondsOf(t), offline: offline !== undefined };
  if (isPerson(from)) {
    const fromMe = isSelf(from, self);
    if (recipient && !fromMe) return undefined;
    const chat = plainJid(recipient && fromMe ? recipient : from);
    const sender = plainJid(from);
    const alt = fromMe
      ? ownOther(sender, self)
      : other(sender, stanza.attrs.sender_pn, stanza.attrs.sender_lid);
    const chatAlt = recipient && fromMe ? recipientAlt(chat, stanza) : alt;
    return { id, chat, chat_alt: chatAlt, sender, sender_alt: alt, from_me: fromMe, ...sent };
  }
  if (isGroup(from) || isBroadcast(from)) {
    if (!participant) return undefined;
    const sender = plainJid(participant);
    const fromMe = isSelf(participant, self);
    const alt = fromMe
      ? ownOther(sender, self)
      : other(
          sender,
          stanza.attrs.participant_pn ?? stanza.attrs.sender_pn,
          stanza.attrs.participant_lid ?? stanza.attrs.sender_lid,
        );
    return { id, chat: plainJid(from), chat_alt: null, sender, sender_alt: alt, from_me: fromMe, ...sent };
  }
  if (isNewsletter(from)) {
    return { id, chat: from, chat_alt: null, sender: from, sender_alt: null, from_me: false, ...sent };
  }
  return undefined;
}

/**
 * @param {string} jid
 * @param {string | undefined} phone
 * @param {string | undefined} lid
 */
function other(jid, phone, lid) {
  const alt = isLid(jid) ? phone : lid;
  return alt ? plainJid(alt) : null;
}

/**
 * @param {string} chat
 * @param {BinaryNode} stanza
 */
function recipientAlt(chat, { attrs }) {
  return other(
    chat,
    attrs.recipient_pn ?? attrs.peer_recipient_pn,
    attrs.recipient_lid ?? attrs.peer_recipient_lid,
  );
}

/**
 * @param {string} jid
 * @param {Self} self
 */
function ownOther(jid, self) {
  if (isLid(jid)) return plainJid(self.jid);
  return self.lid ? plainJid(self.lid) : null;
}

/** @param {unknown} value seconds as text, number or protobuf 64-bit integer */
export function secondsOf(value) {
  const seconds = Number(value ?? 0);
  return Number.isSafeInteger(seconds) && seconds >= 0 ? seconds : 0;
}

/**
 * The parts of a message stanza that carry content, in the order the library reads them.
 *
 * @param {BinaryNode} stanza
 * @returns {BinaryNode[]}
 */
export function encryptedParts(stanza) {
  if (!Array.isArray(stanza.content)) return [];
  return stanza.content.filter(child => child.tag === 'enc' && child.content instanceof Uint8Array);
}

/**
 * What WhatsApp's server says about one of our messages. The library has no event for the good
 * answer and delays the bad one, so both are read from the stanza.
 *
 * @param {BinaryNode} stanza an `ack` of class `message`
 * @returns {Event | undefined}
 */
export function serverAnswer({ attrs }) {
  if (!attrs.id || !attrs.from) return undefined;
  const chat = plainJid(attrs.from);
  if (attrs.error === undefined) return { type: 'server_ack', id: attrs.id, chat };
  const code = Number(attrs.error);
  return {
    type: 'send_error',
    id: attrs.id,
    chat,
    code: Number.isInteger(code) && code >= 0 && code < 2 ** 32 ? code : 0,
  };
}

const RECEIPTS = new Map(
  /** @type {[string, import('./protocol.gen.ts').ReceiptStatus][]} */ ([
    ['', 'delivered'],
    // The device has it but its owner does not show that they are online.
    ['inactive', 'delivered'],
    ['read', 'read'],
    ['played', 'played'],
  ]),
);

/**
 * @param {BinaryNode} stanza a `receipt`
 * @param {Self} self
 * @returns {Event | undefined} undefined: not about a message of ours reaching somebody else
 */
export function receiptOf(stanza, self) {
  const { id, from, participant, recipient, type } = stanza.attrs;
  const status = RECEIPTS.get(type ?? '');
  if (!status || !id || !from || recipient || isSelf(participant ?? from, self)) return undefined;
  const ids = [id];
  const [list] = Array.isArray(stanza.content) ? stanza.content : [];
  if (Array.isArray(list?.content)) {
    for (const item of list.content) if (item.tag === 'item' && item.attrs.id) ids.push(item.attrs.id);
  }
  const chat = plainJid(from);
  return {
    type: 'receipt',
    ids,
    chat,
    participant: participant && isGroup(chat) ? plainJid(participant) : null,
    status,
  };
}
