// What is heard from the gateway, gathered so that any number of events costs the page no more than a few.

/** @import { WatchEvent } from './types.d.ts' */

/** So many events are kept; older ones are forgotten, as the gateway still knows them. */
export const KEPT_EVENTS = 200;

/** A list is asked again at most this often, milliseconds. */
export const ASK_EVERY_MS = 1000;

/**
 * The newest events, newest first.
 * @param {WatchEvent[]} kept
 * @param {WatchEvent[]} batch oldest first
 * @param {number} [most]
 */
export function newest(kept, batch, most = KEPT_EVENTS) {
  return [...batch.slice(-most).reverse(), ...kept].slice(0, most);
}

/**
 * What kinds of events there are, of one account or of all.
 * @param {WatchEvent[]} batch
 * @param {string | undefined} account
 * @returns {Set<string>}
 */
export function kindsOf(batch, account) {
  const meant = batch.filter(
    event => account === undefined || event.account === account || event.account === '',
  );
  return new Set(meant.map(event => event.what.type));
}

/**
 * How long to wait before asking again, milliseconds.
 * @param {number} lastMs when it was asked last
 * @param {number} nowMs
 */
export function waitToAsk(lastMs, nowMs) {
  return Math.max(0, Math.min(ASK_EVERY_MS, lastMs + ASK_EVERY_MS - nowMs));
}

/**
 * How long to wait before connecting again, milliseconds: 0.5, 1, 2, 4 s, then 8 s.
 * @param {number} failures in a row
 */
export function waitToConnect(failures) {
  return 500 * 2 ** Math.min(4, Math.max(0, failures - 1));
}

/** The gateway says that it is there every 15 s; a connection that is silent for so long is dead, milliseconds. */
export const SILENCE_MS = 40_000;

/**
 * Watches a connection that nobody closes when it dies.
 * @param {() => void} dead called once, after so long a silence
 * @param {number} [ms]
 * @returns {{ heard: () => void, stop: () => void }} `heard` begins the wait anew
 */
export function watchSilence(dead, ms = SILENCE_MS) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const stop = () => clearTimeout(timer);
  const heard = () => {
    stop();
    timer = setTimeout(dead, ms);
  };
  heard();
  return { heard, stop };
}

/** The code that follows one is due at its end; so much later it will not come, milliseconds. */
const OVERDUE_MS = 10_000;

/**
 * Whether the code of a login should have been followed by another long ago.
 * @param {number | undefined} until its end
 * @param {number} nowMs
 */
export function isOverdue(until, nowMs) {
  return until !== undefined && nowMs >= until + OVERDUE_MS;
}

/**
 * A message on its way changes its state often: the newest state of each, where it stands among the others.
 * @param {WatchEvent[]} events newest first
 * @returns {WatchEvent[]}
 */
export function latest(events) {
  const seen = new Set();
  return events.filter(({ what }) => {
    if (what.type !== 'outbound') return true;
    if (seen.has(what.message_id)) return false;
    seen.add(what.message_id);
    return true;
  });
}

/**
 * Whether a message was let in and something was sent after that which WhatsApp took.
 * @param {WatchEvent[]} events newest first
 */
export function answered(events) {
  const admitted = events.findIndex(({ what }) => what.type === 'verdict' && what.verdict === 'admit');
  if (admitted < 0) return false;
  const taken = ['server_ack', 'delivered', 'read', 'played'];
  return events.slice(0, admitted).some(({ what }) => what.type === 'outbound' && taken.includes(what.state));
}
