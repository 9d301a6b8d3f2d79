// What is known, and the one place that asks again when something has changed.

/** @import { AccountInfo, StatusInfo, WatchEvent } from './types.d.ts' */

import { ApiError, asApiError, control, listen } from './api.js';
import { newest, waitToAsk } from './events.js';

/** Some changes are told by no event, such as a config that was not taken: so often it is looked, milliseconds. */
const LOOK_EVERY_MS = 15_000;

/** And so often while the gateway does not answer, milliseconds. */
const TRY_EVERY_MS = 2000;

/** Shared by all views; written here only. */
export const known = {
  /** @type {StatusInfo | undefined} */
  status: undefined,
  /** The ids of the Agents. @type {Set<string> | undefined} */
  agents: undefined,
  /** Newest first, bounded. @type {WatchEvent[]} */
  events: [],
  connected: true,
  /** Whether this browser may ask; not yet known at first. @type {boolean | undefined} */
  session: undefined,
};

/** @type {{ agent: () => string, changed: () => void, happened: (events: WatchEvent[], skipped: number) => void, stale: () => void }} */
let page;
/** @type {(() => void) | undefined} */
let stop;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let asked = 0;
let asking = false;
let wanted = false;
let instance = '';

/** The time of the gateway, which a simulation may move on. */
export function now() {
  return Date.now() + (known.status?.gateway?.clock_ahead_ms ?? 0);
}

/**
 * @param {string} account
 * @returns {AccountInfo | undefined}
 */
export function accountInfo(account) {
  return known.status?.accounts.find(info => info.account === account);
}

/** What a failed request says of the connection and the session. @param {unknown} error */
export function noteFailure(error) {
  if (error instanceof ApiError && error.status === 401) endSession();
  return asApiError(error);
}

export function endSession() {
  stop?.();
  stop = undefined;
  clearTimeout(timer);
  known.session = false;
  page.changed();
}

/** Asks for the overview, at most once a second however often it is called, and never while nobody looks. */
export function refresh() {
  if (asking || document.hidden || known.session === false) {
    wanted = true;
    return;
  }
  clearTimeout(timer);
  timer = setTimeout(ask, waitToAsk(asked, Date.now()));
}

async function ask() {
  asking = true;
  wanted = false;
  asked = Date.now();
  try {
    const status = await control({ verb: 'status' }, 'status');
    // They change with the config alone: it is looked again where one is not known.
    if (known.agents === undefined || (page.agent() !== '' && !known.agents.has(page.agent()))) {
      const { agents } = await control({ verb: 'agents_list' }, 'agents');
      known.agents = new Set(agents.map(agent => agent.id));
    }
    const before = known.status?.gateway?.version;
    known.session = true;
    known.connected = true;
    known.status = status;
    // A page of another version than the gateway would misunderstand it.
    if (before !== undefined && status.gateway !== null && status.gateway.version !== before)
      location.reload();
    hear();
  } catch (error) {
    noteFailure(error);
    if (error instanceof ApiError && error.status === 0) known.connected = false;
  }
  asking = false;
  if (known.session !== false) {
    clearTimeout(timer);
    timer = setTimeout(refresh, known.connected ? LOOK_EVERY_MS : TRY_EVERY_MS);
    if (wanted) refresh();
  }
  page.changed();
}

function hear() {
  if (stop !== undefined || document.hidden) return;
  stop = listen({
    hello(which) {
      known.connected = true;
      // Meanwhile anything may have happened.
      if (instance !== '') page.stale();
      instance = which;
      refresh();
    },
    watched(events, skipped) {
      known.events = newest(known.events, events);
      page.happened(events, skipped);
      if (events.length > 0 || skipped > 0) refresh();
    },
    lost() {
      known.connected = false;
      page.changed();
    },
    closed: endSession,
  });
}

/**
 * Begins to ask and to listen. A hidden page does neither; it asks for everything again once it is seen.
 * @param {typeof page} callbacks
 */
export function start(callbacks) {
  page = callbacks;
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      stop?.();
      stop = undefined;
      clearTimeout(timer);
    } else if (known.session !== false) {
      page.stale();
      refresh();
    }
  });
  refresh();
}

/** After a token was taken. */
export function resume() {
  known.session = undefined;
  asked = 0;
  refresh();
}
