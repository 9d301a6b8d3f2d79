// The library's own caches keep everything for an hour; a flood of broken messages would fill
// them. These hold the newest entries only.

/** @typedef {import('baileys').CacheStore} CacheStore */

const PHONE_REQUESTS_PER_MINUTE = 20;

/** @implements {CacheStore} */
export class BoundedCache {
  /** @type {Map<string, any>} */
  #entries = new Map();
  #max;

  /** @param {number} max */
  constructor(max) {
    this.#max = max;
  }

  /** @param {string} key @returns {any} */
  get(key) {
    return this.#entries.get(key);
  }

  /** @param {string} key @param {any} value */
  set(key, value) {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#max) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }

  /** @param {string} key */
  del(key) {
    this.#entries.delete(key);
  }

  flushAll() {
    this.#entries.clear();
  }
}

/**
 * Which unreadable messages the phone was asked to send again. The library asks unless it finds
 * that it has asked, so beyond the rate it is told so: the sender's own resend goes on regardless.
 */
export class PhoneRequests extends BoundedCache {
  #now;
  /** @type {number[]} */
  #asked = [];

  /** @param {number} max @param {() => number} [now] */
  constructor(max, now = () => performance.now()) {
    super(max);
    this.#now = now;
  }

  /** @param {string} key */
  get(key) {
    const entry = super.get(key);
    if (entry !== undefined) return entry;
    const minuteAgo = this.#now() - 60_000;
    this.#asked = this.#asked.filter(at => at > minuteAgo);
    return this.#asked.length >= PHONE_REQUESTS_PER_MINUTE ? true : undefined;
  }

  /** @param {string} key @param {any} value */
  set(key, value) {
    this.#asked.push(this.#now());
    super.set(key, value);
  }
}
