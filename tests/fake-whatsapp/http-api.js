import { createServer } from 'node:http';
import { Account } from './account.js';
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
      'POST /messages': async body => ({ ids: await server.incoming.send(required(body, ['to', 'from'])) }),
      'POST /stanza/repeat': body => {
        server.incoming.repeat(required(body, ['id', 'mode']));
        return {};
      },
      'POST /receipts': body => this.#receipt(required(body, ['account', 'contact', 'id'])),
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
    if (type === 'retry') seen.wanted = true;
    for (const device of owner.devices.values()) {
      this.server.outgoing.receipts.send(device, person, { attrs: { id, to: seen.jid } }, type);
    }
    return {};
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
