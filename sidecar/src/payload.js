// What the gateway wants sent, as WhatsApp's message. Everything in it comes from the gateway, so a
// second sending, after a restart too, is the very same message.

import { proto } from 'baileys';
import { isGroup } from './jid.js';
import { mediaMessage } from './media-message.js';

/** @typedef {import('./protocol.gen.ts').Payload} Payload */
/** @typedef {import('./protocol.gen.ts').Outgoing} Outgoing */
/** @typedef {import('./protocol.gen.ts').MessageKey} MessageKey */

const { REVOKE, MESSAGE_EDIT } = proto.Message.ProtocolMessage.Type;

/** How a receiving phone is told by the envelope what the message does; as WhatsApp's own clients write it. */
const EDITED = '1';
const TAKEN_BACK = '7';
const TAKEN_BACK_BY_ADMIN = '8';

/**
 * @param {Payload} payload that was checked before
 * @param {string} chat that it goes to; a message about another one names it
 */
export function messageOf(payload, chat) {
  const { content, secret } = payload;
  const fields = fieldsOf(payload, chat);
  // A reaction has no secret: nothing is ever derived from one.
  if (content.type === 'reaction') return proto.Message.create(fields);
  return proto.Message.create({
    ...fields,
    messageContextInfo: { messageSecret: Buffer.from(secret, 'hex') },
  });
}

/**
 * What the envelope says about the message.
 *
 * @param {Payload} payload
 * @param {string} chat
 * @returns {{ additionalAttributes?: Record<string, string>, additionalNodes?: import('baileys').BinaryNode[] }}
 */
export function envelopeOf({ content }, chat) {
  switch (content.type) {
    case 'edit':
      return { additionalAttributes: { edit: EDITED } };
    case 'delete': {
      const byAdmin = isGroup(chat) && !content.target.from_me;
      return { additionalAttributes: { edit: byAdmin ? TAKEN_BACK_BY_ADMIN : TAKEN_BACK } };
    }
    case 'poll':
      return { additionalNodes: [{ tag: 'meta', attrs: { polltype: 'creation' } }] };
    default:
      return {};
  }
}

/**
 * @param {Payload} payload
 * @param {string} chat
 * @returns {proto.IMessage}
 */
function fieldsOf(payload, chat) {
  const { content } = payload;
  const atMs = payload.at_ms ?? undefined;
  const context = contextFor(payload);
  switch (content.type) {
    case 'text':
      return { extendedTextMessage: { text: content.text, ...context } };
    case 'media':
      return mediaMessage(content.media, content.caption, atMs, context);
    case 'reaction':
      return {
        reactionMessage: {
          key: keyOf(content.target, chat),
          text: content.emoji,
          ...(atMs === undefined ? {} : { senderTimestampMs: atMs }),
        },
      };
    case 'poll':
      return pollFields(content, context);
    case 'edit':
      return {
        protocolMessage: {
          key: keyOf(content.target, chat),
          type: MESSAGE_EDIT,
          editedMessage: { extendedTextMessage: { text: content.text, ...context } },
          ...(atMs === undefined ? {} : { timestampMs: atMs }),
        },
      };
    case 'delete':
      return { protocolMessage: { key: keyOf(content.target, chat), type: REVOKE } };
    case 'location':
      return {
        locationMessage: {
          degreesLatitude: content.latitude,
          degreesLongitude: content.longitude,
          ...(content.name === null ? {} : { name: content.name }),
          ...(content.address === null ? {} : { address: content.address }),
          ...context,
        },
      };
    case 'contact':
      return { contactMessage: { displayName: content.name, vcard: content.vcard, ...context } };
    default:
      return unknown(content);
  }
}

/** @param {Extract<Outgoing, { type: 'poll' }>} poll @param {{ contextInfo?: proto.IContextInfo }} context */
function pollFields({ question, options, selectable }, context) {
  const poll = {
    name: question,
    selectableOptionsCount: selectable,
    options: options.map(optionName => ({ optionName })),
    ...context,
  };
  // Polls with one answer travel in a field of their own.
  return selectable === 1 ? { pollCreationMessageV3: poll } : { pollCreationMessage: poll };
}

/** @param {Payload} payload @returns {{ contextInfo?: proto.IContextInfo }} empty when nothing is referred to */
function contextFor({ mentions, quote }) {
  if (!quote && !mentions?.length) return {};
  return {
    contextInfo: {
      ...(mentions?.length ? { mentionedJid: mentions } : {}),
      ...(quote
        ? { stanzaId: quote.id, participant: quote.sender, quotedMessage: { conversation: quote.text } }
        : {}),
    },
  };
}

/** @param {MessageKey} target @param {string} chat @returns {proto.IMessageKey} */
function keyOf({ id, from_me: fromMe, participant }, chat) {
  return { remoteJid: chat, fromMe, id, ...(participant ? { participant } : {}) };
}

/** @param {never} content @returns {never} */
function unknown(content) {
  throw new Error(`${/** @type {any} */ (content)?.type} cannot be sent`);
}
