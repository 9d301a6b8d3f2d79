// Stands between the page and the gateway, hands everything on, and tells of a crowd that writes all the time: what the
// gateway's event stream would send, at a rate that no account of a test has.

import http from 'node:http';

const EVERY_MS = 250;
const SENT_AT_MOST = 60;
const ASKED_AT_ONCE = 100;

export class Crowd {
  /** How many verdicts have come to pass, whether or not they were sent. */
  verdicts = 0;
  /** @type {Set<NodeJS.Timeout>} */
  timers = new Set();

  /** @param {string} gateway its origin @param {number} rate verdicts a second */
  constructor(gateway, rate) {
    this.gateway = gateway;
    this.server = http.createServer((request, response) => {
      if (request.url === '/events') this.tell(response, rate);
      else this.pass(request, response).catch(() => response.destroy());
    });
  }

  /** @returns {Promise<string>} where it listens */
  async start() {
    await new Promise(resolve => this.server.listen(0, '127.0.0.1', () => resolve(undefined)));
    const address = this.server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  }

  /** @param {http.IncomingMessage} request @param {http.ServerResponse} response */
  async pass(request, response) {
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += part;
    if (body.includes('"verdicts_list"')) {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ kind: 'verdicts', verdicts: this.newest(), more: true }));
      return;
    }
    const { hostname, port, host } = new URL(this.gateway);
    const headers = { ...request.headers, host };
    if (headers.origin) headers.origin = this.gateway;
    const onward = http.request(
      { hostname, port, path: request.url, method: request.method, headers },
      answer => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    onward.end(body);
  }

  /** As the gateway lists them, newest first. */
  newest() {
    return Array.from({ length: Math.min(ASKED_AT_ONCE, this.verdicts) }, (_, i) => {
      const { at_ms, account, what } = verdict(this.verdicts - i);
      const { type: _type, verdict: outcome, ...rest } = what;
      return { at_ms, account, outcome, ...rest };
    });
  }

  /** @param {http.ServerResponse} response @param {number} rate */
  tell(response, rate) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.write('event: hello\ndata: {"instance":"crowd"}\n\n');
    const timer = setInterval(() => {
      const count = Math.round((rate * EVERY_MS) / 1000);
      this.verdicts += count;
      const sent = Math.min(count, SENT_AT_MOST);
      const events = Array.from({ length: sent }, (_, i) => verdict(this.verdicts - sent + i + 1));
      const data = JSON.stringify({ events, skipped: count - sent });
      response.write(`event: watched\ndata: ${data}\n\n`);
    }, EVERY_MS);
    this.timers.add(timer);
    response.on('close', () => clearInterval(timer));
  }

  async end() {
    for (const timer of this.timers) clearInterval(timer);
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }
}

/** @param {number} n */
function verdict(n) {
  return {
    at_ms: Date.now(),
    account: 'default',
    what: {
      type: 'verdict',
      seq: n,
      chat: '+15550100002',
      sender: '+15550100002',
      content: 'text',
      message_id: `CROWD${String(n).padStart(9, '0')}`,
      verdict: n % 3 === 0 ? 'admit' : 'drop',
      reason: n % 3 === 0 ? 'dm_open' : 'dm_disabled',
      sentence: n % 3 === 0 ? 'Everybody may write.' : 'Direct messages are not heard.',
    },
  };
}
