// The one place that talks to the gateway: requests of the control protocol, the session, and what is heard of events.

/** @import { ControlRequest, ControlResponse, LoginEvent, WatchEvent } from './types.d.ts' */

import { waitToConnect, watchSilence } from './events.js';

/** No answer after this is none, milliseconds. A logout may take thirty seconds. */
const DEADLINE_MS = 45_000;

/** Why a request failed, with the next command. */
export class ApiError extends Error {
  /**
   * @param {number} status of HTTP; 0 where the gateway was not reached
   * @param {{ code: string, message: string, next: string }} error
   */
  constructor(status, { code, message, next }) {
    super(message);
    this.status = status;
    this.code = code;
    this.next = next;
  }
}

/** @param {unknown} error */
export function asApiError(error) {
  if (error instanceof ApiError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError(0, { code: 'internal', message, next: 'Load the page again.' });
}

/** What the page keeps of its session. The cookie alone opens nothing: browsers show it to every port of this address. */
const KEY = 'fased-key';

/** Takes what a link left in the address, before anybody sees it there. */
export function takeKey() {
  const given = /^#key=([\w-]+)$/.exec(location.hash)?.[1];
  if (given === undefined) return;
  localStorage.setItem(KEY, given);
  history.replaceState(null, '', '#/');
}

function own() {
  return { 'X-Fased': localStorage.getItem(KEY) ?? '' };
}

/** What an error of the network means. @param {unknown} error @param {AbortSignal | null} signal */
function unreached(error, signal) {
  if (signal?.aborted) return error;
  return new ApiError(0, {
    code: 'not_connected',
    message: 'The gateway does not answer.',
    next: 'fased gateway status',
  });
}

/**
 * @param {string} path
 * @param {RequestInit} init
 * @param {AbortSignal | null} signal without one the deadline holds
 */
async function ask(path, init, signal = null) {
  let response;
  try {
    response = await fetch(path, {
      ...init,
      cache: 'no-store',
      credentials: 'same-origin',
      signal: signal ?? AbortSignal.timeout(DEADLINE_MS),
    });
  } catch (error) {
    throw unreached(error, signal);
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => undefined);
  throw new ApiError(
    response.status,
    body?.error ?? {
      code: 'internal',
      message: `The gateway answered with ${response.status}.`,
      next: 'fased logs',
    },
  );
}

/**
 * @param {string} path
 * @param {unknown} body
 * @param {{ accept?: string, signal?: AbortSignal }} [options]
 */
function post(path, body, { accept = 'application/json', signal } = {}) {
  const headers = { ...own(), 'Content-Type': 'application/json', Accept: accept };
  return ask(path, { method: 'POST', headers, body: JSON.stringify(body) }, signal);
}

/**
 * One request, one answer.
 * @template {ControlResponse['kind']} K
 * @param {ControlRequest} request
 * @param {K} kind the answer that is expected
 * @returns {Promise<Extract<ControlResponse, { kind: K }>>}
 */
export async function control(request, kind) {
  const response = await post('/control', request);
  /** @type {ControlResponse} */
  const answer = await response.json();
  if (answer.kind === 'error') throw new ApiError(200, answer);
  if (answer.kind !== kind) {
    throw new ApiError(200, {
      code: 'internal',
      message: `The gateway answered ${request.verb} with ${answer.kind}, and ${kind} was expected.`,
      next: 'Load the page again: it may be of another version than the gateway.',
    });
  }
  return /** @type {Extract<ControlResponse, { kind: K }>} */ (answer);
}

/**
 * Server-sent events as they come, until the gateway ends them or the connection breaks.
 * @param {Response} response
 * @param {AbortSignal} signal
 */
async function* told(response, signal) {
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read().catch(error => {
      throw unreached(error, signal);
    });
    if (done) return;
    const events = (rest + value).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data !== undefined) yield { kind: /^event: (.*)$/m.exec(event)?.[1], data: JSON.parse(data) };
    }
  }
}

/**
 * Changes the config for a form, which shows itself what it holds: what a terminal is told of files is not said here.
 * @param {import('./types.d.ts').Edit[]} edits
 */
export async function saveConfig(edits) {
  await control({ verb: 'config_set', edits }, 'done');
  return { message: 'Saved.' };
}

/**
 * Links an account. Ends with `linked` or `error`; aborting ends the login, unless somebody else watches it too.
 * @param {Extract<ControlRequest, { verb: 'channels_login' }>} request
 * @param {(event: LoginEvent) => void} heard
 * @param {AbortSignal} signal
 */
export async function login(request, heard, signal) {
  const response = await post('/control', request, { accept: 'text/event-stream', signal });
  for await (const { data } of told(response, signal)) {
    /** @type {ControlResponse} */
    const answer = data;
    if (answer.kind === 'login') heard(answer);
    if (answer.kind === 'error') throw new ApiError(200, answer);
  }
}

/**
 * The picture of a QR's text. It is parsed as a picture, never as a part of this page.
 * @param {string} payload
 * @returns {Promise<Element>}
 */
export async function qr(payload) {
  const headers = { ...own(), 'Content-Type': 'text/plain', Accept: 'image/svg+xml' };
  const response = await ask('/qr', { method: 'POST', headers, body: payload });
  const parsed = new DOMParser().parseFromString(await response.text(), 'image/svg+xml');
  return document.importNode(parsed.documentElement, true);
}

/** @param {string} token */
export async function openSession(token) {
  const response = await post('/session', { token });
  localStorage.setItem(KEY, (await response.json()).key);
}

/** This browser forgets its session; those of others are ended by `fased dashboard --off`. */
export async function closeSession() {
  await ask('/session', { method: 'DELETE', headers: own() });
  localStorage.removeItem(KEY);
  // What was typed in a setup and not written.
  sessionStorage.clear();
}

/**
 * Listens until it is told to stop, and connects again by itself.
 * @param {object} heard
 * @param {(instance: string) => void} heard.hello connected
 * @param {(events: WatchEvent[], skipped: number) => void} heard.watched
 * @param {() => void} heard.lost the connection is gone
 * @param {() => void} heard.closed there is no session any more
 * @returns {() => void} stops it
 */
export function listen(heard) {
  let failures = 0;
  const stopping = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function connect() {
    // Ends with all, or alone when nothing is heard on it any more.
    const alone = new AbortController();
    const signal = AbortSignal.any([stopping.signal, alone.signal]);
    const silence = watchSilence(() => alone.abort());
    try {
      const response = await ask('/events', { headers: own() }, signal);
      for await (const { kind, data } of told(response, signal)) {
        if (signal.aborted) break;
        silence.heard();
        if (kind === 'hello') {
          failures = 0;
          heard.hello(data.instance);
        }
        if (kind === 'watched') heard.watched(data.events, data.skipped);
      }
    } catch (error) {
      if (!signal.aborted && !(error instanceof ApiError)) reportError(error);
      if (error instanceof ApiError && error.status === 401) {
        heard.closed();
        return;
      }
    } finally {
      silence.stop();
    }
    if (stopping.signal.aborted) return;
    failures += 1;
    heard.lost();
    timer = setTimeout(connect, waitToConnect(failures));
  }

  connect();
  return () => {
    stopping.abort();
    clearTimeout(timer);
  };
}
