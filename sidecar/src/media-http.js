// Requests to media servers. A redirect is not followed, silence has a deadline, and whoever
// stops the process stops them.

import { request as start } from 'node:https';
import { Refused } from './refused.js';

export const STALL_MS = 30_000;
const ORIGIN = 'https://web.whatsapp.com';

/**
 * @typedef {object} Asking
 * @property {'GET' | 'POST'} method
 * @property {Record<string, string | number>} [headers]
 * @property {(request: import('node:http').ClientRequest) => void} send writes the body, if there is one, and ends
 * @property {AbortSignal} signal
 * @property {number} stallMs
 * @property {Buffer | undefined} ca
 */

/**
 * Its head has come. `moved` is to be called whenever something goes either way.
 *
 * @template T
 * @param {URL} url
 * @param {Asking} asking
 * @param {(response: import('node:http').IncomingMessage, moved: () => void) => Promise<T>} read
 * @returns {Promise<T>}
 */
export async function ask(url, { method, headers, send, signal, stallMs, ca }, read) {
  signal.throwIfAborted();
  const request = start(url, {
    method,
    headers: { Origin: ORIGIN, ...headers },
    // One connection for one file, and none is left open.
    agent: false,
    signal,
    ...(ca === undefined ? {} : { ca }),
  });
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  let late = false;
  const moved = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      late = true;
      request.destroy(new Error('stalled'));
    }, stallMs);
  };
  try {
    moved();
    const answered = new Promise((resolve, reject) => {
      request.once('response', resolve);
      request.on('error', reject);
    });
    send(request);
    // What was sent is only seen to move when the connection takes it.
    request.on('drain', moved);
    const response = /** @type {import('node:http').IncomingMessage} */ (await answered);
    moved();
    return await read(response, moved);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (late) throw new Refused('timed_out', `the media server said nothing for ${stallMs / 1_000} s`);
    if (error instanceof Refused) throw error;
    throw new Refused('not_connected', `the media server cannot be reached (${codeOf(error)})`);
  } finally {
    clearTimeout(timer);
    request.destroy();
  }
}

/** What a media server's refusal means. @param {number} status @returns {Refused} */
export function refusalOf(status) {
  if (status === 413) return new Refused('too_large', 'the media server takes no file of this size');
  if (status === 429 || status === 503)
    return new Refused('overloaded', `the media server asks to slow down (${status})`);
  if (status >= 500) return new Refused('internal', `the media server failed (${status})`);
  return new Refused('rejected', `the media server refused it (${status})`);
}

/** @param {unknown} error */
function codeOf(error) {
  return /** @type {NodeJS.ErrnoException} */ (error)?.code ?? 'unknown';
}
