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
