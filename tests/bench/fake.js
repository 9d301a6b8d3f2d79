// The fake WhatsApp server in a process of its own, and what the bench asks of it.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../fake-whatsapp/main.js', import.meta.url));
const PATIENCE_MS = 60_000;
const WAIT_MS = 15_000;
const TURN_MS = 100;
const QUIET_TURNS = 100;

export class Fake {
  /** The account that is linked. */
  phone = '';
  /** @type {import('node:child_process').ChildProcessWithoutNullStreams} */
  process;
  /** Where clients connect. */
  ws = '';
  /** Where tests call. */
  http = '';
  /** The public key that its certificates hang from. */
  root = '';

  /** @param {string} phone the account that is linked */
  static async start(phone) {
    const fake = new Fake();
    fake.phone = phone;
    fake.process = spawn(process.execPath, [MAIN], { stdio: ['pipe', 'pipe', 'ignore'] });
    const line = await firstLine(fake.process);
    Object.assign(fake, JSON.parse(line));
    await fake.call('POST /phones', { phone });
    return fake;
  }

  async call(route, input = {}) {
    const [method, path] = route.split(' ');
    const query = method === 'GET' ? `?${new URLSearchParams(input)}` : '';
    const body = method === 'POST' ? JSON.stringify(input) : undefined;
    const response = await fetch(`${this.http}${path}${query}`, { method, body });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${route}: ${answer.error.message}`);
    return answer;
  }

  scan(qr, phone = this.phone) {
    return this.call('POST /scan', { phone, qr });
  }

  /** What becomes of the link of this account. */
  fault(kind, account = this.phone) {
    return this.call('POST /fault', { kind, account });
  }

  /** @returns {Promise<string[]>} the messages' ids */
  async send(from, text, options = {}) {
    return (await this.call('POST /messages', { to: this.phone, from, text, ...options })).ids;
  }

  async lastSeq() {
    return (await this.call('GET /state', { inbox: '0' })).last_seq;
  }

  /** The first record that fits. */
  async wait(type, fields, after = 0) {
    const query = { type, after: String(after), timeout_ms: String(WAIT_MS), ...fields };
    return (await this.call('GET /wait', query)).record;
  }

  async records(type, after) {
    return (await this.call('GET /record', { type, after: String(after) })).records;
  }

  /** The records of a type, when there are that many or none has come for a while. */
  async counted(type, after, count) {
    let found = [];
    for (let quiet = 0; quiet < QUIET_TURNS && found.length < count; quiet++) {
      await sleep(TURN_MS);
      const now = await this.records(type, after);
      if (now.length > found.length) quiet = 0;
      found = now;
    }
    return found;
  }

  /** Waits until the linked client has nothing left to receive. */
  async emptied() {
    const end = Date.now() + PATIENCE_MS;
    while ((await this.call('GET /state', { inbox: '0' })).accounts[this.phone].queue_length > 0) {
      if (Date.now() > end) return false;
      await sleep(50);
    }
    return true;
  }

  /** Sends one message and waits for its echo. @returns {Promise<number>} milliseconds from stanza to echo */
  async roundTrip(from, text) {
    const after = await this.lastSeq();
    await this.send(from, text);
    const echo = await this.wait('message', { text }, after);
    const [delivered] = await this.records('delivered', after);
    return at(echo) - at(delivered);
  }

  async stop() {
    this.process.stdin.end();
    await ended(this.process);
  }
}

/** A record's time in milliseconds, as fine as the fake has it. */
export function at(record) {
  return record.at_us === undefined ? record.at_ms : record.at_us / 1000;
}

export function sleep(ms) {
  return new Promise(resolve => setTimeout(resolve, ms));
}

/** @param {import('node:child_process').ChildProcess} child */
export function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise(resolve => child.once('exit', resolve));
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<string>} */
export function firstLine(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the fake server says nothing')), PATIENCE_MS);
    child.once('exit', (code, signal) => reject(new Error(`the fake server ended: ${code ?? signal}`)));
    createInterface(child.stdout).once('line', line => {
      clearTimeout(timer);
      resolve(line);
    });
  });
}
