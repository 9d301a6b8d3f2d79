// Where files go, and the credentials for that, kept while they are good. The library's own way is
// not used: once WhatsApp has refused to say it, the library repeats that refusal for ever.

import { inTime } from './queries.js';

/** @typedef {import('./media-hosts.js').MediaConn} MediaConn */
/** @typedef {import('baileys').BinaryNode} BinaryNode */

const QUESTION = {
  tag: 'iq',
  attrs: { type: 'set', xmlns: 'w:m', to: 's.whatsapp.net' },
  content: [{ tag: 'media_conn', attrs: {} }],
};
const MAX_HOSTS = 16;

export class MediaServers {
  #query;
  #now;
  /** @type {{ conn: MediaConn, until: number } | undefined} */
  #known;
  /** @type {Promise<MediaConn> | undefined} */
  #asking;

  /**
   * @param {(node: BinaryNode) => Promise<BinaryNode>} query
   * @param {() => number} [now] milliseconds
   */
  constructor(query, now = () => performance.now()) {
    this.#query = query;
    this.#now = now;
  }

  /** @param {boolean} anew what is known was refused @returns {Promise<MediaConn>} */
  async ask(anew) {
    if (anew) this.#known = undefined;
    if (this.#known && this.#now() < this.#known.until) return this.#known.conn;
    // Whoever wants it meanwhile gets the same answer.
    this.#asking ??= this.#fetch().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #fetch() {
    const asked = this.#now();
    const { content } = await inTime(this.#query(QUESTION));
    const node = Array.isArray(content) ? content.find(({ tag }) => tag === 'media_conn') : undefined;
    const children = Array.isArray(node?.content) ? node.content : [];
    const hosts = children
      .filter(({ tag, attrs }) => tag === 'host' && attrs.hostname)
      .slice(0, MAX_HOSTS)
      .map(({ attrs }) => ({
        hostname: attrs.hostname,
        maxContentLengthBytes: Number(attrs.maxContentLengthBytes ?? Number.POSITIVE_INFINITY),
      }));
    const conn = { hosts, auth: node?.attrs.auth ?? '' };
    const seconds = Number(node?.attrs.ttl);
    if (hosts.length > 0 && seconds > 0) this.#known = { conn, until: asked + seconds * 1_000 };
    return conn;
  }
}
