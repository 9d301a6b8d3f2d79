// Which hosts a file may come from or go to. The address of one that came in is whatever its
// sender wrote, and a sidecar that fetches any address would be a tool for looking around in the
// network it runs in: WhatsApp's own hosts, over TLS, and the fake server's loopback in tests.

import { Refused } from './refused.js';

/** @typedef {{ hosts: { hostname: string, maxContentLengthBytes: number }[], auth: string }} MediaConn */
/** @typedef {import('./protocol.gen.ts').MediaRef} MediaRef */

const DEFAULT_HOST = 'mmg.whatsapp.net';
const LOOPBACK = /^(localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/;

/**
 * @param {URL} url
 * @param {boolean} loopback we are connected to a fake server
 */
export function isAllowed({ protocol, hostname, port, username, password }, loopback) {
  if (username || password) return false;
  if (protocol !== 'https:') return false;
  if (loopback) return LOOPBACK.test(hostname);
  return port === '' && /^([a-z0-9-]+\.)+whatsapp\.net$/.test(hostname);
}

/**
 * How one fake server, or WhatsApp, is spoken to.
 *
 * @param {string | undefined} endpointUrl of the websocket; absent: WhatsApp itself
 */
export function mediaNetwork(endpointUrl) {
  const loopback = endpointUrl !== undefined;
  return {
    loopback,
    /** @param {string} host @param {string} path @returns {URL | undefined} undefined: not a place to go */
    at(host, path) {
      return allowedUrl(`https://${host}${path}`, loopback);
    },
  };
}

/** @typedef {ReturnType<typeof mediaNetwork>} Network */

/**
 * Where a file may be, the likeliest first.
 *
 * @param {MediaRef} media
 * @param {Network} network
 * @param {() => Promise<string[]>} askHosts
 * @returns {Promise<URL[]>}
 */
export async function placesOf({ url, direct_path: directPath }, network, askHosts) {
  const named = url ? allowedUrl(url, network.loopback) : undefined;
  /** @type {(URL | undefined)[]} */
  const places = [];
  if (directPath) {
    const [host] = await askHosts();
    places.push(network.at(host ?? DEFAULT_HOST, directPath));
    if (named) places.push(network.at(named.host, directPath));
  }
  places.push(named);
  const found = new Map(places.flatMap(place => (place ? [[place.href, place]] : [])));
  if (found.size === 0) throw new Refused('rejected', 'media names no host of WhatsApp');
  return [...found.values()];
}

/** @param {string} text @param {boolean} loopback */
function allowedUrl(text, loopback) {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return isAllowed(url, loopback) ? url : undefined;
}
