import { createHash } from 'node:crypto';
import { proto } from 'baileys/WAProto/index.js';
import { DecryptError } from './padding.js';

const { Type } = proto.Message.ProtocolMessage;

/**
 * @typedef {object} Content
 * @property {string} kind what it is, "senderKeyDistributionMessage" for a bare sender key
 * @property {string} text
 * @property {string} payload a hash of what is said
 * @property {string} whole a hash of that and its context, secret included
 * @property {any} [senderKey] the sender key it brings
 * @property {object} about more for the record: target, protocol_type, mentions, quoted
 */

/**
 * What a decrypted payload says.
 * @param {Buffer} bytes
 * @param {{wrapped: boolean, unwrap?: boolean}} how whether the reader is the sender's own phone, which must get
 *   wrapped copies, or may
 * @returns {Content}
 */
export function readMessage(bytes, { wrapped, unwrap = false }) {
  let message;
  try {
    message = proto.Message.decode(bytes);
  } catch (error) {
    throw new DecryptError('bad_padding', `the decrypted bytes are no message: ${error.message}`);
  }
  if (wrapped && !message.protocolMessage) {
    if (!message.deviceSentMessage?.message) {
      throw new DecryptError(
        'missing_device_sent',
        'the copy for the own phone does not say which chat it belongs to',
      );
    }
    message = message.deviceSentMessage.message;
  } else if (unwrap) {
    message = message.deviceSentMessage?.message ?? message;
  }
  const { senderKeyDistributionMessage: senderKey } = message;
  const names = Object.keys(message).filter(name => message[name] != null && !BESIDE.includes(name));
  const kind = names[0] ?? (senderKey ? 'senderKeyDistributionMessage' : 'empty');
  return {
    kind,
    text: textOf(message),
    payload: hashOf(message, BESIDE),
    whole: hashOf(message, ['senderKeyDistributionMessage']),
    senderKey: senderKey ?? undefined,
    about: aboutOf(message),
  };
}

/** The context holds a secret that may differ at each sending, and the sender key says nothing. */
const BESIDE = ['messageContextInfo', 'senderKeyDistributionMessage'];

function innerOf(message) {
  const wrapper = Object.values(message).find(part => part?.message && typeof part.message === 'object');
  return wrapper ? innerOf(wrapper.message) : message;
}

function textOf(message) {
  const inner = innerOf(message);
  const edited = inner.protocolMessage?.editedMessage;
  if (edited) return textOf(edited);
  return (
    inner.conversation ||
    inner.extendedTextMessage?.text ||
    inner.imageMessage?.caption ||
    inner.videoMessage?.caption ||
    inner.documentMessage?.caption ||
    inner.reactionMessage?.text ||
    inner.pollCreationMessageV3?.name ||
    ''
  );
}

/** What it refers to. */
function aboutOf(message) {
  const inner = innerOf(message);
  const { reactionMessage, protocolMessage } = inner;
  const about = {};
  const target = (reactionMessage ?? protocolMessage)?.key?.id;
  if (target) about.target = target;
  if (protocolMessage) about.protocol_type = Type[protocolMessage.type] ?? String(protocolMessage.type);
  const context = Object.values(inner).find(part => part?.contextInfo)?.contextInfo;
  if (context?.mentionedJid?.length) about.mentions = context.mentionedJid;
  if (context?.stanzaId) about.quoted = context.stanzaId;
  return about;
}

function hashOf(message, without) {
  const absent = Object.fromEntries(without.map(name => [name, null]));
  const content = proto.Message.fromObject({ ...message, ...absent });
  return createHash('sha256').update(proto.Message.encode(content).finish()).digest('base64');
}
