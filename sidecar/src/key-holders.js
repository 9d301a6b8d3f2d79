// Who holds our sender key of a group is certain only when the server has taken the message that brought
// it. The library writes it down as soon as that message was handed to a connection, which may be dead
// by then: what is said next, or once more, would bring no key, and nobody could read it. So it is kept
// here until then. A process that ends before forgets it, and the next one gives the key to all again.

import { isGroup } from './jid.js';

/** @typedef {import('baileys').SignalKeyStore} SignalKeyStore */
/** @typedef {Record<string, boolean>} Holders */

const TYPE = 'sender-key-memory';

export class KeyHolders {
  #keys;
  /** @type {Map<string, Set<string>>} by group, the ids of messages that were not answered yet */
  #sending = new Map();
  /** @type {Map<string, Holders>} by group, what is not certain yet */
  #uncertain = new Map();

  /** @param {SignalKeyStore} keys where what is certain is written */
  constructor(keys) {
    this.#keys = keys;
  }

  /** @returns {SignalKeyStore} the same keys, with what is not certain yet in its place */
  keys() {
    return {
      ...this.#keys,
      get: async (type, ids) => {
        const found = await this.#keys.get(type, ids);
        if (type !== TYPE) return found;
        /** @type {Record<string, any>} */
        const known = { ...found };
        for (const group of ids) {
          const holders = this.#uncertain.get(group);
          if (holders) known[group] = { ...holders };
        }
        return known;
      },
      set: async data => {
        const { [TYPE]: byGroup, ...others } = data;
        /** @type {Record<string, any>} */
        const certain = {};
        for (const [group, holders] of Object.entries(byGroup ?? {})) {
          // An answer may come before the library has written down what it was an answer to.
          if (holders && this.#sending.has(group)) {
            this.#uncertain.set(group, { .../** @type {Holders} */ (holders) });
          } else {
            this.#uncertain.delete(group);
            certain[group] = holders;
          }
        }
        if (Object.keys(certain).length > 0) await this.#keys.set({ ...others, [TYPE]: certain });
        else if (Object.keys(others).length > 0) await this.#keys.set(others);
      },
    };
  }

  /**
   * A message is about to leave.
   *
   * @param {string} chat
   * @param {string} id
   */
  sends(chat, id) {
    if (!isGroup(chat)) return;
    const ids = this.#sending.get(chat) ?? new Set();
    this.#sending.set(chat, ids.add(id));
  }

  /**
   * The server has answered it, or it never left.
   *
   * @param {string} chat
   * @param {string} id
   * @param {boolean} taken
   */
  async answered(chat, id, taken) {
    if (!isGroup(chat)) return;
    const ids = this.#sending.get(chat);
    ids?.delete(id);
    if (ids && ids.size > 0) {
      if (!taken) this.#uncertain.delete(chat);
      return;
    }
    this.#sending.delete(chat);
    const holders = this.#uncertain.get(chat);
    this.#uncertain.delete(chat);
    if (holders && taken) await this.#keys.set({ [TYPE]: { [chat]: holders } });
  }
}
