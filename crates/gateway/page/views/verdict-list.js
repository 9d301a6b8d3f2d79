// The verdicts on the screen: at most 200 of them, newest first, whatever comes. Events tell of a verdict at once and of
// what is known of it then; the list that the gateway keeps fills in the rest, so nothing here needs to be complete.

/** More rows than this are never kept or shown. */
export const MOST_ROWS = 200;
/** Messages whose verdict has not come yet are remembered up to this many; the oldest is forgotten first. */
const MOST_AWAITED = 400;

/**
 * @typedef {object} Verdict
 * @property {number} [seq] its place in the gateway's list; absent until that list was read
 * @property {number} at_ms
 * @property {string} account
 * @property {string} message_id
 * @property {string} [chat] absent where only the event is known
 * @property {string | null} [sender]
 * @property {string} [content] kind of content
 * @property {string} outcome
 * @property {string} reason
 * @property {string | null} [sentence]
 */

/**
 * @typedef {object} Filter
 * @property {string} account only this one's
 * @property {string} outcome only these; empty for all
 * @property {string} reason only these; empty for all
 */

/** @param {{ account: string, message_id: string }} of */
const keyOf = of => `${of.account}\n${of.message_id}`;

/** @param {Filter} filter @param {Verdict} row */
export function passes(filter, row) {
  return (
    row.account === filter.account &&
    (filter.outcome === '' || row.outcome === filter.outcome) &&
    (filter.reason === '' || row.reason === filter.reason)
  );
}

export class VerdictList {
  /** @type {Verdict[]} newest first */
  rows = [];
  /** Verdicts that the screen was not told of since the list was last read. */
  leftOut = 0;
  /** Verdicts that came while the list was held. */
  waiting = 0;
  /** There are older ones than the last row. */
  more = false;
  /** New verdicts are counted, and wait. */
  held = false;
  /** Older ones are looked at: new ones do not concern what is shown. */
  past = false;

  /** @type {Map<string, { chat: string, sender: string }>} */
  #awaited = new Map();

  /** @param {Filter} filter */
  constructor(filter) {
    this.filter = filter;
  }

  /**
   * Takes what was told at once; answers whether anything on the screen changed.
   *
   * @param {{ at_ms: number, account: string, what: any }[]} events oldest first
   * @param {number} skipped events that were left out
   */
  told(events, skipped) {
    let changed = false;
    /** @type {Verdict[]} */
    const fresh = [];
    for (const { at_ms, account, what } of events) {
      if (what.type === 'inbound') {
        this.#awaits(keyOf({ account, message_id: what.message_id }), what);
      } else if (what.type === 'verdict') {
        const row = this.#row(at_ms, account, what);
        if (passes(this.filter, row)) fresh.push(row);
      } else if (what.type === 'missed') {
        skipped += what.events;
      }
    }
    if (skipped > 0) {
      this.leftOut += skipped;
      changed = true;
    }
    if (fresh.length === 0) return changed;
    if (this.held || this.past) {
      this.waiting += fresh.length;
      return true;
    }
    fresh.reverse();
    const known = new Set(fresh.map(keyOf));
    this.rows = [...fresh, ...this.rows.filter(row => !known.has(keyOf(row)))];
    this.#cut();
    return true;
  }

  /**
   * Takes the newest of the gateway's list. Rows that it does not reach down to stay where it meets them without a gap.
   *
   * @param {Verdict[]} verdicts newest first
   * @param {boolean} more
   */
  read(verdicts, more) {
    const last = verdicts.at(-1)?.seq ?? 0;
    const known = this.rows.filter(row => row.seq !== undefined);
    const meets = more && (known[0]?.seq ?? 0) >= last;
    const older = meets ? known.filter(row => (row.seq ?? 0) < last) : [];
    this.rows = [...verdicts, ...older];
    if (older.length === 0) this.more = more;
    this.leftOut = 0;
    this.waiting = 0;
    this.past = false;
    this.#cut();
  }

  /**
   * Takes older ones than the last row. What is newest goes when there are too many.
   *
   * @param {Verdict[]} verdicts newest first
   * @param {boolean} more
   */
  readOlder(verdicts, more) {
    const all = [...this.rows, ...verdicts];
    this.past = this.past || all.length > MOST_ROWS;
    this.rows = all.slice(-MOST_ROWS);
    this.more = more;
  }

  /** The place below which older ones are to be asked for; nothing before the list was read. */
  get before() {
    return this.rows.findLast(row => row.seq !== undefined)?.seq ?? null;
  }

  /** Some row was only told, so the list knows more of it. */
  get isRough() {
    return this.leftOut > 0 || this.rows.some(row => row.seq === undefined);
  }

  #cut() {
    if (this.rows.length <= MOST_ROWS) return;
    this.rows.length = MOST_ROWS;
    this.more = true;
  }

  /** @param {string} key @param {{ chat: string, sender: string }} what */
  #awaits(key, { chat, sender }) {
    this.#awaited.set(key, { chat, sender });
    if (this.#awaited.size <= MOST_AWAITED) return;
    const [oldest] = this.#awaited.keys();
    this.#awaited.delete(oldest);
  }

  /** @param {number} at_ms @param {string} account @param {any} what @returns {Verdict} */
  #row(at_ms, account, what) {
    const { message_id, verdict: outcome, reason, sentence } = what;
    const key = keyOf({ account, message_id });
    const from = this.#awaited.get(key);
    this.#awaited.delete(key);
    return { at_ms, account, message_id, outcome, reason, sentence, ...from };
  }
}
