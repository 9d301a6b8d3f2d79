// Pure: which events a decrypted plaintext is.

import { proto } from 'baileys';
import { contentOf } from './content.js';
import { plainJid } from './jid.js';
import { secondsOf } from './stanza.js';

/** @typedef {import('./protocol.gen.ts').Event} Event */
/** @typedef {import('./protocol.gen.ts').Origin} Origin */
/** @typedef {import('./intake.js').Stanza} Stanza */
/** @typedef {import('./stanza.js').Self} Self */

const { Type } = proto.Message.ProtocolMessage;

/** What only our own phone sends to this device: keys, history, answers. Never a user's message. */
const DEVICE_TALK = new Set([
  Type.HISTORY_SYNC_NOTIFICATION,
  Type.APP_STATE_SYNC_KEY_SHARE,
  Type.APP_STATE_SYNC_KEY_REQUEST,
  Type.APP_STATE_FATAL_EXCEPTION_NOTIFICATION,
  Type.INITIAL_SECURITY_NOTIFICATION_SETTING_SYNC,
  Type.PEER_DATA_OPERATION_REQUEST_MESSAGE,
  Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
  Type.LID_MIGRATION_MAPPING_SYNC,
]);

/** A plaintext that decodes to a message with nothing in it: one byte of padding. */
export const EMPTY_PLAINTEXT = Uint8Array.of(1);

/**
 * @param {Uint8Array} plaintext with WhatsApp's random padding
 * @returns {proto.Message} what was sent, also when it was sent to another of our devices
 */
export function decodePlaintext(plaintext) {
  const padding = plaintext.at(-1) ?? 0;
  if (plaintext.length === 0 || padding > plaintext.length) throw new Error('wrong padding');
  const message = proto.Message.decode(plaintext.subarray(0, plaintext.length - padding));
  const inner = message.deviceSentMessage?.message;
  return inner ? proto.Message.create(inner) : message;
}

/**
 * @param {proto.Message} message
 * @param {{ stanza: Stanza, laterTypes: string[] }} part
 * @param {(id: string) => Origin | undefined} knownOrigin
 * @param {Self} self
 * @returns {Event[]}
 */
export function eventsIn(message, { stanza, laterTypes }, knownOrigin, self) {
  const { origin } = stanza;
  const protocol = message.protocolMessage;
  if (stanza.peer || (origin.from_me && protocol && DEVICE_TALK.has(protocol.type ?? Type.REVOKE))) {
    return origin.from_me && protocol ? resent(protocol, origin, knownOrigin, self) : [];
  }
  const content = contentOf(message);
  if (content) return [{ type: 'message', origin, ...content }];
  // A sender key alone, or the first of several parts: the text is elsewhere.
  if (message.senderKeyDistributionMessage || laterTypes.length > 0) return [];
  return [
    {
      type: 'message',
      origin,
      content: 'other',
      raw_kind: '',
      text: null,
      mentions: [],
      quoted: null,
      media: null,
      detail: null,
    },
  ];
}

/**
 * Messages the phone sends again because this device could not read them: inside a message under
 * another id, so the original key is taken out.
 *
 * @param {proto.Message.IProtocolMessage} protocol
 * @param {Origin} carrier
 * @param {(id: string) => Origin | undefined} knownOrigin
 * @param {Self} self
 * @returns {Event[]}
 */
function resent(protocol, carrier, knownOrigin, self) {
  const results = protocol.peerDataOperationRequestResponseMessage?.peerDataOperationResult ?? [];
  /** @type {Event[]} */
  const events = [];
  for (const result of results) {
    const bytes = result.placeholderMessageResendResponse?.webMessageInfoBytes;
    if (!bytes) continue;
    const info = proto.WebMessageInfo.decode(bytes);
    const content = info.message ? contentOf(info.message) : undefined;
    const origin = knownOrigin(info.key?.id ?? '') ?? originOfCopy(info, carrier, self);
    if (content && origin) events.push({ type: 'message', origin, ...content });
  }
  return events;
}

/**
 * @param {proto.IWebMessageInfo} info
 * @param {Origin} carrier
 * @param {Self} self
 * @returns {Origin | undefined}
 */
function originOfCopy({ key, messageTimestamp, pushName, participant }, carrier, self) {
  if (!key?.id || !key.remoteJid) return undefined;
  const chat = plainJid(key.remoteJid);
  const fromMe = Boolean(key.fromMe);
  const author = key.participant || participant;
  const sender = fromMe ? plainJid(self.jid) : author ? plainJid(author) : chat;
  const timestamp = secondsOf(messageTimestamp) || carrier.timestamp;
  return {
    id: key.id,
    chat,
    chat_alt: null,
    sender,
    sender_alt: null,
    from_me: fromMe,
    push_name: pushName || null,
    timestamp,
    offline: true,
  };
}
