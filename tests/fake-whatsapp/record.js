/**
 * @typedef {{seq: number, at_ms: number, at_us: number, type: string, [field: string]: any}} Entry
 */

/** Cut off in pieces, as moving all entries each time would be slow. */
const SLACK = 1.25;

/** The append-only record of everything the server saw and did, or of the newest part of it. */
export class Record {
  /** @param {{limit?: number, now?: () => number}} [options] how many entries are kept at least; the wall clock */
  constructor({ limit = Infinity, now = Date.now } = {}) {
    this.limit = limit;
    this.now = now;
    /** @type {Entry[]} */
    this.entries = [];
    /** How many came before the first one that is kept. */
    this.before = 0;
    /** @type {Entry[]} */
    this.kept = [];
    /** @type {Set<{after: number, matches: (entry: Entry) => boolean, resolve: (entry: Entry | null) => void}>} */
    this.waiters = new Set();
    /** @type {Set<(entry: Entry) => void>} */
    this.listeners = new Set();
  }

  get lastSeq() {
    return this.before + this.entries.length;
  }

  /**
   * @param {string} type
   * @param {object} fields
   * @returns {Entry}
   */
  add(type, fields = {}) {
    const at_us = Math.round((performance.timeOrigin + performance.now()) * 1000);
    const entry = { seq: this.lastSeq + 1, at_ms: this.now(), at_us, type, ...fields };
    this.entries.push(entry);
    if (type === 'violation') {
      this.kept.push(entry);
      if (this.kept.length > this.limit) this.kept.shift();
    }
    if (this.entries.length > this.limit * SLACK) {
      this.before += this.entries.length - this.limit;
      this.entries = this.entries.slice(-this.limit);
    }
    for (const waiter of this.waiters) {
      if (entry.seq > waiter.after && waiter.matches(entry)) waiter.resolve(entry);
    }
    for (const listener of this.listeners) listener(entry);
    return entry;
  }

  /** A client did something that a right client never does. */
  violation(code, detail, fields = {}) {
    return this.add('violation', { code, detail, ...fields });
  }

  violations() {
    return [...this.kept];
  }

  #indexAfter(seq) {
    return Math.max(0, seq - this.before);
  }

  /** @param {{after?: number, types?: string[], limit?: number}} query */
  list({ after = 0, types = [], limit = Infinity } = {}) {
    const found = [];
    for (let i = this.#indexAfter(after); i < this.entries.length && found.length < limit; i++) {
      if (types.length === 0 || types.includes(this.entries[i].type)) found.push(this.entries[i]);
    }
    return found;
  }

  /**
   * The first entry after `after` with these types and field values, or null after the timeout.
   * @param {{after?: number, types?: string[], fields?: {[name: string]: string}, timeoutMs?: number}} query
   * @returns {Promise<Entry | null>}
   */
  wait({ after = 0, types = [], fields = {}, timeoutMs = 10_000 } = {}) {
    const wanted = Object.entries(fields);
    const matches = entry =>
      (types.length === 0 || types.includes(entry.type)) &&
      wanted.every(([name, value]) => String(valueAt(entry, name) ?? '') === String(value));
    for (let i = this.#indexAfter(after); i < this.entries.length; i++) {
      if (matches(this.entries[i])) return Promise.resolve(this.entries[i]);
    }
    return new Promise(resolve => {
      const waiter = {
        after,
        matches,
        resolve: entry => {
          clearTimeout(timer);
          this.waiters.delete(waiter);
          resolve(entry);
        },
      };
      const timer = setTimeout(() => waiter.resolve(null), timeoutMs);
      this.waiters.add(waiter);
    });
  }

  /** Ends every open wait, so that a stopping server leaves nothing hanging. */
  close() {
    for (const waiter of this.waiters) waiter.resolve(null);
  }
}

/** @param {any} entry @param {string} name with dots for what is inside, as in "media.kind" */
function valueAt(entry, name) {
  return name.split('.').reduce((value, part) => value?.[part], entry);
}
