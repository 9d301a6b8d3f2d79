import { bigEndian } from './keys.js';

export const CONTACT_RECEIPT_DELAY_MS = 150;

/** What the phones of contacts tell a client about its messages. */
export class ContactReceipts {
  /** @param {import('./server.js').Server} server */
  constructor(server) {
    this.server = server;
  }

  /** At once would be too soon: a client may still be busy with its own sending and fold the receipt into it. */
  deliveredLater(device, person, stanza) {
    if (device.account.receiptsFromContacts === 'none') return;
    this.server.later(CONTACT_RECEIPT_DELAY_MS, () => this.send(device, person, stanza, ''));
  }

  /** @param {string} type "" for delivered, read, played, or retry to ask for the message again */
  send(device, person, { attrs: { id, to } }, type) {
    const from = person.jidIn(to.endsWith('@lid') ? 'lid' : 'pn');
    const t = String(Math.floor(Date.now() / 1000));
    const attrs = { id, from, t };
    if (type) attrs.type = type;
    const content = type === 'retry' ? retryContent(id, t, person) : undefined;
    device.outbox.add({ class: 'receipt', id, stanza: { tag: 'receipt', attrs, content } });
    const { phone } = device.account;
    this.server.record.add('contact_receipt', {
      account: phone,
      id,
      contact: person.phone,
      receipt_type: type,
    });
  }
}

function retryContent(id, t, person) {
  return [
    { tag: 'retry', attrs: { count: '1', id, t, v: '1', error: '0' } },
    { tag: 'registration', attrs: {}, content: bigEndian(person.signal.registrationId, 4) },
  ];
}
