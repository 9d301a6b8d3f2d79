import makeWASocket, { BufferJSON, initAuthCreds, makeCacheableSignalKeyStore } from 'baileys';

const FORGOTTEN_TIMER_MS = 30_000;

// The library forgets timers (30 s after prekey uploads, 60 s of queries cut off by a close); they must not keep
// the test process alive.
const plainSetTimeout = globalThis.setTimeout;
const setTimeoutThatForgets = (task, ms, ...rest) => {
  const timer = plainSetTimeout(task, ms, ...rest);
  if (ms >= FORGOTTEN_TIMER_MS) timer.unref();
  return timer;
};
globalThis.setTimeout = Object.assign(setTimeoutThatForgets, plainSetTimeout);

// libsignal prints whole sessions to the console.
for (const level of ['log', 'info', 'warn', 'error']) console[level] = () => {};

const silent = {
  level: 'silent',
  child: () => silent,
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
};

/** A key store in memory that copies through JSON, as one on disk would. */
function memoryKeys() {
  const data = new Map();
  return {
    get: async (type, ids) => {
      const found = {};
      for (const id of ids) {
        const text = data.get(`${type} ${id}`);
        if (text !== undefined) found[id] = JSON.parse(text, BufferJSON.reviver);
      }
      return found;
    },
    set: async changes => {
      for (const [type, entries] of Object.entries(changes)) {
        for (const [id, value] of Object.entries(entries ?? {})) {
          if (value === null || value === undefined) data.delete(`${type} ${id}`);
          else data.set(`${type} ${id}`, JSON.stringify(value, BufferJSON.replacer));
        }
      }
    },
  };
}

/** The real library, used plainly: what a right client looks like. */
export class BaileysClient {
  /** @param {string} url @param {object} options extra socket options */
  constructor(url, options = {}) {
    this.url = url;
    this.options = options;
    this.creds = initAuthCreds();
    this.keys = memoryKeys();
    this.messages = [];
    this.updates = [];
    this.listeners = new Set();
    this.closes = [];
    /** The number the account gave it when it was linked. */
    this.device = 0;
  }

  connect() {
    this.sock = makeWASocket({
      waWebSocketUrl: this.url,
      auth: { creds: this.creds, keys: makeCacheableSignalKeyStore(this.keys, silent) },
      logger: silent,
      markOnlineOnConnect: false,
      syncFullHistory: false,
      shouldSyncHistoryMessage: () => false,
      retryRequestDelayMs: 0,
      ...this.options,
    });
    const { ev } = this.sock;
    ev.on('creds.update', update => Object.assign(this.creds, update));
    ev.on('connection.update', update => {
      this.updates.push(update);
      if (update.connection === 'close') {
        const error = /** @type {any} */ (update.lastDisconnect?.error);
        this.closes.push(error?.output?.statusCode);
      }
      this.#changed();
    });
    ev.on('messages.upsert', ({ messages, type }) => {
      for (const message of messages) this.messages.push({ ...message, upsertType: type });
      this.#changed();
    });
    return this;
  }

  #changed() {
    for (const listener of [...this.listeners]) listener();
  }

  /** @template T @param {() => T | undefined} find @returns {Promise<T>} */
  until(find, what = 'the event', timeoutMs = 10_000) {
    const found = find();
    if (found) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const listener = () => {
        const found = find();
        if (!found) return;
        clearTimeout(timer);
        this.listeners.delete(listener);
        resolve(found);
      };
      const timer = setTimeout(() => {
        this.listeners.delete(listener);
        reject(new Error(`${what} did not come within ${timeoutMs} ms`));
      }, timeoutMs);
      this.listeners.add(listener);
    });
  }

  qr() {
    return this.until(() => this.updates.findLast(update => update.qr)?.qr, 'a QR');
  }

  closed(count = this.closes.length + 1) {
    return this.until(() => this.closes.length >= count && { code: this.closes[count - 1] }, 'the close');
  }

  opened() {
    const from = this.updates.length;
    const before = this.updates.findLastIndex(update => update.connection === 'connecting');
    return this.until(
      () =>
        this.updates.slice(Math.min(from, Math.max(before, 0))).find(update => update.connection === 'open'),
      'the open connection',
    );
  }

  /** Connects again with the same credentials. */
  async reconnect() {
    this.updates = [];
    this.connect();
    await this.opened();
  }

  texts() {
    return this.messages.filter(message => !message.key.fromMe).map(textOf);
  }

  received(text) {
    return this.until(() => this.messages.find(message => textOf(message) === text), JSON.stringify(text));
  }

  async end() {
    await this.sock?.end(undefined);
  }
}

export function textOf({ message }) {
  return message?.conversation ?? message?.extendedTextMessage?.text;
}

/** Links a fresh client to an account and waits until it is open. */
export async function linkedClient(fake, phone, options) {
  const client = new BaileysClient(fake.ws, options).connect();
  const qr = await client.qr();
  await call(fake, 'POST /phones', { phone });
  const { device } = await call(fake, 'POST /scan', { phone, qr });
  await client.closed(1);
  await client.reconnect();
  client.device = device;
  return client;
}

/** One call of the HTTP API. @returns {Promise<any>} */
export async function call(fake, route, input = {}) {
  const [method, path] = route.split(' ');
  const query = method === 'GET' ? `?${new URLSearchParams(input)}` : '';
  const response = await fetch(`${fake.http}${path}${query}`, {
    method,
    ...(method === 'POST' && { body: JSON.stringify(input) }),
  });
  const body = /** @type {any} */ (await response.json());
  if (!response.ok)
    throw Object.assign(new Error(body.error.message), body.error, { status: response.status });
  return body;
}

/** @returns {Promise<any>} the first record that fits */
export async function waitFor(fake, type, fields = {}) {
  return (await call(fake, 'GET /wait', { type, ...fields })).record;
}
