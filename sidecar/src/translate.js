// Pure: from the library's values to the wire's. The account machine decides by the reason of a
// `closed`; here is the one table that says which status means what.

/** @typedef {import('./protocol.gen.ts').CloseReason} CloseReason */
/** @typedef {import('./protocol.gen.ts').Closed} Closed */
/** @typedef {import('./protocol.gen.ts').LidPair} LidPair */
/** @typedef {import('./protocol.gen.ts').Fault} Fault */

/**
 * An end of our own making.
 *
 * @param {CloseReason} reason
 * @param {string} text
 * @param {number | null} [status]
 * @returns {Closed}
 */
export function ended(reason, text, status = null) {
  return { reason, status, text, expires_s: null };
}

/** @type {ReadonlyMap<number, CloseReason>} */
const BY_STATUS = new Map([
  [401, 'logged_out'],
  [402, 'banned'],
  [403, 'forbidden'],
  [405, 'client_outdated'],
  [406, 'forbidden'],
  [408, 'lost'],
  [411, 'forbidden'],
  [428, 'lost'],
  [440, 'replaced'],
  [500, 'bad_session'],
  [503, 'unavailable'],
  [515, 'restart_required'],
]);

/**
 * @typedef {object} Ending
 * @property {number | undefined} status
 * @property {string} text
 * @property {boolean} opened
 * @property {string | undefined} distrust why the server's proof was not believed
 * @property {string | undefined} conflict the `type` of a `conflict` stream error
 * @property {number | undefined} expireSeconds how long a ban lasts, if WhatsApp said so
 */

/** @param {Ending} ending @returns {Closed} */
export function closedBy({ status, text, opened, distrust, conflict, expireSeconds }) {
  const known =
    status !== undefined && Number.isInteger(status) && status >= 0 && status < 65_536 ? status : null;
  if (distrust !== undefined) return ended('untrusted', distrust, known);
  // The answer to our QR was not made with the secret in it.
  if (text === 'Invalid account signature') return ended('untrusted', text, known);
  /** @type {CloseReason} */
  let reason = (known !== null && BY_STATUS.get(known)) || 'unknown';
  // 408 is also a lost connection; only this one means that nobody scanned.
  if (known === 408 && !opened && text.includes('QR refs')) reason = 'login_expired';
  // The library takes every `conflict` without a code for 440.
  if (conflict === 'device_removed') reason = 'logged_out';
  return { reason, status: known, text, expires_s: (reason === 'banned' && expireSeconds) || null };
}

/**
 * An HTTP answer to the websocket upgrade. It comes from a proxy or a load balancer, so a 401 or
 * 403 here says nothing about the account.
 *
 * @param {number} status
 * @returns {Closed}
 */
export function closedByUpgrade(status) {
  const text = `the websocket upgrade was answered with HTTP ${status}`;
  return ended(status === 503 ? 'unavailable' : 'lost', text, status);
}

/**
 * The library writes pairs of hidden id and number to its key store, in both directions, and only
 * when they are new.
 *
 * @param {Record<string, unknown>} written
 * @returns {LidPair[]}
 */
export function lidPairs(written) {
  const pairs = [];
  for (const [phone, lid] of Object.entries(written)) {
    if (phone.endsWith('_reverse') || typeof lid !== 'string') continue;
    pairs.push({ lid: `${lid}@lid`, phone: `${phone}@s.whatsapp.net` });
  }
  return pairs;
}

/**
 * @param {{ isActive?: boolean, timeEnforcementEnds?: Date }} lock
 * @returns {import('./calls.js').Timelock}
 */
export function timelockOf({ isActive, timeEnforcementEnds }) {
  const until = timeEnforcementEnds ? Math.floor(timeEnforcementEnds.getTime() / 1_000) : 0;
  return {
    active: isActive === true,
    until_s: isActive && Number.isSafeInteger(until) && until > 0 ? until : null,
  };
}

/**
 * Why a call failed. The library's own words may name people, so only the status is kept.
 *
 * @param {unknown} error
 * @returns {Fault}
 */
export function faultOf(error) {
  const { data, output } = /** @type {{ output?: { statusCode?: number }, data?: unknown }} */ (error ?? {});
  // What WhatsApp answered to a question; the status is the library's and says 500.
  const status = typeof data === 'number' && data >= 400 && data < 500 ? data : output?.statusCode;
  switch (status) {
    case 408:
      return { code: 'timed_out', message: 'WhatsApp did not answer in time' };
    case 428:
    case 440:
    case 503:
    case 515:
      return { code: 'not_connected', message: `the connection closed (${status})` };
    case 429:
      return { code: 'overloaded', message: 'WhatsApp asks to slow down (429)' };
    case undefined:
    case 500:
      return { code: 'internal', message: 'the library failed' };
    default:
      return status >= 400 && status < 500
        ? { code: 'rejected', message: `WhatsApp refused it (${status})` }
        : { code: 'internal', message: `the library failed (${status})` };
  }
}
