import { randomBytes } from 'node:crypto';
import { proto } from 'baileys/WAProto/index.js';
import { ApiError } from './people.js';
import { withBrokenMac } from './signal-device.js';

/**
 * @typedef {object} Source  what a message was made of, to encrypt it again
 * @property {import('./people.js').Person} person
 * @property {Buffer} payload
 * @property {{[name: string]: string}} attrs
 */

/** Messages from people to the linked devices of an account. */
export class Incoming {
  /** @param {import('./server.js').Server} server */
  constructor(server) {
    this.server = server;
  }

  /** @param {any} request the body of POST /messages @returns {Promise<string[]>} the ids */
  async send(request) {
    const { people } = this.server;
    const account = people.account(request.to);
    const person = people.put(request.from);
    if (account.devices.size === 0) {
      throw new ApiError(
        409,
        'no_linked_device',
        `${account.phone} has no linked device`,
        'link one by POST /scan first',
      );
    }
    const count = request.count ?? 1;
    const items = [];
    const ids = [];
    for (let i = 1; i <= count; i++) {
      const id = count === 1 && request.id ? request.id : newMessageId();
      const text = request.count === undefined ? request.text : `${request.text} #${i}`;
      ids.push(id);
      const source = this.#source(account, person, id, { ...request, text });
      for (const device of account.devices.values())
        items.push([device, this.#item(device, id, source, request)]);
    }
    if (request.pre_encrypt) for (const [, item] of items) item.stanza = await item.build();
    for (const [device, item] of items) device.outbox.add(item);
    return ids;
  }

  /** @returns {Source} */
  #source(account, person, id, request) {
    const message = request.content
      ? proto.Message.fromObject(request.content)
      : { conversation: request.text ?? '' };
    const addressing = request.addressing ?? person.addressing;
    const attrs = {
      id,
      type: 'text',
      t: String(request.timestamp ?? Math.floor(Date.now() / 1000)),
      notify: person.name,
    };
    if (person === account.person) return this.#fromOwnPhone(person, message, attrs, addressing, request);
    attrs.from = person.jidIn(addressing);
    if (request.share_alt ?? person.shareAlt) {
      if (addressing === 'lid') attrs.sender_pn = person.jid;
      else attrs.sender_lid = person.lid;
    }
    return { person, attrs, payload: Buffer.from(proto.Message.encode(message).finish()) };
  }

  /** The owner writes on the phone: the linked devices get a copy that names the chat. */
  #fromOwnPhone(person, message, attrs, addressing, request) {
    const chat = request.chat ? this.server.people.put(request.chat) : person;
    attrs.from = person.jidIn(addressing);
    attrs.recipient = chat.jidIn(addressing);
    if (addressing === 'lid') attrs.peer_recipient_pn = chat.jid;
    else attrs.peer_recipient_lid = chat.lid;
    const deviceSentMessage = { destinationJid: attrs.recipient, message };
    return { person, attrs, payload: Buffer.from(proto.Message.encode({ deviceSentMessage }).finish()) };
  }

  /**
   * @param {import('./linked-device.js').LinkedDevice} device @param {string} id @param {Source} source
   * @param {{corrupt?: boolean, retryCount?: number, bundle?: object, fresh?: boolean}} how
   * @returns {import('./outbox.js').Item}
   */
  #item(device, id, source, { corrupt = false, retryCount, bundle, fresh = false } = {}) {
    return {
      class: 'message',
      id,
      from: source.person.phone,
      source,
      build: () => encrypt(device, source, { corrupt, retryCount, bundle, fresh }),
    };
  }

  /** @param {{id: string, times?: number, mode: string}} request */
  repeat({ id, times = 1, mode }) {
    let found = false;
    for (const account of this.server.people.accounts()) {
      for (const device of account.devices.values()) {
        for (let i = 0; i < times; i++) {
          if (mode === 'raw') found = device.outbox.repeat(id) || found;
          else if (mode === 'reencrypt') found = this.#repeatEncrypted(device, id) || found;
          else throw new ApiError(400, 'bad_mode', `no mode ${mode}`, 'use raw or reencrypt');
        }
      }
    }
    if (!found)
      throw new ApiError(
        404,
        'unknown_message',
        `no message ${id} was sent`,
        'use an id from POST /messages',
      );
  }

  #repeatEncrypted(device, id) {
    const item = device.outbox.delivered.get(id);
    if (!item?.source) return false;
    device.outbox.add(this.#item(device, id, item.source));
    return true;
  }

  /** The client could not decrypt: open a new session, from the keys it sent or those it uploaded, and send again. */
  retry(device, id, retryCount, bundle) {
    const item = device.outbox.delivered.get(id);
    if (!item?.source) return;
    device.outbox.add(this.#item(device, id, item.source, { retryCount, bundle, fresh: true }));
  }
}

async function encrypt(device, { person, payload, attrs }, { corrupt, retryCount, bundle, fresh }) {
  const name = device.sessionName;
  if (fresh || !person.signal.hasSession(name)) {
    await person.signal.openSession(name, bundle ?? device.takeBundle());
  }
  const encrypted = await person.signal.encrypt(name, payload);
  const content = corrupt ? withBrokenMac(encrypted) : encrypted.ciphertext;
  const encAttrs = { v: '2', type: encrypted.type };
  if (retryCount) encAttrs.count = String(retryCount);
  return { tag: 'message', attrs, content: [{ tag: 'enc', attrs: encAttrs, content }] };
}

function newMessageId() {
  return `3A${randomBytes(9).toString('hex').toUpperCase()}`;
}
