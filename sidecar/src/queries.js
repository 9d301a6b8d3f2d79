// Questions to WhatsApp that the library asks in a way that does not suit us.

import { USyncQuery, USyncUser } from 'baileys';
import { isLid, isPhone, plainJid, userOf } from './jid.js';
import { timelockOf } from './translate.js';

const LOOK_UP_DEADLINE_MS = 5_000;
const UNLINK_DEADLINE_MS = 5_000;
const QUESTION_DEADLINE_MS = 10_000;

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

/**
 * The hidden ids of numbers, in one question for all that are not known yet. The library's own way
 * takes no answer for "none of them has one".
 *
 * @param {import('baileys').WASocket} sock
 * @param {string[]} phones without device
 * @returns {Promise<import('./protocol.gen.ts').LidPair[]>} numbers without one are left out
 */
export async function resolveLids(sock, phones) {
  const { lidMapping } = sock.signalRepository;
  const users = [...new Set(phones.map(userOf))];
  const known = await sock.authState.keys.get('lid-mapping', users);
  const unknown = users.filter(user => !known[user]);
  const pairs = users
    .filter(user => known[user])
    .map(user => ({ lid: `${known[user]}@lid`, phone: `${user}@s.whatsapp.net` }));
  if (unknown.length === 0) return pairs;

  const question = new USyncQuery().withLIDProtocol().withContext('background');
  for (const user of unknown) question.withUser(new USyncUser().withId(`${user}@s.whatsapp.net`));
  const { list } = (await inTime(sock.executeUSyncQuery(question))) ?? { list: [] };
  const found = list
    .filter(({ lid }) => typeof lid === 'string' && isLid(lid))
    .map(({ id, lid }) => ({ lid: plainJid(String(lid)), phone: plainJid(id) }))
    .filter(({ phone }) => isPhone(phone));
  await lidMapping.storeLIDPNMappings(found.map(({ lid, phone }) => ({ lid, pn: phone })));
  return [...pairs, ...found];
}

/**
 * What WhatsApp takes a number for. The library's own way keeps neither the hidden id nor a deadline.
 *
 * @param {import('baileys').WASocket} sock
 * @param {string} phone without device
 * @returns {Promise<import('./calls.js').Canonical>}
 */
export async function canonicalId(sock, phone) {
  const question = new USyncQuery().withContactProtocol().withLIDProtocol();
  question.withUser(new USyncUser().withPhone(`+${userOf(phone)}`));
  const answer = await inTime(sock.executeUSyncQuery(question));
  if (!answer) throw new Error('WhatsApp gave no answer');
  const found = answer.list.find(({ id, contact }) => contact === true && isPhone(id));
  if (!found) return { jid: null, lid: null };
  const jid = plainJid(found.id);
  const lid = typeof found.lid === 'string' && isLid(found.lid) ? plainJid(found.lid) : null;
  if (lid) await sock.signalRepository.lidMapping.storeLIDPNMappings([{ lid, pn: jid }]);
  return { jid, lid };
}

/**
 * As far as the phone's privacy settings let others see it; the library asks for them once a link.
 *
 * @param {import('baileys').WASocket} sock
 * @param {import('./calls.js').MarkRead} read
 */
export async function markRead(sock, { chat, participant, ids }) {
  const keys = ids.map(id => ({
    remoteJid: chat,
    id,
    fromMe: false,
    ...(participant === null ? {} : { participant }),
  }));
  await inTime(sock.readMessages(keys));
}

/**
 * May the account write to people who never wrote to it?
 *
 * @param {import('baileys').WASocket} sock
 */
export async function fetchTimelock(sock) {
  return timelockOf(await inTime(sock.fetchAccountReachoutTimelock()));
}

/**
 * @template T
 * @param {Promise<T>} answer
 * @returns {Promise<T>} rejects as the library does when time is up
 */
export function inTime(answer) {
  return new Promise((resolve, reject) => {
    const late = Object.assign(new Error('no answer'), { output: { statusCode: 408 } });
    const timer = setTimeout(reject, QUESTION_DEADLINE_MS, late);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
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
