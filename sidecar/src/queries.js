// Questions to WhatsApp that the library asks in a way that does not suit us.

const LOOK_UP_DEADLINE_MS = 5_000;
const UNLINK_DEADLINE_MS = 5_000;

/**
 * A look-up that fails must not become a refused message.
 *
 * @template T
 * @param {Promise<T[] | undefined> | undefined} lookUp
 * @returns {Promise<T[]>}
 */
export async function orNothing(lookUp) {
  const late = new Promise(resolve => setTimeout(resolve, LOOK_UP_DEADLINE_MS));
  try {
    return /** @type {T[] | undefined} */ (await Promise.race([lookUp, late])) ?? [];
  } catch {
    return [];
  }
}

/** @param {import('baileys').WASocket} sock @returns {Promise<void>} */
export function pingOnce(sock) {
  const id = sock.generateMessageTag();
  return new Promise((resolve, reject) => {
    sock.ws.once(`TAG:${id}`, () => resolve());
    sock
      .sendNode({
        tag: 'iq',
        attrs: { id, to: 's.whatsapp.net', type: 'get', xmlns: 'w:p' },
        content: [{ tag: 'ping', attrs: {} }],
      })
      .catch(reject);
  });
}

/**
 * The library's `logout` hangs up before the server can have read it.
 *
 * @param {import('baileys').WASocket} sock
 * @param {string} jid
 */
export async function unlink(sock, jid) {
  const device = { tag: 'remove-companion-device', attrs: { jid, reason: 'user_initiated' } };
  await sock.query(
    { tag: 'iq', attrs: { to: 's.whatsapp.net', type: 'set', xmlns: 'md' }, content: [device] },
    UNLINK_DEADLINE_MS,
  );
}
