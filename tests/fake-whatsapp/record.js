/**
 * @typedef {{seq: number, at_ms: number, type: string, [field: string]: any}} Entry
 */

/** The append-only record of everything the server saw and did. */
export class Record {
  constructor() {
    /** @type {Entry[]} */
    this.entries = [];
    /** @type {Set<{after: number, matches: (entry: Entry) => boolean, resolve: (entry: Entry | null) => void}>} */
    this.waiters = new Set();
  }

  get lastSeq() {
    return this.entries.length;
  }

  /**
   * @param {string} type
   * @param {object} fields
   * @returns {Entry}
   */
  add(type, fields = {}) {
    const entry = { seq: this.entries.length + 1, at_ms: Date.now(), type, ...fields };
    this.entries.push(entry);
    for (const waiter of this.waiters) {
      if (entry.seq > waiter.after && waiter.matches(entry)) waiter.resolve(entry);
    }
    return entry;
  }

  /** A client did something that a right client never does. */
  violation(code, detail, fields = {}) {
    return this.add('violation', { code, detail, ...fields });
  }

  violations() {
    return this.entries.filter(entry => entry.type === 'violation');
  }

  /** @param {{after?: number, types?: string[], limit?: number}} query */
  list({ after = 0, types = [], limit = Infinity } = {}) {
    const found = [];
    for (let i = Math.max(0, after); i < this.entries.length && found.length < limit; i++) {
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
      wanted.every(([name, value]) => String(entry[name] ?? '') === String(value));
    for (let i = Math.max(0, after); i < this.entries.length; i++) {
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
