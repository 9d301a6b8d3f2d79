// Asks a server for a file. The address is judged when it is known, after the name was looked up and at
// each redirect, and the connection goes to exactly the address that was judged.

import { lookup as systemLookup } from 'node:dns';
import { open } from 'node:fs/promises';
import { request as http } from 'node:http';
import { request as https } from 'node:https';
import { isIP } from 'node:net';
import { bare, isPublic } from './address.js';
import { Problem } from './problem.js';

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const NOT_THERE = new Set([401, 403, 404, 410, 451]);

/**
 * @typedef {object} Fetch
 * @property {string} url
 * @property {string} file a path that nothing has yet
 * @property {number} max_bytes
 * @property {number} seconds for all of it
 * @property {string[]} [open] servers that may be asked wherever they are, as host:port
 */

/**
 * @param {Fetch} task
 * @param {{ lookup?: typeof systemLookup }} [means]
 * @returns {Promise<{ bytes: number, mime: string | null, name: string | null }>}
 */
export async function fetchFile({ url, file, max_bytes: maxBytes, seconds, open: exempt = [] }, means = {}) {
  const { lookup = systemLookup } = means;
  const signal = AbortSignal.timeout(seconds * 1_000);
  let place = parsed(url);
  try {
    for (let redirects = 0; ; redirects++) {
      const response = await ask(place, { lookup, exempt, signal });
      const next = redirectOf(response, place);
      if (!next) return await keep(response, place, { file, maxBytes, signal });
      response.destroy();
      if (redirects === MAX_REDIRECTS)
        throw new Problem('failed', `the address was redirected more than ${MAX_REDIRECTS} times`);
      place = next;
    }
  } catch (error) {
    if (signal.aborted) throw new Problem('timed_out', `the file did not come within ${seconds} s`);
    if (error instanceof Problem) throw error;
    throw new Problem('failed', `${place.host} cannot be asked for the file (${codeOf(error)})`);
  }
}

/** @param {string} text @param {URL} [base] */
function parsed(text, base) {
  if (!URL.canParse(text, base)) throw new Problem('refused', 'this is not an address');
  const url = new URL(text, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Problem('refused', `an address of ${url.protocol} is not asked, only of http: and https:`);
  if (url.username || url.password)
    throw new Problem('refused', 'an address with a name or password in it is not asked');
  return url;
}

/** @param {import('node:http').IncomingMessage} response @param {URL} place */
function redirectOf({ statusCode = 0, headers }, place) {
  if (!REDIRECTS.has(statusCode) || !headers.location) return undefined;
  return parsed(headers.location, place);
}

/**
 * @param {URL} url
 * @param {{ lookup: typeof systemLookup, exempt: string[], signal: AbortSignal }} means
 * @returns {Promise<import('node:http').IncomingMessage>}
 */
async function ask(url, { lookup, exempt, signal }) {
  const host = bare(url.hostname);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const isExempt = exempt.includes(`${host}:${port}`);
  const judge = (/** @type {string} */ address) => {
    if (!isExempt && !isPublic(address)) throw refused(url);
  };
  // An address instead of a name is not looked up.
  if (isIP(host)) judge(host);
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http)(url, {
      agent: false,
      signal,
      headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'fased' },
      // One name may have many addresses; a single closed one shows what it is meant for.
      lookup(name, options, done) {
        lookup(name, { ...options, all: true }, (error, addresses) => {
          const found = /** @type {import('node:dns').LookupAddress[]} */ (
            /** @type {unknown} */ (addresses)
          );
          const none = () => Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
          try {
            if (error || found.length === 0) throw error ?? none();
            for (const { address } of found) judge(address);
          } catch (problem) {
            done(/** @type {Error} */ (problem), /** @type {any} */ ([]), 0);
            return;
          }
          const [first] = found;
          if (/** @type {any} */ (options).all) done(null, /** @type {any} */ (found));
          else done(null, /** @type {any} */ (first?.address), first?.family);
        });
      },
    });
    request.once('response', resolve);
    request.once('error', reject);
    request.end();
  });
}

/** @param {URL} url */
function refused(url) {
  return new Problem(
    'refused',
    `${url.host} is not asked: it is in this machine or its network, not on the public internet`,
  );
}

/**
 * @param {import('node:http').IncomingMessage} response
 * @param {URL} place
 * @param {{ file: string, maxBytes: number, signal: AbortSignal }} means
 */
async function keep(response, place, { file, maxBytes, signal }) {
  const { statusCode: status = 0, headers } = response;
  if (NOT_THERE.has(status))
    throw new Problem('not_found', `${place.host} has no such file for us (${status})`);
  if (status !== 200) throw new Problem('failed', `${place.host} answered ${status} instead of the file`);
  const megabytes = Math.floor(maxBytes / 1_048_576);
  const tooLarge = () =>
    new Problem('too_large', `the file has more than ${megabytes} MB, the most that is taken`);
  if (Number(headers['content-length']) > maxBytes) throw tooLarge();
  const handle = await open(file, 'wx', 0o600);
  let bytes = 0;
  try {
    for await (const chunk of response) {
      signal.throwIfAborted();
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge();
      await handle.appendFile(chunk);
    }
  } finally {
    response.destroy();
    await handle.close();
  }
  if (!response.complete) throw new Problem('failed', `${place.host} ended before the file did`);
  return {
    bytes,
    mime: headers['content-type'] ?? null,
    name: nameOf(place, headers['content-disposition']),
  };
}

/** What the file is called: made harmless by whoever uses it. @param {URL} place @param {string | undefined} disposition */
export function nameOf(place, disposition = '') {
  const extended = /filename\*\s*=\s*utf-8''([^;]+)/i.exec(disposition)?.[1];
  const plain = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition);
  const quoted = plain?.[1]?.replace(/\\(.)/g, '$1');
  const last = place.pathname.split('/').at(-1) ?? '';
  for (const name of [extended && decoded(extended), quoted ?? plain?.[2], decoded(last)]) {
    if (name) return name.slice(0, 1_000);
  }
  return null;
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return /** @type {NodeJS.ErrnoException} */ (error)?.code ?? 'unknown';
}
