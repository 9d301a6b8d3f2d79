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
  const headers = { 'Content-Type': 'application/json', 'X-Fased': '1', Accept: accept };
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
 * Links an account. Ends with `linked` or `error`; aborting ends the login, unless somebody else watches it too.
 * @param {Extract<ControlRequest, { verb: 'channels_login' }>} request
 * @param {(event: LoginEvent) => void} heard
 * @param {AbortSignal} signal
 */
export async function login(request, heard, signal) {
  const response = await post('/control', request, { accept: 'text/event-stream', signal });
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read().catch(error => {
      throw unreached(error, signal);
    });
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.startsWith('data:')) continue;
      /** @type {ControlResponse} */
      const answer = JSON.parse(line.slice('data:'.length));
      if (answer.kind === 'login') heard(answer);
      if (answer.kind === 'error') throw new ApiError(200, answer);
    }
  }
}

/**
 * The picture of a QR's text. It is parsed as a picture, never as a part of this page.
 * @param {string} payload
 * @returns {Promise<Element>}
 */
export async function qr(payload) {
  const headers = { 'Content-Type': 'text/plain', 'X-Fased': '1', Accept: 'image/svg+xml' };
  const response = await ask('/qr', { method: 'POST', headers, body: payload });
  const parsed = new DOMParser().parseFromString(await response.text(), 'image/svg+xml');
  return document.importNode(parsed.documentElement, true);
}

/** Whether this browser may ask. */
export async function hasSession() {
  try {
    await ask('/session', { headers: { 'X-Fased': '1' } });
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return false;
    throw error;
  }
}

/** @param {string} token */
export async function openSession(token) {
  await post('/session', { token });
}

export async function closeSession() {
  await ask('/session', { method: 'DELETE', headers: { 'X-Fased': '1' } });
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
  let stopped = false;
  /** @type {EventSource | undefined} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {ReturnType<typeof watchSilence> | undefined} */
  let silence;

  function connect() {
    source = new EventSource('/events');
    silence = watchSilence(retry);
    source.addEventListener('alive', silence.heard);
    source.addEventListener('hello', event => {
      failures = 0;
      silence?.heard();
      heard.hello(JSON.parse(event.data).instance);
    });
    source.addEventListener('watched', event => {
      silence?.heard();
      const { events, skipped } = JSON.parse(event.data);
      heard.watched(events, skipped);
    });
    source.addEventListener('error', retry);
  }

  async function retry() {
    source?.close();
    silence?.stop();
    failures += 1;
    heard.lost();
    // A browser does not say why an event source failed, so the session is asked for.
    const open = await hasSession().catch(() => true);
    if (stopped) return;
    if (open) timer = setTimeout(connect, waitToConnect(failures));
    else heard.closed();
  }

  connect();
  return () => {
    stopped = true;
    clearTimeout(timer);
    silence?.stop();
    source?.close();
  };
}
