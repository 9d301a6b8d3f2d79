import { randomBytes } from 'node:crypto';
import { proto } from 'baileys/WAProto/index.js';
import { encryptFor } from './incoming-encryption.js';
import { makeMessage } from './message-maker.js';
import { ApiError } from './people.js';

/**
 * @typedef {object} Source  what a message was made of, to encrypt it again
 * @property {import('./people.js').Person} person
 * @property {Buffer} payload
 * @property {string} text
 * @property {{[name: string]: string}} attrs
 * @property {{[name: string]: string}} [encAttrs]
 * @property {import('./groups.js').Group} [group]
 * @property {object} [facts] about a file that it brings
 * @property {{ciphertext: Buffer, distribution: Buffer, holders: Set<string>}} [sealed] for all devices in the group
 * @property {Map<string, {type: string, ciphertext: Buffer}>} [broken] one undecryptable text for many ids, by device
 */

/** Messages from people to the linked devices of an account, or of all accounts in a group. */
export class Incoming {
  /** @param {import('./server.js').Server} server */
  constructor(server) {
    this.server = server;
  }

  /** @param {any} request the body of POST /messages @returns {Promise<{ids: string[], media?: object[]}>} */
  async send(request) {
    const { people, groups } = this.server;
    const person = people.put(request.from);
    const group = request.group === undefined ? undefined : groups.get(request.group);
    if (group && !group.has(person)) {
      throw new ApiError(
        409,
        'not_a_member',
        `${person.phone} is not in ${group.jid}`,
        'POST /groups/members',
      );
    }
    const account = group ? undefined : people.account(request.to);
    const devices = () => group?.devices() ?? [...account.devices.values()];
    if (devices().length === 0) {
      throw new ApiError(
        409,
        'no_linked_device',
        `${account?.phone ?? group.jid} has no linked device`,
        'link one by POST /scan first',
      );
    }
    if (group && request.omit_sender_key) person.signal.senderKeys.rotate(group.jid);
    const count = request.count ?? 1;
    const items = [];
    const ids = [];
    const media = [];
    const broken = count > 1 && request.corrupt ? new Map() : undefined;
    for (let i = 1; i <= count; i++) {
      const id = count === 1 && request.id ? request.id : newMessageId();
      const text = request.count === undefined ? request.text : `${request.text} #${i}`;
      ids.push(id);
      const source = this.#source(account, group, person, id, { ...request, text });
      if (source.facts) media.push({ id, ...source.facts });
      if (broken && !group) source.broken = broken;
      for (const device of devices()) items.push([device, this.#item(device, id, source, howOf(request))]);
    }
    if (request.pre_encrypt) for (const [, item] of items) item.stanza = await item.build();
    for (const [device, item] of items) device.outbox.add(item);
    return media.length ? { ids, media } : { ids };
  }

  /** @returns {Source} */
  #source(account, group, person, id, request) {
    const { people } = this.server;
    const addressing = group?.addressing ?? request.addressing ?? person.addressing;
    const own = person === account?.person;
    const peer = own ? (request.chat ? people.put(request.chat) : person) : account?.person;
    const chatJid = group ? group.jid : peer.jidIn(addressing);
    const made = makeMessage(this.server, request, {
      person,
      chatJid,
      inGroup: Boolean(group),
      addressing,
      peer,
    });
    const attrs = {
      id,
      ...made.attrs,
      t: String(request.timestamp ?? Math.floor(this.server.clock.now() / 1000)),
      notify: person.name,
    };
    const shareAlt = request.share_alt ?? person.shareAlt;
    let { message } = made;
    this.server.polls.learn(id, message, person);
    if (group) addressInGroup(attrs, group, person, shareAlt);
    else if (own) message = addressFromOwnPhone(attrs, person, peer, addressing, message);
    else addressDirect(attrs, person, addressing, shareAlt);
    const payload = Buffer.from(proto.Message.encode(message).finish());
    return {
      person,
      attrs,
      payload,
      text: request.text ?? '',
      encAttrs: made.encAttrs,
      group,
      facts: made.facts,
    };
  }

  /**
   * @param {import('./linked-device.js').LinkedDevice} device @param {string} id @param {Source} source
   * @param {import('./incoming-encryption.js').How} how
   */
  #item(device, id, source, how = {}) {
    return this.buildable(device, { class: 'message', id, from: source.person.phone, source, how });
  }

  /**
   * @param {import('./linked-device.js').LinkedDevice} device @param {any} item
   * @returns {import('./outbox.js').Item}
   */
  buildable(device, item) {
    if (item.source) item.build = () => encryptFor(device, item.source, item.how ?? {});
    return item;
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
    device.outbox.add(this.#item(device, id, { ...item.source, sealed: undefined, broken: undefined }));
    return true;
  }

  /** The client could not decrypt: open a new session, from the keys it sent or those it uploaded, and send again. */
  retry(device, id, retryCount, bundle) {
    const item = device.outbox.delivered.get(id);
    if (!item?.source || item.how?.serve_retries === false) return;
    const source = { ...item.source, broken: undefined };
    device.outbox.add(this.#item(device, id, source, { retryCount, bundle, fresh: true }));
  }
}

/** @returns {import('./incoming-encryption.js').How} */
function howOf({ corrupt = false, serve_retries, omit_sender_key }) {
  return { corrupt, serve_retries, omit_sender_key };
}

function addressDirect(attrs, person, addressing, shareAlt) {
  attrs.from = person.jidIn(addressing);
  if (!shareAlt) return;
  if (addressing === 'lid') attrs.sender_pn = person.jid;
  else attrs.sender_lid = person.lid;
}

function addressInGroup(attrs, group, person, shareAlt) {
  attrs.from = group.jid;
  attrs.participant = person.jidIn(group.addressing);
  attrs.addressing_mode = group.addressing;
  if (!shareAlt) return;
  if (group.addressing === 'lid') attrs.participant_pn = person.jid;
  else attrs.participant_lid = person.lid;
}

/** The owner writes on the phone: the linked devices get a copy that names the chat. */
function addressFromOwnPhone(attrs, person, chat, addressing, message) {
  attrs.from = person.jidIn(addressing);
  attrs.recipient = chat.jidIn(addressing);
  if (addressing === 'lid') attrs.peer_recipient_pn = chat.jid;
  else attrs.peer_recipient_lid = chat.lid;
  return { deviceSentMessage: { destinationJid: attrs.recipient, message } };
}

function newMessageId() {
  return `3A${randomBytes(9).toString('hex').toUpperCase()}`;
}
