import { keyNode } from './iq-keys.js';
import { bigEndian } from './keys.js';
import { now } from './stanza-parts.js';

export const CONTACT_RECEIPT_DELAY_MS = 150;
const KEY_TYPE = Buffer.from([5]);
/** From the second request on a phone sends its keys along. */
const KEYS_FROM = 2;

/** What the phones of contacts tell a client about its messages. */
export class ContactReceipts {
  /** @param {import('./server.js').Server} server */
  constructor(server) {
    this.server = server;
  }

  /** At once would be too soon: a client may still be busy with its own sending and fold the receipt into it. */
  deliveredLater(device, person, message) {
    if (device.account.receiptsFromContacts === 'none') return;
    const tell = () => {
      this.send(device, person, message, '');
    };
    if (person.online) this.server.later(CONTACT_RECEIPT_DELAY_MS, tell);
    else person.untold.push(tell);
  }

  /**
   * @param {import('./linked-device.js').LinkedDevice} device @param {import('./people.js').Person} person
   * @param {{id: string, to: string}} message
   * @param {string} type "" for delivered, read, played, or retry to ask for the message again
   * @param {{count?: number, via?: string}} [how]
   */
  send(device, person, { id, to }, type, { count = 1, via } = {}) {
    const group = this.server.groups.byJid(to);
    const t = now();
    const jid = person.jidIn(via ?? group?.addressing ?? (to.endsWith('@lid') ? 'lid' : 'pn'));
    const attrs = group ? { id, from: group.jid, participant: jid, t } : { id, from: jid, t };
    if (type) Object.assign(attrs, { type });
    const content = type === 'retry' ? retryContent(id, t, person, count) : undefined;
    device.outbox.add({ class: 'receipt', id, stanza: { tag: 'receipt', attrs, content } });
    const { phone } = device.account;
    this.server.record.add('contact_receipt', {
      account: phone,
      id,
      contact: person.phone,
      receipt_type: type,
      ...(group && { group: group.jid }),
    });
  }
}

function retryContent(id, t, person, count) {
  const { signal } = person;
  const content = [
    { tag: 'retry', attrs: { count: String(count), id, t, v: '1', error: '0' } },
    { tag: 'registration', attrs: {}, content: bigEndian(signal.registrationId, 4) },
  ];
  if (count < KEYS_FROM) return content;
  const { identityKey, signedPreKey, preKey } = signal.takeBundle();
  const keys = [
    { tag: 'type', attrs: {}, content: KEY_TYPE },
    { tag: 'identity', attrs: {}, content: identityKey },
    keyNode('key', preKey),
    keyNode('skey', signedPreKey),
  ];
  return [...content, { tag: 'keys', attrs: {}, content: keys }];
}
