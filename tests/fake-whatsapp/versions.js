import { DEFAULT_CONNECTION_CONFIG } from 'baileys/lib/Defaults/index.js';

export const CLIENT_OUTDATED = 405;

/** Which versions of WhatsApp Web the server takes, and how clients may learn of it. */
export class Versions {
  /** @param {import('./record.js').Record} record */
  constructor(record) {
    this.record = record;
    /** @type {string[] | undefined} all, if undefined */
    this.accepted = undefined;
    /** @type {number | undefined} */
    this.revision = undefined;
    this.status = 200;
  }

  /** @param {any} payload a client's @returns {string} */
  static of(payload) {
    const { primary, secondary, tertiary } = payload.userAgent?.appVersion ?? {};
    return [primary, secondary, tertiary].join('.');
  }

  accepts(version) {
    return !this.accepted || this.accepted.includes(version);
  }

  /** The revision that /sw.js names: the newest one that is taken. */
  get current() {
    const [version] = this.accepted ?? [];
    return this.revision ?? Number(version?.split('.')[2] ?? DEFAULT_CONNECTION_CONFIG.version[2]);
  }

  /** GET /sw.js, the script in which WhatsApp Web names its revision. */
  serve(response) {
    const { status, current } = this;
    this.record.add('sw_js', { status, revision: current });
    if (status !== 200) return response.writeHead(status).end();
    const config = JSON.stringify({ client_revision: current, push_phase: 'C3' });
    const script = `/* the fake service worker */\nself.config = JSON.parse(${JSON.stringify(config)});\n`;
    response.writeHead(200, { 'content-type': 'application/javascript' }).end(script);
  }
}
