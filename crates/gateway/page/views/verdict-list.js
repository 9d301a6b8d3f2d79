// The verdicts on the screen: at most 200, whatever comes. Events say that there are new ones, the gateway's list which.

/** @import { VerdictInfo, WatchEvent } from '../types.d.ts' */

export const MOST_ROWS = 200;
/** So many events at once, four times a second, move too fast to be aimed at. */
const FAST = 6;

export class VerdictList {
  /** Newest first. @type {VerdictInfo[]} */
  rows = [];
  filter = { outcome: '', reason: '' };
  more = false;
  /** Decided since the list was last read, and events that were too many to be told. */
  waiting = 0;
  leftOut = 0;
  paused = false;
  /** Older ones are looked at. */
  past = false;
  /** A row has the focus, or the pointer is on one. */
  focused = false;
  aimed = false;
  #fast = false;

  /** Whoever reads, or aims at a row, does not want it to move. */
  get stands() {
    return this.paused || this.past || this.focused || (this.aimed && this.#fast);
  }

  /** @param {WatchEvent[]} events @param {number} skipped */
  told(events, skipped) {
    this.waiting += events.filter(({ what }) => what.type === 'verdict').length;
    this.leftOut += skipped;
    this.#fast = events.length + skipped >= FAST || (this.aimed && this.#fast);
  }

  /**
   * The newest. Older rows stay below them where they meet without a gap.
   * @param {VerdictInfo[]} newest @param {boolean} more
   */
  takeNewest(newest, more) {
    const last = newest.at(-1)?.seq ?? 0;
    const meets = more && this.rows.length > 0 && this.rows[0].seq >= last;
    const older = meets ? this.rows.filter(({ seq }) => seq < last) : [];
    const all = [...newest, ...older];
    this.more = all.length > MOST_ROWS || (older.length > 0 ? this.more : more);
    this.rows = all.slice(0, MOST_ROWS);
    this.waiting = 0;
    this.leftOut = 0;
    this.#fast = false;
  }

  /** Older ones; the newest make room for them. @param {VerdictInfo[]} older @param {boolean} more */
  takeOlder(older, more) {
    const all = [...this.rows, ...older];
    this.past ||= all.length > MOST_ROWS;
    this.rows = all.slice(-MOST_ROWS);
    this.more = more;
  }

  /** @param {{ outcome: string, reason: string }} [filter] */
  begin(filter = this.filter) {
    Object.assign(this, { filter, rows: [], more: false, paused: false, past: false });
  }
}
