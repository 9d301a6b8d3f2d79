import { withBrokenEnd, withBrokenMac } from './signal-device.js';
import { now } from './stanza-parts.js';

/**
 * Queues what one client wrote for another, which reads it itself.
 * @param {import('./server.js').Server} server
 * @param {import('./linked-device.js').LinkedDevice} sender @param {import('./linked-device.js').LinkedDevice} device
 * @param {{[name: string]: string}} attrs @param {any[]} encs
 */
export function relayMessage(server, sender, device, attrs, encs) {
  const garbled = server.faults.takeGarble(device.account.phone);
  const content = encs.map(({ attrs, content }) => ({
    tag: 'enc',
    attrs,
    content: garbled ? broken(attrs.type, content) : content,
  }));
  device.outbox.add({
    class: 'message',
    id: attrs.id,
    from: sender.person.phone,
    origin: sender,
    stanza: { tag: 'message', attrs, content },
  });
}

function broken(type, content) {
  const ciphertext = Buffer.from(content);
  return type === 'skmsg' ? withBrokenEnd(ciphertext) : withBrokenMac({ type, ciphertext });
}

/**
 * A client could not read what another one wrote: the other one is asked to send it again.
 * @param {import('./linked-device.js').LinkedDevice} device who asks
 * @param {import('./outbox.js').Item} item what it could not read
 * @param {any} receipt its retry receipt
 */
export function relayRetry(device, item, receipt) {
  const { origin, id } = item;
  const stanza = /** @type {any} */ (item.stanza);
  const { from, recipient, addressing_mode: mode } = stanza.attrs;
  const lid = mode ? mode === 'lid' : from.endsWith('@lid');
  const asker = lid ? device.lid : device.jid;
  const attrs = { id, type: 'retry', t: now() };
  if (from.endsWith('@g.us')) Object.assign(attrs, { from, participant: asker });
  else Object.assign(attrs, { from: asker }, recipient && { recipient });
  origin.outbox.add({ class: 'receipt', id, stanza: { tag: 'receipt', attrs, content: receipt.content } });
}
