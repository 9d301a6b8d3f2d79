// A person may be written to under a number before a hidden id is known, and under the hidden id before
// the session of the number has moved there. The library would put the older session over the one in use:
// the recipient reads what comes then no better than a replay. So what is in use stays, and the other is
// kept behind it, to read what the person may still send in it.

import { jidDecode } from 'baileys';

/** @typedef {import('baileys').SignalKeyStoreWithTransaction} Keys */
/** @typedef {import('baileys').SignalRepositoryWithLIDStore} Repository */
/** @typedef {{ _sessions: Record<string, { indexInfo: { closed: number } }>, version: string }} StoredSessions libsignal's, as stored */

const OPEN = -1;

/**
 * Prepares the move of a person's sessions from a number to a hidden id: where both have one, they become one.
 *
 * @param {Keys} keys
 * @param {Repository} repository
 * @param {string} from the number
 * @param {string} to the hidden id
 * @param {number} now Unix milliseconds
 */
export async function mergeSessions(keys, repository, from, to, now) {
  const number = jidDecode(from);
  const hidden = jidDecode(to);
  if (!number || !hidden || number.server !== 's.whatsapp.net' || hidden.server !== 'lid') return;
  const { [number.user]: known = [] } = await keys.get('device-list', [number.user]);
  const devices = new Set([...known, String(number.device ?? 0)].map(Number));
  for (const device of devices) {
    const suffix = device === 0 ? '' : `:${device}`;
    const [old, used] = [`${number.user}${suffix}@s.whatsapp.net`, `${hidden.user}${suffix}@lid`].map(jid =>
      repository.jidToSignalProtocolAddress(jid),
    );
    if (old === undefined || used === undefined) continue;
    // There is none any more as soon as it has moved, and each message that comes asks for the move.
    const before = await sessionOf(keys, old);
    if (!isOpen(before)) continue;
    const inUse = await sessionOf(keys, used);
    if (!isOpen(inUse)) continue;
    await keys.set({ session: { [used]: behind(inUse, before, now), [old]: null } });
  }
}

/** @param {Keys} keys @param {string} address @returns {Promise<any>} */
async function sessionOf(keys, address) {
  return (await keys.get('session', [address]))[address];
}

/** @param {StoredSessions | undefined} record */
function isOpen(record) {
  return Object.values(record?._sessions ?? {}).some(({ indexInfo }) => indexInfo.closed === OPEN);
}

/**
 * @param {StoredSessions} used
 * @param {StoredSessions} old
 * @param {number} now
 * @returns {any}
 */
function behind(used, old, now) {
  const kept = Object.entries(old._sessions).map(([key, session]) => {
    const closed = session.indexInfo.closed === OPEN ? now : session.indexInfo.closed;
    return [key, { ...session, indexInfo: { ...session.indexInfo, closed } }];
  });
  return { ...used, _sessions: { ...Object.fromEntries(kept), ...used._sessions } };
}
