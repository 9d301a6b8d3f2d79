import { createHash } from 'node:crypto';
import { proto } from 'baileys/WAProto/index.js';
import { aboutOf, innerOf, textOf } from './message-facts.js';
import { DecryptError } from './padding.js';

/**
 * @typedef {object} Content
 * @property {string} kind what it is, "senderKeyDistributionMessage" for a bare sender key
 * @property {string} text
 * @property {string} payload a hash of what is said
 * @property {string} whole a hash of that and its context, secret included
 * @property {any} [senderKey] the sender key it brings
 * @property {object} about more for the record: target, protocol_type, mentions, quoted and so on
 * @property {any} message
 * @property {any} inner the same without wrappers
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
    message,
    inner: innerOf(message),
  };
}

/** The context holds a secret that may differ at each sending, and the sender key says nothing. */
const BESIDE = ['messageContextInfo', 'senderKeyDistributionMessage'];

function hashOf(message, without) {
  const absent = Object.fromEntries(without.map(name => [name, null]));
  const content = proto.Message.fromObject({ ...message, ...absent });
  return createHash('sha256').update(proto.Message.encode(content).finish()).digest('base64');
}
