import { createHash } from 'node:crypto';
import { proto } from 'baileys/WAProto/index.js';
import { DecryptError } from './signal-device.js';

/**
 * What a decrypted payload says.
 * @param {Buffer} bytes
 * @param {boolean} onOwnPhone whether the reader is the sender's own phone, which gets wrapped copies
 */
export function readMessage(bytes, onOwnPhone) {
  let message;
  try {
    message = proto.Message.decode(bytes);
  } catch (error) {
    throw new DecryptError('bad_padding', `the decrypted bytes are no message: ${error.message}`);
  }
  if (onOwnPhone && !message.protocolMessage) {
    if (!message.deviceSentMessage?.message) {
      throw new DecryptError(
        'missing_device_sent',
        'the copy for the own phone does not say which chat it belongs to',
      );
    }
    message = message.deviceSentMessage.message;
  }
  const kind =
    Object.keys(message).find(name => name !== 'messageContextInfo' && message[name] != null) ?? 'empty';
  return { kind, text: textOf(message), payload: contentHash(message) };
}

function textOf(message) {
  const inner = message.ephemeralMessage?.message ?? message.viewOnceMessage?.message ?? message;
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

/** The context holds a random secret that differs at each sending, so it is no part of what is said. */
function contentHash(message) {
  const content = proto.Message.fromObject({ ...message, messageContextInfo: null });
  return createHash('sha256').update(proto.Message.encode(content).finish()).digest('base64');
}
