// Messages that a recipient asks for again. The library makes the session anew and sends them, but
// without what the envelope says about them: an edit, a deletion or a poll would come as a plain
// message. Those are sent from here, at the moment when the library would have done it: after the
// session was made, when it looks how often this recipient has asked.

import { jidDecode } from 'baileys';
import { BoundedCache } from './caches.js';
import { plainJid } from './jid.js';
import { envelopeOf, messageOf } from './payload.js';

/** @typedef {import('baileys').BinaryNode} BinaryNode */
/** @typedef {import('baileys').proto.IMessage} IMessage */
/** @typedef {Parameters<import('baileys').WASocket['relayMessage']>[2]} RelayOptions */
/** @typedef {{ message: IMessage, envelope: ReturnType<typeof envelopeOf>, to: string, id: string, asker: string }} Waiting */

const CACHED_ENTRIES = 1_000;
/** The library answers one request after the other; only those whose session could not be made stay. */
const MAX_WAITING = 16;
/** As the library counts: one for the request, one for the answer. */
const MAX_COUNTED = 5;

/** Takes the place of the library's count of how often a message was asked for, by id and asker. */
export class Resends extends BoundedCache {
  #lookups;
  #relay;
  /** Which of its requests an asker's is. */
  #counts = new BoundedCache(CACHED_ENTRIES);
  #waiting = new BoundedCache(MAX_WAITING);

  /**
   * @param {object} parts
   * @param {import('./lookups.js').Lookups} parts.lookups
   * @param {(chat: string, message: IMessage, options: RelayOptions) => Promise<unknown>} parts.relay
   */
  constructor({ lookups, relay }) {
    super(CACHED_ENTRIES);
    this.#lookups = lookups;
    this.#relay = relay;
  }

  /** @param {BinaryNode} receipt before the library sees it */
  asked({ attrs, content }) {
    if (attrs.type !== 'retry' || !Array.isArray(content)) return;
    const count = content.find(({ tag }) => tag === 'retry')?.attrs.count;
    if (count) this.#counts.set(placeOf(attrs.id, attrs.participant ?? attrs.from), count);
  }

  /**
   * @param {import('baileys').WAMessageKey} key that the library asks for
   * @returns {Promise<IMessage | undefined>}
   */
  async find({ id, remoteJid, participant }) {
    if (!id || !remoteJid) return undefined;
    const sent = await this.#lookups.find(id, plainJid(remoteJid));
    if (!sent) return undefined;
    // Messages that it is about are named as they were at the first sending, whatever address the asker uses.
    const message = messageOf(sent.payload, sent.chat);
    const envelope = envelopeOf(sent.payload, sent.chat);
    const asker = participant ?? remoteJid;
    if (Object.keys(envelope).length > 0)
      this.#waiting.set(placeOf(id, asker), { message, envelope, to: remoteJid, id, asker });
    return message;
  }

  /** @param {string} place @returns {any} */
  get(place) {
    /** @type {Waiting | undefined} */
    const waiting = this.#waiting.get(place);
    if (!waiting) return super.get(place);
    this.#waiting.del(place);
    const counted = super.get(place) ?? 0;
    return counted >= MAX_COUNTED ? counted : this.#send(place, counted, waiting);
  }

  /**
   * @param {string} place
   * @param {number} counted
   * @param {Waiting} waiting
   * @returns {Promise<number>} so many that the library leaves it be
   */
  async #send(place, counted, { message, envelope, to, id, asker }) {
    super.set(place, counted + 1);
    // A phone's request is answered to everybody: its first message may not have been readable to anyone.
    const whom = jidDecode(asker)?.device
      ? { participant: { jid: asker, count: Number(this.#counts.get(place) ?? 1) } }
      : { useUserDevicesCache: false };
    await this.#relay(to, message, { messageId: id, ...whom, ...envelope });
    return Number.POSITIVE_INFINITY;
  }
}

/** As the library spells it. @param {string | undefined} id @param {string | undefined} asker */
function placeOf(id, asker) {
  return `${id}:${asker}`;
}
