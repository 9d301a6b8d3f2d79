import { createServer } from 'node:http';
import { Account } from './account.js';
import { setTimelock } from './iq-mex.js';
import { ApiError } from './people.js';
import { stateOf } from './state.js';

const LOOPBACK = '127.0.0.1';
const MAX_BODY = 16 * 1024 * 1024;
const DEFAULT_WAIT_MS = 10_000;

/** @typedef {import('node:net').AddressInfo} AddressInfo */

/** The tests' way in: JSON over HTTP on loopback. */
export class HttpApi {
  /** @param {import('./server.js').Server} server @param {() => void} onStop */
  constructor(server, onStop) {
    this.server = server;
    this.onStop = onStop;
    this.routes = {
      'POST /phones': body => this.#phone(body),
      'POST /scan': body => this.#scan(body),
      'POST /link_code': async body => {
        const { phone, code } = required(body, ['phone', 'code']);
        await server.linkCode.type(server.people.account(phone), code);
        return {};
      },
      'POST /contacts': ({ phone, ...details }) => identityOf(server.people.put(phone, details)),
      'POST /groups': body => groupOf(server.groups.create(required(body, ['members']))),
      'POST /groups/members': body => groupOf(server.groups.change(required(body, ['group']))),
      'POST /messages': body =>
        server.incoming.send(required(body, [body.group === undefined ? 'to' : 'group', 'from'])),
      'POST /typing': body => ({ told: server.presence.tell(required(body, ['from', 'state'])) }),
      'POST /hold': body => this.#hold(required(body, ['account'])),
      'POST /release': body => this.#release(required(body, ['account'])),
      'POST /retry': body => this.#retry(required(body, ['id', 'contact'])),
      'POST /stanza/repeat': body => {
        server.incoming.repeat(required(body, ['id', 'mode']));
        return {};
      },
      'POST /receipts': body => this.#receipt(required(body, ['account', 'contact', 'id'])),
      'POST /clock': body => server.clock.advance(required(body, ['ms'])),
      'POST /timelock': body => setTimelock(server, required(body, ['account'])),
      'POST /fault': body => {
        server.faults.apply(required(body, ['kind']));
        return {};
      },
      'GET /record': query => this.#list(query),
      'GET /wait': query => this.#wait(query),
      'GET /state': query => stateOf(server, { inbox: query.inbox !== '0' }),
      'POST /stop': () => {
        setImmediate(() => this.onStop());
        return {};
      },
    };
  }

  async listen(port) {
    this.http = createServer((request, response) => this.#answer(request, response));
    await new Promise((resolve, reject) => {
      this.http.once('error', reject).listen(port, LOOPBACK, () => resolve(undefined));
    });
    return `http://${LOOPBACK}:${/** @type {AddressInfo} */ (this.http.address()).port}`;
  }

  async stop() {
    await new Promise(resolve => {
      this.http.close(resolve);
      this.http.closeAllConnections();
    });
  }

  async #answer(request, response) {
    const send = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    try {
      const url = new URL(request.url, 'http://localhost');
      const route = this.routes[`${request.method} ${url.pathname}`];
      if (!route)
        throw new ApiError(404, 'no_such_call', `${request.method} ${url.pathname}`, 'see the README');
      const input =
        request.method === 'POST' ? await readJson(request) : Object.fromEntries(url.searchParams);
      send(200, await route(input));
      if (request.method === 'POST') this.server.onChange();
    } catch (error) {
      const known = error instanceof ApiError;
      const {
        code = 'server_error',
        message,
        next = 'this is a fault of the fake server',
      } = known ? error : {};
      send(known ? error.status : 500, { error: { code, message: message ?? error.stack, next } });
    }
  }

  #phone({ phone, ...details }) {
    const person = this.server.people.put(phone, details);
    person.account ??= new Account(person, this.server.record);
    return identityOf(person);
  }

  #scan(body) {
    const { phone, qr, fault } = required(body, ['phone', 'qr']);
    return { device: this.server.registration.scan(this.server.people.account(phone), qr, fault) };
  }

  /** A contact's phone reports on a message it got, or asks for it again (type "retry"). */
  #receipt({ account, contact, id, type = '' }) {
    const owner = this.server.people.account(account);
    const person = this.server.people.put(contact);
    const seen = person.seen.get(`${owner.person.user} ${id}`);
    if (!seen)
      throw new ApiError(
        404,
        'unknown_message',
        `${contact} never got ${id}`,
        'use the id of a message record',
      );
    const { receipts, reader } = this.server.outgoing;
    for (const device of owner.devices.values()) {
      if (type !== 'retry') receipts.send(device, person, { id, to: seen.jid }, type);
      else if (device.number === seen.from) reader.askAgain(device, person, { id }, seen);
    }
    return {};
  }

  #hold({ account }) {
    this.server.people.account(account).hold();
    this.server.record.add('held', { account });
    return {};
  }

  /** What was held goes out. The connection may be cut after some messages, sent or answered. */
  #release({ account, drop_after: after, drop_after_answers: answers }) {
    const owner = this.server.people.account(account);
    const n = after ?? answers;
    if (n !== undefined && !(Number.isInteger(n) && n > 0)) {
      throw new ApiError(400, 'bad_number', `${n} is no number of messages`, 'use 1 or more');
    }
    this.server.record.add('released', { account });
    owner.release(n === undefined ? undefined : { deliveries: n, answers });
    return {};
  }

  /** A phone that could not read a client's message, or will not be able to when it comes. */
  #retry({ id, contact, times = 1, via }) {
    if (via !== undefined && via !== 'pn' && via !== 'lid') {
      throw new ApiError(400, 'bad_mode', `no way ${via}`, 'use pn or lid');
    }
    const person = this.server.people.put(contact);
    for (const account of this.server.people.accounts()) {
      const seen = person.seen.get(`${account.person.user} ${id}`);
      const device = account.devices.get(seen?.from);
      if (!device) continue;
      this.server.outgoing.reader.askAgain(device, person, { id }, seen, { times, via });
      return { asked: 'now' };
    }
    person.retryOrders.set(id, { times, via });
    return { asked: 'when it comes' };
  }

  #list({ after, type, limit }) {
    const records = this.server.record.list({
      after: Number(after ?? 0),
      types: type ? type.split(',') : [],
      limit: limit === undefined ? Infinity : Number(limit),
    });
    return { records, last_seq: this.server.record.lastSeq };
  }

  async #wait({ after, type, timeout_ms: timeout, ...fields }) {
    const timeoutMs = Number(timeout ?? DEFAULT_WAIT_MS);
    const types = type ? type.split(',') : [];
    const record = await this.server.record.wait({ after: Number(after ?? 0), types, fields, timeoutMs });
    if (record) return { record };
    const wanted = `${type ?? 'any record'} ${JSON.stringify(fields)}`;
    throw new ApiError(
      408,
      'timeout',
      `no ${wanted} within ${timeoutMs} ms`,
      'see GET /record for what did happen',
    );
  }
}

function identityOf({ phone, lid }) {
  return { phone, lid };
}

function groupOf({ jid, id, subject, addressing, members }) {
  return { group: jid, id, subject, addressing, members: [...members.keys()].map(({ phone }) => phone) };
}

function required(body, names) {
  for (const name of names) {
    if (body[name] === undefined)
      throw new ApiError(400, 'missing_field', `${name} is missing`, 'see the README');
  }
  return body;
}

async function readJson(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY) throw new ApiError(413, 'too_long', 'the body is too long', 'send less');
    chunks.push(chunk);
  }
  try {
    return size === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString());
  } catch (error) {
    throw new ApiError(400, 'bad_json', error.message, 'send JSON');
  }
}
