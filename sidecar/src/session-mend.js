// libsignal steps a session's ratchet before it looks at the MAC. With a peer that has several
// sessions it tries one after the other, and those that did not fit are stored as the failed try
// left them: stepped to keys the peer never had. The next message in such a session is unreadable
// for the peer (`Bad MAC`). Several sessions are ordinary: the library opens a new one to every
// peer it looks up after a start. So a try that fails gives the session back as it was.

import { createRequire } from 'node:module';

// The very libsignal that the library uses, wherever npm put it.
const { SessionCipher } = createRequire(import.meta.resolve('baileys'))('libsignal');

/** @typedef {{ serialize: () => object, constructor: { deserialize: (state: object) => object } }} Session */

const tryOnce = SessionCipher.prototype.doDecryptWhisperMessage;

/**
 * @this {unknown}
 * @param {Buffer} message
 * @param {(Session & Record<string, any>) | undefined} session
 */
async function tryAndGiveBack(message, session) {
  const before = session?.serialize();
  try {
    return await tryOnce.call(this, message, session);
  } catch (error) {
    if (session && before)
      Object.assign(session, /** @type {any} */ (session.constructor).deserialize(before));
    throw error;
  }
}

/** For this process; a second call changes nothing. */
export function mendSessions() {
  SessionCipher.prototype.doDecryptWhisperMessage = tryAndGiveBack;
}
