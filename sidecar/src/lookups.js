// What did we send under this id? A recipient that cannot read a message asks for it again; only
// the gateway remembers it. No answer in time, or too many questions at once, is a miss: then
// nothing is sent, and the recipient asks again or not at all.

import { log } from './log.js';

/** @typedef {import('./protocol.gen.ts').Payload} Payload */
/** @typedef {{ payload: Payload, chat: string }} Sent what was sent, and to which chat */

const DEADLINE_MS = 3_000;
const MAX_OPEN = 16;

export class Lookups {
  #ask;
  #deadlineMs;
  #lastId = 0;
  #misses = 0;
  /** @type {Map<number, (sent: Sent | undefined) => void>} */
  #open = new Map();

  /**
   * @param {(lookup: { id: number, message_id: string, chat: string }) => void} ask
   * @param {number} [deadlineMs]
   */
  constructor(ask, deadlineMs = DEADLINE_MS) {
    this.#ask = ask;
    this.#deadlineMs = deadlineMs;
  }

  /**
   * @param {string} messageId
   * @param {string} chat as the recipient named it
   * @returns {Promise<Sent | undefined>}
   */
  async find(messageId, chat) {
    if (this.#open.size >= MAX_OPEN) return this.#miss('too many at once');
    this.#lastId += 1;
    const id = this.#lastId;
    /** @type {Sent | 'late' | undefined} */
    const answer = await new Promise(resolve => {
      this.#open.set(id, resolve);
      setTimeout(() => resolve('late'), this.#deadlineMs);
      this.#ask({ id, message_id: messageId, chat });
    });
    this.#open.delete(id);
    if (answer === 'late') return this.#miss('the gateway did not say what it was');
    return answer ?? this.#miss('the gateway does not know it');
  }

  /**
   * @param {number} id
   * @param {string | null} chat
   * @param {Payload | null} payload
   */
  found(id, chat, payload) {
    this.#open.get(id)?.(chat && payload ? { chat, payload } : undefined);
  }

  /** @param {string} why @returns {undefined} */
  #miss(why) {
    this.#misses += 1;
    log('warn', `a message asked for again was not sent (${why}; ${this.#misses} so far)`);
  }
}
