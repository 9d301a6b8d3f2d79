// The listener asked with exactly the headers that a test means, which no browser would send.

import http from 'node:http';
import { createServer } from 'node:net';

const DEADLINE_MS = 20_000;

/**
 * @typedef {{ status: number, headers: http.IncomingHttpHeaders, body: string }} Answer
 * @typedef {{ cookie: string, key: string }} Session the key is what the page keeps
 * @typedef {{ method?: string, headers?: Record<string, string>, body?: string }} Asked
 */

/** @param {string} origin @param {string} path @param {Asked} asked @returns {Promise<Answer>} */
export function ask(origin, path, { method = 'GET', headers = {}, body } = {}) {
  const { hostname, port, host } = new URL(origin);
  const signal = AbortSignal.timeout(DEADLINE_MS);
  return new Promise((resolve, reject) => {
    const all = { Host: host, ...headers };
    const request = http.request(
      // As it is written: nothing may tidy up a path that is wrong on purpose.
      { hostname, port, path, method, headers: all, setHost: false, agent: false, signal },
      answer => {
        let text = '';
        answer.setEncoding('utf8').on('data', part => {
          text += part;
        });
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/**
 * A verb, as the page asks it. @param {string} origin @param {Partial<Session>} session @param {object} request
 * @param {Record<string, string | undefined>} headers others than the page's; undefined leaves one out
 */
export function control(origin, { cookie, key }, request, headers = {}) {
  const own = { Cookie: cookie, Origin: origin, 'Content-Type': 'application/json', 'X-Fased': key };
  const sent = JSON.parse(JSON.stringify({ ...own, ...headers }));
  return ask(origin, '/control', { method: 'POST', headers: sent, body: JSON.stringify(request) });
}

/** Follows a one-time link as far as its session. @param {string} link @returns {Promise<Session>} */
export async function sessionOf(link) {
  const { status, headers } = await ask(new URL(link).origin, pathOf(link));
  const [cookie] = headers['set-cookie'] ?? [];
  if (status !== 303 || cookie === undefined) throw new Error(`a good link gives a cookie, not ${status}`);
  const [place, key] = (headers.location ?? '').split('key=');
  if (place !== '/#' || key === undefined) throw new Error('a good link leads to the page with its key');
  return { cookie: cookie.split(';')[0], key };
}

/** @param {string} url */
export function pathOf(url) {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** A port that nobody listens on, for a gateway that has to come up again where it was. @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
