import { getBinaryNodeChild, getBinaryNodeChildren } from 'baileys/lib/WABinary/generic-utils.js';
import { bundleFromRetry } from './iq-keys.js';
import { relayRetry } from './relay.js';

/** Receipts by which a client says that it has a message; others come later or beside. */
const SETTLING = ['', 'inactive', 'sender', 'peer_msg'];
/** Receipts for what a person did with a message; they name its chat, and in a group its writer. */
const OF_PERSONS = ['read', 'read-self', 'played', 'played-self'];

/** A client's receipts: they settle what was delivered to it. @param {import('./connection.js').Connection} conn */
export function clientReceipt(conn, stanza) {
  const { id, to, type = '', participant } = stanza.attrs;
  const { device } = conn;
  if (!conn.active)
    return conn.violation('sent_before_active', `receipt for ${id} before the client was active`, { id });
  const [list] = getBinaryNodeChildren(stanza, 'list');
  const ids = [id, ...getBinaryNodeChildren(list, 'item').map(item => item.attrs.id)];
  for (const each of ids) {
    const fields = {
      account: conn.account,
      device: device.number,
      id: each,
      from_jid: device.jid,
      to,
      receipt_type: type,
      ...(participant && { participant }),
    };
    conn.record.add('receipt', fields);
    if (!device.outbox.knows(each)) {
      conn.violation('receipt_undelivered', `a receipt for ${each}, which this device never got`, {
        id: each,
      });
    } else if (OF_PERSONS.includes(type)) {
      const wrong = misaddressed(conn, device.outbox.delivered.get(each), stanza.attrs);
      if (wrong)
        conn.violation('receipt_misaddressed', `a ${type} receipt for ${each} ${wrong}`, { id: each });
    } else if (type === 'server-error') {
      conn.server.media.retries.asked(conn, stanza);
    } else if (type === 'retry') {
      askAgain(conn, each, stanza);
    } else if (SETTLING.includes(type)) {
      device.outbox.settle('message', each);
    }
  }
  const attrs = { class: 'receipt', id, from: to ?? 's.whatsapp.net' };
  if (type) attrs.type = type;
  if (participant) attrs.participant = participant;
  conn.send({ tag: 'ack', attrs });
}

/**
 * @param {import('./connection.js').Connection} conn @param {import('./outbox.js').Item | undefined} item
 * @returns {string | undefined} what is wrong with the addresses
 */
function misaddressed(conn, item, { to, participant }) {
  // Forgotten, or from another client of the same account.
  if (!item?.source) return undefined;
  const { attrs } = /** @type {{attrs: {[name: string]: string}}} */ (item.stanza);
  const { people } = conn.server;
  if (attrs.participant === undefined) {
    if (participant !== undefined) return 'names a participant outside of groups';
    return people.byJid(to) === people.byJid(attrs.from) ? undefined : 'goes to another chat';
  }
  if (to !== attrs.from) return 'goes to another chat';
  if (participant === undefined) return 'does not say who wrote the message';
  return people.byJid(participant) === item.source.person ? undefined : 'names another writer';
}

/** @param {import('./connection.js').Connection} conn */
function askAgain(conn, id, stanza) {
  const { device, server } = conn;
  const item = device.outbox.delivered.get(id);
  if (item?.origin) return relayRetry(device, item, stanza);
  const count = Number(getBinaryNodeChild(stanza, 'retry')?.attrs.count ?? 1);
  server.incoming.retry(device, id, count, bundleFromRetry(stanza, device));
}

/** A client's bare acknowledgements, with or without an error. */
export function clientAck(conn, stanza) {
  const { id, class: kind, error } = stanza.attrs;
  const { device } = conn;
  const fields = { account: conn.account, device: device.number, id, class: kind };
  conn.record.add('client_ack', error ? { ...fields, error } : fields);
  if (!device.outbox.settle(kind, id)) {
    conn.violation('receipt_undelivered', `an ack for ${id}, which this device never got`, { id });
  }
}
