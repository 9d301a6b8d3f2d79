// A connection goes to WhatsApp's own hosts and nowhere else; in tests, to the fake server's loopback. This is a
// net under mistakes, ours and those of libraries: code that wants to get round it can. The kernel's
// rules cannot be got round, but they know ports and no hosts.

import { Socket } from 'node:net';
import { log } from './log.js';

/** Somebody wanted to connect to a host that is not WhatsApp's. */
export class HostRefused extends Error {
  name = 'HostRefused';
  code = 'EHOSTREFUSED';
}

const WHATSAPP = /^([a-z0-9-]+\.)+whatsapp\.(net|com)$/i;
const LOOPBACK = /^(localhost|::1|127\.\d+\.\d+\.\d+)$/i;

/**
 * @param {{ host?: string | null, port?: number | string | null, path?: string | null }} to
 * @param {boolean} loopback we are connected to a fake server
 */
export function isOurs({ host, port, path }, loopback) {
  if (path) return false;
  if (loopback) return LOOPBACK.test(host ?? 'localhost');
  return Number(port) === 443 && WHATSAPP.test(host ?? '');
}

/**
 * What `connect` of a socket was called with.
 *
 * @param {any[]} args as the caller gave them, or gathered in a list by Node itself
 */
function wanted(args) {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first === 'object' && first !== null) return first;
  if (typeof first === 'string' && !/^\d+$/.test(first)) return { path: first };
  return { port: first, host: typeof second === 'string' ? second : undefined };
}

/**
 * Everything that speaks TCP in Node connects by this one method. No name is looked up before.
 *
 * @param {Record<string, string | undefined>} env
 */
export function keepToWhatsApp({ FASED_WHATSAPP_URL: url }) {
  const loopback = Boolean(url);
  const connect = Socket.prototype.connect;
  let isTold = false;
  Socket.prototype.connect = /** @type {typeof connect} */ (judged);

  /** @this {Socket} @param {any[]} args */
  function judged(...args) {
    if (isOurs(wanted(args), loopback)) return connect.apply(this, /** @type {any} */ (args));
    if (!isTold) log('warn', 'a connection to a host that is not one of WhatsApp was refused');
    isTold = true;
    // As the end of a connection would be: its maker is not done with it yet.
    process.nextTick(() => this.destroy(new HostRefused('not a host of WhatsApp')));
    return this;
  }
}
