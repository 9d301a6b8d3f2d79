// Pure: messages that reach us without decryption, and so without the gate: placeholders for what
// this device may not read, and the unencrypted posts of channels. Every other upsert repeats what
// the gate has reported.

import { proto } from 'baileys';
import { contentOf } from './content.js';
import { isNewsletter, plainJid } from './jid.js';
import { isSelf, secondsOf } from './stanza.js';

/** @typedef {import('./protocol.gen.ts').Event} Event */

const { CIPHERTEXT } = proto.WebMessageInfo.StubType;
/** The library's words for a stanza with nothing to decrypt. */
const ABSENT = 'Message absent from node';

/**
 * @param {import('baileys').WAMessage} message
 * @param {import('./stanza.js').Self} self
 * @returns {Event | undefined}
 */
export function bypassed(message, self) {
  const origin = originOf(message, self);
  if (!origin) return undefined;
  if (message.messageStubType === CIPHERTEXT) {
    const [reason] = message.messageStubParameters ?? [];
    return reason === ABSENT ? { type: 'undecryptable', origin, reason: ABSENT } : undefined;
  }
  if (message.key.isViewOnce && !message.message)
    return { type: 'undecryptable', origin, reason: 'view once, only on the phone' };
  // Anything else without encryption could be the server's own invention in a person's name.
  if (!isNewsletter(origin.chat) || !message.message) return undefined;
  const content = contentOf(message.message);
  return content && { type: 'message', origin, ...content };
}

/**
 * @param {import('baileys').WAMessage} message
 * @param {import('./stanza.js').Self} self
 * @returns {import('./protocol.gen.ts').Origin | undefined}
 */
function originOf({ key, messageTimestamp, pushName }, self) {
  if (!key.id || !key.remoteJid) return undefined;
  const chat = plainJid(key.remoteJid);
  const fromMe = Boolean(key.fromMe);
  const sender = plainJid(key.participant || (fromMe && !isSelf(chat, self) ? self.jid : chat));
  const alt = key.participantAlt ?? key.remoteJidAlt;
  return {
    id: key.id,
    chat,
    chat_alt: key.remoteJidAlt ? plainJid(key.remoteJidAlt) : null,
    sender,
    sender_alt: alt ? plainJid(alt) : null,
    from_me: fromMe,
    push_name: pushName || null,
    timestamp: secondsOf(messageTimestamp),
    offline: false,
  };
}
