// What the gateway wants sent, as WhatsApp's message. Everything in it comes from the gateway, so a
// second sending, after a restart too, is the very same message.

import { proto } from 'baileys';

/** @param {import('./protocol.gen.ts').Payload} payload */
export function messageOf({ content, secret }) {
  if (content.type !== 'text') throw new Error(`${content.type} cannot be sent`);
  return proto.Message.create({
    extendedTextMessage: { text: content.text },
    messageContextInfo: { messageSecret: Buffer.from(secret, 'hex') },
  });
}
