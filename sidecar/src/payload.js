// A text as WhatsApp's message. Everything in it comes from the gateway, so a second sending, after
// a restart too, is the very same message.

import { proto } from 'baileys';

/** @param {import('./protocol.gen.ts').TextPayload} payload */
export function messageOf({ text, secret }) {
  return proto.Message.create({
    extendedTextMessage: { text },
    messageContextInfo: { messageSecret: Buffer.from(secret, 'hex') },
  });
}
